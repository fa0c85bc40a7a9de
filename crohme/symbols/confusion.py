"""Which symbols are read as which, as a picture."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import matplotlib
import numpy as np

matplotlib.use("Agg")

import matplotlib.pyplot as plt  # noqa: E402  (the backend must be chosen first)

from inkml_parser.files import replacing  # noqa: E402

_CELL = 0.24  # inches: a row of text fits
_FEWEST_CELLS = 16  # of fewer classes the cells are larger
_DPI = 100


def matrix(truth: np.ndarray, found: np.ndarray, classes: int) -> np.ndarray:
    """`(classes, classes)` counts: of symbols of a row's class, those read as a column's.

    Args:
        truth, found: `(N,)` int. Class indices.
        classes: int.
    """
    counts = np.zeros((classes, classes), dtype=np.int64)
    np.add.at(counts, (truth, found), 1)
    return counts


def worst(counts: np.ndarray, classes: Sequence[str], most: int = 5) -> list[tuple[str, str, int]]:
    """The most frequent confusions: truth, what it was read as, how often."""
    wrong = counts * ~np.eye(len(counts), dtype=bool)
    order = np.argsort(-wrong, axis=None, kind="stable")[:most]
    pairs = zip(*np.unravel_index(order, wrong.shape), strict=True)
    return [(classes[a], classes[b], int(wrong[a, b])) for a, b in pairs if wrong[a, b]]


def draw(counts: np.ndarray, classes: Sequence[str], title: str, path: Path) -> None:
    """A confusion matrix whose labels and counts can be read, however many classes there are.

    Args:
        counts: see `matrix`. Each cell is coloured by its share of its row.
        classes: sequence of str.
        title: str.
        path: Path of the PNG.
    """
    side = _CELL * max(_FEWEST_CELLS, len(classes)) + 1.5
    cell = (side - 1.5) / len(classes) * 72  # points
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    figure, axes = plt.subplots(figsize=(side, side), layout="constrained")
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    size = min(10.0, 0.55 * cell)
    places = range(len(classes))
    axes.set_xticks(places, classes, rotation=90, fontsize=size, parse_math=False)
    axes.set_yticks(places, classes, fontsize=size, parse_math=False)
    axes.tick_params(top=True, labeltop=True, right=True, labelright=True)
    for row, column in zip(*np.nonzero(counts), strict=True):
        text, is_dark = str(counts[row, column]), shares[row, column] > 0.5
        fitting = min(size, 1.4 * cell / len(text))
        colour = "white" if is_dark else "black" if row == column else "firebrick"
        axes.text(column, row, text, ha="center", va="center", fontsize=fitting, color=colour)
    axes.set_xticks(np.arange(len(classes) + 1) - 0.5, minor=True)
    axes.set_yticks(np.arange(len(classes) + 1) - 0.5, minor=True)
    axes.grid(which="minor", color="lightgray", linewidth=0.3)
    axes.tick_params(which="minor", length=0)
    axes.set(xlabel="read as", ylabel="truth", title=title)
    with replacing(path) as file:
        figure.savefig(file, format="png", dpi=_DPI)
    plt.close(figure)
