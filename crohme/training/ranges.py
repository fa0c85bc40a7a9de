"""What the settings of a run may be: a value that none can have is refused before anything is read or built."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crohme.training.experiment import ExperimentError
from crohme.training.precision import check_precision
from crohme.training.settings import TrainingSettings

SHARE = (0, 1)
MAX_SEED = 2**32 - 1
"""What numpy's generators take."""
_MUCH = 2**31 - 1
SETTINGS: Mapping[str, tuple[float, float]] = {
    "seed": (0, MAX_SEED),
    "learning_rate": (0, _MUCH), "warmup_steps": (0, _MUCH), "floor": SHARE,
    "weight_decay": (0, _MUCH), "clip_norm": (0, _MUCH), "averaging": SHARE, "interpolation": SHARE,
    "patience": (0, _MUCH),
}  # fmt: skip


def check_settings(settings: TrainingSettings, own: Mapping[str, tuple[float, float]]) -> None:
    """Raise ExperimentError if a setting has a value that none can have; `own` are ranges beside those of all runs."""
    check_precision(settings)
    check_ranges("settings", settings, {**SETTINGS, **own})
    if not settings.interpolation:
        raise ExperimentError("settings.interpolation is 0: nothing would be learnt")


def check_ranges(table: str, values: Any, ranges: Mapping[str, tuple[float, float]]) -> None:
    """Raise ExperimentError if a value is not in its range.

    Args:
        table: str. What messages call the values.
        values: object with the attributes that `ranges` names.
        ranges: mapping of name → least and most.
    """
    for name, (least, most) in ranges.items():
        value = getattr(values, name)
        if (least, most) == SHARE and not 0 <= value <= 1:
            raise ExperimentError(f"{table}.{name} is {value}, which is not between 0 and 1")
        if not value >= least:
            raise ExperimentError(f"{table}.{name} is {value}, which is below {least}")
        if value > most:
            raise ExperimentError(f"{table}.{name} is {value}, which is above {most}")
