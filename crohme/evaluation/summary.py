"""The figures of whole expressions, whoever read them: ExpRate, rates with some errors, groups."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from crohme.evaluation.groups import Group, by_strokes, by_tokens
from crohme.evaluation.intervals import percentiles, resampled_sums
from crohme.evaluation.outcomes import KINDS, Outcome, Unit

METRIC = "token edit distance on normal-form LaTeX"
RATES = (("exprate", 0), ("le1", 1), ("le2", 2), ("le3", 3))
"""Names of the figures, and how many errors each allows."""


def rate_name(most: int, unit: str = Unit.EDIT) -> str:
    """What a figure of `RATES` is called."""
    return f"≤ {most} {unit}{'s' if most > 1 else ''}" if most else "ExpRate"


def summarize(
    outcomes: Sequence[Outcome], seed: int = 0, *, metric: str = METRIC, unit: Unit = Unit.EDIT
) -> dict[str, Any]:
    """The figures: percentages of all outcomes, with 95 % bootstrap intervals.

    Args:
        outcomes: sequence of `Outcome`, at least one.
        seed: int. Of the bootstrap.
        metric: str. What the errors of the outcomes are.
        unit: Unit. What they are counted in.

    Returns:
        dict, JSON-able: `metric`; `unit`; `n`; `exprate`, `le1`, `le2`, `le3`, each with its `_interval`; `top5`,
        the share whose truth is among the readings, where further readings are known; `problems`, how many
        have no truth or no reading; `by_strokes`, ExpRate by length, or without ink `by_tokens`;
        `errors_by_kind`, counts of the wrong ones, those that cannot be told as `unknown`.
    """
    errors = np.array([np.inf if o.errors is None else o.errors for o in outcomes])
    right = np.stack([errors <= most for _, most in RATES], axis=1)
    drawn = 100 * resampled_sums(right, seed) / len(errors)
    summary: dict[str, Any] = {"metric": metric, "unit": str(unit), "n": len(outcomes)}
    for (key, _), hits, samples in zip(RATES, right.T, drawn.T, strict=True):
        summary[key] = round(100 * float(hits.mean()), 2)
        summary[f"{key}_interval"] = [round(end, 2) for end in percentiles(samples)]
    if all(o.alternatives is not None for o in outcomes):
        found = np.array([o.truth != "" and o.truth in (o.read, *(o.alternatives or ())) for o in outcomes])
        summary["top5"] = round(100 * float(found.mean()), 2)
    summary["problems"] = sum(o.problem is not None for o in outcomes)
    key, lengths = by_length(outcomes)
    summary[f"by_{key}"] = {group.name: {"n": group.n, "exprate": group.rate} for group in lengths}
    wrong = [o for o in outcomes if not o.is_right]
    summary["errors_by_kind"] = {kind or "unknown": sum(o.kind == kind for o in wrong) for kind in (*KINDS, None)}
    return summary


def by_length(outcomes: Sequence[Outcome]) -> tuple[str, list[Group]]:
    """Groups by number of strokes, or by number of tokens where no outcome has ink; and by what."""
    if any(o.strokes for o in outcomes) or not any(o.truth for o in outcomes):
        return "strokes", by_strokes(outcomes)
    return "tokens", by_tokens(outcomes)
