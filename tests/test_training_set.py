"""CROHME's whole training set, read once: nothing of it is lost, and nobody is on both sides."""

from __future__ import annotations

import csv
import hashlib
import io
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from crohme.datasets.crohme import HELD_OUT_WRITERS, writer_of
from inkml_parser import Ink, read, sequence, write

MANIFEST = Path(__file__).resolve().parents[1] / "data" / "splits" / "held_out.csv"


@pytest.fixture(scope="module")
def train(crohme_data: Path) -> dict[str, Ink]:
    """The whole training set by file name, without the one file that is empty."""
    paths = sorted((crohme_data / "train").rglob("*.inkml"))
    return {path.name: read(path) for path in paths if path.name != "MfrDB3088.inkml"}


def test_training_set(train: dict[str, Ink]) -> None:
    labels = Counter(symbol.label for ink in train.values() for symbol in ink.symbols)
    assert len(train) == 8835
    assert labels.total() == 85_802
    assert len(labels) == 101
    assert sum(symbol.href is None for ink in train.values() for symbol in ink.symbols) == 55
    assert all(ink.mathml and ink.latex and ink.annotations["UI"] for ink in train.values())


def test_strokes_of_the_training_set(train: dict[str, Ink]) -> None:
    channels = Counter(frozenset(ink.channels[0]) for ink in train.values())
    assert channels[frozenset({"T"})] == 1583
    assert channels[frozenset()] == 8835 - 1583  # 80 declare F and have no values for it
    assert sum(len(stroke) == 1 for ink in train.values() for stroke in ink.strokes) == 1584
    spare = {
        name: set(range(len(ink.strokes))) - {i for s in ink.symbols for i in s.strokes} for name, ink in train.items()
    }
    assert sum(map(bool, spare.values())) == 114
    assert sum(map(len, spare.values())) == 145


def test_round_trip(train: dict[str, Ink]) -> None:
    for name in sorted(train)[::12]:
        buffer = io.BytesIO()
        write(train[name], buffer)
        assert read(buffer.getvalue()) == train[name], name


def test_symbols_become_sequences(train: dict[str, Ink]) -> None:
    for name in sorted(train)[::40]:
        for symbol in train[name].symbols:
            result = sequence([train[name].strokes[i] for i in symbol.strokes], 64)
            assert np.isfinite(result).all()
            assert result[:, 4].sum() == len(symbol.strokes)


@pytest.fixture(scope="module")
def writers(crohme_data: Path, train: dict[str, Ink]) -> dict[str, str]:
    """File name → who wrote it."""
    paths = (crohme_data / "train").rglob("*.inkml")
    return {
        path.name: writer_of(path.parent.name, path.name, train[path.name].annotations)
        for path in paths
        if path.name in train
    }


def test_about_a_twentieth_of_every_collection_is_held_out(writers: dict[str, str]) -> None:
    assert len(writers) == 8835
    for collection in ("HAMEX", "KAIST", "MathBrush", "MfrDB", "expressmatch"):
        own = [writer for writer in writers.values() if writer.startswith(collection)]
        assert 0.03 < sum(w in HELD_OUT_WRITERS for w in own) / len(own) < 0.10, collection


def test_every_held_out_writer_exists(writers: dict[str, str]) -> None:
    assert set(writers.values()) >= HELD_OUT_WRITERS


def test_no_ink_is_on_both_sides(train: dict[str, Ink], writers: dict[str, str]) -> None:
    sides: dict[bytes, set[bool]] = {}
    for name, ink in train.items():
        sides.setdefault(np.concatenate(ink.strokes).tobytes(), set()).add(writers[name] in HELD_OUT_WRITERS)
    assert len(sides) < len(train)  # six inks occur twice
    assert all(len(side) == 1 for side in sides.values())


def test_the_manifest_is_that_of_the_data(crohme_data: Path, writers: dict[str, str]) -> None:
    with MANIFEST.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert {Path(row["file"]).name for row in rows} == {name for name, w in writers.items() if w in HELD_OUT_WRITERS}
    for row in rows[::25]:
        assert hashlib.sha256((crohme_data / "train" / row["file"]).read_bytes()).hexdigest() == row["sha256"]
