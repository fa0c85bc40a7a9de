from __future__ import annotations

import csv
import hashlib
from pathlib import Path

import numpy as np
import pytest

from crohme.datasets import splits
from crohme.datasets.location import inkml_files
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
    assert splits.writer_of(collection, name, annotations) == writer


def test_a_writer_is_held_out_whole() -> None:
    assert splits.is_held_out(splits.writer_of("MathBrush", "200922-1017-3.inkml", {}))
    assert splits.is_held_out(splits.writer_of("MathBrush", "200922-1017-99.inkml", {}))
    assert not splits.is_held_out(splits.writer_of("MathBrush", "200922-938-3.inkml", {}))


@pytest.fixture(scope="module")
def train(crohme_data: Path) -> dict[str, tuple[str, bytes]]:
    """File name → writer, and the points as bytes."""
    found = {}
    for path in inkml_files(crohme_data / "train"):
        try:
            ink = read(path)
        except InkError:
            continue
        writer = splits.writer_of(path.parent.name, path.name, ink.annotations)
        found[path.name] = (writer, np.concatenate(ink.strokes).tobytes())
    return found


def test_about_a_twentieth_of_every_collection_is_held_out(train: dict[str, tuple[str, bytes]]) -> None:
    assert len(train) == 8835
    for collection in ("HAMEX", "KAIST", "MathBrush", "MfrDB", "expressmatch"):
        writers = [writer for writer, _ in train.values() if writer.startswith(collection)]
        held_out = sum(map(splits.is_held_out, writers)) / len(writers)
        assert 0.03 < held_out < 0.10, collection


def test_every_held_out_writer_exists(train: dict[str, tuple[str, bytes]]) -> None:
    assert splits.HELD_OUT_WRITERS <= {writer for writer, _ in train.values()}


def test_no_ink_is_on_both_sides(train: dict[str, tuple[str, bytes]]) -> None:
    sides: dict[bytes, set[bool]] = {}
    for writer, points in train.values():
        sides.setdefault(points, set()).add(splits.is_held_out(writer))
    assert len(sides) < len(train)  # six inks occur twice
    assert all(len(side) == 1 for side in sides.values())


def test_the_manifest_names_files_of_held_out_writers_only() -> None:
    with MANIFEST.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert {row["writer"] for row in rows} == splits.HELD_OUT_WRITERS
    assert len({row["file"] for row in rows}) == len(rows)


def test_the_manifest_is_that_of_the_data(crohme_data: Path, train: dict[str, tuple[str, bytes]]) -> None:
    with MANIFEST.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert {Path(row["file"]).name for row in rows} == {n for n, (w, _) in train.items() if splits.is_held_out(w)}
    for row in rows[::25]:
        assert hashlib.sha256((crohme_data / "train" / row["file"]).read_bytes()).hexdigest() == row["sha256"]
