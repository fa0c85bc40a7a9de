"""What `crohme predict` does alike for every task."""

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

TOP = 3

Lines = tuple[int, Iterator[Reading]]
"""How many files there are, and their readings as they come."""


def add_output_options(parser: argparse.ArgumentParser, top: str, bundle: str) -> None:
    """The paths and the options that every task has; the texts are their help, which differs."""
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="a file, or a folder of files")
    parser.add_argument(
        "--output", type=Path, metavar="FILE", help="write .csv, .json or .jsonl instead of a table on the screen"
    )
    parser.add_argument("--top", type=up_to(MAX_TOP), metavar="K", help=top)
    parser.add_argument("--bundle", metavar="NAME|DIR", help=bundle)


def run_prediction(
    args: argparse.Namespace,
    start: Callable[[argparse.Namespace], Lines],
    what: str,
    written: Callable[[list[Reading]], None],
) -> int:
    """Recognise every file; those that cannot be read get a line with the reason, and are listed at the end.

    Args:
        args: argparse.Namespace. With the options of `add_output_options`.
        start: function of the arguments that finds the files and begins to read them.
        what: str. What is read, in the plural.
        written: function of the readings that says which other files were written.
    """
    # The matrices are small: a second thread gains nothing on an idle core, and on a busy one it is waited for.
    # Before numpy is imported, which is when it counts its threads.
    one_thread()
    if args.output is not None:
        readings.check_suffix(args.output)

    def summarise() -> None:
        if args.output is None:
            readings.print_table(found, what)
        else:
            print(f"{counted(len(found), 'line')} written to {args.output}")
        written(found)

    found: list[Reading] = []
    number, lines = start(args)
    try:
        with readings.writer(args.output, args.top or TOP) as write:
            for reading in lines:
                write(reading)
                found.append(reading)
    except KeyboardInterrupt:
        summarise()
        raise KeyboardInterrupt(f"{counted(len(found), 'line')} read") from None
    summarise()
    list_warnings((Path(r.file), warning) for r in found for warning in r.warnings)
    return list_failures([(Path(r.file), r.error) for r in found if r.error is not None], number)
