"""`crohme train`."""

from __future__ import annotations

import argparse

from crohme.cli.layout import HelpFormatter
from crohme.cli.tasks import Parser
from crohme.cli.train import batches, expressions, symbols

DEFAULT_TASK = "symbols"
EPILOG = f"""\
Without TASK it is {DEFAULT_TASK}: `crohme train --epochs 5` is `crohme train {DEFAULT_TASK} --epochs 5`.
`crohme train TASK --help` lists the options of a task.

Without --data, symbols and expressions are trained on CROHME, which is looked for in
$CROHME_DATA and data/crohme, or else on the small sample in data/sample: that shows that
everything works, but gives no good recogniser. data/README.md says where to get CROHME.

The folder of a run holds its settings, log, learning curves, a checkpoint from which
--resume continues, and bundle/: the trained recogniser, for --bundle of the other commands.

examples:
  crohme train
  crohme train symbols --network cnn --data my-pictures
  crohme train expressions --minutes 120
"""


def add_parser(commands: argparse._SubParsersAction[Parser]) -> None:
    """Add the command to the parser of all commands."""
    parser = commands.add_parser(
        "train",
        help="train a recogniser",
        description="Train a recogniser of isolated symbols or of whole expressions.",
        usage="crohme train [TASK] [OPTION ...]",
        epilog=EPILOG,
        formatter_class=HelpFormatter,
    )
    parser.add_tasks((symbols, expressions, batches), DEFAULT_TASK)
