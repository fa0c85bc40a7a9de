"""From a formula and a writer to ink with full truth."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from crohme.notation import Node, SymbolTree, from_latex, to_latex, to_truth_mathml
from crohme.types import Float64Array
from inkml_parser import Ink, Symbol
from sample_generator.layout import Box, Typesetter
from sample_generator.pen import Pen, Writer, random_state

_MARGIN = 12  # device units


def write_expression(latex: str, writer: Writer, name: str) -> Ink:
    """One expression as CROHME would have it: ink, symbols, MathML, LaTeX, writer.

    Args:
        latex: str.
        writer: Writer.
        name: str. Identifies the expression (annotation `UI`) and seeds all that is random in it.
    """
    tree = from_latex(latex)
    rng = random_state(name)
    box = Typesetter(Pen(writer, rng)).row(tree.row)
    drawn: list[list[int]] = [[] for _ in tree.nodes()]
    for stroke, mark in enumerate(box.marks):
        drawn[mark.symbol].append(stroke)
    mathml, symbols = to_truth_mathml(_with_strokes(tree, drawn))
    return Ink(
        strokes=tuple(_on_device(box, writer, rng)),
        symbols=tuple(Symbol(*symbol) for symbol in symbols),
        latex=" ".join(to_latex(tree)),
        mathml=mathml,
        annotations={"writer": writer.name, "UI": name, "copyright": "the crohme authors, MIT License"},
    )


def _with_strokes(tree: SymbolTree, drawn: list[list[int]]) -> SymbolTree:
    """The tree with the strokes of its symbols, given in the order of `tree.nodes()`."""
    numbers = iter(drawn)

    def row(nodes: tuple[Node, ...]) -> tuple[Node, ...]:
        return tuple(node(n) for n in nodes)

    def node(n: Node) -> Node:
        strokes = tuple(next(numbers))
        return replace(n, strokes=strokes, rows={relation: row(nodes) for relation, nodes in n.rows.items()})

    return SymbolTree(row(tree.row))


def _on_device(box: Box, writer: Writer, rng: np.random.RandomState) -> Iterator[Float64Array]:
    """Strokes in whole device units, Y down, on a base line that rises and waves a little."""
    waves = [(rng.uniform(60, 200), rng.uniform(0, 2 * np.pi), rng.normal(0, writer.looseness)) for _ in range(2)]
    warped = []
    for mark in box.marks:
        x, y = mark.points.T
        rise = writer.slope * x + sum(a * np.sin(2 * np.pi * x / length + phase) for length, phase, a in waves)
        sway = sum(0.5 * a * np.sin(2 * np.pi * y / (0.5 * length) + phase) for length, phase, a in waves)
        warped.append(writer.unit * np.column_stack([x + sway, -(y + rise)]))
    corner = np.min([points.min(axis=0) for points in warped], axis=0)
    for points in warped:
        yield np.round(points - corner) + _MARGIN
