"""`crohme evaluate`."""

from __future__ import annotations

import argparse
import json
import logging
from pathlib import Path
from typing import Any

from crohme.cli.arguments import MAX_BEAM, up_to
from crohme.cli.errors import CommandError
from crohme.cli.files import list_failures, write_text
from crohme.cli.reports import add_report_options, check_outputs, print_expressions, short, write_report

EPILOG = """\
symbols: top-1, top-3 and top-5 as shares, with Wilson's intervals. The report is a folder with metrics.json,
classes.csv and classes.txt (precision, recall, F1 of each class), confusion.csv and confusion.png, pairs.csv
and pairs.png (the most confused pairs, with pictures), errors.csv, and outcomes.csv (a row for every symbol).

expressions: ExpRate, and what is right but for 1, 2 or 3 token edits on LaTeX in normal form, in percent of
all files in the folder, with bootstrap intervals. A file that cannot be read, or whose truth cannot, counts
as wrong. The JSON has n, exprate, le1, le2, le3 and more. The report is a folder with report.html, a page that
needs nothing else: figures by length, structure, writer and kind of error, label graphs, confusions, calibration,
and failures with their ink; and what is behind it: metrics.json, outcomes.csv (a row for every file), symbols.csv
and relations.csv (confusions), and plots by length, by structure and of the confidence.

`crohme compare` compares two reports of one kind. --plots svg,pdf writes their plots for a paper, --latex FILE the
headline figures as a table.

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
    add_report_options(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the figures, write what was asked for, and list the files that could not be read."""
    check_outputs(args)
    return _TASKS[args.task](args)


def _symbols(args: argparse.Namespace) -> int:
    from crohme.evaluation.symbols import evaluate
    from crohme.symbols.recognizer import SymbolRecognizer

    for option in ("beam", "offline"):
        if getattr(args, option):
            raise CommandError(f"--{option} is an option of `evaluate expressions`, not of `evaluate symbols`")
    # Files that cannot be read are listed at the end, with the causes: not twice.
    log = logging.getLogger("crohme.datasets")
    level = log.level
    log.setLevel(logging.ERROR)
    try:
        bundle = args.bundle or "both"
        results = evaluate(SymbolRecognizer.load(bundle), args.data)
    finally:
        log.setLevel(level)
    figures = results.summary()
    _print_symbols(figures)
    _write_json(figures, args.json)
    if args.report is not None:
        from crohme.evaluation import symbol_report
        from crohme.evaluation.report import About

        about = About(bundle, str(args.data.resolve()))
        symbol_report.write_report(results, args.report, about, args.plots or ("png",))
        print(f"report written to {args.report}")
    if args.latex is not None:
        from crohme.evaluation.latex_table import symbols_table

        write_text(args.latex, symbols_table(short(bundle), short(str(args.data.resolve())), figures))
    failures = [line.split(": ", 1) for line in results.unreadable]
    return list_failures([(Path(file), cause) for file, cause in failures], len(set(results.files)) + len(failures))


def _expressions(args: argparse.Namespace) -> int:
    from crohme.evaluation.expressions import evaluate
    from crohme.evaluation.report import About, content_of, gather
    from crohme.evaluation.summary import RATES, rate_name, summarize
    from crohme.expressions.recognizer import BEAM, DEFAULT_BUNDLE

    if args.offline and args.report is not None:
        raise CommandError("--report compares strokes, and --offline traces others than were written: use --json")
    about = About(args.bundle or DEFAULT_BUNDLE, str(args.data.resolve()), args.beam or BEAM)
    outcomes = evaluate(args.data, about.bundle, beam=about.beam, offline=args.offline)
    content = content_of(outcomes, about, summarize(outcomes), None) if args.offline else gather(outcomes, about)
    print_expressions(content.summary, [(key, rate_name(most)) for key, most in RATES])
    _write_json(content.summary, args.json)
    write_report(content, args)
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
