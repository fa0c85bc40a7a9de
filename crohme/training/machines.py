"""Several machines that train one network, each with its share of every batch: Keras on the JAX backend.

All machines make the same steps. A batch is what it is on one machine, cut into shares; the loss and its gradient are
those of the whole batch, so a run is the same however many machines it has, and may go on with another number.

Each machine builds the network by itself, from the same seed or checkpoint, and only its weights, state and batches are
arrays of all machines. With variables of `keras.distribution.DataParallel` JAX compares each value that is set from
outside on all machines: each weight when the network is built, and the rate and each metric in every step.
"""

from __future__ import annotations

import atexit
import os
import re
import shutil
import sys
import tempfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import keras
import numpy as np

from crohme.deep_learning import Processes
from crohme.errors import CrohmeError
from crohme.training.batch import Batch

MEETING_SECONDS = 1800
"""How long a machine waits for the others to come, and in the end for the first one to validate."""
SILENCE_SECONDS = 60
"""A machine that has been silent for so long is lost. One whose process has ended is missed at once."""
_STATUS = re.compile(r"[A-Z_]+: ")
"""How messages of XLA begin, whatever class of exception they come as: `UNKNOWN: Gloo AllGather failed`."""
_OF_A_RUN = (
    "settings.json", "state.npz", "state-before.npz", "best.npz", "start.npz", "log.jsonl",
    "bundle/config.json",  # whether all is done
)  # fmt: skip


class MachinesError(CrohmeError):
    """Machines that cannot train together, or of which one is gone."""


@dataclass(frozen=True)
class Machines:
    """Which of several machines this process is.

    Args:
        number: int. From 1; the first one validates, and writes the run's folder.
        count: int.
        meet: str or None. `host:port` of the first one, a port that is free there.
        devices: int. Processors of this one among which its share is divided; `joined` counts them.
        processes: Processes or None. What joins them, once they are `joined`.
    """

    number: int = 1
    count: int = 1
    meet: str | None = None
    devices: int = 1
    processes: Processes | None = None

    @property
    def several(self) -> bool:
        """Whether there are others."""
        return self.count > 1

    @property
    def is_first(self) -> bool:
        """Whether this one validates and writes."""
        return self.number == 1

    @contextmanager
    def joined(self) -> Iterator[Machines]:
        """Train with the others, with what is yielded.

        After the block the others have come to its end, too. If it ends with an exception, the process will
        end without waiting for them.

        Raises:
            MachinesError: Keras has another backend, the others did not come, or one is gone.
            MissingExtra: JAX is not installed.
        """
        if not self.several:
            yield self
            return
        if keras.backend.backend() != "jax":
            raise MachinesError(f"several machines train with KERAS_BACKEND=jax, and it is {keras.backend.backend()}")
        try:
            processes = self._meet()
            yield replace(self, devices=processes.devices, processes=processes)
            processes.leave()
        except BaseException as error:
            # What ends JAX in order would wait for those that are gone.
            atexit.register(_end_at_once, 130 if isinstance(error, KeyboardInterrupt) else 1)
            if isinstance(error, RuntimeError | ValueError) and _STATUS.match(str(error)):
                raise MachinesError(
                    f"a step of all {self.count} machines failed, most likely because one is gone "
                    f"({_first_line(error)}); --resume goes on from the last checkpoint"
                ) from error
            raise

    def _meet(self) -> Processes:
        try:
            return Processes.joined(
                self.meet, self.count, self.number - 1, patience=MEETING_SECONDS, silence=SILENCE_SECONDS
            )
        except (RuntimeError, ValueError) as error:
            raise MachinesError(f"the machines did not meet: {_first_line(error)}", self.meet) from None

    def spread(self, model: keras.Model, variables: Sequence[keras.Variable]) -> None:
        """Make a compiled network, which each machine has built by itself, one of all machines.

        Args:
            model: keras.Model.
            variables: sequence of keras.Variable. Its state, also that of its optimiser.

        Raises:
            MachinesError: The state is another one on another machine.
        """
        if self.processes is None:
            return
        values = [np.asarray(variable) for variable in variables]
        sums = np.array([zlib.crc32(value.tobytes()) for value in values], np.uint32)
        if (self.processes.gathered(sums) != sums).any():
            raise MachinesError("the machines have other weights: they need one version, one --data, one --out")
        for variable, value in zip(variables, values, strict=True):
            variable.assign(self.processes.copies(value))
        model.make_train_function()  # now: with a distribution, it wants metrics that are arrays of all machines

    @contextmanager
    def sharing(self) -> Iterator[None]:
        """A batch that the network is given in the block is this machine's share of one of all machines."""
        if self.processes is None:
            yield
            return
        keras.distribution.set_distribution(_Batches(auto_shard_dataset=False))
        try:
            yield
        finally:
            keras.distribution.set_distribution(None)

    def share(self, batch: Batch[Any]) -> Batch[Any]:
        """The samples of a batch that are this machine's; where shares are not equal, padding without weight is added.

        Raises:
            MachinesError: The batch has no weights, and cannot be cut into equal shares.
        """
        if not self.several:
            return batch
        size = -(-batch.samples // (self.count * self.devices)) * self.devices
        if size * self.count > batch.samples and batch.weights is None:
            raise MachinesError(f"a batch of {batch.samples} cannot be shared by {self.count} machines")

        def own(array: np.ndarray) -> np.ndarray:
            some = array[(self.number - 1) * size : self.number * size]
            return np.concatenate([some, np.zeros((size - len(some), *array.shape[1:]), array.dtype)])

        return Batch(*(_each_array(own, part) for part in batch))

    @contextmanager
    def folder(self, shared: Path, resume: bool) -> Iterator[Path]:
        """Where this process keeps the run: the first one where it was asked to, the others in one that is removed.

        Args:
            shared: Path. The folder that was asked for, which the others read in order to resume.
            resume: bool. Whether the run goes on from what is there.
        """
        if self.is_first:
            yield shared
            return
        with tempfile.TemporaryDirectory(prefix="crohme-run-") as name:
            for file in _OF_A_RUN if resume else ():
                if (shared / file).exists():
                    copied = Path(name, file)
                    copied.parent.mkdir(exist_ok=True)
                    shutil.copy(shared / file, copied)
            yield Path(name)


ALONE = Machines()


class _Batches(keras.distribution.DataParallel):
    """Of batches alone: variables are what they are made."""

    def get_variable_layout(self, variable: keras.Variable) -> None:
        return None


def from_environment() -> Machines:
    """What `torchrun` and launchers like it tell their processes.

    Raises:
        MachinesError: They have told nothing.
    """
    names = ("RANK", "WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT")
    try:
        rank, count, host, port = (os.environ[name] for name in names)
        return Machines(int(rank) + 1, int(count), f"{host}:{int(port)}")
    except (KeyError, ValueError):
        raise MachinesError(f"no launcher has set {', '.join(names)}") from None


def _each_array(function: Callable[[np.ndarray], np.ndarray], part: Any) -> Any:
    if part is None:
        return None
    return {name: function(array) for name, array in part.items()} if isinstance(part, dict) else function(part)


def _first_line(error: Exception) -> str:
    return next(iter(str(error).strip().splitlines()), type(error).__name__)[:200]


def _end_at_once(code: int) -> None:
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
