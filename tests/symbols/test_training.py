"""Training runs of symbol networks: what they learn, leave behind, resume and keep."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import keras
import numpy as np
import pytest

from crohme import bundle
from crohme.bundle.provenance import hash_of
from crohme.datasets import location
from crohme.datasets.label_folders import label_to_folder
from crohme.datasets.symbols import load_symbols
from crohme.evaluation.symbols import evaluate
from crohme.ink.raster import render
from crohme.symbols import training
from crohme.symbols.data import Choice
from crohme.symbols.recognizer import SymbolRecognizer
from crohme.symbols.run import SymbolRun
from crohme.training import statistics
from crohme.training.batch import Batch
from crohme.training.run_folder import CheckpointError
from tests.symbols.small import LEARNING, SHAPES, SMALL, log_of, train


@pytest.mark.parametrize("network", ["lstm", "cnn"])
def test_it_learns_from_ink(network: str, ink: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    folder = train(network, ink, 12, out, arguments=LEARNING[network])
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
    loaded = bundle.load(train("cnn", images, epochs=12, out=out, arguments=LEARNING["cnn"]))
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
    start = train("cnn", images, 4, tmp_path / "two", two, arguments=LEARNING["cnn"])
    out = tmp_path / "three"
    loaded = bundle.load(train("cnn", images, 4, out, more, start=start))
    assert loaded.vocabulary == ("+", "-", "L") and loaded.arguments["size"] == 32
    assert "does not know: L" in caplog.text
    recognizer = SymbolRecognizer([loaded])
    assert [recognizer.recognize(SHAPES[label]).latex for label in ("+", "L")] == ["+", "L"]
    again = bundle.load(train("cnn", images, 1, out, more, resume=True, arguments=LEARNING["cnn"]))
    assert again.vocabulary == loaded.vocabulary


def test_alexnet_trains_and_is_read_back(images: Path, tmp_path: Path) -> None:
    arguments = {"size": 32, "dense": [16], "filters": [8, 8, 8, 8, 8]}
    loaded = bundle.load(train("alexnet", images, epochs=1, out=tmp_path / "run", arguments=arguments))
    (best,) = SymbolRecognizer([loaded]).recognize(images / "add" / "0.png", top=1).readings
    label, probability = best.latex, best.confidence
    assert label in ("+", "-", "L", "|") and 0.25 <= probability <= 1


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


@pytest.mark.parametrize(("network", "killed_at"), [("lstm", 3), ("cnn", 13)])
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


def test_resume_refuses_what_it_cannot_go_on_with(whole_runs: Callable[[str], Path], ink: Path, tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="nothing to resume"):
        train("lstm", ink, epochs=1, out=tmp_path / "new", resume=True)
    shutil.copytree(whole_runs("lstm"), tmp_path / "run")
    with pytest.raises(CheckpointError, match="other settings: label_smoothing is 0.05, not 0.1"):
        train("lstm", ink, epochs=1, out=tmp_path / "run", resume=True, label_smoothing=0.1, arguments=SMALL["lstm"])
    with pytest.raises(CheckpointError, match="holds a run: .*--resume.*--out"):
        train("lstm", ink, epochs=1, out=tmp_path / "run")
    with pytest.raises(CheckpointError, match="network is lstm, not cnn"):
        train("cnn", ink, epochs=1, out=tmp_path / "run", resume=True)


def test_more_epochs_go_on_from_a_finished_run(whole_runs: Callable[[str], Path], ink: Path, tmp_path: Path) -> None:
    shutil.copytree(whole_runs("lstm"), tmp_path / "run")
    train("lstm", ink, epochs=1, out=tmp_path / "run", resume=True, arguments=SMALL["lstm"])
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
    loaded = bundle.load(train("lstm", ink, epochs=5, out=tmp_path / "run", patience=2, arguments=SMALL["lstm"]))
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
