"""`crohme predict expressions`."""

from __future__ import annotations

import argparse
from itertools import chain
from pathlib import Path

from crohme.cli.arguments import MAX_BEAM, add_alphabet_option, up_to
from crohme.cli.errors import CommandError
from crohme.cli.files import INK_SUFFIXES, OutputFolder, check_apart, find_files
from crohme.cli.inputs import bundle_files
from crohme.cli.layout import HelpFormatter
from crohme.cli.predict.expression_readings import WRITTEN, read_expressions
from crohme.cli.predict.resumed import Earlier
from crohme.cli.predict.shared import TOP, Lines, add_output_options, run_prediction
from crohme.cli.tasks import Parser
from crohme.extras import require
from crohme.ink.formats import FORMATS

_WRITTEN = "\n".join(f"  {name:<7} {FORMATS[name].about}" for name in WRITTEN)
EPILOG = f"""\
Each InkML file is recognised as one expression, and so is each picture, by tracing its lines
into strokes. --with-pictures recognises each ink and a picture of it, and takes what both say
for the answer: surer, four times as slow. A file's own truth is shown beside the reading:
  =  the same
  ≠  another, and which
  ?  the truth cannot be compared, and why; such a file counts as wrong

The CSV has the columns file, symbol (empty), latex, confidence, truth, truth_error, error,
then latex_2, confidence_2 and so on. JSON is a list of objects with the same names and
`candidates`, each with its `mathml` and its `symbols`: label, strokes (numbers in the file,
from 0), trace_ids, box (left, top, right, bottom), confidence, and the number of the symbol
to which it is attached (parent) and how (relation). JSON lines are these objects, one a line.
The file is written at the end; Ctrl-C keeps what was read.

With --resume, each line is written to the .csv or .jsonl at once, and the same command
continues after a stop, even if it was killed; files that have a line are skipped. For very
many files there is `crohme batch`.

--write FORMATS --to-dir DIR writes files to DIR, named after their source, with the reading as
their truth. The ink of a picture is the traced one, in pixels.
{_WRITTEN}

examples:
  crohme predict data/sample/test
  crohme predict a.inkml folder/ --output result.csv --top 5
  crohme predict photo.png --write inkml,mathml --to-dir read
"""


def add_parser(tasks: argparse._SubParsersAction[Parser]) -> None:
    """Add the task to the parser of `predict`."""
    parser = tasks.add_parser(
        "expressions",
        help="whole expressions, as LaTeX (the default)",
        description="Recognise whole expressions in InkML files and pictures.",
        epilog=EPILOG,
        formatter_class=HelpFormatter,
    )
    add_output_options(
        parser,
        top=f"how many candidates (1 on the screen, {TOP} in a file)",
        bundle="a bundle, or the folder of one (math)",
    )
    parser.add_argument("--beam", type=up_to(MAX_BEAM), metavar="B", help="width of the search; 1 is fastest")
    add_alphabet_option(parser, "all that the bundle knows")
    parser.add_argument("--with-pictures", action="store_true", help="recognise each ink and a picture of it together")
    parser.add_argument(
        "--write", type=_formats, metavar="FORMATS", help=f"write some of {','.join(WRITTEN)} to --to-dir"
    )
    parser.add_argument("--to-dir", type=Path, metavar="DIR", help="the folder for --write")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Recognise every file as an expression."""
    if (args.write is None) != (args.to_dir is None):
        raise CommandError("--write says what to write and --to-dir where to: give both")

    def written(has_failures: bool) -> None:
        if args.to_dir is not None:
            but = ", but for the files listed below" if has_failures else ""
            print(f"{', '.join(args.write)} written to {args.to_dir}{but}")

    return run_prediction(args, _start, "expressions", written)


def _start(args: argparse.Namespace, before: Earlier) -> Lines:
    from crohme.expressions.recognizer import DEFAULT_BUNDLE
    from crohme.ink.image_files import SUFFIXES
    from crohme.ink.pictured import with_picture

    if args.with_pictures:
        require("images", "--with-pictures")
    files = find_files(args.paths, INK_SUFFIXES | SUFFIXES)
    check_apart({"--output": args.output}, chain((file for file, _ in files), bundle_files(args.bundle)))
    top = args.top or (1 if args.output is None else TOP)
    folder = None if args.to_dir is None else OutputFolder(args.to_dir, (file for file, _ in files), args.output)
    bundle = args.bundle or DEFAULT_BUNDLE
    files = [(file, name) for file, name in files if not before.has(file)]
    opened = with_picture if args.with_pictures else Path
    return len(files), read_expressions(files, bundle, top, args.beam, args.alphabet, args.write or (), folder, opened)


def _formats(text: str) -> tuple[str, ...]:
    """A list of formats with commas between, for argparse's `type=`."""
    formats = tuple(dict.fromkeys(text.split(",")))
    for one in formats:
        if one not in WRITTEN:
            raise argparse.ArgumentTypeError(f"{one!r} is not one of {', '.join(WRITTEN)}")
    return formats
