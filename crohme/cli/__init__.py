"""The `crohme` command. Each command is one file here with `add_parser` and `run`.

Nothing heavy is imported at the top of these files: `crohme --help` loads no deep-learning library.
"""

from __future__ import annotations

import argparse
import errno
import os
import sys
from collections.abc import Sequence

from crohme import __version__
from crohme.cli import compare, convert, evaluate, info, predict, score, serve, solve, train, tune
from crohme.cli.errors import CommandError
from crohme.deep_learning import KerasError
from crohme.extras import MissingExtra, needed_by

COMMANDS = (train, tune, evaluate, compare, score, predict, solve, convert, serve, info)
INTERRUPTED = 130
"""Exit code after Ctrl-C: 128 + SIGINT, as shells have it."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        argv: sequence of str or None. The arguments after the program's name. Defaults to `sys.argv[1:]`.

    Returns:
        Exit code: 0 done, 1 a user's error or a file that failed, 130 interrupted.

    Raises:
        SystemExit: `--help` (code 0), or arguments that cannot be parsed (code 2).
    """
    # TensorFlow's C++ side complains at length of a missing GPU; what goes wrong for good is a Python exception.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    args = build_parser().parse_args(argv)
    try:
        with needed_by("this command"):
            code = args.run(args)
        sys.stdout.flush()
        return code
    except (CommandError, KerasError, MissingExtra) as error:
        print(f"crohme: error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt as interrupt:
        # A command that can be continued says how in the exception.
        print(f"\ncrohme: interrupted{f'; {interrupt}' if str(interrupt) else ''}", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        _forget_output()  # the reader of our output (`| head`) has seen enough
        return 0
    except OSError as error:
        if error.errno != errno.ENOSPC or error.filename is not None:
            raise
        _forget_output()
        print(f"crohme: error: output: {error.strerror}", file=sys.stderr)
        return 1


def _forget_output() -> None:
    """Send the rest of standard output nowhere: else Python would complain once more at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def build_parser() -> argparse.ArgumentParser:
    """The parser of all commands; `run` of the parsed arguments is the function to call."""
    parser = argparse.ArgumentParser(
        prog="crohme",
        description="Recognise handwritten mathematics: InkML or pictures in, LaTeX out.",
        epilog="`crohme COMMAND --help` explains one command.",
    )
    parser.add_argument("--version", action="version", version=f"crohme {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in COMMANDS:
        command.add_parser(commands)
    return parser
