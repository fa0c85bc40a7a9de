"""`crohme evaluate texts`."""

from __future__ import annotations

import argparse
import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from crohme.cli.arguments import positive_int
from crohme.cli.files import check_apart, check_file, check_folder, progress, write_text
from crohme.cli.layout import HelpFormatter, counted
from crohme.cli.tasks import Parser

if TYPE_CHECKING:
    from crohme.evaluation.texts import Kind, TextOutcome

EPILOG = """\
For lists of LaTeX, before training on them or scoring them: how much of it the alphabet and the notation can represent.

Each text is read in the whole alphabet and written back. It is the same if what is written has the tokens of its normal
form, each sign under the alphabet's name for it and functions that the alphabet lacks letter by letter, and is read as
the same tree again. Spaces, sizes, fonts and braces that only group do not matter; "token for token" is the share in
which they do.

The others are listed by cause, the most frequent first: commands and signs that the alphabet lacks, structures that no
tree can represent (a script without a base), malformed LaTeX, lines longer than any expression.

--report writes texts.csv, a row for each text that is not the same, and causes.csv.

examples:
  crohme evaluate texts formulas.txt
  crohme evaluate texts formulas/ more.txt --report report
"""

TEXTS, CAUSES = "texts.csv", "causes.csv"


def add_parser(tasks: argparse._SubParsersAction[Parser]) -> None:
    """Add the task to the parser of `evaluate`."""
    parser = tasks.add_parser(
        "texts",
        help="share of LaTeX that is read and written back the same",
        description="Measure how much LaTeX the alphabet and the notation can represent.",
        epilog=EPILOG,
        formatter_class=HelpFormatter,
    )
    parser.add_argument(
        "paths",
        nargs="+",
        type=Path,
        metavar="PATH",
        help="a text file with one expression per line, or a folder of such .txt files",
    )
    parser.add_argument(
        "--examples", type=positive_int, default=10, metavar="N", help="how many causes of each kind to list (10)"
    )
    parser.add_argument("--report", type=Path, metavar="DIR", help="write what is not the same to this folder, as CSV")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the share and the causes, and write the list if asked for."""
    from crohme.augment.texts import text_files
    from crohme.evaluation.texts import Kind, causes, evaluate, read_lines
    from crohme.notation import Alphabet

    if args.report is not None:
        check_folder(args.report)
        read = [file for path in args.paths for file in text_files(path)]
        for name in (TEXTS, CAUSES):
            check_file(args.report / name)
            check_apart({"--report": args.report / name}, read)
    alphabet = Alphabet.whole()
    lines, repeated = read_lines(args.paths)
    outcomes = [outcome for line in progress(lines, "texts") for outcome in evaluate([line], alphabet)]
    again = f" ({counted(repeated, 'repeated line')} left out)" if repeated else ""
    print(f"{counted(len(outcomes), 'text')}{again}; {alphabet}")
    same = sum(outcome.kind is Kind.SAME for outcome in outcomes)
    verbatim = sum(outcome.is_verbatim for outcome in outcomes)
    for name, count in (("the same", same), ("token for token", verbatim)):
        print(f"{name:<18}{count:8,}{100 * count / len(outcomes):9.2f} %")
    found = causes(outcomes)
    for kind, rows in found.items():
        _print_causes(kind, rows, args.examples)
    if args.report is not None:
        _write(args.report, outcomes, [(str(kind), *row[:2]) for kind, rows in found.items() for row in rows])
        print(f"\nlists written to {args.report}")
    return 0


def _print_causes(kind: Kind, rows: Sequence[tuple[str, int, TextOutcome]], most: int) -> None:
    print(f"\n{kind}: {sum(count for _, count, _ in rows):,}")
    for cause, count, first in rows[:most]:
        print(f"  {count:6,}  {cause}    {first.file.name}:{first.line}: {_short(first.text)}")
    if len(rows) > most:
        print(f"  {sum(count for _, count, _ in rows[most:]):6,}  of {len(rows) - most} other causes")


def _write(folder: Path, outcomes: Sequence[TextOutcome], rows: Sequence[tuple[str, str, int]]) -> None:
    texts = [(o.file, o.line, o.kind, o.cause, o.text, o.written) for o in outcomes if o.cause]
    for name, header, content in (
        (TEXTS, ("file", "line", "kind", "cause", "latex", "written"), texts),
        (CAUSES, ("kind", "cause", "count"), rows),
    ):
        table = io.StringIO(newline="")
        csv.writer(table).writerows([header, *content])
        write_text(folder / name, table.getvalue())


def _short(text: str, length: int = 60) -> str:
    return text if len(text) <= length else f"{text[: length - 1]}…"
