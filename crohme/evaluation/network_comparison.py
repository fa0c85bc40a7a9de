"""Networks of isolated symbols side by side: the same ink, the same time to train, one table."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from crohme import bundle
from crohme.datasets.class_sets import class_set, sorted_into
from crohme.datasets.location import DataNotFound
from crohme.datasets.registry import open_data_set
from crohme.datasets.symbols import SymbolSet, load_symbols, train_and_held_out
from crohme.evaluation.intervals import wilson_interval
from crohme.evaluation.speed import milliseconds_per_symbol
from crohme.symbols import training
from crohme.symbols.data import ink_examples
from crohme.symbols.description import networks
from crohme.symbols.examples import TrainingData
from crohme.symbols.recognizer import SymbolRecognizer
from crohme.symbols.settings import DEFAULTS
from crohme.training.run_folder import holds_run
from crohme.types import StringArray
from inkml_parser.files import write_whole

log = logging.getLogger(__name__)

CONTESTANTS = {key: network.title for key, network in networks().items()} | {"both": "LSTM + CNN"}
"""Key → name in the table. `both` is the mean of what `lstm` and `cnn` say, and is not trained."""
_PARTS = {"both": ("lstm", "cnn")}
_TIMED_AT_ONCE = 256


@dataclass(frozen=True)
class Data:
    """Ink of writers none of whom is in two of the three sets.

    Args:
        classes: tuple of str.
        train, validation, test: SymbolSet. Labels are classes. Nothing is chosen on any but the first two.
        folder: Path.
    """

    classes: tuple[str, ...]
    train: SymbolSet
    validation: SymbolSet
    test: SymbolSet
    folder: Path


@dataclass(frozen=True)
class Result:
    """A row of the table.

    Args:
        network: str. Key of `CONTESTANTS`.
        name: str. For people, with what it started from if that was not chance.
        classes, symbols: int. Classes, and symbols tested on.
        top1: float. Share of the test set that is read right.
        interval: two floats. Wilson's at 95 %.
        parameters: int.
        minutes: float. Of training.
        epochs: float. Passes over the training set in that time.
        epoch_seconds: float. Seconds that a pass takes, on all cores.
        milliseconds: float. For one symbol on one core, of 256 at once, from strokes to probabilities.
    """

    network: str
    name: str
    classes: int
    symbols: int
    top1: float
    interval: tuple[float, float]
    parameters: int
    minutes: float
    epochs: float
    epoch_seconds: float
    milliseconds: float


def load_data(folder: Path, classes: int) -> Data:
    """A data set with ink and a test split, sorted into classes.

    Args:
        folder: Path. The held-out writers of its training split are for validation; its first test split is.
        classes: int. See `class_set`.

    Raises:
        DataNotFound: Not all of it is there.
    """
    data = open_data_set(folder)
    if not data.tests:
        raise DataNotFound("networks are compared on a test split: test/ beside train/, or a CROHME test set", folder)
    of = class_set(classes)
    learnt, held_out = (sorted_into(part, of) for part in train_and_held_out(data))
    test = sorted_into(load_symbols(data, data.tests[0]), of)
    return Data(tuple(sorted(set(of.values()))), learnt, held_out, test, folder)


def compare(
    data: Data, networks: Sequence[str], out: Path, *, minutes: float, size: int = 45, weights: str = "none"
) -> list[Result]:
    """Train, test and time networks one after the other.

    A network whose row stands in `out` already is not trained again; one that was stopped goes on.

    Args:
        data: Data.
        networks: keys of `CONTESTANTS`.
        out: Path. Gets a run's folder and `result.json` for each, and after each `table.md` and `comparison.json`.
        minutes: float. Training time of each.
        size: int. Side of the pictures, pixels.
        weights: str. What VGG19 starts from: `none`, `imagenet` or a file.

    Returns:
        The rows, in the order of `networks`.

    Raises:
        CheckpointError: A stopped run with other settings in `out`.
        WeightsError: Weights that cannot be had.
    """
    results: list[Result] = []
    for number, key in enumerate(networks, start=1):
        log.info("%s, network %d of %d", CONTESTANTS[key], number, len(networks))
        results.append(_row(key, data, out, minutes, size, weights))
        write_whole(out / "table.md", markdown(results))
        rows = json.dumps([asdict(result) for result in results], indent=2)
        write_whole(out / "comparison.json", rows + "\n")
    return results


def markdown(results: Sequence[Result]) -> str:
    """The rows as a table for people."""
    lines = [
        f"Top-1 of {results[0].symbols} symbols of {results[0].classes} classes, by writers who are not in the "
        "training set; time of a symbol on one core, 256 at once.",
        "",
        "| network | top-1 | 95 % interval | parameters | trained for | seconds per epoch | ms per symbol |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in results:
        low, high = row.interval
        lines.append(
            f"| {row.name} | {row.top1:.2%} | {low:.2%} – {high:.2%} | {row.parameters:,} "
            f"| {row.minutes:.3g} min, {row.epochs:.1f} epochs | {row.epoch_seconds:.0f} | {row.milliseconds:.2f} |"
        )
    return "\n".join(lines) + "\n"


def _row(key: str, data: Data, out: Path, minutes: float, size: int, weights: str) -> Result:
    path = out / key / "result.json"
    if path.exists():
        stored = json.loads(path.read_text(encoding="utf-8"))
        return Result(**{**stored, "interval": tuple(stored["interval"])})
    trained = [_trained(part, data, out / part, minutes, size, weights) for part in _PARTS.get(key, (key,))]
    bundles = [bundle.load(folder) for folder in trained]
    hits = int((_read(bundles, data.test) == data.test.labels).sum())
    shown = data.test.take(np.arange(min(_TIMED_AT_ONCE, len(data.test))))
    result = Result(
        key,
        CONTESTANTS[key] + ("" if key != "vgg19" or weights == "none" else f", from {Path(weights).name}"),
        len(data.classes),
        len(data.test),
        round(hits / len(data.test), 5),
        wilson_interval(hits, len(data.test)),
        sum(array.size for one in bundles for array in one.weights.values()),
        sum(one.provenance.seconds or 0 for one in bundles) / 60,
        max(one.metrics["passes"] for one in bundles),
        sum(one.metrics["epoch_seconds"] for one in bundles),
        milliseconds_per_symbol(trained, list(shown.strokes)),
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, json.dumps(asdict(result), indent=2) + "\n")
    return result


def _trained(key: str, data: Data, out: Path, minutes: float, size: int, weights: str) -> Path:
    """The folder of a trained bundle: of the run that stands in `out`, finished if need be, or of a new one."""
    if (out / "bundle" / "config.json").exists():
        return out / "bundle"
    network = networks()[key].name
    arguments = {"size": size} if networks()[key].reads_pictures else {}
    sets = {"held-out writers": data.validation} if len(data.validation) else {}
    examples = TrainingData(
        data.classes,
        ink_examples(network, data.train, data.classes, arguments),
        {name: ink_examples(network, symbols, data.classes, arguments) for name, symbols in sets.items()},
        f"{data.folder.name}, {len(data.classes)} classes",
        (data.folder,),
    )
    started_from = weights if key == "vgg19" else DEFAULTS[key].weights
    settings = replace(DEFAULTS[key], arguments=arguments, weights=started_from, patience=0)
    return training.fit(settings, examples, out, minutes=minutes, resume=holds_run(out))


def _read(bundles: Sequence[bundle.Bundle], symbols: SymbolSet) -> StringArray:
    recognizer = SymbolRecognizer(bundles)
    labels: StringArray = np.array(recognizer.classes)[recognizer.from_strokes(symbols.strokes).argmax(axis=1)]
    return labels
