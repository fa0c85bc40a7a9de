"""Training of the recognisers of isolated symbols."""

from __future__ import annotations

import csv
import logging
from collections.abc import Sequence
from pathlib import Path

from crohme import bundle
from crohme.datasets.location import DataNotFound
from crohme.symbols import confusion, pretrained
from crohme.symbols.batches import epochs as epochs_of
from crohme.symbols.data import Choice, find
from crohme.symbols.description import networks
from crohme.symbols.examples import TrainingData
from crohme.symbols.run import SymbolRun
from crohme.symbols.settings import EPOCHS, Settings, check
from crohme.symbols.warm_start import fitting
from crohme.training import loop, origin, run, summary
from crohme.training.curves import Curves
from crohme.training.run_folder import check_is_free, held, stored_settings
from crohme.training.tensorboard import load_writer
from inkml_parser.files import replacing_text

log = logging.getLogger(__name__)
SAVE_EVERY = 2.0
"""Minutes between checkpoints."""


def train(
    settings: Settings,
    data: Path | Sequence[Path] | None = None,
    out: Path | None = None,
    *,
    epochs: float | None = None,
    minutes: float | None = None,
    resume: bool = False,
    start: str | Path | None = None,
    choice: Choice | None = None,
    tensorboard: bool = False,
    config: str | Path | None = None,
) -> Path:
    """Train a recogniser of isolated symbols and write its bundle.

    Args:
        settings: Settings.
        data: path, paths or None. See `symbols.data.find`.
        out: Path or None. Folder of the run, `runs/symbol-<network>` by default: see `fit`.
        epochs, minutes, resume, tensorboard, config: see `fit`.
        start: name or path of a bundle whose weights a new run starts from, or None. The network reads its classes
            and those of the data.
        choice: Choice or None. Which of the data to use, and for what.

    Returns:
        The folder of the bundle, `out/bundle`.

    Raises:
        DataNotFound: Nothing to train on.
        LabelError: See `symbols.data.find`.
        ExperimentError: A setting that none can have.
        WeightsError: See `pretrained.start_from`.
        BundleError, WarmStartError: A bundle to start from that cannot be read, or does not fit the settings.
        CheckpointError: See `fit`.
    """
    check(settings)
    network = networks()[settings.network].name
    pretrained.check(network, settings.weights)
    trained = None if start is None else bundle.load(start)
    if trained is not None:
        settings = fitting(settings, trained)
    out = out or Path("runs") / f"symbol-{settings.network}"
    if not resume:
        check_is_free(out)  # now, not after the data is read
    found = find(network, data, settings.arguments, choice, settings.seed)
    known = set() if trained is None else set(trained.vocabulary)
    if new := [label for label in found.classes if label not in known and trained is not None]:
        log.info("classes that %s does not know: %s", start, " ".join(new))
    found = found.among(known)
    return fit(
        settings,
        found,
        out,
        epochs=epochs,
        minutes=minutes,
        resume=resume,
        start=start,
        tensorboard=tensorboard,
        config=config,
    )


def fit(
    settings: Settings,
    data: TrainingData,
    out: Path,
    *,
    epochs: float | None = None,
    minutes: float | None = None,
    resume: bool = False,
    start: str | Path | None = None,
    tensorboard: bool = False,
    config: str | Path | None = None,
) -> Path:
    """Train a network on data that are at hand.

    Args:
        settings: Settings.
        data: TrainingData.
        out: Path. Folder of the run: settings, checkpoint, log (`log.jsonl`), learning curves (`curves.png`), of
            pictures which was used for what (`split.csv`), confusions (`confusion.png`), and the bundle.
        epochs, minutes: float or None. Passes over the data, or time; `EPOCHS` where neither is given.
        resume: bool. Go on from the checkpoint in `out`; the result is that of an uninterrupted run.
        start: name or path of a bundle that a new run starts from, or None.
        tensorboard: bool. Write losses and figures for TensorBoard, too, to `tensorboard` in the folder.
        config: path or None. The file that the settings of a new run come from; its bundle names it.

    Returns:
        The folder of the bundle, `out/bundle`.

    Raises:
        CheckpointError: `resume` without a checkpoint, with one of other settings or a finished one; or a run in
            `out` already.
        WeightsError, WarmStartError: See `train`.
        DataNotFound: Fewer than two classes.
        MissingExtra: Logs for TensorBoard are asked for, and their writer is not installed.
    """
    if tensorboard:
        load_writer()  # now, not after the training
    if len(data.classes) < 2:
        raise DataNotFound(f"the only class to train on is {data.classes[0]!r}: there is nothing to tell it apart from")
    with held(out):
        made = prepared(settings, data, out, resume=resume, start=start, config=config)
        _tell(made)
        train_run(made, epochs=epochs, minutes=minutes, resume=resume, tensorboard=tensorboard)
        figures = made.write_bundle(out / run.BUNDLE)
        _show_confusions(made, figures)
    return out / run.BUNDLE


def prepared(
    settings: Settings,
    data: TrainingData,
    out: Path,
    *,
    resume: bool = False,
    start: str | Path | None = None,
    config: str | Path | None = None,
) -> SymbolRun:
    """A run in its folder, which is held, ready to be trained; see `fit`."""
    if resume:
        data = data.among(_stored_classes(out))
    bundle.check_vocabulary(out, data.classes, len(data.classes))  # now, not when all is trained
    made = SymbolRun(out, settings, data)
    if resume:
        made.resume()
    else:
        made.start_from(start)
        made.begin()
        began = start or (None if settings.weights == pretrained.NONE else settings.weights)
        origin.record(out, data.folders, data.description, recipe=config, started_from=began)
    _write_sides(out, data.sides)
    return made


def train_run(
    made: SymbolRun,
    *,
    epochs: float | None = None,
    minutes: float | None = None,
    resume: bool = False,
    tensorboard: bool = False,
) -> None:
    """Train a prepared run to the end of its budget; see `fit`."""
    settings, data = made.settings, made.data
    if epochs is None and minutes is None and not resume:
        epochs = EPOCHS[settings.network]
    curves = Curves(
        losses={"loss": "augmented examples"},
        figures={**{f"{name} top1": f"{name} top-1" for name in data.validation}, "top1": "training top-1 (augmented)"},
        x="epoch",
        percent=100.0,
    )
    pace = loop.Pace(made.epoch_samples, 0.0, SAVE_EVERY, curves, "training examples")
    loop.start_budget(made, pace, epochs, minutes, resume)
    batches = epochs_of(data.train, len(data.classes), settings, made.progress["chunk"])
    loop.train(made, batches, made.measure, pace, tensorboard=tensorboard)


def _stored_classes(out: Path) -> set[str]:
    """The classes of the run in a folder: those of the bundle that it started from are not in its data."""
    data = stored_settings(out).get("data")
    return set(data.get("classes", ())) if isinstance(data, dict) else set()


def _tell(made: SymbolRun) -> None:
    """What it is trained on, and which network."""
    data = made.data
    where = ", ".join(map(str, data.folders))
    log.info("training on %s: %s; %d symbols, %d classes", where, data.description, len(data.train), len(data.classes))
    for name, count in data.counts.items():
        log.info("  %-32s%d", name.replace("_", " "), count)
    log.info("%s", summary.of(made.model))


def _write_sides(out: Path, sides: list[tuple[str, str, str]]) -> None:
    if sides:
        with replacing_text(out / "split.csv") as file:
            writer = csv.writer(file)
            writer.writerow(("file", "label", "side"))
            writer.writerows(sides)


def _show_confusions(made: SymbolRun, figures: dict[str, float]) -> None:
    """Draw what the best weights confuse in the test set, or else the first validation set."""
    data = made.data
    sets = {"test": data.test} if data.test is not None else dict(list(data.validation.items())[:1])
    for name, examples in sets.items():
        top1 = 100 * figures[f"{name} top1"]
        log.info("%s: top-1 %.2f %% of %d", name, top1, len(examples))
        counts = confusion.matrix(examples.labels, made.read(examples), len(data.classes))
        for truth, found, count in confusion.worst(counts, data.classes):
            log.info("  %s read as %s: %d", truth, found, count)
        path = made.folder / "confusion.png"
        confusion.draw(counts, data.classes, f"{name}: {len(examples)} symbols, top-1 {top1:.2f} %", path)
