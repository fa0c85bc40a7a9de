"""Learning curves of a training run, as a picture."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt  # noqa: E402  (the backend must be chosen first)


def draw(history: list[dict[str, Any]], path: Path) -> None:
    """Loss, and accuracy of training and validation, over epochs.

    Args:
        history: list of dicts, one per epoch, with `epoch`, `loss` and any number of keys that end
            in `top1`.
        path: Path of the PNG.
    """
    epochs = [row["epoch"] for row in history]
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4), layout="constrained")
    left.plot(epochs, [row["loss"] for row in history], marker=".")
    left.set(xlabel="epoch", ylabel="loss", title="training loss (distorted ink)")
    for key in (key for key in history[0] if key.endswith("top1")):
        right.plot(epochs, [100 * row[key] for row in history], marker=".", label=key)
    right.set(xlabel="epoch", ylabel="top-1, %", title="accuracy")
    right.legend()
    right.grid(alpha=0.3)
    figure.savefig(path, dpi=100)
    plt.close(figure)
