"""`crohme predict`."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from crohme.cli import readings
from crohme.cli.arguments import positive_int
from crohme.cli.errors import CommandError
from crohme.cli.files import IMAGE_SUFFIXES, INK_SUFFIXES, find_files, list_failures, progress
from crohme.cli.readings import Reading

if TYPE_CHECKING:
    from crohme.symbol_recognizer import Source, SymbolRecognizer

FILES_AT_ONCE = 64

EPILOG = """\
Ink whose symbols are marked is read symbol by symbol; the truth in the file is shown beside what was read.
Any other ink, and every picture, is taken for one symbol.

columns of the CSV: file, symbol (number in its file), latex, confidence, truth, error, and for --top K
latex_2, confidence_2 and so on. JSON is a list of objects with the same names and `candidates`; JSON lines
are these objects, one on each line.

examples:
  crohme predict data/sample/test
  crohme predict symbol.png --top 5
  crohme predict a.inkml folder/ --output result.csv
"""


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser of all commands."""
    parser = commands.add_parser(
        "predict",
        help="recognise ink and pictures",
        description="Recognise the symbols in InkML files and pictures (PNG, JPEG).",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="a file, or a folder of files")
    parser.add_argument(
        "--output", type=Path, metavar="FILE", help="write .csv, .json or .jsonl (without: a table on the screen)"
    )
    parser.add_argument("--top", type=positive_int, default=3, metavar="K", help="how many candidates (3)")
    parser.add_argument(
        "--bundle", default="both", metavar="NAME|DIR", help="the recogniser: symbol-lstm, symbol-cnn, both (both)"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Recognise every file; those that cannot be read get a line with the reason, and are listed at the end."""
    if args.output is not None:
        readings.check_suffix(args.output)
    files = [file for file, _ in find_files(args.paths, INK_SUFFIXES | IMAGE_SUFFIXES)]

    from crohme.bundle import BundleError
    from crohme.raster import ImageError
    from crohme.symbol_recognizer import SymbolRecognizer

    try:
        recognizer = SymbolRecognizer.load(args.bundle)
        found = [reading for batch in _batches(files) for reading in _read_symbols(recognizer, batch, args.top)]
    except (BundleError, ImageError) as error:
        raise CommandError(str(error)) from None
    if args.output is None:
        readings.print_table(found)
    else:
        readings.write(found, args.output)
        print(f"{len(found)} lines written to {args.output}")
    return list_failures([(Path(r.file), r.error) for r in found if r.error is not None], len(files))


def _batches(files: list[Path]) -> Iterator[list[Path]]:
    batch: list[Path] = []
    for file in progress(files, "recognise"):
        batch.append(file)
        if len(batch) == FILES_AT_ONCE:
            yield batch
            batch = []
    if batch:
        yield batch


def _read_symbols(recognizer: SymbolRecognizer, files: list[Path], top: int) -> list[Reading]:
    """One reading per symbol, or per file that cannot be read, in the order of the files."""
    sources: list[Source] = []
    lines: list[Reading] = []
    for file in files:
        for reading, source in _symbols(file):
            lines.append(reading)
            sources += [] if source is None else [source]
    answers = iter(recognizer.recognize_batch(sources, top) if sources else [])
    return [line if line.error is not None else replace(line, candidates=tuple(next(answers))) for line in lines]


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
