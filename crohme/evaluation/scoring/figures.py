"""What is reported of counts: rates in percent, under the names that the reference figures have.

Of a set, counts are summed first and divided then (micro average), as LgEval does.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from crohme.evaluation.scoring.comparison import Counts, total

TOLERANCES = {"exact": 0, "le1": 1, "le2": 2, "le3": 3}
_DIGITS = 6


def graph_figures(counts: Counts) -> dict[str, Any]:
    """Recall, precision and F of symbols and relations, and the rate of right primitives.

    Args:
        counts: Counts. Of one file or of many.

    Returns:
        dict with `segmentation`, `segmentation_class`, `relation`, `relation_class` (each with
        `recall`, `precision`, `f`) and `node_rate`.
    """
    symbols, relations = (counts.true_symbols, counts.found_symbols), (counts.true_relations, counts.found_relations)
    return {
        "segmentation": _retrieval(counts.segmented, *symbols),
        "segmentation_class": _retrieval(counts.classified, *symbols),
        "relation": _retrieval(counts.located, *relations),
        "relation_class": _retrieval(counts.related, *relations),
        "node_rate": percent(counts.nodes - counts.node_errors, counts.nodes),
    }


def file_figures(errors: int | None) -> dict[str, Any]:
    """`errors` of one file and whether it is `exact`, `le1`, `le2`, `le3`; without a truth it is none of them."""
    return {"errors": errors} | {key: errors is not None and errors <= most for key, most in TOLERANCES.items()}


def set_figures(errors: Sequence[int | None]) -> dict[str, Any]:
    """Number of `pairs`, counts of `exact`, `le1`, `le2`, `le3`, and their rates (`exact_rate` …)."""
    files = [file_figures(one) for one in errors]
    counts = {key: sum(one[key] for one in files) for key in TOLERANCES}
    rates = {f"{key}_rate": percent(count, len(files)) for key, count in counts.items()}
    return {"pairs": len(files), **counts, **rates}


def graph_set_figures(counts: Iterable[Counts], unscored: int = 0) -> dict[str, Any]:
    """All figures of a set of graphs.

    Args:
        counts: iterable of Counts, one per file.
        unscored: int. Files more whose truth cannot be read. They are pairs, and wrong.

    Returns:
        dict: `set_figures`, `graph_figures`, and `structure_exact` with `structure_rate`.
    """
    rows = list(counts)
    summed = total(rows)
    pairs = len(rows) + unscored
    structure = {"structure_exact": summed.structures, "structure_rate": percent(summed.structures, pairs)}
    return set_figures([*(row.errors for row in rows), *[None] * unscored]) | structure | graph_figures(summed)


def percent(part: int, whole: int) -> float:
    """A share in percent. Of nothing it is 100: odd but official."""
    return round(100 * part / whole, _DIGITS) if whole else 100.0


def _retrieval(right: int, true: int, found: int) -> dict[str, float]:
    recall = 100 * right / true if true else 100.0
    precision = 100 * right / found if found else 100.0
    f = 2 * recall * precision / (recall + precision) if recall + precision else 0.0
    return {"recall": round(recall, _DIGITS), "precision": round(precision, _DIGITS), "f": round(f, _DIGITS)}
