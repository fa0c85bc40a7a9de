"""The training loop of the expression recogniser, on some files of the sample, with a network of toy size."""

from __future__ import annotations

import importlib.util
import json
from functools import partial
from pathlib import Path

import cv2
import keras
import numpy as np
import pytest

from crohme import bundle
from crohme.augment.pool import Pool
from crohme.bundle.provenance import hash_of
from crohme.datasets import location
from crohme.datasets.location import DataNotFound
from crohme.expressions import batches
from crohme.expressions import training as expressions
from crohme.expressions.buckets import Bucket
from crohme.expressions.corpus import load
from crohme.expressions.description import networks
from crohme.expressions.recipe import Pools, Recipe, sample
from crohme.expressions.recognizer import Recognizer
from crohme.expressions.run import FromInk, Run
from crohme.expressions.run_settings import Settings, stored_settings
from crohme.expressions.settings import Decoding
from crohme.expressions.training import train
from crohme.expressions.vocabulary import Vocabulary
from crohme.training.run_folder import CheckpointError
from tests.part_of_sample import copy_of_sample

SAMPLE = location.sample_folder()
HAS_TENSORBOARD = importlib.util.find_spec("tensorboardX") is not None
TOY = Settings(size="toy", warmup_steps=4, averaging=0.5)


@pytest.fixture(autouse=True)
def toy(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """A network of toy size, one shape of batches, and chunks of a few batches."""
    monkeypatch.setenv("CROHME_CACHE", str(tmp_path_factory.getbasetemp()))
    toy = {"width": 24, "heads": 3, "encoder_layers": 1, "decoder_layers": 1}
    monkeypatch.setitem(networks()["stroke_transformer"].sizes, "toy", toy)
    monkeypatch.setattr(batches, "BUCKETS", (Bucket(16, 28, 8),))
    monkeypatch.setattr(expressions, "stream", partial(batches.stream, size=32))


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """24 expressions to train on, five to validate on."""
    return copy_of_sample(tmp_path_factory.mktemp("data"), train=slice(24), test=slice(5))


def log_of(folder: Path) -> list[dict]:
    return [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]


def test_it_learns_and_leaves_a_bundle_that_recognises(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FromInk, "jit_compile", property(lambda _: False, lambda *_: None))
    figures = train(data, tmp_path, epochs=9, settings=TOY, workers=0)
    rows = log_of(tmp_path)
    losses = [row["loss"] for row in rows if row["kind"] == "training"]
    assert len(losses) > 4 and losses[-1] < 0.9 * losses[0]
    assert rows[-1]["kind"] == "validation" and figures == {name: rows[-1][name] for name in figures}
    assert not any(name.startswith("held_out") for name in figures)  # no writer of the sample is held out
    assert 9 * 24 == rows[-1]["samples"] == rows[-1]["spent"]
    assert cv2.imread(str(tmp_path / "curves.png")) is not None
    trained = bundle.load(tmp_path / "bundle")
    assert trained.metrics == figures
    assert trained.provenance.samples == 9 * 24 and trained.provenance.backend == keras.backend.backend()
    assert trained.provenance.data_sha256 == hash_of(location.inkml_files(data / "train"))
    unsure = Decoding(least_confidence=0.0)  # it is sure of nothing yet
    recognizer = Recognizer(trained, unsure)
    assert recognizer.recognize(SAMPLE / "test" / "sample7_00.inkml").latex
    with pytest.raises(CheckpointError, match="is finished"):
        train(data, tmp_path, settings=TOY, resume=True, workers=0)
    with pytest.raises(CheckpointError, match="holds a run"):
        train(data, tmp_path, epochs=1, settings=TOY, workers=0)


@pytest.mark.usefixtures("few_steps")
def test_stopped_and_resumed_is_as_if_nothing_had_happened(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed, it goes on from the last checkpoint; interrupted, from where it was; both in the middle of a chunk."""
    train(data, tmp_path / "whole", epochs=2, settings=TOY, workers=0)
    whole, step = bundle.load(tmp_path / "whole" / "bundle"), Run.step
    for name, stop, save_every in (("killed", RuntimeError, 0), ("interrupted", KeyboardInterrupt, 9)):

        def stopping(run: Run, batch: batches.Batch, stop: type[BaseException] = stop) -> dict[str, float]:
            if (run.progress["chunk"], run.progress["batch"]) == (1, 1):
                raise stop
            return step(run, batch)

        out, options = tmp_path / name, {"settings": TOY, "workers": 0, "save_every": save_every}
        with monkeypatch.context() as patch:
            patch.setattr(Run, "step", stopping)
            with pytest.raises(stop):
                train(data, out, epochs=2, **options)
        with np.load(out / "state.npz") as state:
            stopped = json.loads(str(state["progress"]))
        assert (stopped["chunk"], stopped["batch"]) == (1, 1)
        train(data, out, resume=True, **options)
        parts = bundle.load(out / "bundle")
        for path, weights in whole.weights.items():
            np.testing.assert_allclose(parts.weights[path], weights, atol=2e-3, err_msg=path)
        progress = [{k: v for k, v in one.training["progress"].items() if k != "seconds"} for one in (parts, whole)]
        assert progress[0] == progress[1]
        steps = [row["step"] for row in log_of(out) if row["kind"] == "training"]
        assert steps == sorted(set(steps))


@pytest.mark.usefixtures("few_steps")
def test_a_new_cycle_begins_where_a_finished_one_ended_and_tensorboard_gets_what_the_log_has(
    data: Path, tmp_path: Path
) -> None:
    for options in ({"epochs": 1}, {"minutes": 1e-3, "resume": True}):
        train(data, tmp_path, settings=TOY, workers=0, tensorboard=HAS_TENSORBOARD, **options)
    first, second = [row for row in log_of(tmp_path) if row["kind"] == "validation"]
    assert (first["unit"], second["unit"]) == ("samples", "seconds")
    assert second["step"] > first["step"] and second["cycle_step"] == second["step"] - first["step"]
    assert second["spent"] >= second["budget"] == 0.06
    if not HAS_TENSORBOARD:
        pytest.skip("the extra [tensorboard] is not installed")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    board = EventAccumulator(str(tmp_path / "tensorboard"))
    board.Reload()
    for kind, name in (("training", "loss"), ("validation", "exprate")):
        shown = {event.step: event.value for event in board.Scalars(f"{kind}/{name}")}
        logged = {row["step"]: row[name] for row in log_of(tmp_path) if row["kind"] == kind}
        assert shown == pytest.approx(logged) and shown


def test_resume_refuses_other_settings_and_names_them(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="nothing to resume"):
        stored_settings(tmp_path)
    run = Run(tmp_path, TOY, Recipe(), Vocabulary.crohme())
    with pytest.raises(CheckpointError, match="nothing to resume"):
        run.resume()
    run.begin()
    run.save()
    assert stored_settings(tmp_path) == TOY
    with pytest.raises(CheckpointError, match="learning_rate is 0.001, not 0.1; composed is 0.6, not 0.5"):
        other = Settings(**{**vars(TOY), "learning_rate": 0.1})
        Run(tmp_path, other, Recipe(composed=0.5), Vocabulary.crohme()).resume()


def test_a_checkpoint_of_an_older_version_is_taken_up(tmp_path: Path) -> None:
    run = Run(tmp_path, TOY, Recipe(), Vocabulary.crohme())
    run.begin()
    for name in ("batch", "unit", "seconds", "stale", "sums"):
        del run.progress[name]
    run.progress.update(step=7, chunk=3, spent=50.0, budget=60.0)
    run.save()
    again = Run(tmp_path, TOY, Recipe(), Vocabulary.crohme())
    again.resume()
    assert again.progress["step"] == 7 and again.progress["batch"] == 0
    again.spend(seconds=11.0, samples=500)
    assert again.is_finished


def test_learning_rate_rises_then_falls_over_the_budget(tmp_path: Path) -> None:
    run = Run(tmp_path, TOY, Recipe(), Vocabulary.crohme())
    run.start_cycle(1000, "samples")
    rates = []
    for _ in range(100):
        rates.append(run.rate())
        run.progress["cycle_step"] += 1
        run.spend(seconds=1e9, samples=10)
    assert rates[0] < rates[1] < rates[2] and rates[0] == pytest.approx(TOY.learning_rate / TOY.warmup_steps)
    assert rates[3:] == sorted(rates[3:], reverse=True)
    assert run.rate() == pytest.approx(TOY.learning_rate * TOY.floor)


def test_nothing_to_train_or_validate_on(tmp_path: Path) -> None:
    for empty in ("train", "test"):
        (tmp_path / empty).mkdir()
    cases = {
        tmp_path / "missing": "no such folder",
        tmp_path: "no InkML files under",
    }
    for folder, cause in cases.items():
        with pytest.raises(DataNotFound, match=cause):
            train(folder, tmp_path / "run", settings=TOY)
    assert not (tmp_path / "run").exists()


def test_ink_without_fractions_roots_and_brackets_is_composed_too() -> None:
    plain = [e for e in load(SAMPLE / "train", progress=False).expressions if not any(n.rows for n in e.row)]
    pool = Pool([e for e in plain if not {"(", "[", r"\{", "|"} & {n.label for n in e.row}])
    assert pool.expressions and not (pool.bars or pool.roots or pool.brackets)
    rng = np.random.default_rng(0)
    composed = [sample(Pools(pool, pool), Recipe(composed=1.0), rng) for _ in range(60)]
    assert all(np.isfinite(e.points).all() for e in composed)
    assert any(node.rows for e in composed for node in e.row)
