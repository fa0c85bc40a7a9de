"""Comparison of two reports of the same expressions, with a test of significance."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.stats import binomtest

from crohme.evaluation.intervals import percentiles, resampled_sums
from crohme.evaluation.report.files import ReportError, Row, StoredReport


@dataclass(frozen=True)
class Change:
    """One expression that A and B read differently.

    Args:
        file: str.
        truth: str. LaTeX in the normal form; empty if there is none.
        a, b: Row. What either read.
    """

    file: str
    truth: str
    a: Row
    b: Row


@dataclass(frozen=True, eq=False)
class Comparison:
    """B against A, file by file.

    Args:
        a, b: StoredReport. Of the same files and the same truth.
        wins, losses: list of Change. What only B, what only A reads right.
        others: list of Change. What both read wrong, in different ways.
        figures: dict, JSON-able. `metric`, `n`; for each of `exprate`, `le1`, `le2`, `le3` (of symbols `top1`)
            a dict of `a`, `b`, `difference` (percent; B − A) and its 95 % `interval`; `wins`, `losses`,
            `both_right`, `both_wrong`, counts; `p_value` of McNemar's test on what is right.
    """

    a: StoredReport
    b: StoredReport
    wins: list[Change]
    losses: list[Change]
    others: list[Change]
    figures: dict[str, Any]


def compare_reports(a: StoredReport, b: StoredReport, seed: int = 0) -> Comparison:
    """Compare two reports.

    Args:
        a, b: StoredReport.
        seed: int. Of the bootstrap, which draws files and takes both readings of each.

    Raises:
        ReportError: Their metrics, files or truths differ.
    """
    _check(a, b)
    changes = [Change(file, row.truth, row, b.rows[file]) for file, row in a.rows.items()]
    wins = [c for c in changes if c.b.errors == 0 and c.a.errors != 0]
    losses = [c for c in changes if c.a.errors == 0 and c.b.errors != 0]
    others = [c for c in changes if c.a.errors != 0 and c.b.errors != 0 and c.a.read != c.b.read]
    both_right = sum(c.a.errors == c.b.errors == 0 for c in changes)
    figures: dict[str, Any] = {"metric": a.metric, "n": len(changes), **_rates(a, changes, seed)}
    figures |= {"wins": len(wins), "losses": len(losses), "both_right": both_right}
    figures["both_wrong"] = len(changes) - both_right - len(wins) - len(losses)
    figures["p_value"] = mcnemar(len(wins), len(losses))
    return Comparison(a, b, wins, losses, others, figures)


def mcnemar(wins: int, losses: int) -> float:
    """Probability of a difference at least as large between two recognisers that are equally good.

    The exact form of McNemar's test (Psychometrika 12, 1947): it holds for few files on which they
    differ, where the chi-squared approximation does not, and costs nothing for many.

    Args:
        wins, losses: int. Files that only one of them reads right.

    Returns:
        Two-sided p-value; 1 if there is no such file.
    """
    return float(binomtest(wins, wins + losses).pvalue) if wins + losses else 1.0


def _check(a: StoredReport, b: StoredReport) -> None:
    if a.metric != b.metric:
        raise ReportError(f"different metrics: {a.metric!r} in {a.folder}, {b.metric!r} in {b.folder}")
    for one, other in ((a, b), (b, a)):
        missing = [file for file in one.rows if file not in other.rows]
        if missing:
            where = f"{len(missing)} of {one.folder} are not in {other.folder}"
            raise ReportError(f"different files: {where}{_some(missing)}")
    differing = [file for file, row in a.rows.items() if row.truth != b.rows[file].truth]
    if differing:
        raise ReportError(f"different truths in {a.folder} and {b.folder}, {len(differing)} in all{_some(differing)}")


def _some(files: list[str], most: int = 5) -> str:
    return f" ({', '.join(files[:most])}{' …' if len(files) > most else ''})"


def _rates(report: StoredReport, changes: Iterable[Change], seed: int) -> dict[str, dict[str, Any]]:
    errors = np.array([[np.inf if row.errors is None else row.errors for row in (c.a, c.b)] for c in changes])
    right = np.stack([errors <= most for _, most, _ in report.rates])  # rate, file, A or B
    differences = (right[:, :, 1].astype(int) - right[:, :, 0]).T
    drawn = 100 * resampled_sums(differences, seed) / len(errors)
    return {
        key: {
            "a": round(100 * float(hits[:, 0].mean()), 2),
            "b": round(100 * float(hits[:, 1].mean()), 2),
            "difference": round(100 * float(difference.mean()), 2),
            "interval": [round(end, 2) for end in percentiles(samples)],
        }
        for (key, _, _), hits, difference, samples in zip(report.rates, right, differences.T, drawn.T, strict=True)
    }
