"""What the tasks of `crohme predict` share."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from pathlib import Path

from crohme.child_processes import one_thread
from crohme.cli.arguments import MAX_TOP, up_to
from crohme.cli.files import list_failures, list_warnings
from crohme.cli.layout import counted
from crohme.cli.predict import readings
from crohme.cli.predict.readings import Reading
from crohme.cli.predict.resumed import Earlier, earlier

TOP = 3

Lines = tuple[int, Iterator[Reading]]
"""How many files there are, and their readings as they come."""


def add_output_options(parser: argparse.ArgumentParser, top: str, bundle: str) -> None:
    """The paths and the options that every task has; the texts are their help, which differs."""
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="a file, or a folder of files")
    parser.add_argument(
        "--output", type=Path, metavar="FILE", help="write .csv, .json or .jsonl instead of a table on the screen"
    )
    parser.add_argument("--resume", action="store_true", help="continue the file of --output (.csv or .jsonl)")
    parser.add_argument("--top", type=up_to(MAX_TOP), metavar="K", help=top)
    parser.add_argument("--bundle", metavar="NAME|DIR", help=bundle)


def run_prediction(
    args: argparse.Namespace,
    start: Callable[[argparse.Namespace, Earlier], Lines],
    what: str,
    written: Callable[[bool], None],
) -> int:
    """Recognise every file; those that cannot be read get a line with the reason, and are listed at the end.

    What is written to a file is not kept.

    Args:
        args: argparse.Namespace. With the options of `add_output_options`.
        start: function of the arguments, and of what earlier runs have done, that finds the files and begins to read
            them.
        what: str. What is read, in the plural.
        written: function of whether any file failed that says which other files were written.
    """
    # The matrices are small: a second thread gains nothing on an idle core, and on a busy one it is waited for.
    # Before numpy is imported, which is when it counts its threads.
    one_thread()
    if args.output is not None:
        readings.check_suffix(args.output)
    top = args.top or TOP
    before = earlier(args.output, readings.columns(top)) if args.resume else None
    shown: list[Reading] = []
    failures: list[tuple[Path, str]] = []
    warnings: list[tuple[Path, str]] = []
    lines_read = 0

    def summarise() -> None:
        if args.output is None:
            readings.print_table(shown, what)
        else:
            there = f"; {before.lines:,} were there" if before is not None and before.lines else ""
            print(f"{counted(lines_read, 'line')} written to {args.output}{there}")
        written(bool(failures))

    number, lines = start(args, before or Earlier())
    try:
        with readings.writer(args.output, top, before) as write:
            for reading in lines:
                write(reading)
                lines_read += 1
                if args.output is None:
                    shown.append(reading)
                if reading.error is not None:
                    failures.append((Path(reading.file), reading.error))
                warnings += [(Path(reading.file), warning) for warning in reading.warnings]
    except KeyboardInterrupt:
        summarise()
        raise KeyboardInterrupt(f"{counted(lines_read, 'line')} read") from None
    summarise()
    list_warnings(warnings)
    return list_failures(failures, number) or int(before is not None and before.failed > 0)
