"""Grids made of written rows: matrices, case distinctions, aligned lines."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from crohme.augment.grids import random_grid
from crohme.notation import Alphabet, SymbolTree, from_latex, to_latex
from crohme.notation.tree import symbols

ROWS = [from_latex(latex, Alphabet.whole()).row for latex in (
    "x ^ { 2 } + 3 = \\frac { a } { b }", "\\sqrt { x } + y", "a b c d e f", "n \\geq 1",
    "\\begin{matrix} 1 \\end{matrix}",
)]  # fmt: skip


@pytest.fixture(scope="module")
def made() -> list[SymbolTree]:
    rng = np.random.default_rng(5)
    return [random_grid(lambda: ROWS[rng.integers(len(ROWS))], rng) for _ in range(400)]


def grid_of(tree: SymbolTree):
    grids = [node for node in tree.row if node.is_grid]
    assert len(grids) == 1  # and none within its cells
    assert not any(node.is_grid for cells in grids[0].cells for cell in cells for node in symbols(cell))
    return grids[0]


def test_each_is_latex_that_is_read_back(made: list[SymbolTree]) -> None:
    for tree in made:
        assert from_latex(" ".join(to_latex(tree)), Alphabet.whole()) == tree


def test_lines_are_of_one_length_and_cells_short(made: list[SymbolTree]) -> None:
    for tree in made:
        cells = grid_of(tree).cells
        assert len({len(line) for line in cells}) == 1
        assert all(1 <= len(list(symbols(cell))) <= 18 for line in cells for cell in line)


def test_all_kinds_come_up(made: list[SymbolTree]) -> None:
    sizes = Counter((len(grid_of(tree).cells), len(grid_of(tree).cells[0])) for tree in made)
    assert {(2, 2), (3, 3), (4, 4), (2, 1), (1, 3)} <= sizes.keys()
    before = Counter(tree.row[tree.row.index(grid_of(tree)) - 1].label for tree in made if not tree.row[0].is_grid)
    assert {"[", "(", "|", "\\|", "\\{"} <= before.keys()
    assert any(tree.row[0].is_grid for tree in made)
    assert any("^ { T }" in " ".join(to_latex(tree)) for tree in made)
