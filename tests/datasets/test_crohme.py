from __future__ import annotations

import csv
from pathlib import Path

import pytest

from crohme.datasets.crohme import HELD_OUT_WRITERS, Crohme, crohme_folder, writer_of
from crohme.datasets.location import DataNotFound
from crohme.datasets.registry import open_data_set

MANIFEST = Path(__file__).resolve().parents[2] / "data" / "splits" / "held_out.csv"


@pytest.mark.parametrize(
    ("collection", "name", "annotations", "writer"),
    [
        ("HAMEX", "formulaire039-equation074.inkml", {"writer": "depart039"}, "HAMEX/depart039"),
        ("MathBrush", "200926-1617-9.inkml", {}, "MathBrush/200926-1617"),
        ("MathBrush", "200926-1617-85", {"writer": "  "}, "MathBrush/200926-1617"),
        ("extension", "form005-equation018.inkml", {}, "extension/form005"),
        ("MfrDB", "MfrDB0104.inkml", {}, "MfrDB/MfrDB0104"),
    ],
)
def test_who_wrote_it(collection: str, name: str, annotations: dict[str, str], writer: str) -> None:
    assert writer_of(collection, name, annotations) == writer


def test_a_writer_is_held_out_whole() -> None:
    assert writer_of("MathBrush", "200922-1017-3.inkml", {}) in HELD_OUT_WRITERS
    assert writer_of("MathBrush", "200922-1017-99.inkml", {}) in HELD_OUT_WRITERS
    assert writer_of("MathBrush", "200922-938-3.inkml", {}) not in HELD_OUT_WRITERS


def test_the_manifest_names_files_of_held_out_writers_only() -> None:
    with MANIFEST.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert {row["writer"] for row in rows} == HELD_OUT_WRITERS
    assert len({row["file"] for row in rows}) == len(rows)


def test_the_named_folder_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "train").mkdir()
    monkeypatch.setenv("CROHME_DATA", str(tmp_path))
    assert crohme_folder() == tmp_path


def test_a_named_folder_that_is_wrong_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CROHME_DATA", str(tmp_path))
    with pytest.raises(DataNotFound, match="CROHME_DATA"):
        crohme_folder()


def test_it_may_be_nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CROHME_DATA", raising=False)
    monkeypatch.setattr("crohme.datasets.location.REPOSITORY", tmp_path)
    monkeypatch.chdir(tmp_path)
    assert crohme_folder() is None


def test_it_is_chosen_on_2013_and_tested_on_later_years_first(crohme_data: Path) -> None:
    data = open_data_set(crohme_data)
    assert isinstance(data, Crohme)
    assert (data.training, data.validation) == ("train", ("test2013",))
    assert data.tests[0] == "test2014" and "test2013" not in data.tests
    first = next(data.expressions("test2014"))
    assert [node.label for node in first.truth.nodes()] and all(node.strokes for node in first.truth.nodes())
