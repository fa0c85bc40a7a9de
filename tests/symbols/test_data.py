"""What a network of symbols is trained on: several sets, some classes, names of one's own, ink and pictures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from crohme.datasets.label_folders import LabelError
from crohme.datasets.location import DataNotFound
from crohme.symbols import data as symbol_data
from crohme.symbols.data import Choice
from tests.symbols.small import train


def test_several_sets_some_classes_and_names_of_ones_own(images: Path, tmp_path: Path) -> None:
    more = tmp_path / "more"
    (images / "L").rename(images / "hook")
    (more / "plus").mkdir(parents=True)
    (images / "add" / "0.png").rename(more / "plus" / "0.png")
    with pytest.raises(LabelError, match="hook"):
        symbol_data.find("symbol_cnn", [images, more])
    data = symbol_data.find("symbol_cnn", [images, more], choice=Choice(keep_names=True))
    assert data.classes == ("+", "-", "hook", "|") and sum(row[1] == "+" for row in data.sides) == 30
    (tmp_path / "own.csv").write_text("name,label\nhook,L\n")
    chosen = Choice(("add", "L"), tmp_path / "own.csv", ratios=(1, 1, 0))
    data = symbol_data.find("symbol_cnn", images, {"size": 24}, chosen)
    assert data.classes == ("+", "L") and data.test is None
    assert len(data.train) + len(data.validation["validation"]) == 59
    assert data.train.inputs(np.array([0, 3]), None).shape == (2, 24, 24)
    with pytest.raises(LabelError, match=r"label nothing; there are: \+ - L \|"):
        symbol_data.find("symbol_cnn", images, choice=Choice(("nothing",), tmp_path / "own.csv"))


def test_ink_is_drawn_for_networks_that_read_pictures(ink: Path) -> None:
    data = symbol_data.find("alexnet", ink, {"size": 40}, Choice(("+", "|")))
    assert data.classes == ("+", "|") and set(data.train.labels.tolist()) == {0, 1}
    assert data.train.inputs(np.arange(3), np.random.default_rng(1)).shape == (3, 40, 40)


def test_nothing_to_train_on(tmp_path: Path, images: Path) -> None:
    with pytest.raises(DataNotFound, match="no such folder"):
        train("lstm", tmp_path / "missing", 1, out=tmp_path / "run")
    with pytest.raises(DataNotFound, match="pictures are for alexnet, cnn, mobilenet, vgg19"):
        train("lstm", images, 1, out=tmp_path / "run")
    with pytest.raises(DataNotFound, match=r"the only class to train on is '\+'"):
        train("cnn", images, 1, out=tmp_path / "run", choice=Choice(("add",)))


@pytest.mark.parametrize(
    ("choice", "cause"),
    [
        (Choice(label_table=Path("own.csv")), "--label-table"),
        (Choice(keep_names=True), "--keep-names"),
        (Choice(ratios=(1, 1, 1)), "--split"),
    ],
    ids=["table", "names", "split"],
)
def test_what_only_pictures_have_is_refused_for_ink(choice: Choice, cause: str, ink: Path) -> None:
    with pytest.raises(LabelError, match=f"ink: holds ink.*{cause}.* is for pictures"):
        symbol_data.find("symbol_cnn", ink, choice=choice)


def test_without_crohme_it_is_the_embedded_sample(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CROHME_CACHE", str(tmp_path))
    monkeypatch.setattr(symbol_data.crohme, "crohme_folder", lambda: None)
    data = symbol_data.find("symbol_lstm", None)
    assert data.folders[0].parts[-2:] == ("data", "sample")
    assert len(data.classes) == 101
    (held_out,) = data.validation.values()
    assert len(data.train) > 5 * len(held_out) > 0
    assert data.train.inputs(np.arange(3), np.random.default_rng(1)).shape == (3, 40, 10)
