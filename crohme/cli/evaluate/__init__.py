"""`crohme evaluate`."""

from __future__ import annotations

import argparse

from crohme.cli.evaluate import expressions, symbols, texts
from crohme.cli.layout import HelpFormatter
from crohme.cli.tasks import Parser

EPILOG = """\
`crohme evaluate TASK --help` lists the options of a task and explains its figures.

Files that could not be read are listed at the end and make the exit code 1.
`crohme compare` compares two reports of the same task.

examples:
  crohme evaluate symbols --bundle both --data data/crohme/test2014
  crohme evaluate expressions --data data/crohme/test2014 --report report
  crohme evaluate texts formulas.txt
"""


def add_parser(commands: argparse._SubParsersAction[Parser]) -> None:
    """Add the command to the parser of all commands."""
    parser = commands.add_parser(
        "evaluate",
        help="measure a recogniser on data with truth",
        description="Measure how well a bundle recognises isolated symbols or whole expressions, "
        "or how much LaTeX the notation can represent.",
        usage="crohme evaluate TASK [OPTION ...]",
        epilog=EPILOG,
        formatter_class=HelpFormatter,
    )
    parser.add_tasks((symbols, expressions, texts), default=None)
