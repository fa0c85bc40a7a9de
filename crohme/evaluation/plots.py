"""Plots of an evaluation of whole expressions, for a screen (PNG) or a paper (SVG, PDF)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import matplotlib
import numpy as np

from crohme.evaluation.groups import Group
from crohme.evaluation.intervals import wilson_interval
from crohme.evaluation.report.content import Content

matplotlib.use("Agg")

import matplotlib.pyplot as plt  # noqa: E402  (the backend must be chosen first)
from matplotlib.figure import Figure  # noqa: E402

from inkml_parser.files import replacing  # noqa: E402

FORMATS = ("png", "svg", "pdf")
_DPI = 150


def save(figure: Figure, path: Path, formats: Sequence[str], dpi: int = _DPI) -> list[Path]:
    """Write a figure in some of `FORMATS`, as files named after `path`, and close it."""
    files = [path.with_name(f"{path.name}.{form}") for form in formats]
    # Text stays text in a vector format: it can be searched, and takes the fonts of what it is put into.
    with plt.rc_context({"svg.fonttype": "none", "pdf.fonttype": 42}):
        for file, form in zip(files, formats, strict=True):
            with replacing(file) as written:
                figure.savefig(written, format=form, dpi=dpi)
    plt.close(figure)
    return files


def write_plots(content: Content, folder: Path, formats: Sequence[str] = ("png",)) -> list[Path]:
    """Draw the rates by length and by structure, and where there are confidences what they are worth.

    Args:
        content: Content.
        folder: Path. That of the report.
        formats: sequence of str. Some of `FORMATS`.

    Returns:
        The files: `length`, `structure` and `confidence` with the suffix of each format.
    """
    return [file for name, figure in _figures(content) for file in save(figure, folder / name, formats)]


def _figures(content: Content) -> Iterator[tuple[str, Figure]]:
    for name, groups, title in (
        ("length", content.lengths, f"{content.length} of the truth" if content.length == "tokens" else "strokes"),
        ("structure", content.structures, "holds"),
    ):
        if groups:
            yield name, _rates(groups, title)
    if content.bins:
        yield "confidence", _reliability(content)


def _rates(groups: Sequence[Group], title: str) -> Figure:
    figure, axes = plt.subplots(figsize=(5, 3), layout="constrained")
    rates = np.array([group.rate for group in groups])
    ends = np.array([group.interval for group in groups])
    axes.bar(range(len(groups)), rates, color="#4878a8", width=0.7)
    axes.errorbar(range(len(groups)), rates, np.abs(ends.T - rates), fmt="none", color="black", capsize=3, linewidth=1)
    labels = [f"{group.name}\n{group.n}" for group in groups]
    axes.set_xticks(range(len(groups)), labels, fontsize=8, parse_math=False)
    axes.set(xlabel=f"{title}; number of files", ylabel="ExpRate, %", ylim=(0, 100))
    return figure


def _reliability(content: Content) -> Figure:
    figure, axes = plt.subplots(figsize=(3.6, 3.4), layout="constrained")
    confidences = np.array([one.confidence for one in content.bins])
    shares = np.array([one.share for one in content.bins])
    ends = np.array([wilson_interval(one.right, one.n) for one in content.bins])
    axes.plot([0, 1], [0, 1], linestyle="--", color="gray", linewidth=1)
    axes.errorbar(confidences, shares, np.abs(ends.T - shares), fmt="o-", color="#4878a8", capsize=3, linewidth=1)
    axes.set(xlabel="confidence", ylabel="share read right", xlim=(0, 1), ylim=(0, 1))
    return figure
