"""Many files recognised on all cores."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Iterator, Sequence
from pathlib import Path

from crohme.recognizer import BEAM, Recognition, Recognizer
from inkml_parser import InkError

_BLAS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
_CHUNK = 8

_recognizer: Recognizer | None = None


def recognize_files(
    files: Sequence[Path],
    bundle: str | Path,
    *,
    top: int = 5,
    beam: int = BEAM,
    workers: int | None = None,
) -> Iterator[tuple[Path, Recognition | InkError | OSError]]:
    """Recognise files in their order; a file that cannot be read gives its error instead.

    Args:
        files: sequence of paths to InkML.
        bundle: str or Path. Name or folder, see `Recognizer.load`.
        top, beam: see `Recognizer.recognize`.
        workers: int or None. Processes; None for one per core.

    Raises:
        BundleError: No such bundle, or a damaged one. Raised before the first file.
    """
    recognizer = Recognizer.load(bundle)
    workers = min(workers or _cores(), max(1, len(files) // _CHUNK))
    if workers == 1:
        for path in files:
            yield path, _try(recognizer, path, top, beam)
        return
    jobs = [(path, top, beam) for path in files]
    before = {name: os.environ.get(name) for name in _BLAS}
    os.environ.update(dict.fromkeys(_BLAS, "1"))  # one thread each: the processes share the cores
    try:
        with multiprocessing.get_context("spawn").Pool(workers, _start, (bundle,)) as pool:
            yield from pool.imap(_recognize, jobs, chunksize=_CHUNK)
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _start(bundle: str | Path) -> None:
    global _recognizer
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that asked; it ends this one
    _recognizer = Recognizer.load(bundle)


def _recognize(job: tuple[Path, int, int]) -> tuple[Path, Recognition | InkError | OSError]:
    assert _recognizer is not None
    return job[0], _try(_recognizer, *job)


def _try(recognizer: Recognizer, path: Path, top: int, beam: int) -> Recognition | InkError | OSError:
    try:
        return recognizer.recognize(path, top=top, beam=beam)
    except (InkError, OSError) as error:
        return error


def _cores() -> int:
    """Cores that this process may use, which in a container are often fewer than there are."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
