"""Speed of networks of isolated symbols on one core."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from pathlib import Path

from crohme.child_processes import worker_pool
from crohme.types import FloatingArray

_REPEATS = 3


def milliseconds_per_symbol(bundles: Sequence[Path], symbols: Sequence[Sequence[FloatingArray]]) -> float:
    """Time from strokes to probabilities, in a process that has one core.

    Args:
        bundles: paths. Folders of the bundles that are asked together.
        symbols: sequence of symbols, each a sequence of `(n, 2)` strokes. Recognised all at once.

    Returns:
        Milliseconds per symbol: the best of three, after a first run that does not count.
    """
    # A fresh process: the libraries count cores and make their threads when they are first loaded.
    with worker_pool(1, _keep_to_one_core) as pool:
        return pool.submit(_measure, list(bundles), [list(strokes) for strokes in symbols]).result()


def _keep_to_one_core() -> None:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"):
        os.environ[name] = "1"
    # TensorFlow's greetings, which have been seen already. What goes wrong is raised where the result is awaited.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)


def _measure(bundles: list[Path], symbols: list[list[FloatingArray]]) -> float:
    from crohme import bundle
    from crohme.ink.strokes import StrokeBatch
    from crohme.symbols.recognizer import SymbolRecognizer

    recognizer = SymbolRecognizer([bundle.load(folder) for folder in bundles])
    strokes = StrokeBatch.from_symbols(symbols)
    seconds = []
    for _ in range(1 + _REPEATS):
        start = time.perf_counter()
        recognizer.from_strokes(strokes)
        seconds.append(time.perf_counter() - start)
    return 1000 * min(seconds[1:]) / len(strokes)
