from __future__ import annotations

import csv
import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from crohme import bundle
from crohme.corpus.location import DataNotFound
from crohme.raster import render
from crohme.strokes import StrokeBatch
from crohme.symbol_recognizer import SymbolRecognizer
from crohme.training import symbol_data
from crohme.training import symbols as training
from crohme.training.checkpoint import CheckpointError
from crohme.training.symbols import train
from inkml_parser import Ink, Symbol, write

SHAPES = {
    "-": [np.array([[0.0, 0], [5, 0], [10, 0]])],
    "|": [np.array([[0.0, 0], [0, 5], [0, 10]])],
    "+": [np.array([[0.0, 5], [10, 5]]), np.array([[5.0, 0], [5, 10]])],
    "L": [np.array([[0.0, 0], [0, 10], [6, 10]])],
}


def shaken(rng: np.random.Generator, label: str) -> list[np.ndarray]:
    return [stroke + rng.normal(0, 0.4, stroke.shape) for stroke in SHAPES[label]]


@pytest.fixture
def ink(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """40 files of four symbols each."""
    monkeypatch.setenv("CROHME_CACHE", str(tmp_path / "cache"))
    rng = np.random.default_rng(1)
    folder = tmp_path / "ink"
    folder.mkdir()
    for i in range(40):
        strokes, symbols = [], []
        for label in SHAPES:
            drawn = shaken(rng, label)
            symbols.append(Symbol(label, tuple(range(len(strokes), len(strokes) + len(drawn)))))
            strokes += drawn
        write(Ink(strokes=tuple(strokes), symbols=tuple(symbols)), folder / f"{i:02}.inkml")
    return folder


@pytest.fixture
def images(tmp_path: Path) -> Path:
    rng = np.random.default_rng(1)
    folder = tmp_path / "images"
    for number, label in enumerate(SHAPES):
        (folder / f"class{number}").mkdir(parents=True)
        for i in range(30):
            picture = render(StrokeBatch.from_symbols([shaken(rng, label)]), 45)[0]
            cv2.imwrite(str(folder / f"class{number}" / f"{i}.png"), picture)
    return folder


@pytest.fixture
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches of 16, so that a small set makes steps enough."""
    for name, settings in training.DEFAULTS.items():
        small = training.replace(settings, batch_size=16, precision="float32", averaging=0.9)
        monkeypatch.setitem(training.DEFAULTS, name, small)


@pytest.mark.parametrize("network", ["lstm", "cnn"])
@pytest.mark.usefixtures("small_steps")
def test_it_learns_from_ink(network: str, ink: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    folder = train(network, ink, epochs=12, out=out)
    loaded = bundle.load(folder)
    assert loaded.vocabulary == ("+", "-", "L", "|")
    assert loaded.metrics["held-out files top1"] >= 0.75
    recognizer = SymbolRecognizer([loaded])
    right = [recognizer.recognize(shape)[0][0] == label for label, shape in SHAPES.items()]
    assert sum(right) >= 3


@pytest.mark.usefixtures("small_steps")
def test_the_cnn_learns_from_a_folder_of_images(images: Path, tmp_path: Path) -> None:
    loaded = bundle.load(train("cnn", images, epochs=12, out=tmp_path / "run"))
    assert loaded.vocabulary == ("class0", "class1", "class2", "class3")
    assert loaded.metrics["held-out images top1"] >= 0.75
    assert SymbolRecognizer([loaded]).recognize(images / "class2" / "0.png")[0][0] == "class2"


@pytest.mark.usefixtures("small_steps")
def test_what_a_run_leaves_behind(ink: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    assert train("lstm", ink, epochs=2, out=out) == out / "bundle"
    with (out / "log.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    lines = [json.loads(line) for line in (out / "log.jsonl").read_text().splitlines()]
    assert [int(row["epoch"]) for row in rows] == [line["epoch"] for line in lines] == [1, 2]
    assert float(rows[1]["loss"]) == lines[1]["loss"] < lines[0]["loss"]
    config = json.loads((out / "config.json").read_text())
    assert (config["network"], config["epochs"], config["seed"]) == ("lstm", 2, 1)
    assert cv2.imread(str(out / "curves.png")) is not None


@pytest.mark.parametrize(("network", "killed_at"), [("lstm", 3), ("lstm", 13), ("cnn", 13)])
@pytest.mark.usefixtures("small_steps")
def test_killed_and_resumed_is_as_if_nothing_had_happened(
    network: str, killed_at: int, ink: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = bundle.load(train(network, ink, epochs=2, out=tmp_path / "whole"))
    monkeypatch.setattr(training, "CHECKPOINT_SECONDS", 0)
    step, done = training._Run._step, []

    def killed(run: object, order: np.ndarray) -> None:
        if len(done) == killed_at:
            raise KeyboardInterrupt
        done.append(step(run, order))

    with monkeypatch.context() as patch:
        patch.setattr(training._Run, "_step", killed)
        with pytest.raises(KeyboardInterrupt):
            train(network, ink, epochs=2, out=tmp_path / "parts")
    resumed = bundle.load(train(network, ink, epochs=2, out=tmp_path / "parts", resume=True))
    for name, weights in whole.weights.items():
        np.testing.assert_allclose(resumed.weights[name], weights, atol=1e-6, err_msg=name)
    drop = {"seconds"}
    assert {k: v for k, v in resumed.metrics.items() if k not in drop} == pytest.approx(
        {k: v for k, v in whole.metrics.items() if k not in drop}
    )


@pytest.mark.usefixtures("small_steps")
def test_resume_refuses_what_it_cannot_go_on_with(ink: Path, tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="nothing to resume"):
        train("lstm", ink, epochs=1, out=tmp_path / "new", resume=True)
    train("lstm", ink, epochs=1, out=tmp_path / "run")
    with pytest.raises(CheckpointError, match="other settings"):
        train("lstm", ink, epochs=3, out=tmp_path / "run", resume=True)
    with pytest.raises(CheckpointError, match="another network"):
        train("cnn", ink, epochs=1, out=tmp_path / "run", resume=True)


def test_nothing_to_train_on(tmp_path: Path, images: Path) -> None:
    with pytest.raises(DataNotFound, match="no such folder"):
        train("lstm", tmp_path / "missing", out=tmp_path / "run")
    with pytest.raises(DataNotFound, match="images are for the CNN"):
        train("lstm", images, out=tmp_path / "run")


def test_without_crohme_it_is_the_embedded_sample(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CROHME_CACHE", str(tmp_path))
    monkeypatch.setattr(symbol_data.location, "crohme_folder", lambda: None)
    data = symbol_data.find("symbol_lstm", None)
    assert data.folder.parts[-2:] == ("sample", "train")
    assert len(data.classes) == 101
    (held_out,) = data.validation.values()
    assert len(data.train) > 5 * len(held_out) > 0
    assert data.train.inputs(np.arange(3), np.random.default_rng(1)).shape == (3, 40, 10)
