"""Keras and its backend, imported quietly."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from importlib.util import find_spec

from crohme.errors import CrohmeError
from crohme.extras import MissingExtra, needed_by


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


def join_processes(address: str | None, count: int, index: int, *, patience: int, silence: int) -> int:
    """Make this process one of several that compute together, with Keras on JAX. It waits for the others.

    Args:
        address: str or None. `host:port` of the first one.
        count, index: int. How many there are, and which this one is, from 0.
        patience: int. Seconds to wait for the others now, and in `leave_processes`.
        silence: int. Seconds after which a process that is not heard of is lost.

    Returns:
        The devices of this process.

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
    return int(jax.local_device_count())


def leave_processes() -> None:
    """End what `join_processes` began, when all have come to this point."""
    import jax

    shutdown: Callable[[], None] = jax.distributed.shutdown  # which has no types
    shutdown()
