"""Training of the expression recogniser: cosine cycles of a given length, stopped and resumed at will."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import closing, nullcontext
from pathlib import Path
from typing import NoReturn

import numpy as np
from tqdm import tqdm

from crohme.child_processes import WorkerLost
from crohme.datasets.registry import open_data_set
from crohme.expressions.batches import Batch, Recipe, stream
from crohme.expressions.data import find, vocabulary_for
from crohme.expressions.run import SIZES, Run, Settings, check_size, stored_recipe, stored_settings, stored_vocabulary
from crohme.expressions.traced import load_traced
from crohme.expressions.validation import Validation
from crohme.training import curves, origin
from crohme.training.run_folder import CheckpointError, held
from crohme.training.tensorboard import TensorBoardLog, load_writer
from inkml_parser.files import uninterrupted

__all__ = ["DEFAULT_MINUTES", "SIZES", "Recipe", "Run", "Settings", "stored_recipe", "stored_settings", "train"]

log = logging.getLogger(__name__)
DEFAULT_MINUTES = 120.0


def train(
    data: Path,
    folder: Path,
    *,
    minutes: float | None = None,
    epochs: int | None = None,
    settings: Settings,
    recipe: Recipe | None = None,
    resume: bool = False,
    start: str | Path | None = None,
    workers: int = 1,
    validate_every: float = 15.0,
    save_every: float = 3.0,
    tensorboard: bool = False,
) -> dict[str, float]:
    """Train for some time, from the start or from where a run stopped.

    A run that is stopped by Ctrl-C writes its checkpoint first.

    Args:
        data: Path. A data set, see `expressions.data.find`.
        folder: Path. Where the run's checkpoint, log, curves and bundle are written.
        minutes: float or None. Time of the cosine cycle.
        epochs: int or None. Its length instead, in passes of as many composed samples as there are
            training expressions. With neither, a new run gets `DEFAULT_MINUTES`, and a resumed one
            finishes its cycle; with either, a resumed run begins a new cycle.
        settings: Settings.
        recipe: Recipe or None. How training expressions are made.
        resume: bool. Go on from the folder's checkpoint.
        start: name or path of a bundle whose weights a new run starts from, or None.
        workers: int. Processes that make batches; 0 makes them in this one.
        validate_every, save_every: float. Minutes between.
        tensorboard: bool. Write losses and figures for TensorBoard, too, to `tensorboard` in the folder.

    Returns:
        The last validation figures.

    Raises:
        DataNotFound: Nothing to train or to validate on.
        CheckpointError: A new run in the folder of another one; `resume` without a checkpoint, with
            one of other settings, or with one whose cycle is finished.
        ExperimentError: No network of that size.
        MissingExtra: Logs for TensorBoard are asked for, and their writer is not installed.
    """
    if tensorboard:
        load_writer()  # now, not after the data is read
    check_size(settings)  # now, not after the data is read
    found = find(data)
    with held(folder):
        vocabulary = (
            stored_vocabulary(folder) if resume else vocabulary_for(found, start, whole=bool(recipe and recipe.drawn))
        )
        found = found.readable(vocabulary)
        count, validation = len(found.train.expressions), found.validation
        log.info(
            "training on %d expressions of %s, validating on %d and on %d of held-out writers",
            count, data, len(validation.expressions), len(found.held_out.expressions),
        )  # fmt: skip
        run = Run(folder, settings, recipe or Recipe(), vocabulary)
        if resume:
            run.resume()
        else:
            if start is not None:
                run.start_from(start, found.train.expressions)
            run.begin()
            opened = open_data_set(data)
            files = opened.files(opened.training_split())
            origin.record(folder, files, f"{opened.title}, and what is composed of its ink", started_from=start)
        if epochs is not None:
            run.start_cycle(epochs * count, "samples")
        elif minutes is not None or not resume:
            run.start_cycle(60 * (DEFAULT_MINUTES if minutes is None else minutes), "seconds")
        if run.is_finished:
            raise CheckpointError("this run is finished; more minutes or epochs begin another cycle", folder)
        measured = Validation(
            vocabulary, validation.expressions, found.held_out.expressions, load_traced(validation).expressions
        )
        first = run.progress["chunk"]
        batches = stream(data, run.recipe, vocabulary, seed=settings.seed, first=first, workers=workers)
        board = closing(TensorBoardLog(folder / "tensorboard", run.progress["step"])) if tensorboard else nullcontext()
        with closing(batches), board as run.board, _bar(run) as bar:
            try:
                figures = _to_the_end(run, batches, measured, _Timer(validate_every), _Timer(save_every), bar)
            except (KeyboardInterrupt, WorkerLost):
                run.save()
                raise
        run.write_bundle(folder / "bundle", figures)
    return figures


def _to_the_end(
    run: Run,
    batches: Iterator[tuple[int, list[Batch]]],
    validation: Validation,
    validate: _Timer,
    save: _Timer,
    bar: tqdm[NoReturn],
) -> dict[str, float]:
    """Train until the budget is spent; returns the last validation figures."""
    figures: dict[str, float] = {}
    lap = _Lap()
    for number, chunk in batches:
        losses: list[dict[str, float]] = []
        for batch in chunk[run.progress["batch"] :]:
            with uninterrupted():  # so that what is saved then is a whole number of steps
                losses.append(run.step(batch))
                seconds, samples = lap.take(), len(batch.inputs["mask"])
                run.spend(seconds=seconds, samples=samples)
            _show(bar, run, losses[-1]["loss"], figures, samples / seconds)
            if run.is_finished:
                break
        else:
            run.end_chunk(number)
        if losses:
            run.log("training", {name: float(np.mean([loss[name] for loss in losses])) for name in losses[0]})
        if run.is_finished or validate.rings():
            figures = run.validate(validation)
            run.log("validation", figures)
            curves.draw_expressions(run.history(), run.folder / "curves.png")
        if run.is_finished or save.rings():
            run.save()
        if run.is_finished:
            break
    return figures


def _in_minutes(run: Run) -> bool:
    return bool(run.progress["unit"] == "seconds")


def _bar(run: Run) -> tqdm[NoReturn]:
    in_minutes = _in_minutes(run)
    total = run.progress["budget"] / (60 if in_minutes else 1)
    return tqdm(total=round(total, 1), unit="min" if in_minutes else "sample", desc="train")


def _show(bar: tqdm[NoReturn], run: Run, loss: float, figures: dict[str, float], rate: float) -> None:
    bar.n = round(run.progress["spent"] / (60 if _in_minutes(run) else 1), 1)
    shown = {"samples/s": f"{rate:.0f}", "loss": f"{loss:.3f}"}
    if figures:
        shown["ExpRate"] = f"{figures['exprate']:.1f}"
    bar.set_postfix(shown, refresh=False)
    bar.update(0)


class _Lap:
    """Seconds since the last time."""

    def __init__(self) -> None:
        self.last = time.monotonic()

    def take(self) -> float:
        now = time.monotonic()
        passed, self.last = now - self.last, now
        return passed


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
