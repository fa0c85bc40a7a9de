"""What computes a network that reads whole expressions."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from crohme.errors import CrohmeError
from crohme.extras import require

NUMPY, NUMBA = ENGINES = ("numpy", "numba")
"""numpy, as everywhere; or compiled by numba for the processor that it runs on, with the extra `fast`."""


class EngineError(CrohmeError, ValueError):
    """There is no such engine."""


def checked(engine: str) -> str:
    """The engine.

    Raises:
        EngineError: There is none of that name.
        MissingExtra: It is not installed.
    """
    if engine not in ENGINES:
        raise EngineError(f"no engine is called {engine!r}; there are {' and '.join(ENGINES)}")
    if engine == NUMBA:
        require("fast", "the compiled engine")
    return engine


@contextmanager
def telling() -> Iterator[None]:
    """Say on standard error once that something is compiled in the block, which takes a while; it is kept on disk."""
    from numba.core import event

    class Listener(event.Listener):
        said = False

        def on_start(self, event: Any) -> None:
            if not self.said:
                print("Compiling the engine for this machine, once; it takes half a minute.", file=sys.stderr)
            self.said = True

        def on_end(self, event: Any) -> None:
            pass

    with event.install_listener("numba:compile", Listener()):
        yield
