"""The shipped experiments can be run: every setting in them exists."""

from __future__ import annotations

from pathlib import Path

import pytest

from crohme.expressions.training import Recipe, Settings
from crohme.training.experiment import read_experiment, take

CONFIGS = sorted((Path(__file__).resolve().parents[2] / "configs").glob("*.toml"))


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_every_setting_exists_and_the_header_says_result_time_and_command(path: Path) -> None:
    defaults = {"settings": Settings(), "recipe": Recipe(), "minutes": float, "start": str}
    assert isinstance(take(read_experiment(path), defaults, str(path))["recipe"], Recipe)
    header = path.read_text(encoding="utf-8").partition("[")[0]
    assert all(f"# {what}:" in header for what in ("Result", "Time", "Command"))


def test_there_is_one_for_the_shipped_bundle() -> None:
    assert "expressions" in {path.stem for path in CONFIGS}
