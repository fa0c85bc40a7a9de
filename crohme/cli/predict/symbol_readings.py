"""Files read as isolated symbols, for `crohme predict symbols`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from crohme.cli.errors import CommandError
from crohme.cli.files import progress
from crohme.cli.predict.readings import Candidate, Reading
from crohme.errors import CrohmeError, cause_of

if TYPE_CHECKING:
    from crohme.evaluation.contact_sheet import ContactSheet
    from crohme.recognition import Recognition
    from crohme.symbols.recognizer import SymbolRecognizer
    from inkml_parser import Ink

    Source = Ink | Path

FILES_AT_ONCE = 64


def read_symbols(files: Sequence[Path], bundle: str, top: int, sheet: Path | None) -> Iterator[Reading]:
    """One reading per symbol, or per file that cannot be read, in the order of the files.

    Args:
        files: sequence of Path. InkML and pictures.
        bundle: str. Name or folder of the recogniser.
        top: int. How many candidates.
        sheet: Path or None. A PNG, to show every symbol and every file that cannot be read.

    Raises:
        BundleError, ImageError: No such bundle, or one that does not read what the files hold.
        CommandError: The sheet cannot be written.
    """
    from crohme.symbols.recognizer import SymbolRecognizer

    pages = None if sheet is None else _contact_sheet(sheet)
    try:
        recognizer = SymbolRecognizer.load(bundle)
        for batch in _batches(files):
            read = _read_batch(recognizer, batch, top)
            if pages is not None:
                with _writing(pages):
                    _show(read, pages)
            yield from (line for line, _ in read)
    finally:  # also when interrupted: what was read is shown
        if pages is not None:
            with _writing(pages):
                pages.close()


def _contact_sheet(path: Path) -> ContactSheet:
    # Reading does without them; a sheet needs both, the second not before its first page is full.
    import matplotlib  # noqa: F401

    from crohme.evaluation.contact_sheet import ContactSheet

    return ContactSheet(path)


def _batches(files: Sequence[Path]) -> Iterator[list[Path]]:
    batch: list[Path] = []
    for file in progress(files, "recognise"):
        batch.append(file)
        if len(batch) == FILES_AT_ONCE:
            yield batch
            batch = []
    if batch:
        yield batch


def _read_batch(recognizer: SymbolRecognizer, files: list[Path], top: int) -> list[tuple[Reading, Source | None]]:
    found = [symbol for file in files for symbol in _symbols(file)]
    sources = [source for _, source in found if source is not None]
    answers = iter(recognizer.recognize_batch(sources, top) if sources else [])
    return [
        (line if source is None else replace(line, candidates=_candidates(next(answers))), source)
        for line, source in found
    ]


def _candidates(answer: Recognition) -> tuple[Candidate, ...]:
    return tuple(Candidate(reading.latex, reading.confidence) for reading in answer.readings)


def _show(read: list[tuple[Reading, Source | None]], sheet: ContactSheet) -> None:
    from crohme.ink.image_files import read_pixels
    from crohme.ink.raster import render
    from crohme.ink.strokes import StrokeBatch
    from crohme.ink.transparency import opaque

    for line, source in read:
        name = line.file if line.symbol is None else f"{line.file} #{line.symbol}"
        if source is None:
            sheet.add_failure(name, line.error or "")
            continue
        if isinstance(source, Path):
            picture = opaque(read_pixels(source))
        else:
            picture = render(StrokeBatch.from_symbols([list(source.strokes)]), sheet.side)[0]
        sheet.add(name, picture, line.candidates[0].latex, line.candidates[0].confidence, line.truth)


@contextmanager
def _writing(sheet: ContactSheet) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise CommandError(cause_of(error), error.filename or sheet.path) from None


def _symbols(file: Path) -> list[tuple[Reading, Source | None]]:
    """The symbols of a file, each with what the recogniser is to be shown; None after an error."""
    from crohme.ink.image_files import libraries
    from crohme.ink.sources import is_picture
    from crohme.ink.truth import damage
    from crohme.notation import canonical_label
    from inkml_parser import Part, read

    name = str(file)
    try:
        if is_picture(file):
            with libraries():
                from crohme.ink.symbol_pictures import read_image
            read_image(file)  # so that a bad picture is found here, where it spoils no batch
            return [(Reading(name), file)]
        ink = read(file)
    except (CrohmeError, OSError) as error:
        return [(Reading(name, error=cause_of(error)), None)]
    problem = damage(ink, Part.SEGMENTATION)
    if not ink.symbols and problem is None:
        return [(Reading(name), ink)]
    symbols: list[tuple[Reading, Source | None]] = [
        (Reading(name, number, truth=canonical_label(symbol.label)), ink.select(symbol.strokes))
        for number, symbol in enumerate(ink.symbols)
    ]
    # The symbols that are marked well are read; that others are not is not kept quiet.
    return symbols if problem is None else [*symbols, (Reading(name, error=problem), None)]
