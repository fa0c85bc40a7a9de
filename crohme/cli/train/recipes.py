"""A check that a recipe is one for the task that is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crohme.cli.errors import CommandError


def check_task(config: Path | None, task: str) -> None:
    """Refuse a file whose settings fit another task better.

    Args:
        config: Path or None. Of `--config`.
        task: str. What is to be trained: `expressions` or `symbols`.

    Raises:
        CommandError: It is a recipe for another.
        ExperimentError: It cannot be read.
    """
    from crohme.training.experiment import read_experiment, unknown_of_run

    if config is None:
        return
    written = read_experiment(config)
    unknown = {name: len(unknown_of_run(written, tables)) for name, tables in _tables().items()}
    likely = min(unknown, key=lambda name: (unknown[name], name != task))
    if likely != task:
        raise CommandError(f"is a recipe for {likely}: `crohme train {likely} --config {config}`", config)


def _tables() -> Mapping[str, Mapping[str, Any]]:
    from crohme.expressions import recipe, run_settings
    from crohme.symbols import settings

    return {
        "expressions": {"settings": run_settings.Settings(), "recipe": recipe.Recipe()},
        "symbols": {"settings": settings.Settings()},
    }
