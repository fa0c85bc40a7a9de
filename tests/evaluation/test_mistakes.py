"""What is wrong in a reading, and what is taken for what."""

from __future__ import annotations

from collections import Counter

import pytest

from crohme.evaluation.confusions import relation_confusions, symbol_confusions
from crohme.evaluation.mistakes import Mistake, mistakes
from crohme.evaluation.outcomes import Outcome
from crohme.notation import Alphabet, Node, Relation, SymbolTree, from_latex
from tests.notation.trees import written

X, TWO, PLUS, Y = Node("x", (0, 1)), Node("2", (2,)), Node("+", (3, 4)), Node("y", (5,))
TRUTH = SymbolTree((Node("x", (0, 1), {Relation.SUP: (TWO,)}), PLUS, Y))
"""x ^ 2 + y"""


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (TRUTH, []),
        (
            SymbolTree((Node("x", (0, 1), {Relation.SUP: (Node("z", (2,)),)}), PLUS, Y)),
            [Mistake("symbol", (2,), "2", "z")],
        ),
        (
            SymbolTree((X, TWO, PLUS, Y)),
            [
                Mistake("relation", (2,), "superscript of “x”", "right of “x”", "2"),
                Mistake("relation", (3, 4), "right of “x”", "right of “2”", "+"),
            ],
        ),
        (  # x of one stroke, the other one with the 2: what hangs on a wrong symbol is no mistake of its own
            SymbolTree((Node("(", (0,), {Relation.SUP: (Node("z", (1, 2)),)}), PLUS, Y)),
            [Mistake("segmentation", (0, 1, 2), "x 2", "( z")],
        ),
        (SymbolTree((X, PLUS, Y)), [Mistake("segmentation", (2,), "2", "nothing")]),
        (
            SymbolTree((Y, Node("x", (0, 1), {Relation.SUP: (TWO,)}), PLUS)),
            [
                Mistake("relation", (0, 1), "first of all", "right of “y”", "x"),
                Mistake("relation", (5,), "right of “+”", "first of all", "y"),
            ],
        ),
    ],
)
def test_mistakes(found: SymbolTree, expected: list[Mistake]) -> None:
    assert mistakes(TRUTH, found) == expected


def test_another_symbol_of_the_same_label_is_told_apart() -> None:
    truth = SymbolTree((Node("x", (0,), {Relation.SUP: (TWO,)}), Node("x", (1,))))
    found = SymbolTree((Node("x", (0,)), Node("x", (1,), {Relation.SUP: (TWO,)})))
    (mistake,) = mistakes(truth, found)
    assert (mistake.truth, mistake.read) == ("superscript of “x”", "superscript of “x”, another one")


@pytest.mark.parametrize(
    ("latex", "read", "place"),
    [
        (r"[ \begin{matrix} a & b \\ c & d \end{matrix} ]", r"[ \begin{matrix} a & b & c \\ d \end{matrix} ]",
         ("in a cell of the grid that begins with “a”",
          "in a cell of the grid that begins with “a”, another place in a grid")),
        (r"[ \begin{matrix} a & \\ b & c \end{matrix}", r"[ \begin{matrix} a \\ b & c \end{matrix}",
         ("right of “[”", "right of “[”, another place in a grid")),
        (r"\begin{matrix} a \\ b \end{matrix} c", r"\begin{matrix} a \\ b c \end{matrix}",
         ("after the grid that begins with “a”", "right of “b”")),
    ],
)  # fmt: skip
def test_mistakes_in_grids(latex: str, read: str, place: tuple[str, str]) -> None:
    truth, found = (written(from_latex(text, Alphabet.whole())) for text in (latex, read))
    first = mistakes(truth, found)[0]
    assert (first.kind, first.truth, first.read) == ("relation", *place)
    outcome = Outcome("a", latex, read, 0.5, 1, "relation", 4, expected=truth, found=found)
    assert sum(n for (one, other), n in relation_confusions([outcome]).items() if one != other) <= 2
    assert mistakes(truth, truth) == []


def test_limits_are_scripts_and_latex_has_no_strokes() -> None:
    below, sub = (SymbolTree((Node(r"\sum", (0,), {r: (Node("i", (1,)),)}),)) for r in (Relation.BELOW, Relation.SUB))
    assert mistakes(below, sub) == []
    assert mistakes(from_latex("x + y"), TRUTH) == []


def outcome(found: SymbolTree, expected: SymbolTree = TRUTH) -> Outcome:
    return Outcome("a", "t", "r", expected=expected, found=found)


def test_confusions_are_of_symbols_with_the_right_strokes() -> None:
    z = SymbolTree((Node("x", (0, 1), {Relation.SUP: (Node("z", (2,)),)}), PLUS, Y))
    merged = SymbolTree((Node("k", (0, 1, 2)), PLUS, Y))
    found = symbol_confusions([outcome(TRUTH), outcome(z), outcome(z), outcome(merged), Outcome("b", "", "")])
    assert found.counts == {("x", "x"): 3, ("2", "2"): 1, ("2", "z"): 2, ("+", "+"): 4, ("y", "y"): 4}
    assert found.lost == {"x": 1, "2": 1}
    assert found.most_confused == [("2", "z", 2, 0)]
    assert [strokes for _, strokes in found.examples["2", "z"]] == [(2,), (2,)]
    assert found.labels == ["+", "2", "x", "y", "z"]


def test_relations_are_counted_once_for_each_side_that_has_them() -> None:
    sub = SymbolTree((Node("x", (0, 1), {Relation.SUB: (TWO,)}), PLUS, Y))
    flat = SymbolTree((X, TWO, PLUS, Y))
    merged = SymbolTree((Node("k", (0, 1, 2)), PLUS, Y))  # leaves + and y to be related
    counts = relation_confusions([outcome(sub), outcome(flat), outcome(merged)])
    assert counts == Counter(
        {
            ("Sup", "Sub"): 1,
            ("Sup", "Right"): 1,
            ("Right", "none"): 1,  # x to +
            ("none", "Right"): 1,  # 2 to +
            ("Right", "Right"): 4,
        }
    )
