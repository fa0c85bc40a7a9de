"""Ink for scripts that measure: some files, evenly spread."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from crohme.datasets.location import sample_folder
from crohme.datasets.spread import spread_inks


def test_files_are_evenly_spread_and_those_that_cannot_be_read_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = next((sample_folder() / "test").glob("*.inkml"))
    for i in range(9):
        shutil.copy(file, tmp_path / f"{i}.inkml")
    (tmp_path / "4.inkml").write_text("no ink")
    assert [name for name, _ in spread_inks(tmp_path, 4)] == ["0.inkml", "2.inkml", "6.inkml"]
    assert "4.inkml" in capsys.readouterr().err
    found = list(spread_inks(tmp_path, 100))
    assert len(found) == 8 and all(len(ink.strokes) for _, ink in found)
