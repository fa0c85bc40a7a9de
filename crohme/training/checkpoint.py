"""The whole state of a training run in one file, so that a killed run goes on where it stopped."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import keras
import numpy as np


class CheckpointError(ValueError):
    """A checkpoint that is missing, or that belongs to another run."""


def save(path: Path, model: keras.Model, average: list[np.ndarray], progress: dict[str, Any]) -> None:
    """Write weights, optimiser state, random state and progress; all or nothing.

    Args:
        path: Path of an `.npz`.
        model: keras.Model, compiled.
        average: list of arrays. The moving average of the weights.
        progress: dict. JSON-able; handed back by `restore`.
    """
    arrays = {f"variable_{i}": keras.ops.convert_to_numpy(v) for i, v in enumerate(_variables(model))}
    arrays |= {f"average_{i}": array for i, array in enumerate(average)}
    temporary = path.with_suffix(".tmp.npz")
    np.savez(temporary, progress=np.array(json.dumps(progress)), **arrays)
    temporary.replace(path)


def progress_of(path: Path) -> dict[str, Any]:
    """The progress that was saved, without the rest.

    Raises:
        CheckpointError: There is no such file.
    """
    if not path.exists():
        raise CheckpointError(f"nothing to resume: {path} does not exist")
    with np.load(path, allow_pickle=False) as arrays:
        return json.loads(str(arrays["progress"]))


def restore(path: Path, model: keras.Model) -> tuple[list[np.ndarray], dict[str, Any]]:
    """Put a saved state into a freshly compiled model.

    Returns:
        The moving average and the progress that were saved.

    Raises:
        CheckpointError: There is no such file, or it belongs to another network.
    """
    progress = progress_of(path)
    with np.load(path, allow_pickle=False) as arrays:
        variables = _variables(model)
        saved = [arrays[f"variable_{i}"] for i in range(sum(name.startswith("variable_") for name in arrays.files))]
        if [value.shape for value in saved] != [tuple(variable.shape) for variable in variables]:
            raise CheckpointError(f"{path}: this checkpoint belongs to another network")
        for variable, value in zip(variables, saved, strict=True):
            variable.assign(value)
        average = [arrays[f"average_{i}"] for i in range(len(model.weights))]
        return average, progress


def _variables(model: keras.Model) -> list[keras.Variable]:
    model.optimizer.build(model.trainable_variables)
    return [*model.variables, *model.optimizer.variables]
