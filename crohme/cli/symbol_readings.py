"""Files read as isolated symbols, for `crohme predict --symbols`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from crohme.cli.deep_learning import load_keras
from crohme.cli.errors import CommandError
from crohme.cli.files import IMAGE_SUFFIXES, progress
from crohme.cli.readings import Candidate, Reading

if TYPE_CHECKING:
    from crohme.symbol_recognizer import Source, SymbolRecognizer

FILES_AT_ONCE = 64


def read_symbols(files: Sequence[Path], bundle: str, top: int) -> Iterator[Reading]:
    """One reading per symbol, or per file that cannot be read, in the order of the files.

    Raises:
        CommandError: No such bundle, or one that does not read what the files hold.
    """
    from crohme.bundle import BundleError
    from crohme.raster import ImageError
    from crohme.symbol_recognizer import SymbolRecognizer

    load_keras()
    try:
        recognizer = SymbolRecognizer.load(bundle)
        for batch in _batches(files):
            yield from _read_batch(recognizer, batch, top)
    except (BundleError, ImageError) as error:
        raise CommandError(str(error)) from None


def _batches(files: Sequence[Path]) -> Iterator[list[Path]]:
    batch: list[Path] = []
    for file in progress(files, "recognise"):
        batch.append(file)
        if len(batch) == FILES_AT_ONCE:
            yield batch
            batch = []
    if batch:
        yield batch


def _read_batch(recognizer: SymbolRecognizer, files: list[Path], top: int) -> list[Reading]:
    sources: list[Source] = []
    lines: list[Reading] = []
    for file in files:
        for reading, source in _symbols(file):
            lines.append(reading)
            sources += [] if source is None else [source]
    answers = iter(recognizer.recognize_batch(sources, top) if sources else [])
    return [
        line if line.error is not None else replace(line, candidates=tuple(Candidate(*one) for one in next(answers)))
        for line in lines
    ]


def _symbols(file: Path) -> list[tuple[Reading, Source | None]]:
    """The symbols of a file, each with what the recogniser is to be shown; None after an error."""
    from crohme.notation import canonical_label
    from crohme.raster import ImageError, read_image
    from inkml_parser import InkError, read

    name = str(file)
    try:
        if file.suffix.lower() in IMAGE_SUFFIXES:
            read_image(file)  # so that a bad picture is found here, where it spoils no batch
            return [(Reading(name), file)]
        ink = read(file)
    except (InkError, ImageError) as error:
        return [(Reading(name, error=error.cause), None)]
    except OSError as error:
        return [(Reading(name, error=error.strerror or str(error)), None)]
    if not ink.symbols:
        return [(Reading(name), ink)]
    return [
        (Reading(name, number, truth=canonical_label(symbol.label)), ink.select(symbol.strokes))
        for number, symbol in enumerate(ink.symbols)
    ]
