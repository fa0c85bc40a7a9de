"""`crohme train batches`."""

from __future__ import annotations

import argparse
import logging
from pathlib import Path

from crohme.cli.arguments import MAX_WORKERS, address, up_to
from crohme.cli.layout import HelpFormatter
from crohme.cli.tasks import Parser

EPILOG = """\
Making a training expression takes about 2 ms of a core, and a network may learn from it faster than
that. This machine makes them for others, which are started with --batches-from and its HOST:PORT. It
needs their version of crohme, the same --data, and the recipe's texts and drawings under the same
paths; they send the rest, so the next run may have another recipe. All must have the same secret in
$CROHME_KEY. What is sent is not encrypted, so keep the port inside your network. A few chunks of
3,072 expressions are made ahead.

examples:
  export CROHME_KEY=$(openssl rand -hex 16)
  crohme train batches --data CROHME --listen 0.0.0.0:4001 --workers 8
  crohme train expressions --data CROHME --batches-from maker1:4001,maker2:4001
"""


def add_parser(tasks: argparse._SubParsersAction[Parser]) -> None:
    """Add the task to the parser of `train`."""
    parser = tasks.add_parser(
        "batches",
        help="training expressions for other machines",
        description="Make training expressions for other machines, until Ctrl-C.",
        epilog=EPILOG,
        formatter_class=HelpFormatter,
    )
    parser.add_argument("--data", type=Path, metavar="DIR", help="the data set that is trained on (CROHME)")
    parser.add_argument(
        "--listen",
        type=address,
        default=("127.0.0.1", 4001),
        metavar="HOST:PORT",
        help="address to listen on (127.0.0.1:4001)",
    )
    parser.add_argument("--workers", type=up_to(MAX_WORKERS), default=1, metavar="N", help="processes (1)")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Serve until interrupted."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    from crohme.cli.errors import CommandError
    from crohme.datasets.crohme import crohme_folder
    from crohme.expressions.batch_makers import secret
    from crohme.expressions.batch_server import BatchServer

    folder = args.data or crohme_folder()
    if folder is None:
        raise CommandError("CROHME is not in place: name a data set with --data")
    server = BatchServer(folder, args.listen, secret(), args.workers)
    print("listening at {}:{}".format(*server.address), flush=True)
    server.serve()
    return 0
