from __future__ import annotations

from pathlib import Path

import pytest

from crohme.datasets import location
from crohme.datasets.crohme import crohme_folder
from crohme.datasets.location import DataNotFound


def test_the_sample_may_be_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(location, "REPOSITORY", tmp_path / "repository")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DataNotFound, match="no data set is given .* sample"):
        location.sample_folder()


def test_installed_code_finds_the_data_of_the_checkout_it_is_called_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(location, "REPOSITORY", tmp_path / "site-packages")
    monkeypatch.delenv("CROHME_DATA", raising=False)
    monkeypatch.chdir(tmp_path)
    assert crohme_folder() is None
    for folder in (tmp_path / "data" / "crohme" / "train", tmp_path / "data" / "sample"):
        folder.mkdir(parents=True)
    assert crohme_folder() == tmp_path / "data" / "crohme"
    assert location.sample_folder() == tmp_path / "data" / "sample"
    (tmp_path / "site-packages" / "data" / "sample").mkdir(parents=True)
    assert location.sample_folder() == tmp_path / "site-packages" / "data" / "sample"


def test_files_come_sorted_and_at_least_one(tmp_path: Path) -> None:
    for name in ("b/2.inkml", "b/10.inkml", "a.inkml", "a.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    names = [path.relative_to(tmp_path).as_posix() for path in location.inkml_files(tmp_path)]
    assert names == ["a.inkml", "b/10.inkml", "b/2.inkml"]
    with pytest.raises(DataNotFound, match="no such folder"):
        location.inkml_files(tmp_path / "missing")
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataNotFound, match="no InkML"):
        location.inkml_files(tmp_path / "empty")
