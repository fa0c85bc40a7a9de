"""Files read as whole expressions, for `crohme predict expressions`. Loads no deep-learning library."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from crohme.cli.files import INK_SUFFIXES, OutputFolder, progress
from crohme.cli.predict.readings import Candidate, Reading
from crohme.errors import cause_of
from crohme.ink.formats import FORMATS

if TYPE_CHECKING:
    from crohme.ink.sources import Source
    from crohme.recognition import Recognition, Symbols
    from inkml_parser import Ink

WRITTEN = tuple(name for name, form in FORMATS.items() if form.holds_truth)
"""The formats that an expression read from ink can be written in."""


def read_expressions(
    files: Sequence[tuple[Path, Path]],
    bundle: str,
    top: int,
    beam: int | None,
    symbols: Symbols | None = None,
    formats: Sequence[str] = (),
    folder: OutputFolder | None = None,
    opened: Callable[[Path], Source] = Path,
) -> Iterator[Reading]:
    """One reading per file, in their order.

    Args:
        files: sequence of `(file, name)`; the files written are named after `name`.
        bundle: str. Name or folder of a bundle.
        top: int. The most candidates.
        beam, symbols: see `Recognizer.recognize`.
        formats: sequence of str. Of `WRITTEN`: what else to write the best reading as.
        folder: OutputFolder or None. Where to.
        opened: see `crohme.parallel.recognize_files`.

    Raises:
        BundleError: No such bundle, or one of another kind.
        AlphabetError: It does not know these symbols.
        CommandError: The folder cannot be written to.
    """
    from crohme.parallel import recognize_files
    from crohme.recognition import Recognition

    paths = [file for file, _ in files]
    results = recognize_files(paths, bundle, top=top, beam=beam, symbols=symbols, opened=opened)
    for file, name in progress(files, "recognise"):
        _, found = next(results)
        if not isinstance(found, Recognition):
            truth, unread = _truth_of_file(file)
            yield Reading(str(file), truth=truth, truth_error=unread, error=cause_of(found))
            continue
        ink = found.ink
        assert ink is not None  # of whole expressions, pictures are traced
        problem = _write(found, ink, file, name, formats, folder) if folder is not None else None
        candidates = tuple(Candidate(r.latex, r.confidence, r) for r in found.readings)
        truth, unread = _truth(ink)
        damage = tuple(f"{warning.part}: {warning.cause}" for warning in ink.warnings)
        yield Reading(str(file), candidates=candidates, truth=truth, truth_error=unread, error=problem, warnings=damage)


def _truth(ink: Ink) -> tuple[str | None, str | None]:
    """What the ink says it shows, as LaTeX in normal form; or if it says so, why that cannot be read."""
    from crohme.ink.truth import truth_expression
    from crohme.notation import NotationError

    try:
        return truth_expression(ink).latex, None
    except NotationError as error:
        return None, str(error) if ink.mathml is not None or ink.latex is not None else None


def _truth_of_file(file: Path) -> tuple[str | None, str | None]:
    """The same of a file in which nothing was recognised."""
    from inkml_parser import InkError, read

    if file.suffix.lower() not in INK_SUFFIXES:
        return None, None
    try:
        return _truth(read(file))
    except (InkError, OSError):
        return None, None


def _write(
    found: Recognition, ink: Ink, file: Path, name: Path, formats: Sequence[str], folder: OutputFolder
) -> str | None:
    """Write the best reading in other formats; returns why that failed, if it did."""
    from crohme.ink.truth import labelled
    from inkml_parser import InkError

    try:
        read = labelled(ink, found.best.tree)
        contents = {name.with_suffix(FORMATS[to].suffix): FORMATS[to].write(read) for to in formats}
    except InkError as error:  # an annotation of the source that cannot be written
        return error.cause
    problems = [folder.write(target, content, file) for target, content in contents.items()]
    return "; ".join(problem for problem in problems if problem is not None) or None
