"""Stroke-level label graph figures of an evaluation: what `crohme score` says of the same readings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple
from typing import Any

import numpy as np

from crohme.evaluation.intervals import percentiles, resampled_sums
from crohme.evaluation.outcomes import Outcome
from crohme.evaluation.scoring import Counts, PrimitiveGraph, compare, graph_figures, graph_set_figures, primitive_graph
from crohme.ink.truth import truth_graph
from crohme.notation import NotationError, stroke_graph

TOLERANCES = {"exact_rate": 0, "le1_rate": 1, "le2_rate": 2, "le3_rate": 3}
RETRIEVALS = ("segmentation", "segmentation_class", "relation", "relation_class")


def label_graph_figures(outcomes: Sequence[Outcome], seed: int = 0) -> dict[str, Any]:
    """Figures of stroke-level label graphs.

    A file whose truth has no strokes counts as wrong, as `scoring.score` has it with an unreadable
    truth; one that could not be recognised is an empty graph. Limits over and under an operator are
    not its scripts here.

    Args:
        outcomes: sequence of `Outcome`, at least one.
        seed: int. Of the bootstrap.

    Returns:
        dict, JSON-able: `scoring.graph_set_figures`, `unscored` (files without strokes in the truth)
        and `intervals`: 95 % bootstrap intervals of the rates, and of the F of each retrieval.
    """
    counts = [_counts(outcome) for outcome in outcomes]
    scored = [one for one in counts if one is not None]
    unscored = len(counts) - len(scored)
    rows = [(one, one.errors, bool(one.structures)) for one in scored]
    return {
        **graph_set_figures(scored, unscored),
        "unscored": unscored,
        "intervals": intervals([*rows, *[(None, None, False)] * unscored], seed),
    }


def _counts(outcome: Outcome) -> Counts | None:
    """What is counted in one file; None if its truth is no label graph over strokes."""
    if outcome.ink is None:
        return None
    try:
        truth = primitive_graph(truth_graph(outcome.ink))
    except NotationError:
        return None
    if outcome.found is None:
        return compare(truth, PrimitiveGraph())
    try:
        found = primitive_graph(stroke_graph(outcome.found, outcome.ink.trace_ids))
    except NotationError:  # no label graph can say it: it is not the truth, which one says
        found = PrimitiveGraph()
    return compare(truth, found)


def intervals(rows: Sequence[tuple[Counts | None, int | None, bool]], seed: int = 0) -> dict[str, list[float]]:
    """95 % bootstrap intervals of the rates, and of the F of each retrieval.

    Args:
        rows: sequence of `(counts, errors, has_structure)`, one per file, at least one. Counts are None where
            no graphs were compared, errors where there is no truth.
        seed: int.
    """
    width = len(astuple(Counts()))
    flags = [[errors is not None and errors <= most for most in TOLERANCES.values()] for _, errors, _ in rows]
    counted = [astuple(counts or Counts()) for counts, _, _ in rows]
    values = [(*own, *right, is_same) for own, right, (_, _, is_same) in zip(counted, flags, rows, strict=True)]
    sums = resampled_sums(values, seed)
    shares = 100 * sums[:, width:] / len(rows)
    figures = [graph_figures(Counts(*row)) for row in sums[:, :width].astype(int).tolist()]
    samples = dict(zip([*TOLERANCES, "structure_rate"], shares.T, strict=True))
    samples["node_rate"] = np.array([one["node_rate"] for one in figures])
    samples |= {name: np.array([one[name]["f"] for one in figures]) for name in RETRIEVALS}
    return {name: [round(end, 2) for end in percentiles(values)] for name, values in samples.items()}
