"""`crohme compare`."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crohme.cli.files import check_apart, write_text
from crohme.cli.inputs import report_files
from crohme.cli.layout import HelpFormatter
from crohme.cli.reports import add_latex_option, short
from crohme.cli.tasks import Parser

if TYPE_CHECKING:
    from crohme.evaluation.comparison import Change, Comparison

EPILOG = """\
A and B are folders that `crohme evaluate --report` or `crohme score --report` wrote, of the
same files or symbols. B is measured against A: the difference of every rate with the interval
of a paired bootstrap over files; wins and losses file by file, with McNemar's exact test; and
every expression that the two read differently.

Reports of different files, or with another metric or other truths, are not compared.

examples:
  crohme evaluate expressions --data data/crohme/test2013 --report old
  crohme evaluate expressions --data data/crohme/test2013 --report new \\
    --bundle my-bundle
  crohme compare old new
  crohme compare old new --html changes.html --json changes.json
"""


def add_parser(commands: argparse._SubParsersAction[Parser]) -> None:
    """Add the command to the parser of all commands."""
    parser = commands.add_parser(
        "compare",
        help="compare two reports of `evaluate` or `score`",
        description="Compare two reports: what is read better, what worse, and whether that is chance.",
        epilog=EPILOG,
        formatter_class=HelpFormatter,
    )
    parser.add_argument("a", type=Path, metavar="A", help="folder of a report")
    parser.add_argument("b", type=Path, metavar="B", help="folder of the report to compare with it")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures and the changes to this file")
    parser.add_argument("--html", type=Path, metavar="FILE", help="write the same as a page, typeset, with the ink")
    add_latex_option(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the comparison, and write it where asked for."""
    from crohme.evaluation.comparison import compare_reports
    from crohme.evaluation.report import read_report
    from crohme.evaluation.report.comparison_page import render_comparison

    outputs = {"--json": args.json, "--html": args.html, "--latex": args.latex}
    check_apart(outputs, report_files(args.a, args.b))
    found = compare_reports(read_report(args.a), read_report(args.b))
    _print(found)
    if args.json is not None:
        write_text(args.json, json.dumps(_described(found), indent=2, ensure_ascii=False) + "\n")
    if args.html is not None:
        write_text(args.html, render_comparison(found))
    if args.latex is not None:
        from crohme.evaluation.latex_table import comparison_table

        a, b = short(found.a.about.bundle), short(found.b.about.bundle)
        write_text(args.latex, comparison_table(a, b, found.figures, found.a.rates, _counted(found)))
    return 0


def _described(found: Comparison) -> dict[str, Any]:
    lists = {"won": found.wins, "lost": found.losses, "wrong_in_both": found.others}
    return found.figures | {
        f"{name}_files": [{"file": c.file, "truth": c.truth, "a": c.a.read, "b": c.b.read} for c in changes]
        for name, changes in lists.items()
    }


def _print(found: Comparison) -> None:
    figures = found.figures
    for name, report in (("A", found.a), ("B", found.b)):
        print(f"{name}  {report.folder}  ({report.about})")
    print(f"{figures['n']} {_counted(found)}; {figures['metric']}\n")
    print(f"{'in percent':<18}{'A':>8}{'B':>8}{'B - A':>9}   95 % interval")
    for key, _, name in found.a.rates:
        rate = figures[key]
        low, high = rate["interval"]
        print(f"{name:<18}{rate['a']:8.2f}{rate['b']:8.2f}{rate['difference']:+9.2f}   {low:+.2f} to {high:+.2f}")
    print(f"\n{'right in both':<18}{figures['both_right']:8}")
    print(f"{'only in B':<18}{figures['wins']:8}")
    print(f"{'only in A':<18}{figures['losses']:8}")
    print(f"{'in neither':<18}{figures['both_wrong']:8}")
    print(f"McNemar's exact test of {figures['wins']} against {figures['losses']}: p = {figures['p_value']:.3g}")
    _list("right in B only", found.wins)
    _list("right in A only", found.losses)
    _list("wrong in both, in different ways", found.others)


def _counted(found: Comparison) -> str:
    return "symbols" if found.a.is_of_symbols else "files"


def _list(title: str, changes: list[Change]) -> None:
    if changes:
        print(f"\n{title}: {len(changes)}")
    for change in changes:
        print(f"  {change.file}\n    truth  {change.truth}\n    A      {change.a.read}\n    B      {change.b.read}")
