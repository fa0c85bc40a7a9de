"""A network of isolated symbols that starts from the weights of a trained bundle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crohme import bundle
from crohme.symbols.description import described, networks
from crohme.symbols.settings import Settings
from crohme.training.warm_start import WarmStartError, like_any, renumbered

if TYPE_CHECKING:
    import keras

# Axis of each weight that runs over the classes.
_BY_CLASS = {"probabilities/kernel": 1, "probabilities/bias": 0}


def network_of(trained: bundle.Bundle) -> str:
    """The key of a bundle's network, see `description.networks`.

    Raises:
        WarmStartError: It does not read isolated symbols.
    """
    for key, network in networks().items():
        if network.name == trained.network:
            return key
    raise WarmStartError(f"{trained.network} does not read isolated symbols", trained.path)


def fitting(settings: Settings, trained: bundle.Bundle) -> Settings:
    """The settings with what a bundle's network is built with, as far as they do not say otherwise themselves.

    Raises:
        WarmStartError: The settings are for another network, or for one of other arguments, another size of
            pictures, say.
    """
    if settings.network != network_of(trained):
        raise WarmStartError(f"is of the network {network_of(trained)}, not {settings.network}", trained.path)
    own = {name: value for name, value in trained.arguments.items() if name != "classes"}
    _check(trained, {**own, **settings.arguments})
    return replace(settings, arguments={**own, **settings.arguments})


def warm_start(
    model: keras.Model, network: str, arguments: Mapping[str, Any], classes: Sequence[str], folder: str | Path
) -> None:
    """Give a network the weights of a bundle; classes that both know keep theirs, new ones start below them.

    Args:
        model: keras.Model. Built.
        network: str. As a bundle has it: what the model is.
        arguments: mapping. What it is built with.
        classes: sequence of str. What its outputs mean.
        folder: name or path of the bundle.

    Raises:
        BundleError: The bundle cannot be read.
        WarmStartError: It is of another network, or one built with other arguments.
    """
    import keras

    trained = bundle.load(folder)
    if trained.network != network:
        raise WarmStartError(f"is of the network {trained.network}, not {network}", trained.path)
    _check(trained, {name: value for name, value in arguments.items() if name != "classes"})
    for weight in model.weights:
        stored, fresh = trained.weights[weight.path], keras.ops.convert_to_numpy(weight)
        if (axis := _BY_CLASS.get(weight.path)) is not None:
            fresh = like_any(stored, fresh, axis, is_bias=weight.path.endswith("bias"))
            stored = renumbered(stored, fresh, trained.vocabulary, classes, axis)
        weight.assign(stored)


def _check(trained: bundle.Bundle, arguments: Mapping[str, Any]) -> None:
    """Raise WarmStartError if a network of these arguments has other weights than the bundle's."""
    classes = {"classes": trained.arguments["classes"]}
    network = described(trained.network)
    had, wanted = (network.complete({**part, **classes}) for part in (trained.arguments, arguments))
    differences = [
        f"{name} {_plain(had[name])}, not {_plain(wanted[name])}"
        for name in had
        if name != "dropout" and _plain(had[name]) != _plain(wanted[name])
    ]
    if differences:
        raise WarmStartError(f"its network has {'; '.join(differences)}", trained.path)


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
