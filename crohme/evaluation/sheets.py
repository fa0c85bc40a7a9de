"""Sheets of written expressions, to look at."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from crohme.ink.expression import Expression, all_nodes
from crohme.notation import to_latex
from inkml_parser.files import replacing

_COLUMNS = 4


def draw_expressions(expressions: Sequence[Expression], path: Path) -> None:
    """Draw expressions in a grid, each symbol in a colour of its own, its LaTeX above.

    Args:
        expressions: sequence of `Expression`.
        path: Path of a PNG.
    """
    from matplotlib.figure import Figure

    rows = -(-len(expressions) // _COLUMNS)
    figure = Figure(figsize=(5.5 * _COLUMNS, 3.2 * rows), dpi=60, layout="constrained")
    for axes, expression in zip(figure.subplots(rows, _COLUMNS, squeeze=False).flat, expressions, strict=False):
        for number, node in enumerate(all_nodes(expression.row)):
            for stroke in expression.points[list(node.strokes)]:
                axes.plot(stroke[:, 0], stroke[:, 1], color=f"C{number % 10}", linewidth=1.6)
        axes.set_title(" ".join(to_latex(expression.tree))[:80], fontsize=8, parse_math=False)
        axes.set_aspect("equal")
        axes.invert_yaxis()
    for axes in figure.axes:
        axes.axis("off")
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as file:
        figure.savefig(file)
