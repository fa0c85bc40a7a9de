from __future__ import annotations

import csv
import hashlib
from pathlib import Path

import numpy as np
import pytest

from crohme.datasets.crohme import HELD_OUT_WRITERS, Crohme, crohme_folder, writer_of
from crohme.datasets.location import DataNotFound, inkml_files
from crohme.datasets.registry import open_data_set
from inkml_parser import InkError, read

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


@pytest.fixture(scope="module")
def train(crohme_data: Path) -> dict[str, tuple[str, bytes]]:
    """File name → writer, and the points as bytes."""
    found = {}
    for path in inkml_files(crohme_data / "train"):
        try:
            ink = read(path)
        except InkError:
            continue
        writer = writer_of(path.parent.name, path.name, ink.annotations)
        found[path.name] = (writer, np.concatenate(ink.strokes).tobytes())
    return found


def test_about_a_twentieth_of_every_collection_is_held_out(train: dict[str, tuple[str, bytes]]) -> None:
    assert len(train) == 8835
    for collection in ("HAMEX", "KAIST", "MathBrush", "MfrDB", "expressmatch"):
        writers = [writer for writer, _ in train.values() if writer.startswith(collection)]
        held_out = sum(w in HELD_OUT_WRITERS for w in writers) / len(writers)
        assert 0.03 < held_out < 0.10, collection


def test_every_held_out_writer_exists(train: dict[str, tuple[str, bytes]]) -> None:
    assert HELD_OUT_WRITERS <= {writer for writer, _ in train.values()}


def test_no_ink_is_on_both_sides(train: dict[str, tuple[str, bytes]]) -> None:
    sides: dict[bytes, set[bool]] = {}
    for writer, points in train.values():
        sides.setdefault(points, set()).add(writer in HELD_OUT_WRITERS)
    assert len(sides) < len(train)  # six inks occur twice
    assert all(len(side) == 1 for side in sides.values())


def test_the_manifest_names_files_of_held_out_writers_only() -> None:
    with MANIFEST.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert {row["writer"] for row in rows} == HELD_OUT_WRITERS
    assert len({row["file"] for row in rows}) == len(rows)


def test_the_manifest_is_that_of_the_data(crohme_data: Path, train: dict[str, tuple[str, bytes]]) -> None:
    with MANIFEST.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert {Path(row["file"]).name for row in rows} == {n for n, (w, _) in train.items() if w in HELD_OUT_WRITERS}
    for row in rows[::25]:
        assert hashlib.sha256((crohme_data / "train" / row["file"]).read_bytes()).hexdigest() == row["sha256"]


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
