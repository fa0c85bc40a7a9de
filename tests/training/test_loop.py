"""The engine that trains every network, with one of two weights."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import keras
import numpy as np
import pytest

from crohme.training import loop
from crohme.training.batch import Batch
from crohme.training.curves import Curves
from crohme.training.run import TrainingRun
from crohme.training.run_folder import CheckpointError
from crohme.training.settings import TrainingSettings, learning_rate, update_average

SIZE, BATCHES = 8, 5
PACE = loop.Pace(SIZE * BATCHES, 0.0, 9.0, Curves({"loss": "loss"}, {"top1": "top-1"}, "epoch", 100.0), "examples")


class Toy(TrainingRun):
    """`y = 2 x`, learned by a line."""

    objective = "top1"
    has_bundle = True

    def __init__(self, folder: Path, **settings: Any) -> None:
        keras.utils.set_random_seed(1)
        model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
        model.compile(keras.optimizers.SGD(), "mse", run_eagerly=True)
        super().__init__(folder, TrainingSettings(**settings), model)

    def described(self) -> dict[str, dict[str, Any]]:
        return {"settings": asdict(self.settings)}


def chunks(first: int = 0, sizes: tuple[int, ...] = (SIZE,) * BATCHES) -> Iterator[tuple[int, list[Batch]]]:
    for number in itertools.count(first):
        rng = np.random.default_rng(number)
        inputs = [rng.normal(size=(size, 1)).astype(np.float32) for size in sizes]
        yield number, [Batch(x, 2 * x) for x in inputs]


def trained(
    run: Toy,
    *,
    epochs: float | None = None,
    minutes: float | None = None,
    measure: Callable | None = None,
    **options: Any,
) -> list[dict[str, Any]]:
    """The lines of the log of a training."""
    if options.pop("resume", False):
        run.resume()
        is_resumed = True
    else:
        run.begin()
        is_resumed = False
    loop.start_budget(run, PACE, epochs, minutes, is_resumed)
    sizes = options.pop("sizes", (SIZE,) * BATCHES)
    loop.train(run, chunks(run.progress["chunk"], sizes), measure or (lambda weights: {"top1": 0.5}), PACE)
    return [json.loads(line) for line in (run.folder / "log.jsonl").read_text().splitlines()]


class Clock:
    """Time that passes only when it is told to."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 0.0
        monkeypatch.setattr(loop, "time", SimpleNamespace(monotonic=lambda: self.now))


def test_what_compiles_takes_nothing_of_the_minutes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Steps take a second, the first of each of two shapes a hundred; validations ten, the first a hundred."""
    clock, step, validations = Clock(monkeypatch), Toy.step, []

    def timed(run: Toy, batch: Batch) -> dict[str, float]:
        clock.now += 1 if batch.shape in run.compiled else 100
        return step(run, batch)

    def measure(weights: list[np.ndarray]) -> dict[str, float]:
        clock.now += 10 if validations else 100
        validations.append(clock.now)
        return {"top1": 0.5}

    monkeypatch.setattr(Toy, "step", timed)
    run = Toy(tmp_path)
    trained(run, minutes=1, measure=measure, sizes=(8, 8, 4, 8, 4))
    counted = run.progress["step"] - 2
    assert run.progress["seconds"] == pytest.approx(counted, abs=1e-6)
    assert 60 <= run.progress["spent"] == pytest.approx(counted + 10 * (len(validations) - 1), abs=1e-6)
    assert clock.now == 100 + 100 + counted + 100 + 10 * (len(validations) - 1)


def test_a_run_that_saw_less_than_one_pass_says_so(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    trained(Toy(tmp_path / "short"), epochs=0.5)
    assert "saw 24 of 40 examples, less than one pass over the data" in caplog.text
    caplog.clear()
    trained(Toy(tmp_path / "whole"), epochs=1)
    assert not caplog.records


def test_it_ends_early_without_improvement_and_keeps_the_best(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    tops, measured = iter([0.3, 0.6, 0.6, 0.2, 0.9]), []

    def measure(weights: list[np.ndarray]) -> dict[str, float]:
        measured.append(weights)
        return {"top1": next(tops)}

    run = Toy(tmp_path, patience=2, learning_rate=0.05, warmup_steps=1)
    rows = trained(run, epochs=9, measure=measure)
    assert [row["top1"] for row in rows if row["kind"] == "validation"] == [0.3, 0.6, 0.6, 0.2]
    assert "stopped early: no improvement in the last 2 validations" in caplog.text
    weights, figures = run.best()
    assert figures == {"top1": 0.6}
    np.testing.assert_array_equal(weights[0], measured[2][0])  # of equal ones the later
    assert not np.array_equal(measured[2][0], measured[3][0])
    with pytest.raises(CheckpointError, match="is finished"):
        trained(Toy(tmp_path, patience=2, learning_rate=0.05, warmup_steps=1), resume=True)


def test_the_best_outlives_a_resumed_run_and_damage_to_its_file_does_not_stop_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    trained(Toy(tmp_path), epochs=1, measure=lambda weights: {"top1": 0.9})
    again = Toy(tmp_path)
    trained(again, epochs=2, resume=True)
    assert again.best()[1] == {"top1": 0.9}
    (tmp_path / "best.npz").write_bytes(b"damaged")
    weights, figures = again.best()
    assert figures == {} and "best.npz is damaged" in caplog.text
    np.testing.assert_array_equal(weights[0], again.average[0])
    trained(again, epochs=3, resume=True)
    assert again.best()[1] == {"top1": 0.5}


def test_the_same_length_goes_on_with_a_stopped_cycle_and_another_begins_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same command with --resume goes on; an hour more is an hour more."""

    def stopped(run: Toy, batch: Batch) -> dict[str, float]:
        if run.progress["step"] == 7:
            raise KeyboardInterrupt
        return step(run, batch)

    step = Toy.step
    with monkeypatch.context() as patch:
        patch.setattr(Toy, "step", stopped)
        with pytest.raises(KeyboardInterrupt):
            trained(Toy(tmp_path), epochs=2)
    rows = trained(Toy(tmp_path), epochs=2, resume=True)
    assert (rows[-1]["step"], rows[-1]["cycle_step"], rows[-1]["epoch"]) == (10, 10, 2)
    assert trained(Toy(tmp_path), epochs=1, resume=True)[-1]["cycle_step"] == 5
    assert trained(Toy(tmp_path), epochs=1, resume=True)[-1]["step"] == 20


@pytest.mark.parametrize("epochs", [1, 3], ids=["the last", "one of three"])
def test_a_validation_that_is_interrupted_is_made_up_for(epochs: int, tmp_path: Path) -> None:
    """Stopped in the last one, all that was trained would be left without its figures, or its bundle."""
    tops = [0.3, 0.6, 0.2]

    def interrupted(weights: list[np.ndarray]) -> dict[str, float]:
        raise KeyboardInterrupt

    whole = trained(Toy(tmp_path / "whole"), epochs=epochs, measure=measuring(tops))
    with pytest.raises(KeyboardInterrupt):
        trained(Toy(tmp_path / "stopped"), epochs=epochs, measure=interrupted)
    run = Toy(tmp_path / "stopped")
    rows = trained(run, epochs=epochs, resume=True, measure=measuring(tops))
    assert [without_time(row) for row in rows] == [without_time(row) for row in whole]
    assert run.best()[1] == {"top1": max(tops[:epochs])}
    with pytest.raises(CheckpointError, match="is finished"):
        trained(Toy(tmp_path / "stopped"), resume=True)


def test_killed_between_a_validation_and_the_checkpoint_it_counts_as_if_nothing_had_happened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The best weights are written before the checkpoint, and are ahead of it then; also those of a later validation
    that are not reached again."""
    pace = replace(PACE, save_every=0.0)
    monkeypatch.setitem(globals(), "PACE", pace)
    tops, save = [0.3, 0.2, 0.6, 0.5, 0.4], Toy.save

    def killed(run: Toy) -> None:
        if run.progress["chunk"] == 3 and not run.progress["is_due"]:
            raise RuntimeError("killed")
        save(run)

    whole = Toy(tmp_path / "whole", patience=3)
    trained(whole, epochs=5, measure=measuring(tops))
    with monkeypatch.context() as patch:
        patch.setattr(Toy, "save", killed)
        with pytest.raises(RuntimeError, match="killed"):
            trained(Toy(tmp_path / "killed", patience=3), epochs=5, measure=measuring(tops))
    run = Toy(tmp_path / "killed", patience=3)
    trained(run, epochs=5, resume=True, measure=measuring(tops[2:]))
    assert run.counted | {"seconds": 0} == whole.counted | {"seconds": 0} and run.progress["stale"] == 2
    assert run.best()[1] == {"top1": 0.6}


def test_a_finished_run_without_its_bundle_is_not_trained_any_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed before the bundle was written, it goes on with the same command, which then writes it."""
    rows = trained(Toy(tmp_path), epochs=2)
    monkeypatch.setattr(Toy, "has_bundle", False)
    for epochs in (2, None):
        assert trained(Toy(tmp_path), epochs=epochs, resume=True) == rows
    assert len(trained(Toy(tmp_path), epochs=1, resume=True)) == len(rows) + 2


@pytest.mark.parametrize(
    ("config", "has"),
    [
        ('{"provenance": {"samples": 40}}', True), ('{"provenance": {"samples": 80}}', False), ("{", False),
        ('{"provenance": []}', False), ("[]", False), (None, False),
    ],
)  # fmt: skip
def test_a_bundle_is_that_of_a_run_if_it_has_seen_as_much(config: str | None, has: bool, tmp_path: Path) -> None:
    run = TrainingRun(tmp_path, TrainingSettings(), Toy(tmp_path).model)
    run.progress["samples"] = 40
    (tmp_path / "bundle").mkdir()
    if config is not None:
        (tmp_path / "bundle" / "config.json").write_text(config)
    assert run.has_bundle is has


def measuring(tops: list[float]) -> Callable[[list[np.ndarray]], dict[str, float]]:
    """What gives these figures, one after the other."""
    left = iter(tops)
    return lambda weights: {"top1": next(left)}


def without_time(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "seconds"}


def test_epochs_are_named_while_it_runs_and_the_bar_may_be_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    trained(Toy(tmp_path / "shown"), epochs=2)
    printed = capsys.readouterr().err
    assert "epoch 2/2" in printed and "loss=" in printed and "top-1=50.0 %" in printed
    assert re.search(r"/[\d.]+ samples \[\d\d:\d\d<", printed)
    trained(Toy(tmp_path / "timed"), minutes=1e-9)
    printed = capsys.readouterr().err
    assert " min [" in printed and "/min" not in printed  # the rate is that of samples
    monkeypatch.setattr(loop, "tqdm", partial(loop.tqdm, disable=True))  # as TQDM_DISABLE=1 does
    trained(Toy(tmp_path / "off"), minutes=1e-9)
    assert "epoch" not in capsys.readouterr().err


@pytest.mark.parametrize("length", [{"minutes": 3}, {"minutes": 0.5}, {"epochs": 1}], ids=["long", "short", "epochs"])
def test_a_run_that_ends_beyond_its_length_shows_a_whole_bar(
    length: dict[str, float], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A step takes 50 seconds, and a validation as much; the batches of an epoch are too many for it."""
    clock, step, shown = Clock(monkeypatch), Toy.step, []

    def timed(run: Toy, batch: Batch) -> dict[str, float]:
        clock.now += 50
        return step(run, batch)

    def measure(weights: list[np.ndarray]) -> dict[str, float]:
        clock.now += 50
        return {"top1": 0.5}

    def show(bar: loop._Bar, loss: float, rate: float | None) -> None:
        draw(bar, loss, rate)
        shown.append(bar.bar.format_dict)

    draw = loop._Bar.show
    monkeypatch.setattr(Toy, "step", timed)
    monkeypatch.setattr(loop._Bar, "show", show)
    run = Toy(tmp_path)
    trained(run, measure=measure, sizes=(8, 7, 8, 8, 8, 8), **length)
    assert run.progress["spent"] > run.progress["budget"] or "epochs" in length
    assert shown[-1]["n"] == shown[-1]["total"]
    for values in shown:
        meter = loop.tqdm.format_meter(**values | {"elapsed": 7.0, "initial": 0, "ncols": 80, "ascii": True})
        assert "%" in meter and int(meter.split("%")[0].split()[-1]) <= 100 and "<-" not in meter


def test_a_warm_up_takes_a_tenth_of_a_short_cycle_and_a_floor_of_one_keeps_the_rate() -> None:
    settings = TrainingSettings(learning_rate=1.0, warmup_steps=500)
    short = [learning_rate(settings, step, step / 100) for step in range(101)]
    assert short.index(max(short)) == 10 and short[0] < 0.01 and short[100] == pytest.approx(0)
    long = [learning_rate(settings, step, step / 10_000) for step in range(0, 10_001, 100)]
    assert long.index(max(long)) == 5
    kept = TrainingSettings(learning_rate=1.0, warmup_steps=1, floor=1.0)
    assert [learning_rate(kept, step, step / 9) for step in range(10)] == [1.0] * 10


def test_the_average_forgets_the_start_and_remembers_no_more_than_it_is_told() -> None:
    settings = TrainingSettings(averaging=0.99)
    average = [np.array([100.0])]
    for step in range(1, 19):  # as many as nine epochs of 400 examples make
        update_average(average, [np.array([1.0])], step, settings)
    assert average[0][0] == pytest.approx(1.0, abs=0.01)
    for step in range(10_000, 10_010):
        update_average(average, [np.array([0.0])], step, settings)
    assert average[0][0] == pytest.approx(0.99, abs=0.001)  # ten steps


def test_weights_are_taken_part_of_the_way_from_those_it_started_with_also_after_a_resume(tmp_path: Path) -> None:
    run = Toy(tmp_path, interpolation=0.25, learning_rate=0.05, warmup_steps=1)
    start = [weight.copy() for weight in run.average]
    measured = []

    def measure(weights: list[np.ndarray]) -> dict[str, float]:
        measured.append(weights)
        return {"top1": len(measured) / 10}

    trained(run, epochs=1, measure=measure)
    again = Toy(tmp_path, interpolation=0.25, learning_rate=0.05, warmup_steps=1)
    again.average = [weight + 1 for weight in again.average]
    trained(again, epochs=2, resume=True, measure=measure)
    for one, weights in ((run, measured[0]), (again, measured[-1]), (again, again.best()[0])):
        for first, average, found in zip(start, one.average, weights, strict=True):
            np.testing.assert_allclose(found, 0.75 * first + 0.25 * average, rtol=1e-6)
            assert not np.allclose(found, average)
    (tmp_path / "start.npz").unlink()
    with pytest.raises(CheckpointError, match=r"start\.npz: nothing to resume"):
        Toy(tmp_path, interpolation=0.25, learning_rate=0.05, warmup_steps=1).resume()
