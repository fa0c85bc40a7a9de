"""What a greedy search reads ahead, and how it forgets what it did not write."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import pytest

import crohme
from crohme.expressions.drafts import Draft
from crohme.expressions.hypotheses import Hypothesis, extend, first
from crohme.expressions.recognizer import Recognizer, prepare
from crohme.expressions.vocabulary import Vocabulary
from crohme.notation import Alphabet, SymbolTree, from_latex
from crohme.notation.grammar import WRITTEN
from crohme.notation.linear import delinearize, linearize
from inkml_parser import read

VOCABULARY = Vocabulary(Alphabet.whole())
FILE = sorted((Path(__file__).parents[2] / "data/sample").rglob("*.inkml"))[2]


def drawn(latex: str) -> SymbolTree:
    """LaTeX whose symbols have a stroke each, numbered as they are written."""
    numbers = count()
    steps = linearize(from_latex(latex))
    return delinearize([(token, node and replace(node, strokes=(next(numbers),), rows={})) for token, node in steps])


def after(tokens: str, n: int, strokes: list[int]) -> Hypothesis:
    """The hypothesis that has written some tokens, its symbols with these strokes, of n strokes in all."""
    hypothesis, left = first(n, False, VOCABULARY), iter(strokes)
    for token in tokens.split():
        cursor = hypothesis.cursor
        is_written = cursor.kind(token) in WRITTEN
        own = hypothesis.drawing((next(left),)) if is_written else None
        hypothesis = extend(hypothesis, token, cursor.advance(token), 0.0, own, VOCABULARY)
    return hypothesis


def expected(latex: str, tokens: str, n: int, strokes: list[int]) -> str:
    live = after(tokens, n, strokes)
    found = Draft(drawn(latex), first(n, False, VOCABULARY), VOCABULARY, backward=False).after(live)
    assert found[0] is live
    return " ".join(VOCABULARY.tokens[one.last] for one in found[1:])


@pytest.mark.parametrize(
    ("latex", "written", "strokes", "follows"),
    [
        ("x ^ { 2 } + 1", "", [], "x ^ { 2 } + 1"),
        ("x ^ { 2 } + 1", "x ^ { 2", [0, 1], "} + 1"),
        ("x ^ { 2 } + 1", "x ^ { 2 3", [0, 1, 4], "} + 1"),  # 4 is new, in the superscript
        ("x + 1", "x ^ { 2", [0, 3], "} + 1"),  # 3 is new, with a superscript of its own
        ("x + 1", "x ^", [0], "{"),
        ("x + 1", "x = 1", [0, 3, 2], ""),  # the draft wrote + before 1
        ("x + 1", "x + 1 0", [0, 1, 2, 3], ""),
        (r"\sqrt { x } + 1", r"\sqrt", [0], ""),  # an index may open as well
    ],
)
def test_a_draft_goes_on_where_as_much_of_it_is_written(
    latex: str, written: str, strokes: list[int], follows: str
) -> None:
    assert expected(latex, written, 5, strokes) == follows


def test_without_a_draft_only_what_must_follow_is_read_ahead() -> None:
    start = first(3, False, VOCABULARY)
    draft = Draft(None, start, VOCABULARY, backward=False)
    assert draft.after(start) == [start]
    assert [VOCABULARY.tokens[one.last] for one in draft.after(after("x _", 3, [0]))] == ["_", "{"]


def test_a_state_that_was_cut_reads_on_as_if_it_had_not_read_more() -> None:
    network: Any = crohme.load().network
    memory, rng = network.encode(prepare(read(FILE))), np.random.default_rng(1)
    n = len(memory)

    def told(q: int) -> tuple[Any, ...]:
        numbers = [rng.integers(0, top, (2, q)) for top in (250, 7, 7)]
        masks = [(rng.random((2, q, n)) < 0.3).astype(np.float32) for _ in range(2)]
        return numbers[0], *masks, *numbers[1:]

    begun, more, other = told(3), told(2), told(4)
    _, _, kept = network.read(memory, network.start(2), *begun)
    _, _, longer = network.read(memory, kept, *more)
    for state in (longer.cut(2), longer.select([0, 1]).cut(2)):
        tokens, pointers, _ = network.read(memory, state, *other)
        for found, whole in zip((tokens, pointers), network.read(memory, kept, *other), strict=False):
            np.testing.assert_allclose(found, whole, atol=1e-4)
    assert longer.cut(5).length == 0 and longer.cut(5).path.shape[1] == 0


def test_tokens_that_branch_are_read_as_each_branch_by_itself() -> None:
    network: Any = crohme.load().network
    memory, rng = network.encode(prepare(read(FILE))), np.random.default_rng(2)
    n = len(memory)
    parents = [[-1, 0, 0, -1, 3], [1, 5, 4, 2, 5]]  # of five tokens, and of five more
    of_each = [-1, 0, 0, -1, 3, 1, 5, 4, 2, 5]
    numbers = [rng.integers(0, top, len(of_each)) for top in (250, 7, 7)]
    masks = [(rng.random((len(of_each), n)) < 0.3).astype(np.float32) for _ in range(2)]

    def told(tokens: list[int] | slice, shape: tuple[int, int]) -> tuple[Any, ...]:
        previous, relations, rows = (one[tokens].reshape(shape) for one in numbers)
        return previous, *(one[tokens].reshape(*shape, n) for one in masks), relations, rows

    tree, found = network.start().branches(), list[tuple[Any, Any]]()
    for i, following in enumerate(parents):
        part = slice(5 * i, 5 * i + 5)
        tokens, pointers, tree = network.read(memory, tree.after(following), *told(part, (5, 1)))
        found += zip(tokens[:, 0], pointers[:, 0], strict=True)
    for token, (tokens, pointers) in enumerate(found):
        branch = [token]
        while of_each[branch[0]] >= 0:
            branch.insert(0, of_each[branch[0]])
        whole = network.read(memory, network.start(), *told(branch, (1, len(branch))))
        np.testing.assert_allclose(tokens, whole[0][0, -1], atol=1e-4)
        np.testing.assert_allclose(pointers, whole[1][0, -1], atol=1e-4)


@pytest.mark.parametrize(("beam", "most"), [(1, 5), (5, 10)])
def test_a_stroke_more_is_read_in_a_few_calls_however_long_the_expression(beam: int, most: int) -> None:
    recognizer: Recognizer = crohme.load()
    network: Any = recognizer.network
    strokes = read(FILE).strokes
    session = recognizer.session(strokes[:-1], beam=beam)
    before = session.recognition
    assert before is not None and len(before.latex.split()) > 8
    with mock.patch.object(network, "read_many", wraps=network.read_many) as calls:
        found = session.add(strokes[-1])
    assert found is not None and len(found.latex.split()) > 8
    assert calls.call_count <= most
    assert found.latex == recognizer.recognize(strokes, beam=beam).latex
