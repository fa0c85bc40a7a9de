"""What a bundle reads of files with a bias of the tokens that was not fitted on them.

A calibration fitted on the files of the bias would take others for as easy as these have become.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from crohme import bundle
from crohme.bundle import Bundle
from crohme.datasets.location import inkml_files
from crohme.evaluation.outcomes import Outcome
from crohme.expressions import token_bias
from crohme.types import Float32Array, Int32Array

PARTS = 5
SymbolLogits = dict[str, list[tuple[Float32Array, Int32Array]]]
"""Names of files without suffix → logits `(n, tokens)` of the symbols of each such file, and `(n,)` their tokens."""


def biases_of_others(found: SymbolLogits, strength: float) -> list[Float32Array]:
    """For each part of some files: what to add to the bias of the tokens, so that it is that of the other parts.

    Args:
        found: SymbolLogits. By a network whose bias was fitted on these files.
        strength: float. With which it was fitted, see `token_bias.fit`.

    Returns:
        A list of `(tokens,)` float32. Empty where there are too few files.
    """
    parts = _parts(found)
    if len(parts) < PARTS:
        return []
    logits, truth = joined(found)
    added = token_bias.added(logits, truth, strength)
    part_of = np.repeat(
        [parts[name] for name in found], [sum(len(tokens) for _, tokens in one) for one in found.values()]
    )
    others = [part_of != part for part in range(PARTS)]
    return [token_bias.fit(logits[own] - added, truth[own], strength) - added for own in others]


def joined(found: SymbolLogits) -> tuple[Float32Array, Int32Array]:
    """Those of all files, in their order: `(n, tokens)` and `(n,)`."""
    each = [one for of_name in found.values() for one in of_name]
    return np.concatenate([logits for logits, _ in each]), np.concatenate([tokens for _, tokens in each])


def read_by_others(
    shipped: Bundle, folder: Path, biases: Sequence[Float32Array], read: Callable[[Path, Sequence[Path]], list[Outcome]]
) -> list[Outcome]:
    """The outcomes of a folder, each file read with the bias that the other parts give.

    Args:
        shipped: Bundle.
        folder: Path. InkML.
        biases: see `biases_of_others`. Without any, the bundle reads all as it is.
        read: function of the folder of a bundle and of the files that it is to read.
    """
    files = inkml_files(folder)
    if not biases:
        return read(shipped.path, files)
    parts = _parts(path.stem for path in files)
    (path_of_bias,) = (path for path in shipped.weights if path.endswith(token_bias.BIAS))
    outcomes = []
    with TemporaryDirectory() as place:
        for part, bias in enumerate(biases):
            weights = {**shipped.weights, path_of_bias: shipped.weights[path_of_bias] + bias}
            other = bundle.revise(replace(shipped, path=Path(place) / str(part)), weights=weights)
            outcomes += read(other.path, [path for path in files if parts[path.stem] == part])
    return outcomes


def _parts(names: Iterable[str]) -> dict[str, int]:
    return {name: number % PARTS for number, name in enumerate(sorted(set(names)))}
