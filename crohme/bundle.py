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
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from crohme.extras import needed_by

if TYPE_CHECKING:
    import keras

FORMAT = 1
# Network name → module of crohme.networks with a function of that name. Nothing else is ever built.
NETWORKS: dict[str, str] = {
    "symbol_lstm": "crohme.networks.symbol_lstm",
    "symbol_cnn": "crohme.networks.symbol_cnn",
    "alexnet": "crohme.networks.alexnet",
    "vgg19": "crohme.networks.vgg19",
    "mobilenet": "crohme.networks.mobilenet",
    "stroke_transformer": "crohme.networks.stroke_transformer",
}
_HERE = Path(__file__).resolve().parent
_INSTALLED, _CHECKOUT = _HERE / "_bundles", _HERE.parent / "models"


class BundleError(ValueError):
    """A bundle that is missing, damaged or not ours. `str(error)` names the folder and the cause."""


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
    """Read a bundle, its checksum first.

    Args:
        name_or_folder: str or Path. One of `names()`, or a folder.

    Raises:
        BundleError: No such bundle; a file missing or damaged; weights or vocabulary that do not
            match their checksum; a network that is not one of `NETWORKS`.
    """
    folder = _folder(name_or_folder)
    config = _read_json(folder / "config.json")
    network = config.get("network")
    is_ours = config.get("format") == FORMAT and isinstance(network, str) and network in NETWORKS
    if not is_ours or not isinstance(config.get("arguments"), dict):
        raise BundleError(f"{folder}: config.json describes no network of this version")
    for name in ("weights.npz", "vocabulary.txt"):
        if hashlib.sha256(_read(folder / name)).hexdigest() != config.get(_checksum_key(name)):
            raise BundleError(f"{folder}: {name} does not match its checksum")
    try:
        with np.load(folder / "weights.npz", allow_pickle=False) as arrays:
            weights = {name: arrays[name].astype(np.float32) for name in arrays.files}
    except (ValueError, OSError, zipfile.BadZipFile) as error:
        raise BundleError(f"{folder}: weights.npz cannot be read: {error}") from None
    vocabulary = tuple(_read(folder / "vocabulary.txt").decode("utf-8").splitlines())
    metrics = _read_json(folder / "metrics.json") if (folder / "metrics.json").exists() else {}
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
    """Write a bundle. An existing model card stays as it is.

    Args:
        folder: Path. Made if missing.
        network, arguments, vocabulary, weights, training, metrics: see `Bundle`. Weights are stored
            in half precision.

    Returns:
        The bundle as `load` reads it back.

    Raises:
        BundleError: `network` is not one of `NETWORKS`, or a weight is too large for half precision.
    """
    if network not in NETWORKS:
        raise BundleError(f"{folder}: {network!r} is not a network of this project")
    folder.mkdir(parents=True, exist_ok=True)
    with np.errstate(over="ignore"):
        half = {name: np.asarray(array).astype(np.float16) for name, array in weights.items()}
    for name, array in half.items():
        if not np.isfinite(array).all():
            raise BundleError(f"{folder}: weight {name} does not fit into half precision")
    np.savez_compressed(folder / "weights.npz", **half)
    (folder / "vocabulary.txt").write_text("".join(f"{label}\n" for label in vocabulary), encoding="utf-8")
    checksums = {
        _checksum_key(name): hashlib.sha256((folder / name).read_bytes()).hexdigest()
        for name in ("weights.npz", "vocabulary.txt")
    }
    config = {
        "format": FORMAT,
        "network": network,
        "arguments": dict(arguments),
        **checksums,
        "training": dict(training),
    }
    (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
    (folder / "metrics.json").write_text(json.dumps(dict(metrics or {}), indent=2) + "\n", encoding="utf-8")
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
    if expected != {name: array.shape for name, array in bundle.weights.items()}:
        raise BundleError(f"{bundle.path}: weights.npz does not fit {bundle.network}")
    model.set_weights([bundle.weights[weight.path] for weight in model.weights])
    return model


def weights_of(model: keras.Model) -> dict[str, np.ndarray]:
    """The weights of a network by path, as `save` takes them."""
    return dict(zip((weight.path for weight in model.weights), model.get_weights(), strict=True))


def _checksum_key(file: str) -> str:
    return f"{file.partition('.')[0]}_sha256"


def _home() -> Path:
    return _INSTALLED if _INSTALLED.is_dir() else _CHECKOUT


def _folder(name_or_folder: str | Path) -> Path:
    for folder in (_home() / name_or_folder if str(name_or_folder) in names() else None, Path(name_or_folder)):
        if folder is not None and folder.is_dir():
            return folder
    raise BundleError(f"{name_or_folder}: no such bundle; there are: {', '.join(names()) or 'none'}")


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise BundleError(f"{path.parent}: {path.name}: {error.strerror}") from None


def _read_json(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(_read(path))
    except ValueError as error:
        raise BundleError(f"{path.parent}: {path.name} is not JSON: {error}") from None
    if not isinstance(content, dict):
        raise BundleError(f"{path.parent}: {path.name} is not a JSON object")
    return content
