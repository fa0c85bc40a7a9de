"""Much that is recognised on all cores."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from crohme.child_processes import one_thread_each, worker_pool
from crohme.expressions.recognizer import Recognizer
from crohme.ink.image_files import ImageError
from crohme.ink.sources import Source
from crohme.recognition import Recognition, Symbols, labels_of
from inkml_parser import InkError

CHUNK = 32
"""Items that a process gets at once: twice as many as it reads side by side."""
_FEWEST = 8  # for which another process, or another chunk, is worth it
_AHEAD = 4  # chunks that wait for a worker, so that none of them waits

Found = Recognition | InkError | ImageError | OSError
Item = TypeVar("Item")
Result = TypeVar("Result")

_in_worker: tuple[Recognizer, Callable[[Recognizer, Any], Iterable[Any]]] | None = None


def recognize_files(
    files: Sequence[Path],
    bundle: str | Path,
    *,
    top: int = 5,
    beam: int | None = None,
    symbols: Symbols | None = None,
    opened: Callable[[Path], Source] = Path,
    workers: int | None = None,
) -> Iterator[tuple[Path, Found]]:
    """Recognise files in their order; a file that cannot be read gives its error instead.

    Args:
        files: sequence of paths to InkML, or to pictures.
        bundle: str or Path. Name or folder, see `Recognizer.load`.
        top, beam, symbols: see `Recognizer.recognize`.
        opened: function of a module, so that other processes find it, which makes of a path what is recognised: see
            `crohme.ink.pictured`.
        workers: int or None. Processes; None for one per core.

    Raises:
        BundleError: No such bundle, or a damaged one. Raised before the first file.
        AlphabetError: Symbols that it does not know. Raised before the first file.
        WorkerLost: A process was killed; all results before have come.
    """
    work = partial(_read, top=top, beam=beam, symbols=symbols, opened=opened)
    workers = min(workers or cores(), max(1, len(files) // _FEWEST))
    chunk = max(_FEWEST, min(CHUNK, len(files) // (_AHEAD * workers)))
    yield from zip(files, each(files, work, bundle, symbols=symbols, workers=workers, chunk=chunk), strict=True)


def each(
    items: Iterable[Item],
    work: Callable[[Recognizer, Iterable[Item]], Iterable[Result]],
    bundle: str | Path,
    *,
    symbols: Symbols | None = None,
    workers: int | None = None,
    chunk: int = CHUNK,
    is_apart: bool = False,
) -> Generator[Result, None, None]:
    """What `work` makes of the items, in their order. Items are taken as they are needed, however many there are.

    Args:
        items: iterable. They and the results go from process to process, so both can be pickled.
        work: function of a recogniser and of items, which gives a result for each, in their order. It can be pickled,
            too, and raises only what ends it all.
        bundle: str or Path. See `Recognizer.load`.
        symbols: Symbols or None. What `work` restricts answers to, checked before the first item.
        workers: int or None. Processes; None for one per core. One works in this process, unless `is_apart`.
        chunk: int. Items that a process gets at once.
        is_apart: bool. Whether even one works in a process of its own.

    Raises:
        BundleError, AlphabetError, WorkerLost: See `recognize_files`.
    """
    recognizer = Recognizer.load(bundle)
    if symbols is not None:
        labels_of(symbols, recognizer.vocabulary.alphabet)
    workers = workers or cores()
    if workers == 1 and not is_apart:
        yield from work(recognizer, items)
        return
    del recognizer
    remaining = iter(items)
    chunks = iter(lambda: list(islice(remaining, chunk)), [])
    with one_thread_each(), worker_pool(workers, _start, (bundle, work)) as pool:
        ahead = deque(pool.submit(_work, some) for some in islice(chunks, _AHEAD * workers))
        while ahead:
            yield from ahead.popleft().result()
            ahead.extend(pool.submit(_work, some) for some in islice(chunks, 1))


def _start(bundle: str | Path, work: Callable[[Recognizer, Any], Iterable[Any]]) -> None:
    global _in_worker
    _in_worker = Recognizer.load(bundle), work


def _work(items: Sequence[Any]) -> list[Any]:
    assert _in_worker is not None
    recognizer, work = _in_worker
    return list(work(recognizer, items))


def _read(
    recognizer: Recognizer,
    files: Iterable[Path],
    *,
    top: int,
    beam: int | None,
    symbols: Symbols | None,
    opened: Callable[[Path], Source],
) -> Iterator[Found]:
    sources = (partial(opened, path) for path in files)
    return recognizer.recognize_many(sources, top=top, beam=beam, symbols=symbols)


def cores() -> int:
    """Cores that this process may use, which in a container are often fewer than there are."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
