from __future__ import annotations

import csv
import json
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import keras
import numpy as np
import pytest

from crohme import bundle
from crohme.bundle.provenance import hash_of
from crohme.datasets import location
from crohme.datasets.label_folders import LabelError, label_to_folder
from crohme.datasets.location import DataNotFound
from crohme.datasets.symbols import load_symbols
from crohme.evaluation.symbols import evaluate
from crohme.ink.raster import render
from crohme.ink.strokes import StrokeBatch
from crohme.symbols import data as symbol_data
from crohme.symbols import training
from crohme.symbols.data import Choice
from crohme.symbols.pretrained import WeightsError
from crohme.symbols.recognizer import SymbolRecognizer
from crohme.symbols.run import SymbolRun
from crohme.symbols.settings import DEFAULTS
from crohme.training import statistics
from crohme.training.batch import Batch
from crohme.training.run_folder import CheckpointError
from inkml_parser import Ink, Symbol, write

SHAPES = {
    "-": [np.array([[0.0, 0], [5, 0], [10, 0]])],
    "|": [np.array([[0.0, 0], [0, 5], [0, 10]])],
    "+": [np.array([[0.0, 5], [10, 5]]), np.array([[5.0, 0], [5, 10]])],
    "L": [np.array([[0.0, 0], [0, 10], [6, 10]])],
}
SMALL: dict[str, dict[str, Any]] = {"lstm": {}, "cnn": {"size": 16}}


def shaken(rng: np.random.Generator, label: str) -> list[np.ndarray]:
    return [stroke + rng.normal(0, 0.4, stroke.shape) for stroke in SHAPES[label]]


@pytest.fixture(scope="module")
def ink_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """40 files of four symbols each."""
    rng = np.random.default_rng(1)
    folder = tmp_path_factory.mktemp("data") / "ink"
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
def ink(ink_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The files, and a cache of one's own."""
    monkeypatch.setenv("CROHME_CACHE", str(tmp_path / "cache"))
    return ink_folder


@pytest.fixture(scope="module")
def whole_runs(ink_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The folder of a run of two epochs of a network; each is trained once."""

    @cache
    def run(network: str) -> Path:
        folder = tmp_path_factory.mktemp(network)
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("CROHME_CACHE", str(folder / "cache"))
            assert train(network, ink_folder, 2, folder / "run", arguments=SMALL[network]) == folder / "run" / "bundle"
        return folder / "run"

    return run


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


def train(network: str, data: Path, epochs: float, out: Path, choice: Choice | None = None, **changes: Any) -> Path:
    """A training in batches of 16 and single precision, which compiles faster."""
    options = {name: changes.pop(name) for name in ("resume", "start") if name in changes}
    settings = replace(DEFAULTS[network], batch_size=16, precision="float32", **changes)
    return training.train(settings, data, out, epochs=epochs, choice=choice, **options)


def log_of(out: Path, kind: str) -> list[dict[str, Any]]:
    rows = [json.loads(line) for line in (out / "log.jsonl").read_text().splitlines()]
    return [row for row in rows if row["kind"] == kind]


@pytest.mark.parametrize("network", ["lstm", "cnn"])
def test_it_learns_from_ink(network: str, ink: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    folder = train(network, ink, 12, out, arguments={"size": 32} if network == "cnn" else {})
    loaded = bundle.load(folder)
    assert loaded.vocabulary == ("+", "-", "L", "|")
    assert loaded.metrics["held-out files top1"] >= 0.75
    assert loaded.provenance.data_sha256 == hash_of([ink]) and (loaded.provenance.seconds or 0) > 0
    assert loaded.provenance.data and loaded.provenance.started_from is None
    recognizer = SymbolRecognizer([loaded])
    right = [recognizer.recognize(shape).latex == label for label, shape in SHAPES.items()]
    assert sum(right) >= 3


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


def test_a_bundle_is_fine_tuned_and_learns_a_new_class(
    images: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    two, more = Choice(("add", "sub")), Choice(("add", "L"))
    start = train("cnn", images, 4, tmp_path / "two", two, arguments={"size": 32})
    out = tmp_path / "three"
    loaded = bundle.load(train("cnn", images, 4, out, more, start=start))
    assert loaded.vocabulary == ("+", "-", "L") and loaded.arguments["size"] == 32
    assert "does not know: L" in caplog.text
    recognizer = SymbolRecognizer([loaded])
    assert [recognizer.recognize(SHAPES[label]).latex for label in ("+", "L")] == ["+", "L"]
    again = bundle.load(train("cnn", images, 1, out, more, resume=True, arguments={"size": 32}))
    assert again.vocabulary == loaded.vocabulary


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

    real = keras.applications.MobileNetV3Small

    def backbone(
        input_shape: tuple[int, int, int], name: str = "backbone", weights: str | None = None, **options: Any
    ) -> keras.Model:
        if weights is not None:
            return real(input_shape=input_shape, weights=weights, **options)
        inputs = keras.Input(input_shape)
        x = keras.layers.Conv2D(576, 8, strides=8, name="conv")(inputs)  # as many as its last
        return keras.Model(inputs, keras.layers.GlobalAveragePooling2D()(x), name=name)

    def shapes(network: bundle.Network, arguments: dict[str, Any]) -> dict[str, tuple[int, ...]]:
        return {weight.path: tuple(weight.shape) for weight in bundle.build(network.name, arguments).weights}

    monkeypatch.setattr(keras.applications, "MobileNetV3Small", backbone)
    monkeypatch.setattr(bundle.Network, "shapes", shapes)  # the table of weights has the fifty


def rising(shape: tuple[int, ...]) -> np.ndarray:
    return np.linspace(0.01, 0.02, int(np.prod(shape))).reshape(shape)


def backbone_file(folder: Path) -> Path:
    """A file of weights as Keras has them for ImageNet, but each of them rises from 0.01 to 0.02."""
    backbone = bundle.build("mobilenet", {"classes": 4, "size": 32, "dense": [8]}).get_layer("backbone")
    backbone.set_weights([rising(weight.shape) for weight in backbone.weights])
    backbone.save_weights(folder / "given.weights.h5")
    return folder / "given.weights.h5"


@pytest.mark.usefixtures("small_mobilenet")
def test_given_weights_are_frozen_first_and_thawed_then(images: Path, tmp_path: Path) -> None:
    file, out = backbone_file(tmp_path), tmp_path / "run"
    arguments = {"size": 32, "dense": [8]}
    frozen = bundle.load(train("mobilenet", images, 1, out=out, arguments=arguments, weights=str(file))).weights
    given = rising(frozen["conv/kernel"].shape)
    np.testing.assert_allclose(frozen["conv/kernel"], given, atol=2e-5)
    assert np.ptp(frozen["dense_1/kernel"]) > 0.1
    loaded = bundle.load(train("mobilenet", images, 2, out=tmp_path / "thawed", arguments=arguments, weights=str(file)))
    assert np.abs(loaded.weights["conv/kernel"] - given).max() > 1e-4
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


def test_what_a_run_leaves_behind(whole_runs: Callable[[str], Path]) -> None:
    out = whole_runs("lstm")
    rows = log_of(out, "training")
    assert [row["epoch"] for row in rows] == [1, 2] and rows[1]["loss"] < rows[0]["loss"]
    assert all(0 <= row["held-out files top1"] <= 1 for row in log_of(out, "validation"))
    stored = json.loads((out / "settings.json").read_text())
    assert (stored["settings"]["network"], stored["settings"]["seed"]) == ("lstm", 1)
    assert stored["data"]["classes"] == ["+", "-", "L", "|"]
    for picture in ("curves.png", "confusion.png"):
        assert cv2.imread(str(out / picture)) is not None
    metrics = bundle.load(out / "bundle").metrics
    assert metrics["passes"] == 2 and metrics["epoch_seconds"] > 0


def test_the_network_is_described_before_it_is_trained(
    ink: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    train("lstm", ink, epochs=0.1, out=tmp_path / "run")
    for part in ("network symbol_lstm, 124,", "lstm_1 ", "any × 128", "probabilities"):
        assert part in caplog.text


@pytest.mark.parametrize(("network", "killed_at"), [("lstm", 3), ("lstm", 13), ("cnn", 13)])
def test_killed_and_resumed_is_as_if_nothing_had_happened(
    network: str,
    killed_at: int,
    whole_runs: Callable[[str], Path],
    ink: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole = bundle.load(whole_runs(network) / "bundle")
    monkeypatch.setattr(training, "SAVE_EVERY", 0)
    step, done = SymbolRun.step, []

    def killed(run: SymbolRun, batch: Any) -> dict[str, float]:
        if len(done) == killed_at:
            raise RuntimeError
        done.append(batch.samples)
        return step(run, batch)

    with monkeypatch.context() as patch:
        patch.setattr(SymbolRun, "step", killed)
        with pytest.raises(RuntimeError):
            train(network, ink, 2, tmp_path / "parts", arguments=SMALL[network])
    resumed = bundle.load(train(network, ink, 2, tmp_path / "parts", resume=True, arguments=SMALL[network]))
    for name, weights in whole.weights.items():
        np.testing.assert_allclose(resumed.weights[name], weights, atol=1e-6, err_msg=name)
    timed = {"seconds", "spent", "epoch_seconds"}
    for kind in ("training", "validation"):
        parts, all_at_once = (
            [{k: v for k, v in row.items() if k not in timed} for row in log_of(run, kind)]
            for run in (tmp_path / "parts", whole_runs(network))
        )
        for ours, theirs in zip(parts, all_at_once, strict=True):
            assert ours == pytest.approx(theirs)


def test_resume_refuses_what_it_cannot_go_on_with(ink: Path, tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="nothing to resume"):
        train("lstm", ink, epochs=1, out=tmp_path / "new", resume=True)
    train("lstm", ink, epochs=1, out=tmp_path / "run")
    with pytest.raises(CheckpointError, match="other settings: label_smoothing is 0.05, not 0.1"):
        train("lstm", ink, epochs=1, out=tmp_path / "run", resume=True, label_smoothing=0.1)
    with pytest.raises(CheckpointError, match="holds a run: .*--resume.*--out"):
        train("lstm", ink, epochs=1, out=tmp_path / "run")
    with pytest.raises(CheckpointError, match="network is lstm, not cnn"):
        train("cnn", ink, epochs=1, out=tmp_path / "run", resume=True)


def test_more_epochs_go_on_from_a_finished_run(ink: Path, tmp_path: Path) -> None:
    for epochs, options in ((1, {}), (2, {"resume": True})):
        train("lstm", ink, epochs=epochs, out=tmp_path / "run", **options)
    assert [row["epoch"] for row in log_of(tmp_path / "run", "validation")] == [1, 2, 3]


def test_the_weights_that_were_best_in_validation_are_kept(
    ink: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It gets better until the second epoch, then worse; after two epochs of that it ends."""
    tops, seen = iter([0.5, 0.75, 0.6, 0.7, 0.9]), []

    def measure(run: SymbolRun, weights: list[np.ndarray]) -> dict[str, float]:
        seen.append(weights[-1])
        return {"held-out files top1": next(tops)}

    monkeypatch.setattr(SymbolRun, "measure", measure)
    loaded = bundle.load(train("lstm", ink, epochs=5, out=tmp_path / "run", patience=2))
    assert len(seen) == 4 and loaded.metrics["held-out files top1"] == 0.75
    np.testing.assert_allclose(loaded.weights["probabilities/bias"], seen[1], atol=1e-3)
    assert np.abs(seen[3] - seen[1]).max() > 2e-3


@pytest.fixture
def few_pictures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """40 pictures each of ten symbols of the embedded sample."""
    monkeypatch.setenv("CROHME_CACHE", str(tmp_path / "cache"))
    symbols = load_symbols(location.sample_folder() / "train")
    labels, counts = np.unique(symbols.labels, return_counts=True)
    for label in labels[np.argsort(-counts, kind="stable")][:10]:
        folder = tmp_path / "few" / label_to_folder(str(label))
        folder.mkdir(parents=True)
        chosen = symbols.take(np.flatnonzero(symbols.labels == label)[:40])
        for number, picture in enumerate(render(chosen.strokes, 48)):
            cv2.imwrite(str(folder / f"{number}.png"), picture)
    return tmp_path / "few"


def test_of_a_few_pictures_the_cnn_learns_within_three_epochs(few_pictures: Path, tmp_path: Path) -> None:
    """It stayed at chance: statistics of batch normalisation need more steps than a small set makes in an hour."""
    train("cnn", few_pictures, epochs=3, out=tmp_path / "run")
    tops = [row["validation top1"] for row in log_of(tmp_path / "run", "validation")]
    assert max(tops) >= 0.6 and bundle.load(tmp_path / "run" / "bundle").metrics["validation top1"] == max(tops)


def test_statistics_are_those_of_the_weights_after_few_steps() -> None:
    keras.utils.set_random_seed(1)
    model = bundle.build("symbol_cnn", {"classes": 3, "size": 16, "filters": [4]})
    pictures = np.random.default_rng(1).integers(0, 256, (64, 16, 16)).astype(np.uint8)
    statistics.estimate(model, [Batch(part, part) for part in np.split(pictures, 4)])
    norm = model.get_layer("stage_1a_norm")
    inner = keras.Model(model.inputs, model.get_layer("stage_1a_conv").output)(pictures)
    found = keras.ops.convert_to_numpy(inner)
    np.testing.assert_allclose(norm.moving_mean, found.mean(axis=(0, 1, 2)), rtol=1e-3, atol=1e-5)
    np.testing.assert_allclose(norm.moving_variance, found.var(axis=(0, 1, 2)), rtol=0.1)
    assert norm.momentum == 0.9


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
