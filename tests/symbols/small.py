"""Four easy symbols, and short trainings on them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from crohme.symbols import training
from crohme.symbols.data import Choice
from crohme.symbols.settings import DEFAULTS

SHAPES = {
    "-": [np.array([[0.0, 0], [5, 0], [10, 0]])],
    "|": [np.array([[0.0, 0], [0, 5], [0, 10]])],
    "+": [np.array([[0.0, 5], [10, 5]]), np.array([[5.0, 0], [5, 10]])],
    "L": [np.array([[0.0, 0], [0, 10], [6, 10]])],
}
SMALL: dict[str, dict[str, Any]] = {
    "lstm": {"units": [32, 16], "dense": 16},
    "cnn": {"size": 16, "filters": [8, 16], "dense": 32},
}
"""Of networks whose steps are quick to compile and to make."""
LEARNING = SMALL | {"cnn": {"size": 32, "filters": [8, 16], "dense": 32}}
"""The same, which tell the four symbols apart after some epochs."""


def shaken(rng: np.random.Generator, label: str) -> list[np.ndarray]:
    return [stroke + rng.normal(0, 0.4, stroke.shape) for stroke in SHAPES[label]]


def train(network: str, data: Path, epochs: float, out: Path, choice: Choice | None = None, **changes: Any) -> Path:
    """A training in batches of 16 and single precision, which compiles faster."""
    options = {name: changes.pop(name) for name in ("resume", "start") if name in changes}
    settings = replace(DEFAULTS[network], batch_size=16, precision="float32", **changes)
    return training.train(settings, data, out, epochs=epochs, choice=choice, **options)


def log_of(out: Path, kind: str) -> list[dict[str, Any]]:
    rows = [json.loads(line) for line in (out / "log.jsonl").read_text().splitlines()]
    return [row for row in rows if row["kind"] == kind]
