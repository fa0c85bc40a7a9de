"""Bundles in their folders: found, read and checked, written."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from crohme.bundle.configuration import (
    SETTINGS,
    Configuration,
    check_file,
    checksum_of,
    naming,
    read_configuration,
    sealed,
)
from crohme.bundle.kinds import TableError, completed
from crohme.bundle.network import Network, Reads, find
from crohme.bundle.provenance import Provenance
from crohme.bundle.texts import BundleError, check_vocabulary, opened, read_limited, read_table, read_vocabulary
from crohme.bundle.weights import WeightsError, read_weights, write_weights
from inkml_parser.files import filling, replacing, write_whole

_HERE = Path(__file__).resolve().parents[1]
_LARGEST_FILE, _LARGEST_CARD = 4 << 20, 1 << 20
_INSTALLED, _CHECKOUT = _HERE / "_bundles", _HERE.parent / "models"


@dataclass(frozen=True, eq=False)
class Bundle:
    """A trained network, as read from its folder and not yet built.

    Args:
        path: Path. The folder.
        network: str. Which architecture, a name that `find` knows.
        arguments: dict. What the architecture's function is called with.
        vocabulary: tuple of str. Meaning of the network's outputs, in order.
        weights: dict of str → float array. By the weight's path in the Keras model.
        metrics: dict. Measured figures.
        training: dict. The settings that it was trained with.
        preprocessing, decoding, calibration: dict. See `Network`; empty for its defaults.
        provenance: Provenance.
        files: dict of str → bytes. Those of `Network.files` that it has.
    """

    path: Path
    network: str
    arguments: Mapping[str, Any]
    vocabulary: tuple[str, ...]
    weights: Mapping[str, np.ndarray]
    metrics: Mapping[str, Any] = field(default_factory=dict)
    training: Mapping[str, Any] = field(default_factory=dict)
    preprocessing: Mapping[str, Any] = field(default_factory=dict)
    decoding: Mapping[str, Any] = field(default_factory=dict)
    calibration: Mapping[str, Any] = field(default_factory=dict)
    provenance: Provenance = Provenance()
    files: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def reads(self) -> Reads:
        """What it recognises, and from what."""
        return find(self.network).reads

    @property
    def sha256(self) -> str:
        """That of its configuration, in which those of its other files are.

        Raises:
            BundleError: The folder is there no longer.
        """
        return checksum_of(read_table(self.path / "config.json"))

    @property
    def name(self) -> str:
        """What its folder is called; bytes of a name that is no UTF-8 are escaped (`\\udcff`)."""
        return Path(os.path.abspath(self.path)).name.encode("utf-8", "backslashreplace").decode()

    @property
    def card(self) -> bytes:
        """The model card, text that nobody has checked; empty if there is none, as of a bundle just trained.

        Raises:
            BundleError: It is a link, no file or too large: what copies it to others would copy anything.
        """
        path = self.path / "README.md"
        return read_limited(path, _LARGEST_CARD) if os.path.lexists(path) else b""


def names() -> list[str]:
    """Names of the bundles that came with the project."""
    return sorted(config.parent.name for config in _home().glob("*/config.json"))


def load(name_or_folder: str | Path) -> Bundle:
    """Read a bundle. All of it is checked: what is returned can be built.

    Args:
        name_or_folder: str or Path. One of `names()`, or a folder.

    Raises:
        BundleError: No such bundle; a file missing or damaged, or not that of its checksum; a network that is not of
            this project; an entry, an argument or a constant that is missing, unknown, of another type or out of
            range; weights or vocabulary that do not fit the network.
    """
    folder = folder_of(name_or_folder)
    config = read_configuration(folder)
    metrics = read_table(folder / "metrics.json")
    for name, checksum in config.checksums.items():
        check_file(folder, name, checksum)
    outputs = _outputs(config.network, config.tables["arguments"])
    vocabulary = read_vocabulary(folder / "vocabulary.txt", outputs)
    with opened(folder / "weights.npz") as file:
        try:
            weights = read_weights(file, config.shapes)
        except WeightsError as error:
            raise BundleError(f"weights.npz {error}", folder) from None
    files = {name: _content(folder, name, config) for name in config.network.files if name in config.checksums}
    return Bundle(
        folder, config.network.name, vocabulary=vocabulary, weights=weights, metrics=metrics,
        training=config.training, provenance=config.provenance, files=files, **config.tables,
    )  # fmt: skip


def save(
    folder: Path,
    network: str,
    arguments: Mapping[str, Any],
    vocabulary: tuple[str, ...],
    weights: Mapping[str, np.ndarray],
    training: Mapping[str, Any],
    metrics: Mapping[str, Any] | None = None,
    *,
    preprocessing: Mapping[str, Any] | None = None,
    decoding: Mapping[str, Any] | None = None,
    calibration: Mapping[str, Any] | None = None,
    provenance: Provenance | None = None,
    files: Mapping[str, bytes] | None = None,
) -> Bundle:
    """Write a bundle, all of it or nothing. An existing model card stays as it is.

    Args:
        folder: Path. Made if missing.
        network, arguments, vocabulary, weights, training, metrics: see `Bundle`. Weights are stored
            in half precision. Figures that are no numbers are stored as null.
        preprocessing, decoding, calibration: dict or None. The network's defaults stand for what is not given.
        provenance: Provenance or None. None if nothing is known.
        files: dict of str → bytes, or None. See `Bundle`.

    Returns:
        The bundle as `load` reads it back.

    Raises:
        BundleError: `network` is not of this project; arguments, constants, vocabulary or weights do not fit it; or a
            weight is too large for half precision.
        OSError: It cannot be written; a bundle that was there is as it was.
    """
    given = {"preprocessing": preprocessing or {}, "decoding": decoding or {}, "calibration": calibration or {}}
    with naming(folder):
        described = find(network)
        shapes = described.shapes(arguments)
        settings = {
            name: completed(given[name], getattr(described, name), network, what) for name, what in SETTINGS.items()
        }
        known = (provenance or Provenance()).to_dict()
        Provenance.from_dict(known)
        for name, content in (files or {}).items():
            with naming(folder, name if name in described.files else None):
                _check_content(described, name, content, arguments)
    check_vocabulary(folder, vocabulary, _outputs(described, arguments))
    if {name: np.shape(array) for name, array in weights.items()} != shapes:
        raise BundleError(f"the weights are not those of {network}", folder)
    with filling(folder) as parts:
        try:
            with replacing(parts / "weights.npz") as file:
                write_weights(file, weights)
        except WeightsError as error:
            raise BundleError(str(error), folder) from None
        write_whole(parts / "vocabulary.txt", "".join(f"{label}\n" for label in vocabulary))
        write_whole(parts / "metrics.json", json.dumps(_finite(dict(metrics or {})), indent=2) + "\n")
        for name, content in (files or {}).items():
            write_whole(parts / name, content)
        tables = {"network": network, "arguments": dict(arguments), **settings, "provenance": known}
        write_whole(parts / "config.json", sealed(tables | {"training": _finite(dict(training))}, parts, files or ()))
    for name in set(described.files).difference(files or ()):
        (folder / name).unlink(missing_ok=True)  # of the bundle that was there
    return load(folder)


def revise(bundle: Bundle, **changes: Any) -> Bundle:
    """Write a bundle to its folder again, with other constants, calibration, provenance or figures.

    Args:
        bundle: Bundle.
        changes: by the names of the fields of `Bundle`.

    Returns:
        The bundle as `load` reads it back.

    Raises:
        BundleError, OSError: See `save`.
    """
    b = replace(bundle, **changes)
    return save(
        b.path, b.network, b.arguments, b.vocabulary, b.weights, b.training, b.metrics, preprocessing=b.preprocessing,
        decoding=b.decoding, calibration=b.calibration, provenance=b.provenance, files=b.files,
    )  # fmt: skip


def _home() -> Path:
    return _INSTALLED if _INSTALLED.is_dir() else _CHECKOUT


def _outputs(network: Network, arguments: Mapping[str, Any]) -> int:
    return int(network.complete(arguments)[network.outputs])


def _content(folder: Path, name: str, config: Configuration) -> bytes:
    """A further file of a bundle, checked."""
    content = read_limited(folder / name, _LARGEST_FILE)
    with naming(folder, name):
        _check_content(config.network, name, content, config.tables["arguments"])
    return content


def _check_content(network: Network, name: str, content: bytes, arguments: Mapping[str, Any]) -> None:
    if name not in network.files:
        raise TableError(f"a bundle of {network.name} has no file {name!r:.60}")
    network.files[name](content, network.complete(arguments))


def _finite(value: Any) -> Any:
    """The same with null for NaN and infinities, which JSON does not have."""
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def folder_of(name_or_folder: str | Path) -> Path:
    """Where a bundle lies, whatever it is made of.

    Raises:
        BundleError: No such bundle.
    """
    for folder in (_home() / name_or_folder if str(name_or_folder) in names() else None, Path(name_or_folder)):
        if folder is not None and os.path.isdir(folder):
            return folder
    raise BundleError(f"no such bundle; there are: {', '.join(names()) or 'none'}", name_or_folder)
