"""The grammar and the trees in JavaScript are those in Python."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from crohme.browser.tables import tables_of
from crohme.expressions.recognizer import Recognizer
from crohme.notation import Node, to_latex, to_mathml
from crohme.notation.grammar import CELL_ENDS, END, WRITTEN, Cursor, Kind
from crohme.notation.linear import delinearize, linearize
from tests.browser.conftest import in_node, needs_node

TOKENS = [
    "x", "2", ".", "(", ")", "|", r"\prime", r"\sin", r"\rightarrow", "-", "]", "[", r"\sum", r"\lim", r"\frac",
    r"\sqrt", r"\hat", r"\binom", r"\underline", r"\boxed", r"\other", "_", "^", "{", "}", r"\begin{matrix}", "&",
    r"\\", r"\end{matrix}", END,
]  # fmt: skip
SCRIPT = Path(__file__).with_name("grammar.mjs")


def walk(seed: int) -> list[str]:
    """A random whole expression: after a while, only what must be written."""
    chance = random.Random(seed)
    cursor, tokens = Cursor(), []
    while not cursor.ended:
        allowed = [token for token in TOKENS if cursor.allows(token)]
        ends = {Kind.CLOSE, Kind.CLOSE_INDEX, Kind.END, Kind.OPEN, Kind.END_GRID}
        if len(tokens) > 30:
            allowed = [t for t in allowed if cursor.kind(t) in ends] or ["x"]
        elif len(tokens) < 15 and len(allowed) > 1:
            allowed = [token for token in allowed if token != END]
        tokens.append(chance.choice(allowed))
        cursor = cursor.advance(tokens[-1])
    return tokens


def in_python(tokens: list[str], backward: bool) -> dict[str, Any]:
    cursor, count, positions, steps = Cursor(), 0, [], []
    for token in tokens:
        place = [cursor.anchor, cursor.relation, cursor.row_relation]
        allowed = [one for one in TOKENS if cursor.allows(one)]
        positions.append({"allowed": allowed, "place": place, "owed": cursor.owed, "depth": cursor.depth})
        node = None
        if cursor.kind(token) in WRITTEN:
            node, count = Node(token, (count,)), count + 1
        if token != END:
            steps.append((token, node))
        cursor = cursor.advance(token)
    tree = delinearize(steps, backward=backward)
    again = [token for token, _ in linearize(tree, backward=backward)]
    mathml = etree.canonicalize(to_mathml(tree, with_strokes=True))
    order = [[node.label, *node.strokes] for node in tree.nodes()]
    return {"positions": positions, "latex": " ".join(to_latex(tree)), "mathml": mathml, "again": again, "order": order}


@needs_node
@pytest.mark.parametrize("backward", [False, True], ids=["forward", "backward"])
def test_javascript_walks_through_expressions_as_python_does(recognizer: Recognizer, backward: bool) -> None:
    assert recognizer.bundle is not None
    tables = tables_of(recognizer.bundle, recognizer.vocabulary)
    walks = [walk(seed) for seed in range(120)]
    assert {token for tokens in walks for token in tokens} == set(TOKENS)
    needed = {name: tables[name] for name in ("grammar", "notation", "signs")}
    asked = [{"tables": needed, "tokens": TOKENS, "walk": tokens, "backward": backward} for tokens in walks]
    for tokens, answer in zip(walks, in_node(SCRIPT, [], asked), strict=True):
        answer["mathml"] = etree.canonicalize(answer["mathml"])
        assert answer == in_python(tokens, backward), " ".join(tokens)


def test_the_tables_say_which_tokens_end_a_cell(recognizer: Recognizer) -> None:
    assert recognizer.bundle is not None
    grammar = tables_of(recognizer.bundle, recognizer.vocabulary)["grammar"]
    assert grammar["cell_ends"] == {token: kind.name for token, kind in CELL_ENDS.items()}
