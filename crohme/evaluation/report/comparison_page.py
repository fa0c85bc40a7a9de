"""Two reports compared, as a page."""

from __future__ import annotations

from pathlib import Path

from crohme.evaluation.comparison import Comparison
from crohme.evaluation.expressions import RATES
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
        rates=[key for key, _ in RATES],
        lists=lists,
        most=CHANGES,
        typeset=typeset_latex,
        drawing=lambda file: _drawing(data / file),
    )


def _drawing(path: Path) -> Drawing | None:
    try:
        ink = read(path)
    except (InkError, OSError):
        return None
    return draw(ink) if ink.strokes else None
