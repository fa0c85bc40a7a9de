"""Matrices, case distinctions and aligned lines, made of rows that people wrote: of these the texts have few."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from crohme.ink.expression import Row
from crohme.notation import Alphabet, from_latex
from crohme.notation.alphabet import GRID
from crohme.notation.tree import Node, SymbolTree, symbols

_BRACKETS = (("[", "]"), ("[", "]"), ("(", ")"), ("(", ")"), ("|", "|"), ("\\|", "\\|"))
_DIGITS = "0 1 2 3 4 5 6 7 8 9".split()
_LETTERS = "a b c d f g h k m n p q r s t u v w x y z A B C \\alpha \\beta".split()
_CASES = ("f ( x ) =", "y =", "", "f =", "a _ { n } =")
_BEFORE = ("", "", "", "A =", "M =", "x =", "B =", "\\det", "2", "P", "-", "v =", "X =")
_AFTER = ("", "", "", "", "^ { T }", "^ { - 1 }", "^ { 2 }", "= 0", "x", "_ { n }")
_CELL_BY_CELL, _SIMPLE = 0.6, 0.7  # shares of matrices and of cells
_MOST_IN_CELL, _MOST_IN_LINE = 5, 9  # symbols


def random_grid(row_of: Callable[[], Row], rng: np.random.Generator) -> SymbolTree:
    """Some grid, with what people write around it.

    Args:
        row_of: function. Some written row, of which cells take a part.
        rng: Generator.

    Returns:
        SymbolTree. Without strokes.
    """
    if rng.random() < _CELL_BY_CELL:
        return _matrix(row_of, rng)
    lines = int(rng.integers(2, 4))
    cells = tuple((_part(row_of(), _MOST_IN_LINE, rng), _part(row_of(), _MOST_IN_CELL, rng)) for _ in range(lines))
    if rng.random() < 0.6:  # a case distinction
        return SymbolTree((*_read(_choice(_CASES, rng)), Node("\\{"), _grid(cells)))
    aligned = tuple((left, (Node("="), *right)) for left, right in cells)
    if rng.random() < 0.5:
        return SymbolTree((_grid(aligned),))
    single = tuple(((*left, *right),) for left, right in aligned)
    return SymbolTree((Node("\\{"), _grid(single)) if rng.random() < 0.5 else (_grid(single),))


def _matrix(row_of: Callable[[], Row], rng: np.random.Generator) -> SymbolTree:
    lines, columns = int(rng.integers(2, 5)), int(rng.choice((1, 2, 2, 3, 3, 4)))
    if rng.random() < 0.1:
        lines = 1 if columns > 1 else lines
    is_simple = rng.random() < _SIMPLE or lines * columns > 9

    def cell() -> Row:
        return _simple(rng) if is_simple or rng.random() < 0.4 else _part(row_of(), _MOST_IN_CELL, rng)

    grid = _grid(tuple(tuple(cell() for _ in range(columns)) for _ in range(lines)))
    opening, closing = _BRACKETS[rng.integers(len(_BRACKETS))]
    around = _read(f"{_choice(_BEFORE, rng)} {opening} {closing} {_choice(_AFTER, rng)}")
    at = next(i for i, node in enumerate(around) if node.label == opening) + 1
    return SymbolTree((*around[:at], grid, *around[at:]))


def _simple(rng: np.random.Generator) -> Row:
    digit, letter, kind = _choice(_DIGITS, rng), _choice(_LETTERS, rng), rng.random()
    if kind < 0.45:
        return _read(digit)
    if kind < 0.65:
        return _read(letter)
    if kind < 0.76:
        return _read(f"- {digit if kind < 0.72 else letter}")
    if kind < 0.84:
        return _read(f"{_choice(_DIGITS[1:], rng)} {digit if kind < 0.8 else letter}")
    if kind < 0.95:
        index = digit if kind < 0.9 else f"{_choice(_DIGITS[1:5], rng)} {_choice(_DIGITS[1:5], rng)}"
        return _read(f"{letter} _ {{ {index} }}")
    return _read(f"{letter} ^ {{ 2 }}" if kind < 0.98 else "\\ldots")


def _part(row: Row, most: int, rng: np.random.Generator) -> Row:
    """Some of a row that holds no grid, of at most so many symbols."""
    start = int(rng.integers(len(row)))
    part: list[Node] = []
    for node in row[start : start + 1 + int(rng.integers(most))]:
        held = list(symbols((node,)))
        if len(held) > most or GRID in (inner.label for inner in held):
            break
        most -= len(held)
        part.append(node)
    return tuple(part) or (Node(_choice(_DIGITS, rng)),)


def _grid(cells: tuple[tuple[Row, ...], ...]) -> Node:
    return Node(GRID, cells=cells)


def _read(latex: str) -> Row:
    return from_latex(latex, Alphabet.whole()).row if latex.strip() else ()


def _choice(options: tuple[str, ...] | list[str], rng: np.random.Generator) -> str:
    return options[rng.integers(len(options))]
