"""Two reports compared, as a page."""

from __future__ import annotations

from crohme.evaluation.comparison import Comparison
from crohme.evaluation.expressions import RATES
from crohme.evaluation.report.drawings import typeset_latex
from crohme.evaluation.report.environment import template

CHANGES = 300
"""Expressions of each kind on the page; the others are counted."""


def render_comparison(found: Comparison) -> str:
    """The page as HTML, complete in itself.

    Args:
        found: Comparison.
    """
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
    )
