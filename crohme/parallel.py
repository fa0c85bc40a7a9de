"""Many files recognised on all cores."""

from __future__ import annotations

import multiprocessing
import os
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
    Recognizer.load(bundle)
    workers = min(workers or len(os.sched_getaffinity(0)), max(1, len(files) // _CHUNK))
    jobs = [(path, top, beam) for path in files]
    if workers == 1:
        _start(bundle)
        yield from map(_recognize, jobs)
        return
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
    _recognizer = Recognizer.load(bundle)


def _recognize(job: tuple[Path, int, int]) -> tuple[Path, Recognition | InkError | OSError]:
    path, top, beam = job
    assert _recognizer is not None
    try:
        return path, _recognizer.recognize(path, top=top, beam=beam)
    except (InkError, OSError) as error:
        return path, error
