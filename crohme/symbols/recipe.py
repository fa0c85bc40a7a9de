"""What a training of a symbol recogniser is asked for, in a file and on the command line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from crohme import bundle
from crohme.symbols.settings import DEFAULTS, Settings, check
from crohme.symbols.warm_start import network_of
from crohme.training.experiment import read_experiment, take_run, with_values

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
    written = with_values({} if config is None else read_experiment(config), options)
    if start is not None:
        written["start"] = start
    given = written.get("settings", {})
    settings = _defaults(given, written.get("start"))
    asked = take_run(written, {"settings": settings}, str(config or "--set"))
    check(asked["settings"])
    return SymbolRecipe(**asked)


def _defaults(given: Any, start: Any) -> Settings:
    network = given.get("network") if isinstance(given, Mapping) else None
    is_bundle = isinstance(start, str)
    if network is None and is_bundle:
        network = network_of(bundle.load(start))
    default = DEFAULTS.get(network, DEFAULTS["lstm"]) if isinstance(network, str) else DEFAULTS["lstm"]
    rate = default.learning_rate * (FINE_TUNING if is_bundle else 1.0)
    return replace(default, learning_rate=rate)
