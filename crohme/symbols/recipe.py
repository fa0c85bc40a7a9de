"""What a training of a symbol recogniser is asked for, in a file and on the command line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from crohme import bundle
from crohme.symbols.settings import DEFAULTS, Settings, check
from crohme.symbols.warm_start import network_of
from crohme.training.experiment import read_run

FINE_TUNING = 0.1
"""Times the usual learning rate, where a run starts from a bundle: the full rate forgets what the bundle knows."""


@dataclass(frozen=True)
class SymbolRecipe:
    """A run: its settings, its length, which is the usual one where both are None, and the bundle it starts from."""

    settings: Settings
    epochs: float | None = None
    minutes: float | None = None
    start: str | None = None


def read_recipe(
    config: Path | None,
    assignments: Sequence[str] = (),
    *,
    network: str | None = None,
    start: str | None = None,
) -> SymbolRecipe:
    """The recipe of a file, with some values set as on the command line, over the defaults of its network.

    Args:
        config: Path or None. TOML with a table `settings`, see `configs/`.
        assignments: sequence of str. Such as `settings.learning_rate=1e-3`.
        network: str or None. In place of the file's.
        start: name or path of the bundle to start from, in place of the file's. Its network is the default.

    Raises:
        ExperimentError: See `training.experiment`; or a setting that none can have.
        BundleError, WarmStartError: The bundle cannot be read, or does not read isolated symbols.
    """
    options = [*assignments, *([] if network is None else [f"settings.network={network}"])]
    asked = read_run(config, options, {"settings": Settings(network="")})
    start = start or asked["start"]
    asked = read_run(config, options, {"settings": _defaults(asked["settings"].network, start)})
    check(asked["settings"])
    return SymbolRecipe(**{**asked, "start": start})


def _defaults(network: str, start: str | None) -> Settings:
    """Those of a network, or where none is named of that of the bundle to start from."""
    if not network and start is not None:
        network = network_of(bundle.load(start))
    default = DEFAULTS.get(network, DEFAULTS["lstm"])
    return replace(default, learning_rate=default.learning_rate * (1.0 if start is None else FINE_TUNING))
