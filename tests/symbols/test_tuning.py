"""Searches of two trials, one or two epochs each, among three shapes."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from crohme import bundle
from crohme.symbols import training
from crohme.symbols.examples import Examples, TrainingData
from crohme.symbols.run import SymbolRun
from crohme.symbols.settings import DEFAULTS

pytest.importorskip("keras_tuner")

from crohme.symbols.tuning import TuningError, table, tune  # noqa: E402  (it needs Keras Tuner)
from crohme.symbols.tuning_space import ACTIVATIONS, LEARNING_RATES, WIDTHS, Search, scaled  # noqa: E402

SEARCH = Search("cnn", {"size": 16}, epochs=2, batch_size=16)


@pytest.fixture
def data() -> TrainingData:
    """Pictures of 16 × 16 pixels: a line across, a line down, both."""
    rng = np.random.default_rng(1)
    labels = np.repeat(np.arange(3), 16)
    pictures = rng.integers(200, 256, (48, 16, 16)).astype(np.uint8)
    for picture, label in zip(pictures, labels, strict=True):
        at = rng.integers(5, 11)
        if label != 1:
            picture[at : at + 2] = 0
        if label != 0:
            picture[:, at : at + 2] = 0
    examples = Examples(labels, lambda indices, rng: pictures[indices])
    return TrainingData(("-", "|", "+"), examples, {"others": examples}, "drawn", (Path("drawn"),))


@pytest.fixture(autouse=True)
def _eager(monkeypatch: pytest.MonkeyPatch) -> None:
    """Step by step: compiling would take longer than the few steps of a test."""
    compiled = keras.Model.compile
    monkeypatch.setattr(
        keras.Model, "compile", lambda self, *args, **options: compiled(self, *args, **options, run_eagerly=True)
    )


def test_a_search_that_is_stopped_goes_on(data: TrainingData, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    train_run, runs = training.train_run, []

    def stopped(run: SymbolRun, **options: Any) -> None:
        runs.append(run)
        if len(runs) == 2:
            raise KeyboardInterrupt
        train_run(run, **options)

    with monkeypatch.context() as patch:
        patch.setattr(training, "train_run", stopped)
        with pytest.raises(KeyboardInterrupt):
            tune(SEARCH, data, tmp_path)
    assert len(table(tmp_path)) == 1
    best = tune(SEARCH, data, tmp_path, resume=True)
    trials = table(tmp_path)
    assert trials["trial"].is_unique and len(trials) == 2 and set(trials["status"]) == {"completed"}
    assert trials["top1"].is_monotonic_decreasing and best.top1 == trials["top1"][0]
    assert best.trial == trials["trial"][0] and 1 <= best.epochs <= 2
    for trial in trials["trial"]:
        assert {"log.jsonl", "curves.png", "state.npz"} <= {f.name for f in (tmp_path / "trials" / trial).iterdir()}
    assert LEARNING_RATES[0] <= best.learning_rate <= LEARNING_RATES[1]
    assert best.arguments["activation"] in ACTIVATIONS and best.arguments["size"] == 16
    assert best.arguments["dense"] in [256 * width for width in WIDTHS]
    assert json.loads((tmp_path / "best.json").read_text())["arguments"] == best.arguments
    bundle.build("symbol_cnn", {**best.arguments, "classes": 3})
    _refusals(data, tmp_path)


def _refusals(data: TrainingData, out: Path) -> None:
    """What is not done to a search that stands there."""
    with pytest.raises(TuningError, match="--resume continues it"):
        tune(SEARCH, data, out)
    with pytest.raises(TuningError, match="other epochs: 2, not 3"):
        tune(Search("cnn", {"size": 16}, epochs=3, batch_size=16), data, out, resume=True)
    with pytest.raises(TuningError, match="there is none in"):
        tune(SEARCH, data, out / "elsewhere", resume=True)


def test_without_examples_to_compare_on_nothing_is_begun(data: TrainingData, tmp_path: Path) -> None:
    alone = TrainingData(data.classes, data.train, {}, "drawn", data.folders)
    with pytest.raises(TuningError, match="held out"):
        tune(SEARCH, alone, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_failures_of_all_trials_are_told(data: TrainingData, tmp_path: Path) -> None:
    broken = Examples(data.train.labels, lambda indices, rng: 1 / 0)
    with pytest.raises(TuningError, match="ZeroDivisionError"):
        tune(SEARCH, TrainingData(data.classes, broken, data.validation, "drawn", data.folders), tmp_path)
    assert set(table(tmp_path)["status"]) == {"failed"}


def test_a_trial_that_goes_on_starts_where_the_one_before_it_ended(data: TrainingData, tmp_path: Path) -> None:
    settings = replace(DEFAULTS["cnn"], arguments={"size": 16, "filters": [4], "dense": 8}, precision="float32")
    first = training.prepared(settings, data, tmp_path / "0")
    training.train_run(first, epochs=1)
    shutil.copytree(tmp_path / "0", tmp_path / "1")
    second = training.prepared(settings, data, tmp_path / "1", resume=True)
    for before, after in zip(first.model.get_weights(), second.model.get_weights(), strict=True):
        np.testing.assert_array_equal(before, after)
    training.train_run(second, epochs=2)
    assert [row["epoch"] for row in second.history() if row["kind"] == "validation"] == [1, 2, 3]


def test_widths_of_every_network_are_scaled() -> None:
    assert scaled("symbol_cnn", 0.5) == {"filters": [16, 32, 64], "dense": 128}
    assert scaled("symbol_lstm", 1.5) == {"units": [192, 96], "dense": 96}
    assert scaled("alexnet", 0.75)["dense"] == [3072, 3072]
    assert scaled("mobilenet", 0.5)["width"] == 0.5
