"""Trained networks on disk. The only file that knows where they live and what they are made of.

A bundle is a folder `models/<name>` (`crohme/_bundles/<name>` once installed) of five files:
`config.json` (which network, built with which arguments, the sha256 of weights and vocabulary),
`vocabulary.txt` (one label or token per line), `weights.npz` (half-precision arrays, never pickles),
`metrics.json` (measured figures) and `README.md` (the model card).
"""

from __future__ import annotations

import hashlib
import importlib
import json
import math
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from crohme.bundle.architectures import ArgumentError, Shapes, shapes
from crohme.bundle.texts import (
    BundleError,
    check_calibration,
    check_vocabulary,
    opened,
    read_table,
    read_vocabulary,
)
from crohme.bundle.weights import WeightsError, read_weights, write_weights
from crohme.extras import needed_by
from inkml_parser.files import filling, replacing, write_whole

if TYPE_CHECKING:
    import keras

FORMAT = 1
# Network name → module of crohme.symbols.networks with a function of that name. Nothing else is ever built.
NETWORKS: dict[str, str] = {
    "symbol_lstm": "crohme.symbols.networks.symbol_lstm",
    "symbol_cnn": "crohme.symbols.networks.symbol_cnn",
    "alexnet": "crohme.symbols.networks.alexnet",
    "vgg19": "crohme.symbols.networks.vgg19",
    "mobilenet": "crohme.symbols.networks.mobilenet",
    "stroke_transformer": "crohme.expressions.network",
}
_HERE = Path(__file__).resolve().parents[1]
_INSTALLED, _CHECKOUT = _HERE / "_bundles", _HERE.parent / "models"


@dataclass(frozen=True, eq=False)
class Bundle:
    """A trained network, as read from its folder and not yet built.

    Args:
        path: Path. The folder.
        network: str. Which architecture, a key of `NETWORKS`.
        arguments: dict. What the architecture's function is called with.
        vocabulary: tuple of str. Meaning of the network's outputs, in order.
        weights: dict of str → float array. By the weight's path in the Keras model.
        metrics: dict. Measured figures.
        training: dict. How it was trained.
    """

    path: Path
    network: str
    arguments: Mapping[str, Any]
    vocabulary: tuple[str, ...]
    weights: Mapping[str, np.ndarray]
    metrics: Mapping[str, Any] = field(default_factory=dict)
    training: Mapping[str, Any] = field(default_factory=dict)


def names() -> list[str]:
    """Names of the bundles that came with the project."""
    return sorted(config.parent.name for config in _home().glob("*/config.json"))


def load(name_or_folder: str | Path) -> Bundle:
    """Read a bundle, its checksums first. All of it is checked: what is returned can be built.

    Args:
        name_or_folder: str or Path. One of `names()`, or a folder.

    Raises:
        BundleError: No such bundle; a file missing or damaged; weights or vocabulary that do not
            match their checksum, or do not fit the network; a network that is not one of `NETWORKS`, or
            arguments that it does not take; figures that cannot be.
    """
    folder = _folder(name_or_folder)
    config = read_table(folder / "config.json")
    network = config.get("network")
    is_ours = type(config.get("format")) is int and config["format"] == FORMAT
    if not is_ours or not isinstance(network, str) or network not in NETWORKS:
        raise BundleError("config.json describes no network of this version", folder)
    for part in ("arguments", "training"):
        if not isinstance(config.get(part, {}), dict):
            raise BundleError(f"config.json: its {part} are no table", folder)
    expected = _shapes(folder, network, config.get("arguments"))
    for name in ("weights.npz", "vocabulary.txt"):
        with opened(folder / name) as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != config.get(_checksum_key(name)):
                raise BundleError(f"{name} does not match its checksum", folder)
    vocabulary = read_vocabulary(folder / "vocabulary.txt", _outputs(network, config["arguments"]))
    metrics = read_table(folder / "metrics.json") if os.path.lexists(folder / "metrics.json") else {}
    check_calibration(folder, metrics)
    with opened(folder / "weights.npz") as file:
        try:
            weights = read_weights(file, expected)
        except WeightsError as error:
            raise BundleError(f"weights.npz {error}", folder) from None
    return Bundle(folder, network, config["arguments"], vocabulary, weights, metrics, config.get("training", {}))


def save(
    folder: Path,
    network: str,
    arguments: Mapping[str, Any],
    vocabulary: tuple[str, ...],
    weights: Mapping[str, np.ndarray],
    training: Mapping[str, Any],
    metrics: Mapping[str, Any] | None = None,
) -> Bundle:
    """Write a bundle, all of it or nothing. An existing model card stays as it is.

    Args:
        folder: Path. Made if missing.
        network, arguments, vocabulary, weights, training, metrics: see `Bundle`. Weights are stored
            in half precision. Figures that are no numbers are stored as null.

    Returns:
        The bundle as `load` reads it back.

    Raises:
        BundleError: `network` is not one of `NETWORKS`, arguments, vocabulary or weights do not fit it, or a
            weight is too large for half precision.
        OSError: It cannot be written; a bundle that was there is as it was.
    """
    if network not in NETWORKS:
        raise BundleError(f"{network!r} is not a network of this project", folder)
    check_vocabulary(folder, vocabulary, _outputs(network, arguments))
    if {name: np.shape(array) for name, array in weights.items()} != _shapes(folder, network, arguments):
        raise BundleError(f"the weights are not those of {network}", folder)
    with filling(folder) as parts:
        try:
            with replacing(parts / "weights.npz") as file:
                write_weights(file, weights)
        except WeightsError as error:
            raise BundleError(str(error), folder) from None
        write_whole(parts / "vocabulary.txt", "".join(f"{label}\n" for label in vocabulary))
        checksums = {
            _checksum_key(name): hashlib.sha256((parts / name).read_bytes()).hexdigest()
            for name in ("weights.npz", "vocabulary.txt")
        }
        config = {
            "format": FORMAT,
            "network": network,
            "arguments": dict(arguments),
            **checksums,
            "training": _finite(dict(training)),
        }
        write_whole(parts / "config.json", json.dumps(config, indent=2) + "\n")
        write_whole(parts / "metrics.json", json.dumps(_finite(dict(metrics or {})), indent=2) + "\n")
    return load(folder)


def build(network: str, arguments: Mapping[str, Any]) -> keras.Model:
    """An untrained network of the allow-list.

    Raises:
        BundleError: Not one of `NETWORKS`, or arguments that it does not take.
        MissingExtra: Keras is not installed.
    """
    if network not in NETWORKS:
        raise BundleError(f"{network!r} is not a network of this project")
    try:
        with needed_by(network):
            function = getattr(importlib.import_module(NETWORKS[network]), network)
        return function(**arguments)
    except (TypeError, ValueError) as error:
        cause = re.sub(r"\x1b\[[0-9;]*m", "", str(error)).partition("\n")[0]  # Keras writes pages, in colour
        raise BundleError(f"{network} cannot be built with {dict(arguments)}: {cause}") from None


def restore(bundle: Bundle) -> keras.Model:
    """The trained network of a bundle, in single precision.

    Raises:
        BundleError: The weights are not those of the network.
    """
    model = build(bundle.network, bundle.arguments)
    expected = {weight.path: tuple(weight.shape) for weight in model.weights}
    if expected != {name: array.shape for name, array in bundle.weights.items()}:  # of a bundle made by hand
        raise BundleError(f"weights.npz does not fit {bundle.network}", bundle.path)
    model.set_weights([bundle.weights[weight.path] for weight in model.weights])
    return model


def weights_of(model: keras.Model) -> dict[str, np.ndarray]:
    """The weights of a network by path, as `save` takes them."""
    return dict(zip((weight.path for weight in model.weights), model.get_weights(), strict=True))


def _checksum_key(file: str) -> str:
    return f"{file.partition('.')[0]}_sha256"


def _home() -> Path:
    return _INSTALLED if _INSTALLED.is_dir() else _CHECKOUT


def _outputs(network: str, arguments: Mapping[str, Any]) -> int:
    return arguments.get("tokens" if network == "stroke_transformer" else "classes", 0)


def _shapes(folder: Path, network: str, arguments: Any) -> Shapes:
    try:
        return shapes(network, arguments or {})
    except ArgumentError as error:
        raise BundleError(f"config.json: {error}", folder) from None


def _finite(value: Any) -> Any:
    """The same with null for what is no number, which JSON does not have."""
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _folder(name_or_folder: str | Path) -> Path:
    for folder in (_home() / name_or_folder if str(name_or_folder) in names() else None, Path(name_or_folder)):
        if folder is not None and os.path.isdir(folder):
            return folder
    raise BundleError(f"no such bundle; there are: {', '.join(names()) or 'none'}", name_or_folder)
