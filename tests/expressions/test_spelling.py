"""Signs outside the readable alphabet are written as those that take their place."""

from __future__ import annotations

import numpy as np
import pytest

from crohme.expressions.decoding import Candidate
from crohme.expressions.spelling import spelt_out
from crohme.expressions.vocabulary import Vocabulary
from crohme.notation import CLASSES, Alphabet, to_latex
from crohme.notation.tree import Node, Relation, SymbolTree

WHOLE = Vocabulary(Alphabet.whole())
HELD = WHOLE.restricted(CLASSES)


def bars(*places: float) -> np.ndarray:
    """Upright strokes at some x."""
    return np.array([[[x, 0.0], [x, 1.0]] for x in places], np.float32)


def candidate(*row: Node) -> Candidate:
    tree = SymbolTree(row)
    return Candidate.of(tree, -1.0, {node.strokes: -0.1 * len(node.strokes) for node in tree.nodes()})


def test_a_norm_has_two_bars_on_either_side_where_there_is_no_sign_for_them() -> None:
    power = {Relation.SUP: (Node("2", (5,)),)}
    norm = candidate(Node(r"\|", (0, 1)), Node("x", (2,)), Node(r"\|", (3, 4), power))
    spelt = spelt_out(norm, bars(0.2, 0.0, 1, 2, 2.2, 3), HELD)
    assert " ".join(to_latex(spelt.tree)) == "| | x | | ^ { 2 }"
    assert [node.strokes for node in spelt.tree.nodes()] == [(1,), (0,), (2,), (3,), (4,), (5,)]
    assert spelt.certainty[(1,)] == spelt.certainty[(0,)] == norm.certainty[(0, 1)]
    assert spelt_out(norm, bars(0.2, 0.0, 1, 2, 2.2, 3), WHOLE) is norm


def test_integrals_part_where_the_gaps_are_widest() -> None:
    triple = candidate(Node(r"\iiint", (0, 1, 2, 3), {Relation.SUB: (Node("D", (4,)),)}))
    spelt = spelt_out(triple, bars(0, 1, 1.1, 2, 3), HELD)
    assert " ".join(to_latex(spelt.tree)) == r"\int \int \int _ { D }"
    assert [node.strokes for node in spelt.tree.nodes()] == [(0,), (1, 2), (3,), (4,)]


def test_fewer_strokes_than_signs_are_fewer_signs() -> None:
    spelt = spelt_out(candidate(Node(r"\iint", (0,), {Relation.SUB: (Node("2", (1,)),)})), bars(0, 1), HELD)
    assert " ".join(to_latex(spelt.tree)) == r"\int _ { 2 }"


def test_a_centred_dot_is_a_full_stop_where_the_alphabet_draws_no_line() -> None:
    spelt = spelt_out(candidate(Node("a", (0,)), Node(r"\cdot", (1,)), Node("b", (2,))), bars(0, 1, 2), HELD)
    assert " ".join(to_latex(spelt.tree)) == "a . b"


@pytest.mark.parametrize("readable", [("2", "|"), ("2", "x")])
def test_a_sign_is_spelt_only_with_what_may_be_read(readable: tuple[str, ...]) -> None:
    vocabulary = WHOLE.restricted(readable)
    assert vocabulary.may_answer(r"\|") is ("|" in readable)
    is_read = np.isfinite(vocabulary.class_bias[vocabulary.class_index[r"\|"]])
    assert is_read == np.isfinite(vocabulary.token_bias[vocabulary.token_index[r"\|"]]) == ("|" in readable)
