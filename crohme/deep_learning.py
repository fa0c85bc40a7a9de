"""Keras and its backend, imported quietly."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from crohme.errors import CrohmeError
from crohme.extras import MissingExtra, needed_by

if TYPE_CHECKING:
    import numpy as np


class KerasError(CrohmeError):
    """Keras is installed and cannot be loaded; or the backend that `$KERAS_BACKEND` names does not exist."""


def check_installed(who: str = "this command") -> None:
    """Raise MissingExtra if Keras is not installed. It is not loaded, which takes seconds."""
    with needed_by(who):
        if find_spec("keras") is None:
            raise MissingExtra("keras", who)


def load_keras(who: str = "this command") -> None:
    """Import Keras and suppress what its backend prints meanwhile.

    TensorFlow greets with lines on missing GPUs and on oneDNN that `TF_CPP_MIN_LOG_LEVEL` does not reach: its
    C++ side writes them, from two libraries, before its own logging is set up.

    Args:
        who: str. What needs it, for the error.

    Raises:
        MissingExtra: Keras or its backend is not installed.
        KerasError: They cannot be loaded.
    """
    if "keras" in sys.modules:
        return
    sys.stderr.flush()
    terminal = os.dup(2)
    with tempfile.TemporaryFile() as passed_over:
        os.dup2(passed_over.fileno(), 2)
        try:
            with needed_by(who):
                import keras  # noqa: F401
        except (ImportError, ValueError) as error:  # a ValueError is Keras' answer to a backend that does not exist
            raise KerasError(f"Keras cannot be loaded: {error}") from None
        finally:
            os.dup2(terminal, 2)
            os.close(terminal)


@dataclass(frozen=True)
class Processes:
    """Several processes that compute together, with Keras on JAX. This is one of them; all make the same calls.

    Args:
        mesh: jax.sharding.Mesh. All their devices, those of each process together.
        devices: int. Those of this process.
    """

    mesh: Any
    devices: int

    @classmethod
    def joined(cls, address: str | None, count: int, index: int, *, patience: int, silence: int) -> Processes:
        """Become one of several. It waits for the others.

        Args:
            address: str or None. `host:port` of the first one.
            count, index: int. How many there are, and which this one is, from 0.
            patience: int. Seconds to wait for the others now, and in `leave`.
            silence: int. Seconds after which a process that is not heard of is lost.

        Raises:
            MissingExtra: JAX is not installed.
            RuntimeError, ValueError: They did not come.
        """
        with needed_by("training on several machines"):
            import jax
        from jax.experimental import multihost_utils

        jax.distributed.initialize(
            address, count, index, initialization_timeout=patience, heartbeat_timeout_seconds=silence,
            shutdown_timeout_seconds=patience,
        )  # fmt: skip
        # Connections are made at once: in the first step, those who come to it later than others might find none.
        multihost_utils.sync_global_devices("joined")
        return cls(jax.sharding.Mesh(jax.devices(), ("batch",)), int(jax.local_device_count()))

    def copies(self, array: np.ndarray) -> Any:
        """An array of all processes, of which each has the whole; what each of them gives is not compared."""
        import jax

        # Neither has types.
        whole: Callable[[], Any] = jax.sharding.PartitionSpec
        array_of: Callable[[Any, np.ndarray], Any] = jax.make_array_from_process_local_data
        return array_of(jax.sharding.NamedSharding(self.mesh, whole()), array)

    def gathered(self, array: np.ndarray) -> np.ndarray:
        """The arrays that the processes give, in a new first axis."""
        from jax.experimental import multihost_utils

        found: np.ndarray = multihost_utils.process_allgather(array)
        return found

    def leave(self) -> None:
        """End what `joined` began, when all have come to this point."""
        import jax

        shutdown: Callable[[], None] = jax.distributed.shutdown  # which has no types
        shutdown()
