"""`crohme predict symbols`."""

from __future__ import annotations

import argparse
from itertools import chain
from pathlib import Path

from crohme.cli.errors import CommandError
from crohme.cli.files import INK_SUFFIXES, check_apart, check_file, find_files
from crohme.cli.inputs import bundle_files
from crohme.cli.layout import HelpFormatter
from crohme.cli.predict.resumed import Earlier
from crohme.cli.predict.shared import TOP, Lines, add_output_options, run_prediction
from crohme.cli.predict.symbol_readings import read_symbols
from crohme.cli.tasks import Parser

EPILOG = """\
Ink whose symbols are marked is recognised symbol by symbol; any other ink, and every picture,
is read as one symbol. A symbol's label in the file is shown beside the reading:
  =  the same
  ≠  another, and which

The CSV has the columns file, symbol (its number in the file), latex, confidence, truth,
truth_error, error, then latex_2, confidence_2 and so on. JSON is a list of objects with the
same names and `candidates`; JSON lines are these objects, one a line. The file is written
at the end; Ctrl-C keeps what was read.

With --resume, each line is written to the .csv or .jsonl at once, and the same command
continues after a stop, even if it was killed; files that have a line are skipped.

--sheet draws the symbols in rows, each with its label, probability and file, 200 to a page.
Pages after the first are numbered: sheet.png, sheet-2.png.

examples:
  crohme predict symbols a.inkml
  crohme predict symbols symbol.png --top 5 --bundle symbol-cnn
  crohme predict symbols my-pictures/ --sheet sheet.png --output symbols.csv
"""


def add_parser(tasks: argparse._SubParsersAction[Parser]) -> None:
    """Add the task to the parser of `predict`."""
    parser = tasks.add_parser(
        "symbols",
        help="isolated symbols, as LaTeX labels",
        description="Recognise isolated symbols in InkML files and pictures.",
        epilog=EPILOG,
        formatter_class=HelpFormatter,
    )
    add_output_options(
        parser,
        top=f"how many candidates ({TOP})",
        bundle="symbol-lstm, symbol-cnn, both, or the folder of a bundle (both)",
    )
    parser.add_argument("--sheet", type=Path, metavar="FILE", help="draw all symbols with their labels (PNG)")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Recognise the symbols of every file."""
    if args.sheet is not None:
        if args.resume:
            raise CommandError("it shows all symbols, and --resume reads those that are left", args.sheet)
        if args.sheet.suffix.lower() != ".png":
            raise CommandError("the suffix of --sheet must be .png", args.sheet)
        check_file(args.sheet)

    def written(_: bool) -> None:
        if args.sheet is not None:
            print(f"pictures written to {args.sheet}")

    return run_prediction(args, _start, "symbols", written)


def _start(args: argparse.Namespace, before: Earlier) -> Lines:
    from crohme.ink.image_files import SUFFIXES

    files = [file for file, _ in find_files(args.paths, INK_SUFFIXES | SUFFIXES)]
    check_apart({"--output": args.output, "--sheet": args.sheet}, chain(files, bundle_files(args.bundle)))
    files = [file for file in files if not before.has(file)]
    return len(files), read_symbols(files, args.bundle or "both", args.top or TOP, args.sheet)
