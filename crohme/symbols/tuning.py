"""Search for the learning rate, the activation and the width of a network of isolated symbols, with Keras Tuner."""

from __future__ import annotations

import contextlib
import io
import json
import logging
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import keras
import keras_tuner
import pandas as pd

from crohme.errors import CrohmeError
from crohme.json_text import parsed
from crohme.symbols import training
from crohme.symbols.examples import TrainingData
from crohme.symbols.tuning_space import Search, Space
from crohme.training.run_folder import held
from inkml_parser.files import read_regular, write_whole

log = logging.getLogger(__name__)

_OBJECTIVE = keras_tuner.Objective("top1", "max")


class TuningError(CrohmeError):
    """A search that cannot go on, or be gone on with. `str(error)` says why."""


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
    space = Space(search)
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
        raise TuningError(f"the search was abandoned: {_last_line(str(error))}") from None
    return _write_best(tuner, space, out)


def table(out: Path) -> pd.DataFrame:
    """The trials of a search as `trials.csv` has them, best first."""
    return pd.read_csv(out / "trials.csv", dtype={"trial": str, "goes_on_from": str})


class _Tuner(keras_tuner.Hyperband):
    """Hyperband whose trials are training runs in folders of their own; it logs a line for each, and keeps a table."""

    def __init__(self, data: TrainingData, out: Path, space: Space, **options: Any) -> None:
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
        hint = f"there is none in {out}" if resume else f"{out} holds one: --resume continues it"
        raise TuningError(f"cannot {'continue' if resume else 'start'} a search: {hint}")
    if not resume:
        out.mkdir(parents=True, exist_ok=True)
        write_whole(path, json.dumps(asked, indent=2) + "\n")
        return
    try:
        stored = parsed(read_regular(path))
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


def _write_best(tuner: keras_tuner.Tuner, space: Space, out: Path) -> Best:
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
