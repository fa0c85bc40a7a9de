"""The settings of a training run of the expression recogniser, and those stored in a run's folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crohme.expressions.description import DEFAULT, ExpressionArchitecture, networks
from crohme.expressions.recipe import Recipe
from crohme.expressions.vocabulary import Vocabulary
from crohme.notation import Alphabet
from crohme.training import run_folder
from crohme.training.experiment import ExperimentError, take
from crohme.training.run_folder import CheckpointError
from crohme.training.settings import TrainingSettings


@dataclass(frozen=True, kw_only=True)
class Settings(TrainingSettings):
    """Settings of a run besides recipe, data and length; the rest are in `TrainingSettings`.

    Args:
        network: str. A key of `description.networks()`.
        size: str. One of its `sizes`.
        dropout: float. See `StrokeTransformerConfig`.
        last: bool. Whether the bundle has the weights at the end of the run, not those that were best on validation,
            which may not know all that is learnt.
        calibrate: bool. Whether the bundle is calibrated in the end, and measured: `evaluation.shipping`.
    """

    network: str = DEFAULT
    size: str = "small"
    floor: float = 0.02
    weight_decay: float = 0.05
    dropout: float = 0.15
    last: bool = False
    calibrate: bool = False


def architecture(settings: Settings) -> ExpressionArchitecture:
    """The network that is trained.

    Raises:
        ExperimentError: There is none of that name, or not of that size.
    """
    if settings.network not in networks():
        raise ExperimentError(f"settings.network is {settings.network!r}, which is not one of {', '.join(networks())}")
    found = networks()[settings.network]
    if settings.size not in found.sizes:
        raise ExperimentError(f"settings.size is {settings.size!r}, which is not one of {', '.join(found.sizes)}")
    return found


def arguments(settings: Settings, vocabulary: Vocabulary) -> dict[str, Any]:
    """All that the network is built from.

    Raises:
        ExperimentError: See `architecture`.
        TableError: A value is out of range.
    """
    network = architecture(settings)
    size = network.sizes[settings.size]
    return network.complete({**vocabulary.dimensions(), **size, "dropout": settings.dropout})


def stored_settings(folder: Path) -> Settings:
    """The settings of the run in a folder.

    Raises:
        CheckpointError: There is no run, or one of another version.
    """
    settings: Settings = _stored_part(folder, "settings", Settings())
    try:
        architecture(settings)
    except ExperimentError as error:
        raise CheckpointError(
            f"not the settings of a run of this version: {error}", folder / run_folder.SETTINGS
        ) from None
    return settings


def stored_recipe(folder: Path) -> Recipe:
    """How the run in a folder makes its training expressions.

    Raises:
        CheckpointError: There is no run, or one of another version.
    """
    recipe: Recipe = _stored_part(folder, "recipe", Recipe())
    return recipe


def stored_vocabulary(folder: Path) -> Vocabulary:
    """The vocabulary of the run in a folder.

    Raises:
        CheckpointError: There is no run, or one of another version.
    """
    labels = run_folder.stored_settings(folder).get("alphabet")
    if not isinstance(labels, list) or not labels or not all(isinstance(label, str) for label in labels):
        raise CheckpointError(
            "not the settings of a run of this version: it has no alphabet", folder / run_folder.SETTINGS
        )
    return Vocabulary(Alphabet(labels))


def _stored_part(folder: Path, name: str, default: Any) -> Any:
    path = folder / run_folder.SETTINGS
    try:
        return take({name: run_folder.stored_settings(folder).get(name, {})}, {name: default}, str(path))[name]
    except ExperimentError as error:
        raise CheckpointError(f"not the settings of a run of this version: {error}", path) from None
