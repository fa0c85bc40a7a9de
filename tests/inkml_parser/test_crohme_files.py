"""The real CROHME files: all that can be read is read, and nothing of it is lost."""

from __future__ import annotations

import io
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from inkml_parser import EmptyInk, Ink, read, sequence, write


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


def test_known_files(crohme_data: Path) -> None:
    latin1 = read(crohme_data / "train" / "MfrDB" / "MfrDB0104.inkml")
    assert "·" in (latin1.mathml or "")
    with pytest.raises(EmptyInk, match=r"MfrDB3088\.inkml: the file is empty"):
        read(crohme_data / "train" / "MfrDB" / "MfrDB3088.inkml")
    assert read(crohme_data / "test2014" / "34_em_225.inkml").mathml is None
    assert read(crohme_data / "test2013" / "rit_4295_2.inkml").latex is None


@pytest.mark.parametrize(("year", "files"), [(2011, 348), (2012, 488), (2013, 671), (2014, 986)])
def test_test_sets(crohme_data: Path, year: int, files: int) -> None:
    inks = [read(path) for path in sorted((crohme_data / f"test{year}").glob("*.inkml"))]
    assert len(inks) == files
    assert all(ink.symbols for ink in inks)
    if year == 2014:
        assert sum(len(ink.symbols) for ink in inks) == 10_019


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
