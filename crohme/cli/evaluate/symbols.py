"""`crohme evaluate symbols`."""

from __future__ import annotations

import argparse
import logging
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crohme.cli.files import list_failures, write_json, write_text
from crohme.cli.inputs import bundle_files, data_files
from crohme.cli.layout import HelpFormatter, counted
from crohme.cli.reports import add_report_options, check_outputs, short
from crohme.cli.tasks import Parser
from crohme.datasets.location import real_path
from crohme.extras import require

if TYPE_CHECKING:
    from crohme.evaluation.symbol_reader import SymbolReader
    from crohme.symbols.recognizer import SymbolRecognizer

EPILOG = """\
Top-1, top-3 and top-5 accuracy, with Wilson's 95 % intervals, over every symbol in DIR.

Signs of one shape, which only size and place tell apart, are also counted as one: alone, x
and X are the same drawing.

Of a set of drawings the held-out tenth is taken. A bundle for whole expressions answers with
those of its five best readings that are one symbol. Without --known, drawings of signs that
the bundle does not know count as wrong; the share of them that it doubts is printed: those
read as ?, as several symbols, or with less than 50 % confidence.

--report writes a folder with metrics.json; classes.csv and classes.txt (precision, recall
and F1 of each class); confusion.csv and confusion.png; pairs.csv and pairs.png (the most
confused pairs, with pictures); errors.csv; and outcomes.csv (a row for each symbol).

Files that could not be read are listed at the end and make the exit code 1.

examples:
  crohme evaluate symbols --data data/crohme/test2014
  crohme evaluate symbols --bundle symbol-cnn --data my-pictures --report report
  crohme evaluate symbols --bundle runs/symbol-lstm/bundle \\
    --data data/sample/test
"""


def add_parser(tasks: argparse._SubParsersAction[Parser]) -> None:
    """Add the task to the parser of `evaluate`."""
    parser = tasks.add_parser(
        "symbols",
        help="top-1, top-3 and top-5 accuracy on isolated symbols",
        description="Measure how well a bundle recognises isolated symbols.",
        epilog=EPILOG,
        formatter_class=HelpFormatter,
    )
    parser.add_argument(
        "--data",
        required=True,
        type=Path,
        metavar="DIR",
        help="InkML with marked symbols, pictures in <label>/, or a set of drawings such as Detexify",
    )
    parser.add_argument(
        "--bundle",
        default="both",
        metavar="NAME|DIR",
        help="both, or the name or folder of a bundle (both)",
    )
    parser.add_argument(
        "--known", action="store_true", help="leave out drawings of classes that the bundle does not know"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to this file")
    add_report_options(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the figures, write what was asked for, and list the files that could not be read."""
    require("score", "this command")  # else the first to be missed is what draws ink
    from crohme.evaluation.symbols import evaluate

    check_outputs(args, chain(data_files(args.data), bundle_files(args.bundle)))
    # Files that cannot be read are listed at the end, with the causes: not twice.
    log = logging.getLogger("crohme.datasets")
    level = log.level
    log.setLevel(logging.ERROR)
    try:
        results = evaluate(_recognizer(args.bundle), args.data, known_only=args.known)
    finally:
        log.setLevel(level)
    figures = results.summary()
    _print(figures)
    write_json(figures, args.json)
    if args.report is not None:
        from crohme.evaluation import symbol_report
        from crohme.evaluation.report import About

        about = About(args.bundle, str(real_path(args.data)))
        symbol_report.write_report(results, args.report, about, args.plots or ("png",))
        print(f"report written to {args.report}")
    if args.latex is not None:
        from crohme.evaluation.latex_table import symbols_table

        write_text(args.latex, symbols_table(short(args.bundle), short(str(real_path(args.data))), figures))
    failures = [line.split(": ", 1) for line in results.unreadable]
    return list_failures([(Path(file), cause) for file, cause in failures], len(set(results.files)) + len(failures))


def _recognizer(name: str) -> SymbolRecognizer | SymbolReader:
    """The networks for symbols of that name, or the recogniser of expressions, whichever it is."""
    from crohme import bundle
    from crohme.bundle import Reads
    from crohme.symbols.recognizer import SymbolRecognizer

    if name != "both" and (trained := bundle.load(name)).reads is Reads.EXPRESSIONS:
        from crohme.evaluation.symbol_reader import SymbolReader
        from crohme.expressions.recognizer import Recognizer

        return SymbolReader(Recognizer(trained))
    return SymbolRecognizer.load(name)


def _print(figures: dict[str, Any]) -> None:
    print(counted(figures["n"], "symbol"))
    for k in (1, 3, 5):
        low, high = figures[f"top{k}_interval"]
        print(f"top-{k}  {figures[f'top{k}']:.2%}   (95 % interval {low:.2%} to {high:.2%})")
    print(f"top-1  {figures['top1_shapes']:.2%}   with signs of one shape, such as x and X, counted as one")
    if figures["left_out"]:
        print(f"left out, of classes that the recogniser does not know: {figures['left_out']}")
    if figures["unknown_labels"]:
        print(f"{figures['unknown_labels']} of them have a label that the recogniser does not know, counted as wrong:")
        print(f"  {' '.join(figures['unknown_label_names'])}")
        print(f"  {figures['unknown_doubted']:.2%} of these were doubted: read as ?, or with less than 50 % confidence")
