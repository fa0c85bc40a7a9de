"""Two reports compared, as a page."""

from __future__ import annotations

from pathlib import Path

from crohme.evaluation.comparison import Comparison
from crohme.evaluation.report.drawings import Drawing, draw, typeset_latex
from crohme.evaluation.report.environment import template
from inkml_parser import InkError, read

CHANGES = 300
"""Expressions of each kind on the page; the others are counted."""


def render_comparison(found: Comparison) -> str:
    """The page as HTML, complete in itself; with the ink of the files that are still where B read them.

    Args:
        found: Comparison.
    """
    data = Path(found.b.about.data)
    lists = {
        "Right in B only": found.wins,
        "Right in A only": found.losses,
        "Wrong in both, in different ways": found.others,
    }
    return template("comparison.html").render(
        found=found,
        figures=found.figures,
        rates=found.a.rates,
        lists=lists,
        most=CHANGES,
        typeset=typeset_latex,
        drawing=lambda file: _drawing(data / file),
    )


def _drawing(path: Path) -> Drawing | None:
    """The ink of a file, or of one of its symbols: `file#2` is the third."""
    name, _, number = str(path).rpartition("#")
    is_symbol = bool(name) and number.isdigit()
    try:
        ink = read(Path(name) if is_symbol else path)
        if is_symbol:
            ink = ink.select(ink.symbols[int(number)].strokes)
    except (InkError, OSError, IndexError):
        return None
    return draw(ink) if ink.strokes else None
