"""The loop that trains every network: steps, validations and checkpoints until a budget is spent."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

import numpy as np
from tqdm import tqdm
from tqdm.contrib.logging import logging_redirect_tqdm

from crohme.child_processes import WorkerLost
from crohme.training.batch import Batch
from crohme.training.curves import Curves
from crohme.training.run import TrainingRun
from crohme.training.run_folder import CheckpointError
from crohme.training.tensorboard import TensorBoardLog
from inkml_parser.files import uninterrupted

log = logging.getLogger(__name__)
Chunks = Iterator[tuple[int, Sequence[Batch[Any]]]]
"""Numbered chunks of batches without end. A batch may be made when it is asked for."""
Measure = Callable[[list[np.ndarray]], dict[str, float]]
"""The validation figures of some weights."""
_FORMAT = "{l_bar}{bar}| {n_fmt}/{total_fmt} UNIT [{elapsed}<{remaining}{postfix}]"
"""Of the progress bar, without tqdm's own rate, which would be one of minutes."""


@dataclass(frozen=True)
class Pace:
    """How often a run is validated and saved, and how its progress is shown.

    Args:
        examples: int. Training examples: a pass over the data is so many samples.
        validate_every, save_every: float. Minutes between. Validations come after whole chunks only.
        curves: Curves. Which losses and figures are drawn.
        noun: str. What the examples are.
    """

    examples: int
    validate_every: float
    save_every: float
    curves: Curves
    noun: str


def start_budget(run: TrainingRun, pace: Pace, epochs: float | None, minutes: float | None, resume: bool) -> None:
    """Begin the cycle that is asked for, or go on with the one that a resumed run is in.

    A resumed run begins another cycle if one of another length is asked for, or if its own is finished. One that was
    stopped after its last step is not: what is left is its last validation, or its bundle.

    Args:
        run: TrainingRun.
        pace: Pace.
        epochs, minutes: float or None. Length of the cycle; one of them for a new run.
        resume: bool. Whether the run goes on from its checkpoint.

    Raises:
        CheckpointError: The run is finished and has its bundle, and no length is given.
    """
    budget, unit = (epochs * pace.examples, "samples") if epochs is not None else (60 * (minutes or 0), "seconds")
    is_same = not budget or (run.progress["budget"], run.progress["unit"]) == (budget, unit)
    is_left = not run.is_finished or run.progress["is_due"] or not run.has_bundle
    if budget and not (resume and is_same and is_left):
        run.start_cycle(budget, unit)
    if not (resume and is_left) and run.is_finished:
        raise CheckpointError("this run is finished; --minutes or --epochs begin another cycle", run.folder)


def train(run: TrainingRun, chunks: Chunks, measure: Measure, pace: Pace, *, tensorboard: bool = False) -> None:
    """Train until the run's budget is spent, or validation has not improved for long.

    A run that is stopped by Ctrl-C writes its checkpoint first; stopped in a validation, it begins with that when it
    goes on. A run that is finished is not trained any more. The first step of each shape of batches, and the
    first validation, compile the network: their time is not counted.

    Args:
        run: TrainingRun.
        chunks: Chunks, from the one that the run is in.
        measure: Measure.
        pace: Pace.
        tensorboard: bool. Write losses and figures for TensorBoard, too, to `tensorboard` in the folder.
    """
    folder = run.folder / "tensorboard"
    board = closing(TensorBoardLog(folder, run.progress["step"])) if tensorboard else nullcontext()
    with board as run.board, logging_redirect_tqdm(), _Bar(run, pace) as bar:
        try:
            _to_the_end(run, chunks, measure, pace, bar)
        except (KeyboardInterrupt, WorkerLost):
            run.save()
            raise
    if run.is_stale:
        log.info("stopped early: no improvement in the last %d validations", run.progress["stale"])
    samples = run.progress["samples"]
    if samples < pace.examples:
        log.warning(
            "this run saw %d of %d %s, less than one pass over the data: it needs more time",
            samples, pace.examples, pace.noun,
        )  # fmt: skip


def _to_the_end(run: TrainingRun, chunks: Chunks, measure: Measure, pace: Pace, bar: _Bar) -> None:
    clock, validate, save = _Clock(), _Timer(pace.validate_every), _Timer(pace.save_every)
    is_first = True  # of the validations

    def validated() -> None:
        nonlocal is_first
        with clock.stopped() if is_first else nullcontext():
            bar.figures = _validate(run, measure, pace, losses)
        is_first = False
        run.spend(seconds=clock.lap(), samples=0)

    losses = run.losses()
    if run.progress["is_due"]:
        validated()
        run.save()
    if run.is_finished:
        return
    for number, chunk in chunks:
        run.begin_chunk()
        for index in range(run.progress["batch"], len(chunk)):
            batch = chunk[index]
            is_new = batch.shape not in run.compiled
            if is_new:
                bar.compiling()
            with uninterrupted():  # so that what is saved then is a whole number of steps
                with clock.stopped() if is_new else nullcontext():
                    loss = run.step(batch)["loss"]
                seconds = clock.lap()
                run.spend(seconds=seconds, samples=batch.samples)
                run.progress["is_due"] = run.is_finished
            bar.show(loss, None if is_new else batch.samples / seconds)
            if run.is_finished:
                break
            if save.rings():
                run.save()
        with uninterrupted():
            losses = run.losses()
            run.log("training", {"epoch": _epoch(run, pace), **losses})
            if run.progress["batch"] >= len(chunk):
                run.end_chunk(number)
            run.progress["is_due"] = run.is_finished or validate.rings()
        if run.progress["is_due"]:
            validated()
        if run.is_finished or save.rings():
            run.save()
        if run.is_finished:
            break


def _validate(run: TrainingRun, measure: Measure, pace: Pace, losses: dict[str, float]) -> dict[str, float]:
    weights = run.settled()
    figures = measure(weights)
    with uninterrupted():
        run.keep(weights, figures)
        run.progress["is_due"] = False
        run.log("validation", {"epoch": _epoch(run, pace), **figures})
    pace.curves.draw(run.history(), run.folder / "curves.png")
    log.info("epoch %.3g: %s", _epoch(run, pace), pace.curves.line({**losses, **figures}))
    return figures


def _epoch(run: TrainingRun, pace: Pace) -> float:
    """Passes over the data, in all cycles."""
    return round(float(run.progress["samples"]) / pace.examples, 3)


class _Bar:
    """A progress bar over the budget of the cycle, which names the epoch."""

    def __init__(self, run: TrainingRun, pace: Pace) -> None:
        self.run, self.pace, self.figures = run, pace, dict[str, float]()
        self.in_minutes = run.progress["unit"] == "seconds"
        total = run.progress["budget"] / (60 if self.in_minutes else 1)
        self.digits = 1 if total >= 2 else 3
        self.total: float = round(total, self.digits)
        self.bar = tqdm(
            total=self.total, initial=self._spent(), unit_scale=not self.in_minutes, desc=self._epoch(), mininterval=1,
            bar_format=_FORMAT.replace("UNIT", "min" if self.in_minutes else "samples"),
        )  # fmt: skip

    def __enter__(self) -> _Bar:
        return self

    def __exit__(self, *_: object) -> None:
        self.bar.close()

    def compiling(self) -> None:
        """Say why nothing moves for half a minute."""
        self.bar.set_description(f"{self._epoch()}, compiling")

    def show(self, loss: float, rate: float | None) -> None:
        self.bar.n = self._spent()
        self.bar.set_description(self._epoch(), refresh=False)
        shown = {"loss": f"{loss:.3f}"} if rate is None else {"loss": f"{loss:.3f}", "samples/s": f"{rate:.0f}"}
        self.bar.set_postfix(shown | self.pace.curves.headline(self.figures), refresh=False)
        self.bar.update(0)

    def _spent(self) -> float:
        """At most the total: a step or a validation may take a run beyond it."""
        spent: float = self.run.progress["spent"]
        return min(self.total, round(spent / (60 if self.in_minutes else 1), self.digits))

    def _epoch(self) -> str:
        progress = self.run.progress
        if self.in_minutes:
            return f"epoch {progress['samples'] // self.pace.examples + 1}"
        total = max(1, round(progress["budget"] / self.pace.examples))
        return f"epoch {min(total, int(progress['spent'] // self.pace.examples) + 1)}/{total}"


class _Clock:
    """Seconds since the last lap, without those for which it was stopped."""

    def __init__(self) -> None:
        self.last = time.monotonic()

    def lap(self) -> float:
        now = time.monotonic()
        passed, self.last = max(now - self.last, 1e-9), now
        return passed

    @contextmanager
    def stopped(self) -> Iterator[None]:
        start = time.monotonic()
        yield
        self.last += time.monotonic() - start


class _Timer:
    """Rings once every so many minutes."""

    def __init__(self, minutes: float) -> None:
        self.minutes = minutes
        self.last = time.monotonic()

    def rings(self) -> bool:
        if time.monotonic() - self.last < self.minutes * 60:
            return False
        self.last = time.monotonic()
        return True
