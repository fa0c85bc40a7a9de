"""`crohme predict`."""

from __future__ import annotations

import argparse

from crohme.cli.layout import HelpFormatter
from crohme.cli.predict import expressions, symbols
from crohme.cli.tasks import Parser

DEFAULT_TASK = "expressions"
EPILOG = f"""\
Without TASK it is {DEFAULT_TASK}: `crohme predict a.inkml` is `crohme predict {DEFAULT_TASK} a.inkml`.
A folder that is named like a task is given as ./symbols or ./expressions.
`crohme predict TASK --help` lists the options of a task.

InkML and pictures (PNG, JPEG, BMP, GIF, WebP, TIFF) are recognised; lines in a picture are
traced into strokes. Files that cannot be read get a line with the reason, are listed at the
end and make the exit code 1.

examples:
  crohme predict data/sample/test
  crohme predict photo.png
  crohme predict symbols my-pictures/ --sheet sheet.png
"""


def add_parser(commands: argparse._SubParsersAction[Parser]) -> None:
    """Add the command to the parser of all commands."""
    parser = commands.add_parser(
        "predict",
        help="recognise ink and pictures",
        description="Recognise the expressions, or the symbols, in InkML files and pictures.",
        usage="crohme predict [TASK] PATH [PATH ...] [OPTION ...]",
        epilog=EPILOG,
        formatter_class=HelpFormatter,
    )
    parser.add_tasks((expressions, symbols), DEFAULT_TASK)
