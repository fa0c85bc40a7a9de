from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from crohme.datasets import inkml
from crohme.datasets.crohme import Crohme
from crohme.datasets.inkml import InkmlFolder
from crohme.datasets.symbols import known, load_symbols, read_symbols, train_and_held_out
from crohme.notation import CLASSES
from inkml_parser import Ink, Symbol, write

LINE, CROSSBAR, DOT = np.array([[0.0, 0], [0, 8]]), np.array([[-4.0, 4], [4, 4]]), np.array([[30.0, 2]])


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CROHME_CACHE", str(tmp_path / "cache"))
    data = tmp_path / "data"
    for collection, writer in (("HAMEX", "depart014"), ("KAIST", "someone")):
        (data / collection).mkdir(parents=True)
        ink = Ink(
            strokes=(LINE, DOT, CROSSBAR),
            symbols=(Symbol("+", (0, 2)), Symbol("COMMA", (1,))),
            annotations={"writer": writer},
        )
        write(ink, data / collection / "one.inkml")
    (data / "KAIST" / "broken.inkml").write_text("<ink><trace>")
    return data


def test_symbols_are_cut_out_with_their_own_strokes(folder: Path) -> None:
    symbols = read_symbols(folder)
    assert symbols.labels.tolist() == ["+", ",", "+", ","]
    assert symbols.files.tolist() == ["HAMEX/one.inkml"] * 2 + ["KAIST/one.inkml"] * 2
    assert symbols.writers.tolist() == ["depart014"] * 2 + ["someone"] * 2
    plus, comma, *_ = symbols.strokes
    np.testing.assert_allclose(plus[0], [[0, -0.5], [0, 0.5]])
    np.testing.assert_allclose(plus[1], [[-0.5, 0], [0.5, 0]])
    np.testing.assert_allclose(comma[0], [[0, 0]])


def test_a_bad_file_is_listed_and_does_not_end_the_run(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    (line,) = read_symbols(folder).unreadable
    assert line.startswith("KAIST/broken.inkml: ")
    assert "broken.inkml" in caplog.text


def test_each_split_lists_its_own_damage(folder: Path) -> None:
    for split in ("train", "validation"):
        shutil.copytree(folder / "KAIST", folder / split)
    (folder / "validation" / "broken.inkml").rename(folder / "validation" / "other.inkml")
    data = InkmlFolder(folder)
    names = [[line.partition(":")[0] for line in read_symbols(data, split).unreadable] for split in data.splits]
    assert names == [["broken.inkml"], ["other.inkml"]]


def test_the_cache_gives_the_same_and_notices_changes(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fresh = load_symbols(folder)
    with monkeypatch.context() as patch:
        patch.setattr(inkml, "read", lambda path: pytest.fail("read again"))
        cached = load_symbols(folder)
    assert cached.unreadable == fresh.unreadable
    for name in ("labels", "files", "writers"):
        assert getattr(cached, name).tolist() == getattr(fresh, name).tolist()
    np.testing.assert_array_equal(cached.strokes.points, fresh.strokes.points)
    (folder / "KAIST" / "broken.inkml").unlink()
    assert load_symbols(folder).unreadable == ()


def test_writers_are_not_split(folder: Path) -> None:
    (folder / "test2013").mkdir()
    for collection in ("HAMEX", "KAIST"):
        (folder / "train").mkdir(exist_ok=True)
        (folder / collection).rename(folder / "train" / collection)
    train, held_out = train_and_held_out(Crohme(folder))
    assert set(train.writers) == {"KAIST/someone"}
    assert set(held_out.writers) == {"HAMEX/depart014"}


def test_other_classes_are_left_out_with_a_word(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    plus = known(read_symbols(folder), ("+",))
    assert plus.labels.tolist() == ["+", "+"]
    assert "2 symbols of other classes left out" in caplog.text


def test_crohme_2014_has_10019_symbols_of_the_101_classes(
    crohme_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CROHME_CACHE", str(tmp_path))
    symbols = load_symbols(crohme_data / "test2014")
    assert len(symbols) == 10_019
    assert set(symbols.labels) == set(CLASSES)
    assert symbols.unreadable == ()
