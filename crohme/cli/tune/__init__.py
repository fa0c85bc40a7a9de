"""`crohme tune`."""

from __future__ import annotations

import argparse

from crohme.cli.layout import HelpFormatter
from crohme.cli.tasks import Parser
from crohme.cli.tune import symbols

DEFAULT_TASK = "symbols"
EPILOG = f"""\
Without TASK it is {DEFAULT_TASK}. `crohme tune TASK --help` lists the options of a task.

example:
  crohme tune symbols --network cnn --data my-pictures --retrain
"""


def add_parser(commands: argparse._SubParsersAction[Parser]) -> None:
    """Add the command to the parser of all commands."""
    parser = commands.add_parser(
        "tune",
        help="search for the best settings of a network",
        description="Search for the best settings of a network.",
        usage="crohme tune [TASK] [OPTION ...]",
        epilog=EPILOG,
        formatter_class=HelpFormatter,
    )
    parser.add_tasks((symbols,), DEFAULT_TASK)
