"""Many files recognised on all cores."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path

from crohme.child_processes import worker_pool
from crohme.expressions.recognizer import Recognizer
from crohme.ink.image_files import ImageError
from crohme.recognition import Recognition, Symbols, labels_of
from inkml_parser import Ink, InkError, read

_BLAS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
_CHUNK = 8

Found = Recognition | InkError | ImageError | OSError

_recognizer: Recognizer | None = None


def recognize_files(
    files: Sequence[Path],
    bundle: str | Path,
    *,
    top: int = 5,
    beam: int | None = None,
    symbols: Symbols | None = None,
    offline: bool = False,
    workers: int | None = None,
) -> Iterator[tuple[Path, Found]]:
    """Recognise files in their order; a file that cannot be read gives its error instead.

    Args:
        files: sequence of paths to InkML, or to pictures.
        bundle: str or Path. Name or folder, see `Recognizer.load`.
        top, beam, symbols: see `Recognizer.recognize`.
        offline: bool. Whether to draw each ink and to recognise what is traced on the picture.
        workers: int or None. Processes; None for one per core.

    Raises:
        BundleError: No such bundle, or a damaged one. Raised before the first file.
        AlphabetError: Symbols that it does not know. Raised before the first file.
        WorkerLost: A process was killed; all results before have come.
    """
    recognizer = Recognizer.load(bundle)
    if symbols is not None:
        labels_of(symbols, recognizer.vocabulary.alphabet)
    workers = min(workers or _cores(), max(1, len(files) // _CHUNK))
    if workers == 1:
        yield from ((path, _try(recognizer, path, top, beam, symbols, offline)) for path in files)
        return
    chunks = [(files[i : i + _CHUNK], top, beam, symbols, offline) for i in range(0, len(files), _CHUNK)]
    before = {name: os.environ.get(name) for name in _BLAS}
    os.environ.update(dict.fromkeys(_BLAS, "1"))  # one thread each: the processes share the cores
    try:
        with worker_pool(workers, _start, (bundle,)) as pool:
            ahead = deque(pool.submit(_recognize, *chunk) for chunk in chunks[: 4 * workers])
            for number in range(len(chunks)):
                yield from zip(chunks[number][0], ahead.popleft().result(), strict=True)
                if number + 4 * workers < len(chunks):
                    ahead.append(pool.submit(_recognize, *chunks[number + 4 * workers]))
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _start(bundle: str | Path) -> None:
    global _recognizer
    _recognizer = Recognizer.load(bundle)


def _recognize(
    files: Sequence[Path], top: int, beam: int | None, symbols: Symbols | None, offline: bool
) -> list[Found]:
    assert _recognizer is not None
    return [_try(_recognizer, path, top, beam, symbols, offline) for path in files]


def _try(
    recognizer: Recognizer, path: Path, top: int, beam: int | None, symbols: Symbols | None, offline: bool
) -> Found:
    try:
        return recognizer.recognize(redrawn(path) if offline else path, top=top, beam=beam, symbols=symbols)
    except (InkError, ImageError, OSError) as error:
        return error


def redrawn(path: Path) -> Ink:
    """What is left of an ink on its picture: neither the strokes as they were written nor their order."""
    from crohme.ink.raster import render_ink
    from crohme.ink.trace import trace

    return trace(render_ink(read(path).strokes))


def _cores() -> int:
    """Cores that this process may use, which in a container are often fewer than there are."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
