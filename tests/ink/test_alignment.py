"""Symbols of a LaTeX truth are found among written symbols by where they stand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from crohme.datasets.location import inkml_files
from crohme.ink.truth import aligned_truth, truth_with_strokes
from crohme.notation import NotationError, Relation, SymbolTree, to_latex
from crohme.notation.tree import Node
from inkml_parser import Ink, InkError, Symbol, read


def ink_of(latex: str, *symbols: tuple[str, float, float]) -> Ink:
    """Each symbol a short stroke about a place."""
    strokes = tuple(np.array([[x - 1, y - 1], [x + 1, y + 1]]) for _, x, y in symbols)
    return Ink(strokes, latex=latex, symbols=tuple(Symbol(label, (i,)) for i, (label, _, _) in enumerate(symbols)))


def test_symbols_of_one_class_are_told_apart_by_their_places() -> None:
    tree = aligned_truth(ink_of("$x^2+x_2$", ("2", 31, 6), ("x", 26, 0), ("+", 15, 0), ("2", 5, -6), ("x", 0, 0)))
    assert to_latex(tree) == "x ^ { 2 } + x _ { 2 }".split()
    assert [node.strokes for node in tree.nodes()] == [(4,), (3,), (2,), (1,), (0,)]


def test_fractions_in_fractions() -> None:
    bars = (("-", 0, 0), ("-", 0, 10))
    tree = aligned_truth(ink_of(r"\frac{a}{\frac{a}{a}}", *bars, ("a", 0, 5), ("a", 0, 15), ("a", 0, -5)))
    outer = tree.row[0]
    assert outer.strokes == (0,) and outer.rows[Relation.ABOVE][0].strokes == (4,)
    inner = outer.rows[Relation.BELOW][0]
    assert [inner.strokes, *(row[0].strokes for row in inner.rows.values())] == [(1,), (2,), (3,)]


def test_labels_of_no_alphabet_are_taken_from_the_segmentation() -> None:
    tree = aligned_truth(ink_of(r"D \approx \nabla", ("\\approx", 9, 0), ("D", 0, 0), ("\\nabla", 20, 0)))
    assert [(node.label, node.strokes) for node in tree.nodes()] == [("D", (1,)), ("\\approx", (0,)), ("\\nabla", (2,))]


@pytest.mark.parametrize(
    ("latex", "cause"),
    [("a + c", "c in the LaTeX only, b in the ink only"), ("b + a", "not arranged as .* b and "), ("a +", "b in")],
    ids=["another label", "another order", "one too few"],
)
def test_nothing_is_guessed(latex: str, cause: str) -> None:
    with pytest.raises(NotationError, match=cause):
        aligned_truth(ink_of(latex, ("a", 0, 0), ("+", 10, 0), ("b", 20, 0)))


def in_order(row: tuple[Node, ...]) -> Iterator[tuple[int, ...]]:
    """Strokes of all nodes, Sub and Below alike: the truths of limits disagree."""
    lower = {Relation.SUB, Relation.BELOW}
    for node in row:
        yield node.strokes
        for relation in sorted(node.rows, key=lambda relation: relation in lower):
            yield from in_order(node.rows[relation])


def test_real_latex_is_aligned_as_the_real_mathml_says(crohme_data: Path) -> None:
    right, wrong, refused = 0, 0, 0
    for path in inkml_files(crohme_data / "test2013")[::3]:
        try:
            ink = read(path)
            truth = truth_with_strokes(ink)
            found: SymbolTree = aligned_truth(replace(ink, mathml=None))
        except (InkError, NotationError):
            refused += 1
            continue
        if to_latex(found) == to_latex(truth):
            same = list(in_order(found.row)) == list(in_order(truth.row))
            right, wrong = right + same, wrong + (not same)
    assert right > 195 and wrong <= 2 and refused < 25
