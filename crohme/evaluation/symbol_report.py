"""The report of an evaluation of isolated symbols, as files."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.colors import LogNorm
from sklearn.metrics import classification_report, confusion_matrix

from crohme.evaluation.plots import save
from crohme.evaluation.report.content import About
from crohme.evaluation.symbols import SymbolResults
from crohme.types import Int64Array
from inkml_parser.files import filling, write_whole

METRIC = "isolated symbols, the most probable class"

_PAIRS = 20
_EXAMPLES = 12


def write_report(
    results: SymbolResults, folder: Path, about: About | None = None, formats: Sequence[str] = ("png",)
) -> list[Path]:
    """Write all parts of the report.

    Args:
        results: SymbolResults.
        folder: Path. Made if missing.
        about: About or None. What was evaluated.
        formats: sequence of str. Of the plots, some of `plots.FORMATS`.

    Returns:
        The files: `metrics.json`, `classes.csv` and, to read, `classes.txt` (precision, recall, F1 and count
        of each class, and their means), `confusion.csv`, `confusion.png`, `pairs.csv` and `pairs.png` (the
        most confused pairs, with pictures), `errors.csv` (every symbol that was read wrong), `outcomes.csv` (a
        row for every symbol).
    """
    labels = sorted({*results.truth.tolist(), *results.predicted.tolist()})
    matrix = confusion_matrix(results.truth, results.predicted, labels=labels)
    pairs = most_confused(matrix, labels)
    per_class = classification_report(
        results.truth, results.predicted, labels=labels, output_dict=True, zero_division=0
    )
    readable = classification_report(results.truth, results.predicted, labels=labels, digits=4, zero_division=0)
    metrics = results.summary() | {"metric": METRIC, "about": asdict(about or About("", ""))}
    by_class = pd.DataFrame({label: per_class[label] for label in labels}).T
    with filling(folder) as parts:
        write_whole(parts / "metrics.json", json.dumps(metrics, indent=2) + "\n")
        write_whole(parts / "classes.txt", readable)
        write_whole(parts / "classes.csv", by_class.to_csv(index_label="label"))
        matrix_table = pd.DataFrame(matrix, index=labels, columns=labels)
        write_whole(parts / "confusion.csv", matrix_table.to_csv(index_label="truth"))
        write_whole(parts / "pairs.csv", pairs.to_csv(index=False))
        write_whole(parts / "errors.csv", _errors(results).to_csv(index=False))
        write_whole(parts / "outcomes.csv", _outcomes(results).to_csv(index=False))
        _draw_matrix(matrix, labels, parts / "confusion", formats)
        _draw_pairs(results, pairs, parts / "pairs", formats)
        names = sorted(part.name for part in parts.iterdir())
    return [folder / name for name in names]


def most_confused(matrix: Int64Array, labels: list[str]) -> pd.DataFrame:
    """The pairs of labels most often taken for each other, in both directions together.

    Args:
        matrix: `(C, C)` int. Rows are the truth.
        labels: list of C str.

    Returns:
        Table of `a, b, errors, a_as_b, b_as_a`, most errors first, at most 20 rows.
    """
    first, second = np.triu_indices(len(labels), k=1)
    table = pd.DataFrame(
        {
            "a": np.array(labels)[first],
            "b": np.array(labels)[second],
            "errors": matrix[first, second] + matrix[second, first],
            "a_as_b": matrix[first, second],
            "b_as_a": matrix[second, first],
        }
    )
    return table[table["errors"] > 0].sort_values("errors", ascending=False, kind="stable").head(_PAIRS)


def _errors(results: SymbolResults) -> pd.DataFrame:
    wrong = results.predicted != results.truth
    return pd.DataFrame(
        {
            "file": results.files[wrong],
            "truth": results.truth[wrong],
            "predicted": results.predicted[wrong],
            "probability": results.probabilities.max(axis=1)[wrong].round(4),
        }
    )


def _outcomes(results: SymbolResults) -> pd.DataFrame:
    """Every symbol, under a name of its own: `file#2` is the third symbol of a file of several."""
    names = pd.Series(results.files)
    numbered = names + "#" + names.groupby(names).cumcount().astype(str)
    return pd.DataFrame(
        {
            "file": names.where(~names.duplicated(keep=False), numbered),
            "truth": results.truth,
            "read": results.predicted,
            "confidence": results.probabilities.max(axis=1).round(4),
            "errors": (results.predicted != results.truth).astype(int),
        }
    )


def _draw_matrix(matrix: Int64Array, labels: list[str], path: Path, formats: Sequence[str]) -> None:
    side = max(4.0, 0.16 * len(labels))
    figure, axes = plt.subplots(figsize=(side + 1, side), layout="constrained")
    # Counts span four orders of magnitude; on a linear scale no confusion would be seen.
    image = axes.imshow(np.where(matrix > 0, matrix, np.nan), norm=LogNorm(1, max(2, matrix.max())), cmap="viridis_r")
    axes.set_xticks(range(len(labels)), labels, rotation=90, fontsize=6, parse_math=False)
    axes.set_yticks(range(len(labels)), labels, fontsize=6, parse_math=False)
    axes.set(xlabel="read as", ylabel="truth")
    figure.colorbar(image, ax=axes, label="symbols")
    save(figure, path, formats, dpi=120)


def _draw_pairs(results: SymbolResults, pairs: pd.DataFrame, path: Path, formats: Sequence[str]) -> None:
    """One row per confusion: how it was read, and pictures of some of those that were read so."""
    directions = [(a, b) for a, b in zip(pairs["a"], pairs["b"], strict=True)]
    directions = [d for a, b in directions for d in ((a, b), (b, a))]
    rows = [(d, np.flatnonzero((results.truth == d[0]) & (results.predicted == d[1]))) for d in directions]
    rows = [(d, found) for d, found in rows if len(found)]
    figure, axes = plt.subplots(
        max(1, len(rows)), _EXAMPLES + 1, figsize=(_EXAMPLES + 3, max(1, 0.8 * len(rows))), squeeze=False,
        width_ratios=[3] + [1] * _EXAMPLES, layout="constrained",
    )  # fmt: skip
    for cell in axes.flat:
        cell.axis("off")
    for (true, read_as), found in rows:
        row = axes[[d for d, _ in rows].index((true, read_as))]
        row[0].text(0, 0.5, f"{true} read as {read_as}: {len(found)}", va="center", parse_math=False)
        for cell, index in zip(row[1:], found, strict=False):
            cell.imshow(results.pictures[index], cmap="gray", vmin=0, vmax=255)
    if not rows:
        axes[0, 0].text(0, 0.5, "no symbol was read wrong", va="center")
    save(figure, path, formats, dpi=80)
