"""`crohme evaluate`."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from crohme.cli.errors import CommandError
from crohme.cli.files import list_failures

EPILOG = """\
The report is a folder with metrics.json, classes.csv (precision, recall, F1 of each class), confusion.csv and
confusion.png, pairs.csv and pairs.png (the most confused pairs, with pictures) and errors.csv.

examples:
  crohme evaluate symbols --bundle both --data data/crohme/test2014
  crohme evaluate symbols --bundle runs/symbol-lstm/bundle --data data/sample/test --report report
"""


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser of all commands."""
    parser = commands.add_parser(
        "evaluate",
        help="measure a recogniser on data with truth",
        description="Measure how well a bundle recognises isolated symbols: top-1, top-3, top-5 and a report.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("task", choices=["symbols"], help="what is recognised")
    parser.add_argument(
        "--bundle", required=True, metavar="NAME|DIR", help="symbol-lstm, symbol-cnn, both, or the folder of a bundle"
    )
    parser.add_argument(
        "--data", required=True, type=Path, metavar="DIR", help="InkML with symbols marked, or pictures in <label>/"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to this file")
    parser.add_argument("--report", type=Path, metavar="DIR", help="write the whole report to this folder")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the figures, write what was asked for, and list the files that could not be read."""
    from crohme.bundle import BundleError
    from crohme.corpus.location import DataNotFound
    from crohme.evaluation.symbols import evaluate
    from crohme.raster import ImageError
    from crohme.symbol_recognizer import SymbolRecognizer

    try:
        results = evaluate(SymbolRecognizer.load(args.bundle), args.data)
    except (BundleError, DataNotFound, ImageError) as error:
        raise CommandError(str(error)) from None
    figures = results.summary()
    _print(figures)
    try:
        if args.json is not None:
            args.json.parent.mkdir(parents=True, exist_ok=True)
            args.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
        if args.report is not None:
            from crohme.evaluation.symbol_report import write_report

            write_report(results, args.report)
            print(f"report written to {args.report}")
    except OSError as error:
        raise CommandError(f"{error.filename}: {error.strerror}") from None
    failures = [line.split(": ", 1) for line in results.unreadable]
    return list_failures([(Path(file), cause) for file, cause in failures], len(set(results.files)) + len(failures))


def _print(figures: dict[str, Any]) -> None:
    print(f"{figures['n']} symbols")
    for k in (1, 3, 5):
        low, high = figures[f"top{k}_interval"]
        print(f"top-{k}  {figures[f'top{k}']:.2%}   (95 % interval {low:.2%} to {high:.2%})")
    if figures["unknown_labels"]:
        print(f"{figures['unknown_labels']} of them have a label that the recogniser does not know: counted as wrong")
