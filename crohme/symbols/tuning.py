"""Search for the learning rate, the activation and the width of a network of isolated symbols, with Keras Tuner."""

from __future__ import annotations

import contextlib
import io
import json
import logging
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import keras
import keras_tuner
import pandas as pd

from crohme.errors import CrohmeError
from crohme.symbols import training
from crohme.symbols.data import TrainingData
from crohme.symbols.description import described, networks
from crohme.symbols.settings import DEFAULTS, Settings
from crohme.training.run_folder import held
from inkml_parser.files import read_regular, write_whole

log = logging.getLogger(__name__)

LEARNING_RATES = (1e-4, 1e-2)
ACTIVATIONS = ("relu", "elu", "silu", "gelu")
WIDTHS = (0.5, 0.75, 1.0, 1.5)
"""The space that is searched. A width is times the network's usual one, in all its layers."""
_SCALED = ("filters", "units", "dense", "width")
"""Arguments of the networks' functions that say how wide they are."""
_OBJECTIVE = keras_tuner.Objective("top1", "max")


class TuningError(CrohmeError):
    """A search that cannot go on, or be gone on with. `str(error)` says why."""


@dataclass(frozen=True)
class Search:
    """What decides the outcome of a search, besides the data.

    Args:
        network: str. Key of `symbols.description.networks()`.
        arguments: dict. What the network's function is called with besides the number of classes and what is
            searched for: the size of pictures.
        epochs: int. Passes over the training set that the best configurations get; the others are given up after
            a third of them, or a ninth …
        patience: int. A trial also ends when validation has not got better for so many epochs.
        batch_size: int.
        seed: int. Of the configurations, the first weights and the distortions.
    """

    network: str
    arguments: dict[str, Any]
    epochs: int = 9
    patience: int = 3
    batch_size: int = 128
    seed: int = 1


@dataclass(frozen=True)
class Best:
    """The best configuration of a search.

    Args:
        network: str. Key of `symbols.description.networks()`.
        learning_rate: float.
        arguments: dict. What the network's function is called with, besides the number of classes.
        top1: float. Its accuracy on the validation set, after `epochs`.
        epochs: int.
        trial: str. Its number in the table.
    """

    network: str
    learning_rate: float
    arguments: dict[str, Any]
    top1: float
    epochs: int
    trial: str


def tune(search: Search, data: TrainingData, out: Path, resume: bool = False) -> Best:
    """Search with Hyperband: many configurations for a short time, the best of them for longer.

    Args:
        search: Search.
        data: TrainingData. Its first validation set decides.
        out: Path. Gets `search.json`, `trials.csv` (after every trial), `best.json`, the run of each trial in
            `trials/`, and in `tuner/` what Keras Tuner keeps, from which a stopped search goes on.
        resume: bool. Go on with the search that stands there.

    Returns:
        The best configuration, as `best.json` has it.

    Raises:
        TuningError: No validation set; a search in `out` and not `resume`, or none, or another one and `resume`;
            no trial that succeeded.

    Reference:
        Li et al.: Hyperband: a novel bandit-based approach to hyperparameter optimization, JMLR 18, 2018.
    """
    if not data.validation:
        raise TuningError("there is nothing to compare configurations on, no example is held out", data.folders[0])
    with held(out):
        return _tune(search, data, out, resume)


def _tune(search: Search, data: TrainingData, out: Path, resume: bool) -> Best:
    """As `tune`, in a folder that is held."""
    name, validation = next(iter(data.validation.items()))
    _begin(search, data, out, resume)
    space = _Space(search)
    try:
        with contextlib.redirect_stdout(io.StringIO()):  # it says where it goes on in words of its own
            tuner = _Tuner(
                data, out, space, objective=_OBJECTIVE, max_epochs=search.epochs, seed=search.seed,
                directory=str(out), project_name="tuner",
            )  # fmt: skip
    except (ValueError, KeyError, TypeError) as error:  # what Keras Tuner raises at half-written files of its own
        raise TuningError(f"{out / 'tuner'} is damaged: {error}") from None
    log.info("searching with %d examples, validating on %d of %s", len(data.train), len(validation), name)
    try:
        tuner.search(verbose=0)
    except RuntimeError as error:  # Keras Tuner gives up after three failures in a row
        raise TuningError(f"the search was given up: {_last_line(str(error))}") from None
    return _write_best(tuner, space, out)


def table(out: Path) -> pd.DataFrame:
    """The trials of a search as `trials.csv` has them, best first."""
    return pd.read_csv(out / "trials.csv", dtype={"trial": str, "goes_on_from": str})


def scaled(network: str, width: float) -> dict[str, Any]:
    """The arguments that make a network so many times as wide as usual.

    Args:
        network: str. As a bundle has it.
        width: float.

    Returns:
        dict of argument → its default times the width; whole numbers are rounded to a multiple of 8.
    """
    arguments = described(network).arguments
    return {name: _times(arguments[name][1], width) for name in _SCALED if name in arguments}


def _times(value: Any, width: float) -> Any:
    if isinstance(value, tuple):
        return [_times(item, width) for item in value]
    return max(8, 8 * round(value * width / 8)) if isinstance(value, int) else value * width


class _Space(keras_tuner.HyperModel):
    """The configurations that are searched."""

    def __init__(self, search: Search) -> None:
        super().__init__()
        self.search = search

    def build(self, hp: keras_tuner.HyperParameters) -> None:
        """Name what is searched for; the networks are built by their runs."""
        hp.Float("learning_rate", *LEARNING_RATES, sampling="log")
        hp.Choice("activation", ACTIVATIONS)
        hp.Choice("width", WIDTHS)

    def settings(self, values: Mapping[str, Any]) -> Settings:
        """The settings of a run, for some values of what is searched for.

        The learning rate stays as it is after the warm-up: a trial is compared with others, and gone on with, at any
        time of its training.
        """
        search = self.search
        return replace(
            DEFAULTS[search.network],
            learning_rate=values["learning_rate"],
            floor=1.0,
            arguments={
                **search.arguments,
                "activation": values["activation"],
                **scaled(networks()[search.network].name, values["width"]),
            },
            batch_size=search.batch_size,
            patience=search.patience,
            seed=search.seed,
        )


class _Tuner(keras_tuner.Hyperband):
    """Hyperband whose trials are training runs in folders of their own; it logs a line for each, and keeps a table."""

    def __init__(self, data: TrainingData, out: Path, space: _Space, **options: Any) -> None:
        super().__init__(space, **options)
        self._data, self._out = data, out

    def run_trial(self, trial: keras_tuner.engine.trial.Trial, **_: Any) -> dict[str, float]:
        """Train for as many epochs as Hyperband gives the trial; one that goes on does so from a copy of its run."""
        keras.backend.clear_session()
        values = trial.hyperparameters.values
        folder, before = self._run_of(trial.trial_id), values.get("tuner/trial_id")
        shutil.rmtree(folder, ignore_errors=True)  # of a search that was stopped in it
        if before is not None:
            shutil.copytree(self._run_of(before), folder)
        done = values.get("tuner/initial_epoch", 0) if before is not None else 0
        run = training.prepared(self.hypermodel.settings(values), self._data, folder, resume=before is not None)
        training.train_run(run, epochs=values.get("tuner/epochs", self.oracle.max_epochs) - done)
        measured = run.best()[1]
        epochs = run.progress["samples"] / run.epoch_samples
        return {
            _OBJECTIVE.name: measured[run.objective or ""],
            "epochs": round(epochs),
            "seconds": run.progress["seconds"],
        }

    def _run_of(self, trial_id: str) -> Path:
        return self._out / "trials" / trial_id

    def on_trial_begin(self, trial: keras_tuner.engine.trial.Trial) -> None:
        super().on_trial_begin(trial)
        values = trial.hyperparameters.values
        until = values.get("tuner/epochs", self.oracle.max_epochs)
        log.info(
            "trial %s: learning rate %.2g, %s, width %g, until epoch %d",
            trial.trial_id, values["learning_rate"], values["activation"], values["width"], until,
        )  # fmt: skip

    def on_trial_end(self, trial: keras_tuner.engine.trial.Trial) -> None:
        super().on_trial_end(trial)
        trials = _trials(self)
        write_whole(self._out / "trials.csv", trials.to_csv(index=False))
        if trial.message:
            log.warning("trial %s failed: %s", trial.trial_id, _last_line(trial.message))
            return
        best = trials["top1"].max()
        log.info("trial %s: top-1 %.2f %%; the best so far %.2f %%", trial.trial_id, 100 * trial.score, 100 * best)


def _begin(search: Search, data: TrainingData, out: Path, resume: bool) -> None:
    """Write down what is searched, or see that what is gone on with is the same."""
    path = out / "search.json"
    asked = json.loads(json.dumps(asdict(search) | {"data": data.description, "classes": list(data.classes)}))
    if resume != path.exists():
        hint = f"there is none in {out}" if resume else f"{out} holds one: --resume goes on with it"
        raise TuningError(f"cannot {'go on with' if resume else 'begin'} a search: {hint}")
    if not resume:
        out.mkdir(parents=True, exist_ok=True)
        write_whole(path, json.dumps(asked, indent=2) + "\n")
        return
    try:
        stored = json.loads(read_regular(path))
        if not isinstance(stored, dict):
            raise ValueError("not a table")
    except ValueError as error:
        raise TuningError(f"{path} is damaged: {error}") from None
    for name, value in asked.items():
        if stored.get(name) != value:
            raise TuningError(f"{path} belongs to a search with other {name}: {stored.get(name)}, not {value}")


def _trials(tuner: keras_tuner.Tuner) -> pd.DataFrame:
    rows = []
    for trial in tuner.oracle.trials.values():
        values, metrics = trial.hyperparameters.values, trial.metrics.metrics
        measured = {name: metrics[name].get_best_value() for name in ("epochs", "seconds") if name in metrics}
        rows.append(
            {
                "trial": trial.trial_id,
                "epochs": measured.get("epochs"),
                "learning_rate": values["learning_rate"],
                "activation": values["activation"],
                "width": values["width"],
                "top1": trial.score,
                "seconds": measured.get("seconds"),
                "goes_on_from": values.get("tuner/trial_id"),
                "status": trial.status.lower(),
            }
        )
    return pd.DataFrame(rows).sort_values(["top1", "trial"], ascending=[False, True], ignore_index=True)


def _write_best(tuner: keras_tuner.Tuner, space: _Space, out: Path) -> Best:
    trials = _trials(tuner)
    write_whole(out / "trials.csv", trials.to_csv(index=False))
    if trials["top1"].isna().all():
        causes = {_last_line(trial.message) for trial in tuner.oracle.trials.values() if trial.message}
        raise TuningError(f"not one trial succeeded: {'; '.join(sorted(causes))}")
    first = trials.iloc[0]
    values = tuner.oracle.get_trial(first["trial"]).hyperparameters.values
    settings = space.settings(values)
    best = Best(
        settings.network,
        settings.learning_rate,
        settings.arguments,
        float(first["top1"]),
        int(first["epochs"]),
        str(first["trial"]),
    )
    write_whole(out / "best.json", json.dumps(asdict(best), indent=2) + "\n")
    return best


def _last_line(text: str) -> str:
    """What went wrong, of a traceback."""
    return text.strip().splitlines()[-1]
