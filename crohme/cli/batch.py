"""`crohme batch`."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from crohme.child_processes import one_thread
from crohme.cli.arguments import MAX_BEAM, MAX_TOP, MAX_WORKERS, add_alphabet_option, positive_int, up_to
from crohme.cli.errors import CommandError, one_line
from crohme.cli.layout import HelpFormatter, counted
from crohme.cli.tasks import Parser

if TYPE_CHECKING:
    from crohme.batch.engines.base import Engine
    from crohme.batch.records import Record
    from crohme.batch.rows import Row
    from crohme.batch.run import Summary

EPILOG = """\
SOURCE is one of:
  FILE       InkML or a picture
  FOLDER     all InkML files and pictures under it
  GLOB       in quotes: 'ink/*.inkml', 'ink/**/*.png', 'tables/*.parquet'
  ARCHIVE    .zip, .tar, .tar.gz (.bz2, .xz) of InkML and pictures
  TABLE      .jsonl, .jsonl.gz, .parquet: a column id, and one of ink, see below
  @LIST, -   paths and URLs, one a line, in a file or on standard input
  URL        any of these at https://, s3://, gs:// or what else fsspec knows

The ink of a table is in a column strokes, inkml, image or ink: strokes of points, as in
[[[x, y], [x, y]], [[x, y]]], with or without a time; InkML; or a picture, in JSON in base64.

Each record has an id: its path, or what its table says. Two records with the same id are an error.

PLACE is a folder of parts of JSON lines (or Parquet): id, source, latex, mathml, confidence,
candidates, symbols, warnings, error, seconds, bundle; docs/batch.md describes them. What
could not be read is in failed.jsonl, with its cause, and makes the exit code 1. After a stop
of any kind the same command continues; with another bundle or other options PLACE is refused.

--shard 2/8 reads the second eighth of the records, for eight processes or machines with the
same SOURCE and PLACE.

--engine ray reads with the actors of a Ray cluster, --engine spark with the executors of a
Spark cluster; without --address, on this machine. Every machine must see the sources under
the same names and have the same version of crohme; the bundle is sent to it. The output is the
same, and another engine can continue the run.

examples:
  crohme batch ink/ --output read
  crohme batch https://example.org/ink.tar.gz more.zip --output read
  crohme batch strokes.parquet --id-column key --output read --format parquet
  find ink -name '*.inkml' | crohme batch - --output read --shard 1/4
  crohme batch ink/ --output read --only-failed
  crohme batch s3://bucket/ink --output read --engine ray --address auto
"""
TOP = 3
ENGINES = ("local", "ray", "spark")
_SHARD = re.compile(r"([0-9]+)/([0-9]+)")
_MOST_SHARDS = 100_000


def add_parser(commands: argparse._SubParsersAction[Parser]) -> None:
    """Add the command to the parser of all commands."""
    parser = commands.add_parser(
        "batch",
        help="recognise any number of expressions; can be resumed",
        description="Recognise expressions from files, archives, tables and object stores.",
        epilog=EPILOG,
        formatter_class=HelpFormatter,
    )
    parser.add_argument("sources", nargs="+", metavar="SOURCE", help="what to read, see below")
    parser.add_argument("--output", type=Path, required=True, metavar="PLACE", help="folder for the parts")
    parser.add_argument("--format", choices=["jsonl", "parquet"], default="jsonl", help="format of the parts (jsonl)")
    parser.add_argument(
        "--top", type=up_to(MAX_TOP), default=TOP, metavar="K", help=f"how many candidates at most ({TOP})"
    )
    parser.add_argument("--beam", type=up_to(MAX_BEAM), metavar="B", help="width of the search; 1 is fastest")
    parser.add_argument("--bundle", metavar="NAME|DIR", help="a bundle, or the folder of one (math)")
    add_alphabet_option(parser, "all that the bundle knows")
    parser.add_argument("--id-column", default="id", metavar="NAME", help="the column of ids in tables (id)")
    parser.add_argument("--ink-column", metavar="NAME", help="the column of the ink, if it has an unusual name")
    group = parser.add_argument_group("how much, and how")
    group.add_argument("--shard", type=_shard, default=(1, 1), metavar="I/N", help="only share I of N of the records")
    group.add_argument("--limit", type=positive_int, metavar="N", help="only the first N records")
    group.add_argument("--only-failed", action="store_true", help="read the records in failed.jsonl again")
    group.add_argument(
        "--workers", type=up_to(MAX_WORKERS), metavar="N", help="how many processes at most (one per core)"
    )
    group.add_argument("--engine", choices=ENGINES, default="local", help="what runs the processes, see below (local)")
    group.add_argument(
        "--address", metavar="ADDRESS", help="address of the cluster: auto or host:port; spark://host:port"
    )
    group.add_argument(
        "--batch", type=positive_int, default=32, metavar="N", help="records that a process gets at once (32)"
    )
    group.add_argument("--part-size", type=positive_int, default=1000, metavar="N", help="records in a part (1000)")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Read what is not yet done, and say what came of it."""
    # As for `predict`, and before numpy is imported.
    one_thread()
    from crohme.batch.ids import Shard
    from crohme.batch.run import Settings, Summary, run_batch
    from crohme.batch.sources import Sources
    from crohme.batch.tables import Columns
    from crohme.expressions.recognizer import DEFAULT_BUNDLE

    if "://" in str(args.output) or re.match(r"[a-z][a-z0-9+.-]+:/", str(args.output)):
        raise CommandError("the output is written to a folder of this machine", args.output)
    summary = Summary()
    try:
        run_batch(
            Sources(args.sources, Columns(args.id_column, args.ink_column)),
            args.output,
            Settings(args.bundle or DEFAULT_BUNDLE, args.top, args.beam, args.alphabet, args.format),
            shard=Shard(*args.shard), limit=args.limit, engine=_engine(args), at_once=args.batch,
            part_size=args.part_size, only_failed=args.only_failed, looking=_looking, watching=_watching,
            summary=summary,
        )  # fmt: skip
    except KeyboardInterrupt:
        raise KeyboardInterrupt(
            f"{counted(summary.read + summary.failed, 'record')} done; the same command continues"
        ) from None
    _print(summary, args)
    return 1 if summary.failed or summary.failed_before else 0


def _engine(args: argparse.Namespace) -> Engine:
    if args.engine == "ray":
        from crohme.batch.engines.ray_data import RayData

        return RayData(args.address, args.workers)
    if args.engine == "spark":
        from crohme.batch.engines.spark import Spark

        return Spark(args.address, args.workers)
    if args.address is not None:
        raise CommandError(f"--address names a cluster: give --engine {' or '.join(ENGINES[1:])}")
    from crohme.batch.engines.local import Local

    return Local(args.workers)


def _looking(records: Iterator[Record]) -> Iterable[Record]:
    from tqdm import tqdm

    bar: Iterable[Record] = tqdm(records, desc="look", unit="record", delay=1, disable=None, leave=False)
    return bar


def _watching(rows: Iterator[Row], total: int, before: int) -> Iterator[Row]:
    from tqdm import tqdm

    failed = 0
    with tqdm(desc="recognise", unit="record", total=total, initial=before, disable=None, leave=False) as bar:
        for row in rows:
            bar.update()
            if row.error is not None:
                failed += 1
                bar.set_postfix_str(f"{failed} failed", refresh=False)
            yield row


def _print(summary: Summary, args: argparse.Namespace) -> None:
    done = summary.read + summary.failed
    rate = f", {done / summary.seconds:.1f} a second" if done and summary.seconds else ""
    before = [f"{summary.read_before:,} read before"] if summary.read_before else []
    before += [f"{summary.failed_before:,} failed before"] if summary.failed_before else []
    print(
        f"{counted(done, 'record')}: {summary.read:,} read, {summary.failed:,} failed; "
        f"{''.join(f'{one}; ' for one in before)}{summary.seconds:.1f} s{rate}; {args.output}"
    )
    if summary.gone:
        print(f"{counted(summary.gone, 'record')} were there at first, and then no longer")
    if summary.failed:
        _print_failed(summary)


def _print_failed(summary: Summary) -> None:
    print("crohme: failed, and in failed.jsonl:", file=sys.stderr)
    for identifier, cause in summary.causes:
        print(f"  {one_line(f'{identifier}: {cause}')}", file=sys.stderr)
    more = summary.failed - len(summary.causes)
    if more:
        print(f"  and {more:,} more", file=sys.stderr)


def _shard(text: str) -> tuple[int, int]:
    """`2/8`, for argparse's `type=`."""
    match = _SHARD.fullmatch(text)
    number, count = map(int, match.groups()) if match else (0, 0)
    if not 1 <= number <= count <= _MOST_SHARDS:
        raise argparse.ArgumentTypeError(f"{text!r} is not a share such as 1/4, 2/4, 3/4 or 4/4")
    return number, count
