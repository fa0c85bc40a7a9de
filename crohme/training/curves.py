"""Learning curves of a training run, as a picture."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt  # noqa: E402  (the backend must be chosen first)
from matplotlib.ticker import EngFormatter, ScalarFormatter  # noqa: E402

from inkml_parser.files import replacing

_LOSSES = {
    "loss": "all, weighted",
    "token_loss": "tokens",
    "pointer_loss": "strokes of a symbol",
    "symbol_loss": "class of a stroke",
    "pair_loss": "pairs of strokes",
}
_FIGURES = {
    "exprate": "ExpRate",
    "held_out_exprate": "ExpRate, held-out writers",
    "backward_exprate": "ExpRate, from the right",
    "stroke_class": "class of a stroke",
    "same_symbol_f": "strokes of one symbol, F",
}
_MARKED = 60
"""Points of a curve up to which each gets a dot: more would hide the curve."""
_SAMPLES = "samples"
_LOG_LOSS = "loss, logarithmic"
"""Losses of a long run fall by orders of magnitude, the last of them slowly."""
_Curves = dict[str, tuple[list[float], list[float]]]


def draw(history: list[dict[str, Any]], path: Path) -> None:
    """Loss, and accuracy of training and validation, over epochs.

    Args:
        history: list of dicts, one per epoch, with `epoch`, `loss` and any number of keys that end
            in `top1`.
        path: Path of the PNG.
    """
    epochs = [row["epoch"] for row in history]
    losses = {"loss": (epochs, [row["loss"] for row in history])}
    accuracies = {key: (epochs, [100 * row[key] for row in history]) for key in history[0] if key.endswith("top1")}
    _draw(path, "epoch", ("training loss (distorted examples)", "loss", losses), ("accuracy", "top-1, %", accuracies))


def draw_expressions(log: list[dict[str, Any]], path: Path) -> None:
    """Training losses, and the validation figures that matter most, over samples seen.

    Args:
        log: list of dicts, the lines of `log.jsonl`: `samples` each, and of `kind` "training" the
            losses, of `kind` "validation" percentages.
        path: Path of the PNG.
    """
    losses = _over_samples(log, "training", _LOSSES)
    figures = _over_samples(log, "validation", _FIGURES)
    _draw(path, _SAMPLES, ("training losses (composed ink)", _LOG_LOSS, losses), ("validation", "%", figures))


def _over_samples(log: list[dict[str, Any]], kind: str, names: dict[str, str]) -> _Curves:
    rows = [row for row in log if row["kind"] == kind]
    curves = {
        title: ([row["samples"] for row in rows if name in row], [row[name] for row in rows if name in row])
        for name, title in names.items()
    }
    return {title: curve for title, curve in curves.items() if curve[0]}


def _draw(path: Path, x: str, *panels: tuple[str, str, _Curves]) -> None:
    figure, places = plt.subplots(1, len(panels), figsize=(5 * len(panels), 4), layout="constrained")
    for axes, (title, y, drawn) in zip(places, panels, strict=True):
        for name, (across, up) in drawn.items():
            axes.plot(across, up, marker="." if len(across) <= _MARKED else "", label=name)
        axes.set(xlabel=x, ylabel=y, title=title)
        if x == _SAMPLES:
            axes.xaxis.set_major_formatter(EngFormatter(sep=""))
        if y == _LOG_LOSS:
            axes.set_yscale("log")
            axes.yaxis.set_major_formatter(ScalarFormatter())
        axes.grid(alpha=0.3, which="both")
        axes.legend()
    with replacing(path) as file:
        figure.savefig(file, dpi=100)
    plt.close(figure)
