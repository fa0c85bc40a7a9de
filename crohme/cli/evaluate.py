"""`crohme evaluate`."""

from __future__ import annotations

import argparse
import json
import logging
from pathlib import Path
from typing import Any

from crohme.cli.arguments import MAX_BEAM, up_to
from crohme.cli.errors import CommandError
from crohme.cli.files import check_file, check_folder, list_failures, write_text

EPILOG = """\
symbols: top-1, top-3 and top-5 as shares, with Wilson's intervals. The report is a folder with metrics.json,
classes.csv and classes.txt (precision, recall, F1 of each class), confusion.csv and confusion.png, pairs.csv
and pairs.png (the most confused pairs, with pictures) and errors.csv.

expressions: ExpRate, and what is right but for 1, 2 or 3 token edits on LaTeX in normal form, in percent of
all files in the folder, with bootstrap intervals. A file that cannot be read, or whose truth cannot, counts
as wrong. The JSON has n, exprate, le1, le2, le3 and more. The report is a folder with report.html, a page that
needs nothing else: figures by length, structure, writer and kind of error, label graphs, confusions, calibration,
and failures with their ink; and what is behind it: metrics.json, outcomes.csv (a row for every file), symbols.csv
and relations.csv (confusions). `crohme compare` compares two such folders.

--offline: each ink is drawn, 256 pixels high with lines of 3.4 (as `crohme convert --to png` does), and read from
that picture, as the competition's offline task has it. Every file counts, whatever tracing makes of it.

Files that could not be read are listed at the end, and make the exit code 1.

examples:
  crohme evaluate symbols --bundle both --data data/crohme/test2014
  crohme evaluate symbols --bundle runs/symbol-lstm/bundle --data data/sample/test --report report
  crohme evaluate expressions --data data/crohme/test2014 --json figures.json --report report
  crohme evaluate expressions --data data/crohme/test2013 --offline
"""


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser of all commands."""
    parser = commands.add_parser(
        "evaluate",
        help="measure a recogniser on data with truth",
        description="Measure how well a bundle recognises isolated symbols or whole expressions.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("task", choices=["symbols", "expressions"], help="what is recognised")
    parser.add_argument(
        "--bundle",
        metavar="NAME|DIR",
        help="symbol-lstm, symbol-cnn, both, expressions, or the folder of a bundle (both, or expressions)",
    )
    parser.add_argument(
        "--data", required=True, type=Path, metavar="DIR", help="InkML with truth, or for symbols pictures in <label>/"
    )
    parser.add_argument(
        "--beam", type=up_to(MAX_BEAM), metavar="B", help="expressions: width of the search; 1 is fastest"
    )
    parser.add_argument(
        "--offline", action="store_true", help="expressions: draw each ink, and read it from that picture alone"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to this file")
    parser.add_argument("--report", type=Path, metavar="DIR", help="write the whole report to this folder")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the figures, write what was asked for, and list the files that could not be read."""
    from crohme.bundle import BundleError
    from crohme.corpus.location import DataNotFound
    from crohme.parallel import WorkerLost

    if args.json is not None:
        check_file(args.json)
    if args.report is not None:
        check_folder(args.report)
    try:
        return _TASKS[args.task](args)
    except (BundleError, DataNotFound, WorkerLost) as error:
        raise CommandError(str(error)) from None
    except OSError as error:
        raise CommandError(f"{error.filename}: {error.strerror}") from None


def _symbols(args: argparse.Namespace) -> int:
    from crohme.evaluation.symbols import evaluate
    from crohme.image_files import ImageError
    from crohme.symbol_recognizer import SymbolRecognizer

    for option in ("beam", "offline"):
        if getattr(args, option):
            raise CommandError(f"--{option} is an option of `evaluate expressions`, not of `evaluate symbols`")
    # Files that cannot be read are listed at the end, with the causes: not twice.
    log = logging.getLogger("crohme.corpus")
    level = log.level
    log.setLevel(logging.ERROR)
    try:
        results = evaluate(SymbolRecognizer.load(args.bundle or "both"), args.data)
    except ImageError as error:
        raise CommandError(str(error)) from None
    finally:
        log.setLevel(level)
    figures = results.summary()
    _print_symbols(figures)
    _write_json(figures, args.json)
    if args.report is not None:
        from crohme.evaluation.symbol_report import write_report

        write_report(results, args.report)
        print(f"report written to {args.report}")
    failures = [line.split(": ", 1) for line in results.unreadable]
    return list_failures([(Path(file), cause) for file, cause in failures], len(set(results.files)) + len(failures))


def _expressions(args: argparse.Namespace) -> int:
    from crohme.evaluation.expressions import evaluate, summarize
    from crohme.evaluation.report import PAGE, About, write_report
    from crohme.recognizer import BEAM, DEFAULT_BUNDLE

    if args.offline and args.report is not None:
        raise CommandError("--report compares strokes, and --offline traces others than were written: use --json")
    about = About(args.bundle or DEFAULT_BUNDLE, str(args.data.resolve()), args.beam or BEAM)
    outcomes = evaluate(args.data, about.bundle, beam=about.beam, offline=args.offline)
    figures = summarize(outcomes)
    _print_expressions(figures)
    _write_json(figures, args.json)
    if args.report is not None:
        write_report(outcomes, args.report, about)
        print(f"report written to {args.report / PAGE}")
    return list_failures([(Path(o.file), o.problem) for o in outcomes if o.problem is not None], len(outcomes))


_TASKS = {"symbols": _symbols, "expressions": _expressions}


def _write_json(figures: dict[str, Any], path: Path | None) -> None:
    if path is not None:
        write_text(path, json.dumps(figures, indent=2) + "\n")


def _print_symbols(figures: dict[str, Any]) -> None:
    print(f"{figures['n']} symbols")
    for k in (1, 3, 5):
        low, high = figures[f"top{k}_interval"]
        print(f"top-{k}  {figures[f'top{k}']:.2%}   (95 % interval {low:.2%} to {high:.2%})")
    if figures["unknown_labels"]:
        print(f"{figures['unknown_labels']} of them have a label that the recogniser does not know, counted as wrong:")
        print(f"  {' '.join(figures['unknown_label_names'])}")


def _print_expressions(figures: dict[str, Any]) -> None:
    from crohme.evaluation.expressions import RATES

    print(f"{figures['n']} files; {figures['metric']}")
    for key, edits in RATES:
        low, high = figures[f"{key}_interval"]
        name = f"≤ {edits} token edit{'s' if edits > 1 else ''}" if edits else "ExpRate"
        print(f"{name:<18}{figures[key]:7.2f} %   (95 % interval {low:.2f} to {high:.2f})")
    print(f"{'among the first 5':<18}{figures['top5']:7.2f} %")
    print("\nExpRate by number of strokes")
    for strokes, group in figures["by_strokes"].items():
        print(f"{strokes:<18}{group['exprate']:7.2f} %   of {group['n']}")
    print("\nwrong, by the first kind that applies")
    for kind, count in figures["errors_by_kind"].items():
        print(f"{kind:<18}{count:7}")
