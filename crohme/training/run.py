"""One training run of any network: its state, and what it keeps in its folder."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import keras
import numpy as np

from crohme.json_text import parsed
from crohme.training import checkpoint, history
from crohme.training.batch import Batch
from crohme.training.machines import ALONE, Machines
from crohme.training.run_folder import (
    SETTINGS,
    STATE,
    CheckpointError,
    check_can_resume,
    check_is_free,
    stored_settings,
)
from crohme.training.settings import TrainingSettings, interpolated, learning_rate, update_average
from crohme.training.tensorboard import TensorBoardLog
from inkml_parser.files import append_line, read_regular, write_whole

log = logging.getLogger(__name__)
LOG, BEST, BUNDLE, START = "log.jsonl", "best.npz", "bundle", "start.npz"
_OF_NOW = ("batch", "unit", "seconds", "stale", "sums", "best", "is_due")
"""Parts of the progress that older checkpoints lack."""
_INSIDE = ("sums", "best", "is_due")
"""Parts of the progress that are for the run itself."""
_LONGEST = 60  # of a setting in a message


class TrainingRun:
    """One training run in a folder: its state, its log, its checkpoint, its best weights.

    `progress` counts what was done: steps of the optimiser, samples, seconds of training; the chunk of batches that
    it is in, how many of its batches are done and the sums of their losses; how much of the cycle's budget is
    spent, in seconds or in samples (`unit`); validations since the best one (`stale`), its score (`best`, if there
    is one), and whether one has been put off by a stop (`is_due`).

    Subclasses give the network, what `settings.json` says of the run, and the figure that is best when it is
    highest (`objective`).

    Args:
        folder: Path. `state.npz`, `best.npz`, `log.jsonl` and `settings.json` lie here.
        settings: TrainingSettings.
        model: keras.Model, compiled.
        machines: Machines. Of which this process is one; each has its share of every batch.
    """

    objective: str | None = None

    def __init__(
        self, folder: Path, settings: TrainingSettings, model: keras.Model, machines: Machines = ALONE
    ) -> None:
        self.folder, self.settings, self.model, self.machines = folder, settings, model, machines
        self.average = [np.array(weight) for weight in model.get_weights()]
        self.start: list[np.ndarray] = []
        """The weights that it started with, where the settings interpolate between these and the averaged ones."""
        self.board: TensorBoardLog | None = None
        self.compiled: set[Any] = set()
        """Shapes of the batches that a step was made with, and so compiled for."""
        self.progress: dict[str, Any] = {
            "step": 0, "chunk": 0, "batch": 0, "samples": 0, "cycle_step": 0,
            "spent": 0.0, "budget": 0.0, "unit": "seconds", "seconds": 0.0, "stale": 0, "sums": {},
            "best": [], "is_due": False,
        }  # fmt: skip

    def described(self) -> dict[str, dict[str, Any]]:
        """The tables of `settings.json`; a resumed run must have the same."""
        raise NotImplementedError

    def compiled_as_saved(self, progress: Mapping[str, Any]) -> keras.Model:
        """The model, compiled as it was when this progress was saved."""
        return self.model

    def settled(self) -> list[np.ndarray]:
        """The weights to validate and to keep: the averaged ones, or what lies between these and the first."""
        if self.start:
            return interpolated(self.start, self.average, self.settings)
        return [weight.copy() for weight in self.average]

    def begin_chunk(self) -> None:
        """Called before each chunk of batches, and when a run goes on in the middle of one."""

    def begin(self) -> None:
        """Take the folder for a new run.

        Raises:
            CheckpointError: It holds a run already, and perhaps days of work.
        """
        check_is_free(self.folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        for name in (LOG, BEST, START):
            (self.folder / name).unlink(missing_ok=True)
        if self.settings.interpolation < 1:
            self.start = [weight.copy() for weight in self.average]
            checkpoint.save_weights(self.folder / START, self.start, {})
        self._write_settings()

    def restore(self) -> None:
        """Take up the state of the folder's checkpoint, and leave the folder as it is.

        Raises:
            CheckpointError: There is none, or it belongs to a run with other settings.
        """
        check_can_resume(self.folder)
        self._check_settings()
        if self.settings.interpolation < 1:
            self.start = self._stored_start()
        self.average, progress = checkpoint.restore(
            self.folder / STATE, self.compiled_as_saved, self._expected(), self._optional()
        )
        self.progress |= progress
        if "best" not in progress and (score := self._best().get(self.objective or "")) is not None:
            self.progress["best"] = [score]

    def resume(self) -> None:
        """As `restore`, to go on from there.

        Raises:
            CheckpointError: See `restore`.
        """
        self.restore()
        checkpoint.forget_damaged(self.folder / STATE, self._expected(), self._optional())
        self._write_settings()
        # What came after the checkpoint is lost, and will be logged once more.
        kept = [row for row in self.history() if row["step"] <= self.progress["step"]]
        write_whole(self.folder / LOG, "".join(f"{json.dumps(row)}\n" for row in kept))

    def start_cycle(self, budget: float, unit: str) -> None:
        """Begin a cosine cycle of so many seconds or samples."""
        self.progress.update(budget=budget, unit=unit, spent=0.0, cycle_step=0, stale=0)

    @property
    def is_finished(self) -> bool:
        """Whether the cycle's budget is spent, or nothing has got better for long."""
        return bool(self.progress["spent"] >= self.progress["budget"]) or self.is_stale

    @property
    def counted(self) -> dict[str, Any]:
        """What of the progress is for people."""
        return {name: value for name, value in self.progress.items() if name not in _INSIDE}

    @property
    def has_bundle(self) -> bool:
        """Whether the folder has the bundle of what the run has come to by now."""
        try:
            stored = parsed(read_regular(self.folder / BUNDLE / "config.json"))
            return bool(stored["provenance"]["samples"] == self.progress["samples"])
        except (OSError, ValueError, KeyError, TypeError):
            return False

    @property
    def is_stale(self) -> bool:
        """Whether as many validations as the settings' patience have brought nothing."""
        return bool(0 < self.settings.patience <= self.progress["stale"])

    def save(self) -> None:
        """Write the checkpoint."""
        checkpoint.save(self.folder / STATE, self.model, self.average, self.progress)

    def rate(self) -> float:
        """The learning rate of the next step."""
        done = self.progress["spent"] / max(self.progress["budget"], 1e-9)
        return learning_rate(self.settings, self.progress["cycle_step"], done)

    def step(self, batch: Batch[Any]) -> dict[str, float]:
        """One step of the optimiser, together with the other machines; returns the losses.

        Raises:
            MachinesError: The batch cannot be shared, or the machines have other weights.
        """
        if not self.compiled:
            self.machines.spread(self.model, checkpoint.variables_of(self.model))
        self.model.optimizer.learning_rate = self.rate()
        self.model.reset_metrics()
        own = self.machines.share(batch)
        with self.machines.sharing():
            losses = self.model.train_on_batch(own.inputs, own.targets, own.weights, return_dict=True)
        self.compiled.add(batch.shape)
        progress = self.progress
        for name in ("step", "batch", "cycle_step"):
            progress[name] += 1
        progress["samples"] += batch.samples
        update_average(self.average, self.model.get_weights(), progress["step"], self.settings)
        found = {name: float(value) for name, value in losses.items()}
        counted = {"steps": 1.0, **found}
        progress["sums"] = {name: progress["sums"].get(name, 0.0) + value for name, value in counted.items()}
        return found

    def spend(self, *, seconds: float, samples: int) -> None:
        """Count down the budget: for a step, or for something else (no samples)."""
        self.progress["seconds"] += seconds if samples else 0.0
        self.progress["spent"] += seconds if self.progress["unit"] == "seconds" else samples

    def losses(self) -> dict[str, float]:
        """The mean losses of the chunk's batches so far."""
        sums = self.progress["sums"]
        return {name: total / sums["steps"] for name, total in sums.items() if name != "steps"}

    def end_chunk(self, number: int) -> None:
        """All batches of a chunk are done."""
        self.progress.update(chunk=number + 1, batch=0, sums={})

    def keep(self, weights: list[np.ndarray], figures: Mapping[str, float]) -> None:
        """Keep validated weights in `best.npz` if none were better; of equal ones the later.

        The best score is that of the progress: after a kill the file may be ahead of it.
        """
        score, best = figures.get(self.objective or ""), self.progress["best"] if self._best() else []
        is_better = score is None or not best or score > best[0]
        self.progress["stale"] = 0 if is_better else self.progress["stale"] + 1
        if score is None or not best or score >= best[0]:
            checkpoint.save_weights(
                self.folder / BEST, weights, {"figures": dict(figures), "step": self.progress["step"]}
            )
            self.progress["best"] = [] if score is None else [score]

    def best(self) -> tuple[list[np.ndarray], dict[str, float]]:
        """The best weights by validation and their figures; those of now, and no figures, before any validation."""
        try:
            weights, about = checkpoint.read_weights(self.folder / BEST, self.average, {"figures": {}, "step": 0})
        except FileNotFoundError:
            return self.settled(), {}
        except CheckpointError as error:
            log.warning("%s; taking the weights of the last step", error)
            return self.settled(), {}
        return weights, about["figures"]

    def _stored_start(self) -> list[np.ndarray]:
        try:
            return checkpoint.read_weights(self.folder / START, self.average, {})[0]
        except FileNotFoundError:
            raise CheckpointError("nothing to resume: it does not exist", self.folder / START) from None

    def _best(self) -> dict[str, float]:
        """The figures of `best.npz`; none where there is no such file, or a damaged one."""
        return self.best()[1] if os.path.lexists(self.folder / BEST) else {}

    def log(self, kind: str, values: Mapping[str, float]) -> None:
        """Add a line to the log, and to that for TensorBoard if there is one."""
        append_line(self.folder / LOG, json.dumps({**self.counted, "kind": kind, **values}))
        if self.board is not None:
            self.board.write(kind, self.progress["step"], values)

    def history(self) -> list[dict[str, Any]]:
        """The lines of the log, see `history.read`."""
        return history.read(self.folder / LOG)

    def _expected(self) -> dict[str, Any]:
        """What a checkpoint's progress must have."""
        return {name: value for name, value in self.progress.items() if name not in _OF_NOW}

    def _optional(self) -> dict[str, Any]:
        """What it may have."""
        return {name: value for name, value in self.progress.items() if name in _OF_NOW}

    def _write_settings(self) -> None:
        write_whole(self.folder / SETTINGS, json.dumps(self.described(), indent=2) + "\n")

    def _check_settings(self) -> None:
        """Raise CheckpointError if the folder's run has other settings. Those that it did not know do not count."""
        stored, asked = stored_settings(self.folder), json.loads(json.dumps(self.described()))
        differences = [
            f"{name} is {_short(stored[part][name])}, not {_short(value)}"
            for part, values in asked.items()
            if isinstance(values, dict)
            for name, value in values.items()
            if stored.get(part, {}).get(name, value) != value
        ]
        if differences:
            raise CheckpointError(f"this run has other settings: {'; '.join(differences)}", self.folder / SETTINGS)


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
