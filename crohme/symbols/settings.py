"""Everything that decides the outcome of a training of a symbol recogniser, besides data and time."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crohme.symbols import pretrained
from crohme.symbols.description import DEFAULT, networks
from crohme.training import run_folder
from crohme.training.experiment import ExperimentError, take
from crohme.training.ranges import SHARE, check_settings
from crohme.training.run_folder import CheckpointError
from crohme.training.settings import TrainingSettings, adamw

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True, kw_only=True)
class Settings(TrainingSettings):
    """Everything that a run is determined by, but for data and time; the rest is in `TrainingSettings`.

    Args:
        network: str. A key of `description.networks()`.
        arguments: dict. What the network's function is called with besides the number of classes.
        batch_size: int. Small enough for many steps in an hour on one core; of small sets see `batches.batch_size`.
        label_smoothing: float. Some labels cannot be told from the ink alone (x X, 0 o, c C).
        weights: str. What the backbone starts from: `none`, `imagenet` or a file, see `pretrained.start_from`.
        frozen: float. Share of the budget, in whole epochs, for which weights that were given stay as they are
            and the classifier learns to use them.
        thawed_rate: float. Times the learning rate, once they learn too.
    """

    network: str = DEFAULT
    seed: int = 1
    learning_rate: float = 2e-3
    patience: int = 10
    arguments: dict[str, Any] = field(default_factory=dict)
    batch_size: int = 128
    label_smoothing: float = 0.05
    weights: str = pretrained.NONE
    frozen: float = 0.2
    thawed_rate: float = 0.1


DEFAULTS = {
    key: Settings(network=key, **{name: value for name, value in network.training.items() if name != "epochs"})
    for key, network in networks().items()
}
EPOCHS: dict[str, int] = {key: network.training.get("epochs", 22) for key, network in networks().items()}
"""Passes over the training set, where nothing else is asked for."""
_RANGES = {"batch_size": (1, 1_000_000), "label_smoothing": SHARE, "frozen": SHARE, "thawed_rate": SHARE}


def check(settings: Settings) -> None:
    """Raise ExperimentError if a setting has a value that none can have."""
    if settings.network not in DEFAULTS:
        raise ExperimentError(f"settings.network is {settings.network!r}, which is not one of {', '.join(DEFAULTS)}")
    check_settings(settings, _RANGES)


def stored_settings(folder: Path) -> Settings:
    """The settings of the run in a folder.

    Raises:
        CheckpointError: There is no run, or one of another version.
    """
    path = folder / run_folder.SETTINGS
    stored = {"settings": run_folder.stored_settings(folder)["settings"]}
    try:
        settings: Settings = take(stored, {"settings": Settings()}, str(path))["settings"]
        check(settings)
    except ExperimentError as error:
        raise CheckpointError(f"not the settings of a run of this version: {error}", path) from None
    return settings


def compile_for(model: keras.Model, settings: Settings) -> None:
    """Give a network the optimiser and the loss that it is trained with."""
    import keras

    model.compile(
        adamw(settings),
        keras.losses.CategoricalCrossentropy(label_smoothing=settings.label_smoothing),
        metrics=[keras.metrics.CategoricalAccuracy(name="top1")],
        jit_compile=False,  # on CPU, XLA made the two small networks 2 to 6 times slower
    )
