"""Training of the expression recogniser: cosine cycles of a given length, stopped and resumed at will."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from crohme.datasets.registry import open_data_set
from crohme.expressions.batch_makers import Address, Order, data_hash, ordered, secret
from crohme.expressions.batches import CHUNK, stream
from crohme.expressions.data import find, vocabulary_for
from crohme.expressions.drawn_ink import alone
from crohme.expressions.recipe import Recipe
from crohme.expressions.run import Run
from crohme.expressions.run_settings import (
    Settings,
    architecture,
    stored_recipe,
    stored_settings,
    stored_vocabulary,
)
from crohme.expressions.traced import load_traced
from crohme.expressions.validation import Validation
from crohme.training import loop, origin, summary
from crohme.training.curves import Curves
from crohme.training.machines import ALONE, Machines, MachinesError
from crohme.training.precision import check_precision
from crohme.training.run import BUNDLE
from crohme.training.run_folder import held
from crohme.training.tensorboard import load_writer

__all__ = ["DEFAULT_MINUTES", "Recipe", "Settings", "stored_recipe", "stored_settings", "train"]

log = logging.getLogger(__name__)
DEFAULT_MINUTES = 120.0
CURVES = Curves(
    losses={
        "loss": "total (weighted)",
        "token_loss": "tokens",
        "pointer_loss": "stroke pointers",
        "symbol_loss": "stroke classes",
        "pair_loss": "stroke pairs",
    },
    figures={
        "exprate": "ExpRate",
        "held_out_exprate": "ExpRate, held-out writers",
        "backward_exprate": "ExpRate, right to left",
        "stroke_class": "stroke classes",
        "same_symbol_f": "segmentation F1",
    },
)


def train(
    data: Path,
    folder: Path,
    *,
    minutes: float | None = None,
    epochs: float | None = None,
    settings: Settings,
    recipe: Recipe | None = None,
    resume: bool = False,
    start: str | Path | None = None,
    workers: int = 1,
    validate_every: float = 15.0,
    save_every: float = 3.0,
    tensorboard: bool = False,
    config: str | Path | None = None,
    machines: Machines = ALONE,
    makers: Sequence[Address] = (),
) -> dict[str, float]:
    """Train for some time, from the start or from where a run stopped.

    A run that is stopped by Ctrl-C writes its checkpoint first.

    Args:
        data: Path. A data set, see `expressions.data.find`.
        folder: Path. Where the run's checkpoint, log, curves and bundle are written.
        minutes: float or None. Time of the cosine cycle.
        epochs: float or None. Its length instead, in passes of as many composed samples as there are
            training expressions. With neither, a new run gets `DEFAULT_MINUTES`, and a resumed one
            finishes its cycle; see `loop.start_budget`.
        settings: Settings.
        recipe: Recipe or None. How training expressions are made.
        resume: bool. Go on from the folder's checkpoint.
        start: name or path of a bundle whose weights a new run starts from, or None.
        workers: int. Processes that make batches; 0 makes them in this one.
        validate_every, save_every: float. Minutes between.
        tensorboard: bool. Write losses and figures for TensorBoard, too, to `tensorboard` in the folder.
        config: path or None. The file that the settings of a new run come from; its bundle names it.
        machines: Machines. Of which this process is one. The others are called with the same arguments; they find
            `data`, and to resume `folder`, under these paths.
        makers: sequence of (host, port). Machines that make the batches, instead of `workers`; see `batch_makers`.

    Returns:
        The validation figures of the weights that the bundle has: the best ones, or the last with `settings.last`.
        None but on the first of several machines, which writes the bundle.

    Raises:
        DataNotFound: Nothing to train or to validate on.
        CheckpointError: A new run in the folder of another one; `resume` without a checkpoint, with
            one of other settings, or with one whose cycle is finished.
        ExperimentError: No network of that name or size, or no such precision.
        MissingExtra: Logs for TensorBoard are asked for, and their writer is not installed; likewise JAX.
        MakersError: A machine refuses to make batches, or there is no secret.
        MachinesError: The machines do not meet, or one is gone; or the length of the run depends on their clocks.
    """
    if tensorboard:
        load_writer()  # now, not after the data is read
    architecture(settings)  # now, not after the data is read
    check_precision(settings)
    if makers:
        secret()
    if machines.several and (minutes is not None or (epochs is None and not resume) or settings.patience):
        raise MachinesError("several machines train for --epochs, without patience: their clocks and figures differ")
    found = find(data)
    with machines.folder(folder, resume) as folder, held(folder):
        drawn = recipe.drawn_folders if recipe else []
        vocabulary = stored_vocabulary(folder) if resume else vocabulary_for(found, start, whole=bool(drawn))
        found = found.readable(vocabulary)
        count, validation, held_out = len(found.train.expressions), found.validation, len(found.held_out.expressions)
        beside = f" and on {held_out} of held-out writers" if held_out else ""
        log.info(
            "training on %d expressions of %s, validating on %d%s", count, data, len(validation.expressions), beside
        )
        with machines.joined() as joined:
            run = Run(folder, settings, recipe or Recipe(), vocabulary, joined)
            if resume:
                run.resume()
            else:
                if start is not None:
                    run.start_from(start, [*found.train.expressions, *alone(drawn, vocabulary.alphabet)])
                run.begin()
                opened = open_data_set(data)
                files = opened.files(opened.training_split())
                what = f"{opened.title}, and what is composed of its ink"
                origin.record(folder, files, what, recipe=config, started_from=start)
            if minutes is None and epochs is None and not resume:
                minutes = DEFAULT_MINUTES
            pace = loop.Pace(count, validate_every, save_every, CURVES, "training expressions")
            loop.start_budget(run, pace, epochs, minutes, resume)
            if machines.several and run.progress["unit"] == "seconds":
                raise MachinesError("a run of so many minutes goes on with one machine, or with --epochs")
            log.info("%s", summary.of(run.model.network))
            measured = Validation(
                vocabulary, validation.expressions, found.held_out.expressions, load_traced(validation).expressions
            )
            first = run.progress["chunk"]
            if makers:
                order = Order(settings.seed, CHUNK, run.recipe, vocabulary, data_hash(data, run.recipe))
                batches = ordered(makers, order, first)
            else:
                batches = stream(data, run.recipe, vocabulary, seed=settings.seed, first=first, workers=workers)
            with closing(batches):
                loop.train(run, batches, lambda w: run.validate(measured, w), pace, tensorboard=tensorboard)
        if not machines.is_first:
            return {}
        figures = run.validate(measured, run.settled()) if settings.last else None
        return run.write_bundle(folder / BUNDLE, figures, last=settings.last)
