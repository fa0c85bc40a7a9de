from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import keras
import numpy as np
import pytest

from crohme import bundle
from crohme.bundle.provenance import hash_of
from crohme.datasets.label_folders import LabelError
from crohme.datasets.location import DataNotFound
from crohme.evaluation.symbols import evaluate
from crohme.ink.raster import render
from crohme.ink.strokes import StrokeBatch
from crohme.symbols import data as symbol_data
from crohme.symbols import training
from crohme.symbols.data import Choice
from crohme.symbols.pretrained import WeightsError
from crohme.symbols.recognizer import SymbolRecognizer
from crohme.symbols.training import train
from crohme.training.checkpoint import CheckpointError
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
def images(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """30 pictures each of minus, bar, plus and the letter L, in folders as others call them."""
    monkeypatch.setenv("CROHME_CACHE", str(tmp_path / "cache"))
    rng = np.random.default_rng(1)
    folder = tmp_path / "images"
    for name, label in zip(("sub", "ascii_124", "add", "L"), SHAPES, strict=True):
        (folder / name).mkdir(parents=True)
        for i in range(30):
            picture = render(StrokeBatch.from_symbols([shaken(rng, label)]), 45)[0]
            cv2.imwrite(str(folder / name / f"{i}.png"), picture)
    return folder


@pytest.fixture
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches of 16, so that a small set makes steps enough."""
    for name, settings in training.DEFAULTS.items():
        small = replace(settings, batch_size=16, precision="float32", averaging=0.9)
        monkeypatch.setitem(training.DEFAULTS, name, small)


@pytest.mark.parametrize("network", ["lstm", "cnn"])
@pytest.mark.usefixtures("small_steps")
def test_it_learns_from_ink(network: str, ink: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    folder = train(network, ink, epochs=12, out=out)
    loaded = bundle.load(folder)
    assert loaded.vocabulary == ("+", "-", "L", "|")
    assert loaded.metrics["held-out files top1"] >= 0.75
    assert loaded.provenance.data_sha256 == hash_of([ink]) and (loaded.provenance.seconds or 0) > 0
    assert loaded.provenance.data == loaded.training["data"] and loaded.provenance.started_from is None
    recognizer = SymbolRecognizer([loaded])
    right = [recognizer.recognize(shape).latex == label for label, shape in SHAPES.items()]
    assert sum(right) >= 3


@pytest.mark.usefixtures("small_steps")
def test_the_cnn_learns_from_a_folder_of_images(images: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    loaded = bundle.load(train("cnn", images, epochs=12, out=out, arguments={"size": 32}))
    assert loaded.vocabulary == ("+", "-", "L", "|") and loaded.arguments["size"] == 32
    assert loaded.metrics["validation top1"] >= 0.75 and loaded.metrics["test top1"] >= 0.75
    recognizer = SymbolRecognizer([loaded])
    assert recognizer.recognize(images / "add" / "0.png").latex == "+"
    assert recognizer.recognize(SHAPES["L"]).latex == "L"
    with (out / "split.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 120 and {row["side"] for row in rows} == {"train", "validation", "test"}
    counts = {side: sum(row["side"] == side for row in rows) for side in ("train", "validation", "test")}
    assert {side: loaded.metrics[f"images_{side}"] for side in counts} == counts
    assert evaluate(recognizer, images).top(1) >= 0.75


@pytest.mark.usefixtures("small_steps")
def test_alexnet_trains_and_is_read_back(images: Path, tmp_path: Path) -> None:
    arguments = {"size": 32, "dense": [16], "filters": [8, 8, 8, 8, 8]}
    loaded = bundle.load(train("alexnet", images, epochs=1, out=tmp_path / "run", arguments=arguments))
    (best,) = SymbolRecognizer([loaded]).recognize(images / "add" / "0.png", top=1).readings
    label, probability = best.latex, best.confidence
    assert label in ("+", "-", "L", "|") and 0.25 <= probability <= 1


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


@pytest.fixture
def small_mobilenet(monkeypatch: pytest.MonkeyPatch) -> None:
    """A backbone of one convolution in place of MobileNet's fifty, which take a minute to compile."""

    def backbone(input_shape: tuple[int, int, int], name: str, **_: object) -> keras.Model:
        inputs = keras.Input(input_shape)
        x = keras.layers.Conv2D(576, 8, strides=8, name="conv")(inputs)  # as many as its last
        return keras.Model(inputs, keras.layers.GlobalAveragePooling2D()(x), name=name)

    def shapes(network: str, arguments: dict[str, Any]) -> dict[str, tuple[int, ...]]:
        return {weight.path: tuple(weight.shape) for weight in bundle.build(network, arguments).weights}

    monkeypatch.setattr(keras.applications, "MobileNetV3Small", backbone)
    monkeypatch.setattr(bundle, "shapes", shapes)  # the table of weights has the fifty


def backbone_file(folder: Path) -> Path:
    """A file of weights as Keras has them for ImageNet, but all of them 0.01."""
    backbone = bundle.build("mobilenet", {"classes": 4, "size": 32, "dense": [8]}).get_layer("backbone")
    backbone.set_weights([np.full(weight.shape, 0.01) for weight in backbone.weights])
    backbone.save_weights(folder / "given.weights.h5")
    return folder / "given.weights.h5"


@pytest.mark.usefixtures("small_steps", "small_mobilenet")
def test_given_weights_are_frozen_first_and_thawed_then(images: Path, tmp_path: Path) -> None:
    file, out = backbone_file(tmp_path), tmp_path / "run"
    arguments = {"size": 32, "dense": [8]}
    frozen = bundle.load(train("mobilenet", images, 1, out=out, arguments=arguments, weights=str(file))).weights
    np.testing.assert_allclose(frozen["conv/kernel"], 0.01, atol=1e-5)
    assert np.ptp(frozen["dense_1/kernel"]) > 0.1
    loaded = bundle.load(train("mobilenet", images, 2, out=tmp_path / "thawed", arguments=arguments, weights=str(file)))
    assert np.ptp(loaded.weights["conv/kernel"]) > 1e-4
    assert loaded.training["weights"] == "given.weights.h5"


@pytest.mark.usefixtures("small_mobilenet")
def test_weights_that_are_not_to_be_had(images: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_network(*_: object, **__: object) -> None:
        raise Exception("URL fetch failure on https://storage.googleapis.com/…: None -- Name or service not known")

    monkeypatch.setattr("keras.src.utils.file_utils.get_file", no_network)
    small, out = {"size": 32, "dense": [8]}, tmp_path / "run"
    (tmp_path / "text.h5").write_text("no weights")
    for network, weights, cause in (
        ("mobilenet", "imagenet", "could not be fetched .*Name or service not known.*--weights FILE.*--weights none"),
        ("mobilenet", str(tmp_path / "text.h5"), "text.h5: does not hold the weights"),
        ("mobilenet", "missing.h5", "missing.h5: no such file"),
        ("alexnet", "imagenet", "alexnet has no weights of ImageNet; mobilenet and vgg19 have"),
    ):
        with pytest.raises(WeightsError, match=cause):
            train(network, images, 1, out=out, arguments=small, weights=weights)
    assert not (out / "bundle").exists()


def test_weights_that_cannot_be_are_refused_before_the_data_are_read(tmp_path: Path) -> None:
    for network, weights, cause in (("cnn", "imagenet", "^cnn has no weights"), ("vgg19", "no.h5", "no such file")):
        with pytest.raises(WeightsError, match=cause):
            train(network, tmp_path / "no data", 1, out=tmp_path / "run", weights=weights)


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
    drop = {"seconds", "epoch_seconds"}
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
    with pytest.raises(CheckpointError, match="holds a run: .*--resume.*--out"):
        train("lstm", ink, epochs=1, out=tmp_path / "run")
    with pytest.raises(CheckpointError, match="another network"):
        train("cnn", ink, epochs=1, out=tmp_path / "run", resume=True)


def test_nothing_to_train_on(tmp_path: Path, images: Path) -> None:
    with pytest.raises(DataNotFound, match="no such folder"):
        train("lstm", tmp_path / "missing", out=tmp_path / "run")
    with pytest.raises(DataNotFound, match="pictures are for alexnet, cnn, mobilenet, vgg19"):
        train("lstm", images, out=tmp_path / "run")
    with pytest.raises(DataNotFound, match=r"all that there is to train on is '\+'"):
        train("cnn", images, out=tmp_path / "run", choice=Choice(("add",)))


def test_without_crohme_it_is_the_embedded_sample(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CROHME_CACHE", str(tmp_path))
    monkeypatch.setattr(symbol_data.crohme, "crohme_folder", lambda: None)
    data = symbol_data.find("symbol_lstm", None)
    assert data.folders[0].parts[-2:] == ("data", "sample")
    assert len(data.classes) == 101
    (held_out,) = data.validation.values()
    assert len(data.train) > 5 * len(held_out) > 0
    assert data.train.inputs(np.arange(3), np.random.default_rng(1)).shape == (3, 40, 10)
