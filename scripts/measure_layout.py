"""Measure how CROHME's training set is laid out, for typesetting: `python scripts/measure_layout.py`.

Writes `crohme/augment/layout.csv`. Held-out writers are left out, and the test sets are never opened.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections import defaultdict
from pathlib import Path
from statistics import NormalDist

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from crohme.augment.manner import ANY, DEVIATES  # noqa: E402
from crohme.datasets.crohme import crohme_folder  # noqa: E402
from crohme.datasets.location import sample_folder  # noqa: E402
from crohme.datasets.registry import open_data_set  # noqa: E402
from crohme.evaluation.layout import figures_of  # noqa: E402
from crohme.expressions.corpus import load  # noqa: E402

FEWEST = 30  # observations that a pair of kinds must have to be told apart from others
Observation = tuple[float, str, int]  # value, writer, number of the expression


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="data set; by default CROHME, else the sample")
    parser.add_argument("--output", type=Path, default=Path("crohme/augment/layout.csv"), help="CSV to write")
    args = parser.parse_args()
    data = open_data_set(args.data or crohme_folder() or sample_folder())
    corpus = load(data, data.training)
    observed: dict[str, dict[str, list[Observation]]] = defaultdict(lambda: defaultdict(list))
    for number, (expression, writer) in enumerate(zip(corpus.expressions, corpus.writers, strict=True)):
        if data.is_held_out(writer):
            continue
        for figure, of, value in figures_of(expression):
            observed[figure][of].append((value, writer, number))
    with args.output.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        quantiles = [f"q{i}" for i in range(len(DEVIATES))]
        table.writerow(["figure", "of", "count", "mean", "writer", "expression", *quantiles])
        for figure, by_kinds in sorted(observed.items()):
            table.writerows(rows_of(figure, by_kinds))
    print(args.output)


def rows_of(figure: str, by_kinds: dict[str, list[Observation]]) -> list[list[str]]:
    """The rows of one figure: for each frequent pair of kinds, for each kind with any other, and for all."""
    shares = [] if figure == "order" else [between(by_kinds, column) for column in (1, 2)]
    pooled: dict[str, list[Observation]] = defaultdict(list)
    for kinds, own in by_kinds.items():
        for wider in {kinds} if figure == "order" else {kinds, *_wider(kinds)}:
            pooled[wider] += own
    rows = []
    for kinds, own in sorted(pooled.items()):
        if len(own) < FEWEST and figure != "order":
            continue
        values = np.array([value for value, _, _ in own])
        at = np.quantile(values, [NormalDist().cdf(deviate) for deviate in DEVIATES])
        numbers = [values.mean(), *(shares or (0, 0)), *at]
        rows.append([figure, kinds, str(len(own)), *(f"{number:.3f}" for number in numbers)])
    return rows


def _wider(kinds: str) -> set[str]:
    left, _, right = kinds.partition(" ")
    return {f"{left} {ANY}", f"{ANY} {right}", f"{ANY} {ANY}"} if right else {ANY}


def between(by_kinds: dict[str, list[Observation]], column: int) -> float:
    """Share of a figure's variance that lies between groups (writers, or expressions): the intraclass correlation.

    Values are ranked within their kinds first, so that neither kinds nor outliers count.
    """
    groups: dict[object, list[float]] = defaultdict(list)
    for own in by_kinds.values():
        ranks = np.argsort(np.argsort([value for value, _, _ in own], kind="stable"), kind="stable")
        for observation, rank in zip(own, ranks, strict=True):
            groups[observation[column]].append(NormalDist().inv_cdf((rank + 0.5) / len(own)))
    several = [np.array(group) for group in groups.values() if len(group) > 1]
    if len(several) < FEWEST:
        return 0.0
    sizes = np.array([len(group) for group in several])
    n, k = sizes.sum(), len(several)
    means = np.array([group.mean() for group in several])
    overall = (sizes * means).sum() / n
    among = (sizes * (means - overall) ** 2).sum() / (k - 1)
    within = sum(((group - group.mean()) ** 2).sum() for group in several) / max(n - k, 1)
    size = (n - (sizes**2).sum() / n) / (k - 1)
    return float(np.clip((among - within) / max(among + (size - 1) * within, 1e-9), 0, 1))


if __name__ == "__main__":
    main()
