"""`crohme predict`."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from pathlib import Path

from crohme.cli import readings
from crohme.cli.arguments import MAX_BEAM, MAX_TOP, up_to
from crohme.cli.errors import CommandError
from crohme.cli.expression_readings import WRITTEN, read_expressions
from crohme.cli.files import (
    INK_SUFFIXES,
    OutputFolder,
    check_apart,
    check_file,
    find_files,
    list_failures,
    list_warnings,
)
from crohme.cli.readings import Reading
from crohme.cli.symbol_readings import read_symbols

TOP = 3

EPILOG = """\
Each InkML file is read as one expression, and so is each picture (PNG, JPEG, BMP, GIF, WebP,
TIFF), by tracing its lines into strokes.
With --symbols, ink whose symbols are marked is read symbol by symbol, and any other ink, and every picture, is
taken for one symbol. The truth that a file carries is shown beside what was read: = the same, ≠ and what it is,
or ? and why it cannot be compared; such a file counts, as not read right.

columns of the CSV: file, symbol (number in its file), latex, confidence, truth, truth_error, error, and for
--top K latex_2, confidence_2 and so on. JSON is a list of objects with the same names and `candidates`, those of an
expression with `mathml` and `symbols`: of each its label, strokes (numbers in the file's order from 0), trace_ids,
box (left, top, right, bottom), confidence, and the number of the symbol it hangs on (parent) and how (relation).
JSON lines are these objects, one on each line. Lines are written as they come: Ctrl-C keeps what there is.

--write lg,inkml,mathml,latex --to-dir DIR writes each expression as files in DIR, named after its source:
CROHME label graphs over strokes (.lg), the ink with what was read as its truth (.inkml), Presentation MathML
(.mml), LaTeX tokens (.tex). The ink of a picture is what was traced, in pixels.

--symbols --sheet FILE draws the symbols in rows, each with its label, probability and file: 200 to a page;
the pages after the first are numbered, sheet.png, sheet-2.png.

examples:
  crohme predict data/sample/test
  crohme predict photo.png --write inkml,mathml --to-dir read
  crohme predict a.inkml folder/ --output result.csv --top 5
  crohme predict folder/ --write lg,inkml --to-dir read
  crohme predict --symbols symbol.png --top 5
  crohme predict --symbols my-pictures/ --sheet sheet.png
"""


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser of all commands."""
    parser = commands.add_parser(
        "predict",
        help="recognise ink and pictures",
        description="Recognise the expressions, or the symbols, in InkML files and pictures.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="a file, or a folder of files")
    parser.add_argument("--symbols", action="store_true", help="read isolated symbols, not expressions")
    parser.add_argument(
        "--output", type=Path, metavar="FILE", help="write .csv, .json or .jsonl (without: a table on the screen)"
    )
    parser.add_argument(
        "--top", type=up_to(MAX_TOP), metavar="K", help=f"how many candidates ({TOP}; on the screen 1 of an expression)"
    )
    parser.add_argument(
        "--bundle", metavar="NAME|DIR", help="the recogniser (expressions; --symbols: both, symbol-lstm or symbol-cnn)"
    )
    parser.add_argument(
        "--beam", type=up_to(MAX_BEAM), metavar="B", help="expressions: width of the search; 1 is fastest"
    )
    parser.add_argument(
        "--write", type=_formats, metavar="FORMATS", help=f"expressions: some of {','.join(WRITTEN)}, for --to-dir"
    )
    parser.add_argument("--sheet", type=Path, metavar="FILE", help="--symbols: a PNG of all symbols with their labels")
    parser.add_argument("--to-dir", type=Path, metavar="DIR", help="expressions: folder for what --write names")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Recognise every file; those that cannot be read get a line with the reason, and are listed at the end."""
    # The matrices are small: a second thread gains nothing on an idle core, and on a busy one it is waited for.
    # Before numpy is imported, which is when it counts its threads.
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    _check(args)
    found: list[Reading] = []
    number, lines = (_symbols if args.symbols else _expressions)(args)
    try:
        with readings.writer(args.output, args.top or TOP) as write:
            for reading in lines:
                write(reading)
                found.append(reading)
    except KeyboardInterrupt:
        _tell(found, args)
        raise KeyboardInterrupt(f"{len(found)} lines were read") from None
    _tell(found, args)
    list_warnings((Path(r.file), warning) for r in found for warning in r.warnings)
    return list_failures([(Path(r.file), r.error) for r in found if r.error is not None], number)


def _check(args: argparse.Namespace) -> None:
    if args.output is not None:
        readings.check_suffix(args.output)
    if (args.write is None) != (args.to_dir is None):
        raise CommandError("--write says what to write and --to-dir where to: give both")
    for option in ("beam", "write"):
        if args.symbols and getattr(args, option) is not None:
            raise CommandError(f"--{option} is for expressions, not for --symbols")
    if args.sheet is not None:
        if not args.symbols:
            raise CommandError("--sheet is for --symbols, not for expressions")
        if args.sheet.suffix.lower() != ".png":
            raise CommandError("the suffix of --sheet must be .png", args.sheet)
        check_file(args.sheet)


def _symbols(args: argparse.Namespace) -> tuple[int, Iterator[Reading]]:
    from crohme.ink.image_files import SUFFIXES

    files = [file for file, _ in find_files(args.paths, INK_SUFFIXES | SUFFIXES)]
    check_apart({"--output": args.output, "--sheet": args.sheet}, files)
    return len(files), read_symbols(files, args.bundle or "both", args.top or TOP, args.sheet)


def _expressions(args: argparse.Namespace) -> tuple[int, Iterator[Reading]]:
    from crohme.expressions.recognizer import DEFAULT_BUNDLE
    from crohme.ink.image_files import SUFFIXES

    files = find_files(args.paths, INK_SUFFIXES | SUFFIXES)
    check_apart({"--output": args.output}, (file for file, _ in files))
    top = args.top or (1 if args.output is None else TOP)
    folder = None if args.to_dir is None else OutputFolder(args.to_dir, (file for file, _ in files))
    return len(files), read_expressions(files, args.bundle or DEFAULT_BUNDLE, top, args.beam, args.write or (), folder)


def _tell(found: list[Reading], args: argparse.Namespace) -> None:
    if args.output is None:
        readings.print_table(found, "symbols" if args.symbols else "expressions")
    else:
        print(f"{len(found)} lines written to {args.output}")
    if args.sheet is not None:
        print(f"pictures written to {args.sheet}")
    if args.to_dir is not None:
        but = ", but for the files listed below" if any(reading.error for reading in found) else ""
        print(f"{', '.join(args.write)} written to {args.to_dir}{but}")


def _formats(text: str) -> tuple[str, ...]:
    """A list of formats with commas between, for argparse's `type=`."""
    formats = tuple(dict.fromkeys(text.split(",")))
    for one in formats:
        if one not in WRITTEN:
            raise argparse.ArgumentTypeError(f"{one!r} is none of {', '.join(WRITTEN)}")
    return formats
