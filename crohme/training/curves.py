"""Learning curves of a training run, as a picture, and its figures in a line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt  # noqa: E402  (the backend must be chosen first)
from matplotlib.ticker import EngFormatter, ScalarFormatter  # noqa: E402

from inkml_parser.files import replacing

_MARKED = 60
"""Points of a curve up to which each gets a dot: more would hide the curve."""
_SAMPLES = "samples"
_Drawn = dict[str, tuple[list[float], list[float]]]


@dataclass(frozen=True)
class Curves:
    """What is shown of a run's log.

    Args:
        losses: mapping of name in the log → what it is called. Of training.
        figures: mapping of name in the log → what it is called. The first is the one that matters most.
        x: str. Name in the log of what the curves are drawn over: `samples` or `epoch`.
        percent: float. What a figure is multiplied by to be a percentage.
    """

    losses: Mapping[str, str]
    figures: Mapping[str, str]
    x: str = _SAMPLES
    percent: float = 1.0

    def draw(self, log: Sequence[Mapping[str, Any]], path: Path) -> None:
        """Training losses, and the figures, of a whole run.

        Args:
            log: list of dicts, the lines of `log.jsonl`.
            path: Path of the PNG.
        """
        training = [row for row in log if row["kind"] == "training"]
        losses, figures = self._drawn(training, self.losses, 1.0), self._drawn(log, self.figures, self.percent)
        figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4), layout="constrained")
        for axes, title, y, drawn in (
            (left, "training loss", "loss, logarithmic", losses),
            (right, "figures", "%", figures),
        ):
            for name, (across, up) in drawn.items():
                axes.plot(across, up, marker="." if len(across) <= _MARKED else "", label=name)
            axes.set(xlabel=self.x, ylabel=y, title=title)
            if self.x == _SAMPLES:
                axes.xaxis.set_major_formatter(EngFormatter(sep=""))
            axes.grid(alpha=0.3, which="both")
            if drawn:
                axes.legend()
        # Losses of a long run fall by orders of magnitude, the last of them slowly.
        left.set_yscale("log")
        left.yaxis.set_major_formatter(ScalarFormatter())
        with replacing(path) as file:
            figure.savefig(file, dpi=100)
        plt.close(figure)

    def headline(self, figures: Mapping[str, float]) -> dict[str, str]:
        """The figure that matters most, under its title, if it is known."""
        name, title = next(iter(self.figures.items()), ("", ""))
        return {title: f"{self.percent * figures[name]:.1f} %"} if name in figures else {}

    def line(self, values: Mapping[str, float]) -> str:
        """Loss and figures for people, in a line."""
        parts = [f"loss {values['loss']:.3f}"] if "loss" in values else []
        parts += [f"{title} {self.percent * values[n]:.1f} %" for n, title in self.figures.items() if n in values]
        return ", ".join(parts)

    def _drawn(self, rows: Sequence[Mapping[str, Any]], names: Mapping[str, str], factor: float) -> _Drawn:
        curves = {}
        for name, title in names.items():
            there = [row for row in rows if name in row and self.x in row]
            if there:
                curves[title] = ([row[self.x] for row in there], [factor * row[name] for row in there])
        return curves
