"""The whole state of a training run in one file, so that a killed run goes on where it stopped.

The file before it is kept: if the newest is damaged, the run goes on from there.
"""

from __future__ import annotations

import json
import logging
import os
import zipfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import keras
import numpy as np

from crohme.json_text import parsed
from crohme.training.run_folder import CheckpointError, before, exists
from inkml_parser.files import open_regular, replacing

log = logging.getLogger(__name__)
_LARGEST = 2**53
"""Of all that is counted."""


@dataclass(frozen=True)
class _State:
    variables: list[np.ndarray]
    average: list[np.ndarray]
    progress: dict[str, Any]


def save(path: Path, model: keras.Model, average: list[np.ndarray], progress: dict[str, Any]) -> None:
    """Write weights, optimiser state, random state and progress; all or nothing.

    Args:
        path: Path of an `.npz`. What was there is kept as `<stem>-before.npz`.
        model: keras.Model, compiled.
        average: list of arrays. The moving average of the weights.
        progress: dict. JSON-able; handed back by `restore`.
    """
    arrays = {f"variable_{i}": keras.ops.convert_to_numpy(v) for i, v in enumerate(variables_of(model))}
    arrays |= {f"average_{i}": array for i, array in enumerate(average)}
    with replacing(path) as file:
        np.savez(file, progress=np.array(json.dumps(progress)), **arrays)
        file.flush()
        os.fsync(file.fileno())  # a full disk may say so only now, and then the last two stay
        if path.exists():
            os.replace(path, before(path))


def restore(
    path: Path,
    model_for: Callable[[dict[str, Any]], keras.Model],
    expected: Mapping[str, Any],
    optional: Mapping[str, Any] | None = None,
) -> tuple[list[np.ndarray], dict[str, Any]]:
    """Put a saved state into a freshly compiled model; that of the checkpoint before it, if the newest is damaged.

    Args:
        path: Path. As for `save`.
        model_for: function of the saved progress. Gives the model.
        expected: mapping. Every key that the progress must have, with a value of the right kind.
        optional: mapping or None. Keys that it may have, likewise.

    Returns:
        The moving average and the progress that were saved.

    Raises:
        CheckpointError: There is no such file, all are damaged, or they belong to another network.
    """
    if not exists(path):
        raise CheckpointError(f"nothing to resume: {path} does not exist")
    causes = []
    for candidate in (path, before(path)):
        try:
            state = _read(candidate, expected, optional or {})
            _assign(candidate, state, model_for(state.progress))
        except FileNotFoundError:
            causes.append(f"{candidate} does not exist")
        except CheckpointError as error:
            causes.append(str(error))
        else:
            if causes:
                log.warning("%s; going on from the checkpoint before it, %s", "; ".join(causes), candidate)
            return state.average, state.progress
    raise CheckpointError("; ".join(causes))


def forget_damaged(path: Path, expected: Mapping[str, Any], optional: Mapping[str, Any] | None = None) -> None:
    """Put the checkpoint before it in the place of one that is damaged, so that it is not lost to the next `save`."""
    try:
        _read(path, expected, optional or {})
    except (CheckpointError, FileNotFoundError):
        if before(path).exists():
            os.replace(before(path), path)


def save_weights(path: Path, weights: Sequence[np.ndarray], about: Mapping[str, Any]) -> None:
    """Write weights alone; all or nothing.

    Args:
        path: Path of an `.npz`.
        weights: arrays, in the order of the model.
        about: mapping. JSON-able; handed back by `read_weights`.
    """
    arrays: dict[str, Any] = {f"average_{i}": array for i, array in enumerate(weights)}
    with replacing(path) as file:
        np.savez(file, progress=np.array(json.dumps(about)), **arrays)


def read_weights(
    path: Path, like: Sequence[np.ndarray], expected: Mapping[str, Any]
) -> tuple[list[np.ndarray], dict[str, Any]]:
    """What `save_weights` wrote: arrays of the shapes of `like`, and the mapping, with the keys of `expected`.

    Raises:
        FileNotFoundError: There is no such file.
        CheckpointError: It is damaged, or belongs to another network.
    """
    state = _read(path, expected, {})
    _check_shapes(path, state.average, [weight.shape for weight in like])
    return state.average, state.progress


def _read(path: Path, expected: Mapping[str, Any], optional: Mapping[str, Any]) -> _State:
    try:
        with open_regular(path) as file, _opened(file) as arrays:
            progress = parsed(str(arrays["progress"]))
            names = set(arrays.files) - {"progress"}
            variables = [arrays[f"variable_{i}"] for i in range(sum(name.startswith("variable_") for name in names))]
            average = [arrays[f"average_{i}"] for i in range(len(names) - len(variables))]
    except FileNotFoundError:
        raise
    except KeyError as error:
        raise CheckpointError(f"{path} is damaged: {error.args[0]}") from None
    except (
        ValueError, OSError, EOFError, RuntimeError, TypeError, AttributeError, MemoryError,
        zipfile.BadZipFile, zlib.error,
    ) as error:  # fmt: skip
        cause = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise CheckpointError(f"{path} is damaged: {cause}") from None
    if not isinstance(progress, dict):
        raise CheckpointError(f"{path} is damaged: its progress is no table")
    for name, value in ({**expected} | {name: value for name, value in optional.items() if name in progress}).items():
        if not _is_like(progress.get(name), value):
            raise CheckpointError(f"{path} is damaged, or of another version: its {name} is {progress.get(name)!r}")
    return _State(variables, average, progress)


def _opened(file: BinaryIO) -> Any:
    """The arrays of a file, none of them read. Raises ValueError if they are none that `save` has written."""
    if file.read(2) != b"PK":
        raise ValueError("it is no archive")
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    arrays = np.load(file, allow_pickle=False)
    unpacked = sum(member.file_size for member in arrays.zip.infolist())
    if unpacked > size:  # nothing is packed in it
        raise ValueError(f"it would unpack {size:,} bytes to {unpacked:,}")
    return arrays


def _is_like(found: Any, value: Any) -> bool:
    if isinstance(value, bool | str | dict | list):
        return isinstance(found, type(value))
    is_number = isinstance(found, int | float) and not isinstance(found, bool) and 0 <= found <= _LARGEST
    return is_number and (isinstance(value, float) or found == int(found))


def _assign(path: Path, state: _State, model: keras.Model) -> None:
    variables = variables_of(model)
    for saved, wanted in ((state.variables, variables), (state.average, model.weights)):
        _check_shapes(path, saved, [tuple(variable.shape) for variable in wanted])
    for variable, value in zip(variables, state.variables, strict=True):
        variable.assign(value)


def _check_shapes(path: Path, saved: Sequence[np.ndarray], wanted: Sequence[tuple[int, ...]]) -> None:
    if [value.shape for value in saved] != list(wanted):
        raise CheckpointError("this checkpoint belongs to another network", path)
    if any(value.dtype.kind not in "fiub" or not np.isfinite(value).all() for value in saved):
        raise CheckpointError(f"{path} is damaged: it holds a value that is not a number")


def variables_of(model: keras.Model) -> list[keras.Variable]:
    """The state of a compiled network: weights, random state, that of the optimiser."""
    model.optimizer.build(model.trainable_variables)
    return [*model.variables, *model.optimizer.variables]
