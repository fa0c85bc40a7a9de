"""The `crohme` command.

Each command is one file here with `add_parser` and `run`, or a folder with such a file for each of its tasks.

Nothing heavy is imported at the top of these files: `crohme --help` loads no deep-learning library.
"""

from __future__ import annotations

import io
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from crohme import __version__
from crohme.cli import batch, compare, convert, evaluate, export, info, predict, score, serve, site, solve, train, tune
from crohme.cli.errors import one_line
from crohme.cli.tasks import Parser
from crohme.errors import CrohmeError
from crohme.extras import needed_by

COMMANDS = (train, tune, evaluate, compare, score, predict, batch, solve, convert, serve, site, export, info)
INTERRUPTED, TERMINATED = 130, 143
"""Exit codes after Ctrl-C and after SIGTERM: 128 + the signal's number, as shells have it."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        argv: sequence of str or None. The arguments after the program's name. Defaults to `sys.argv[1:]`.

    Returns:
        Exit code: 0 done, 1 a user's error or a file that failed, 130 interrupted, 143 terminated.

    Raises:
        SystemExit: `--help` (code 0), or arguments that cannot be parsed (code 2).
    """
    # TensorFlow's C++ side complains at length of a missing GPU; what goes wrong for good is a Python exception.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a file's name need not be UTF-8
    with _terminated_as_interrupted() as was_terminated:
        try:
            args = build_parser().parse_args(argv)
            with needed_by("this command"):
                code: int = args.run(args)
            sys.stdout.flush()
            return code
        except CrohmeError as error:
            print(f"crohme: error: {one_line(str(error))}", file=sys.stderr)
            return 1
        except KeyboardInterrupt as interrupt:
            # A command that can be continued says how in the exception.
            what = "terminated" if was_terminated() else "interrupted"
            print(f"\ncrohme: {what}{f'; {interrupt}' if str(interrupt) else ''}", file=sys.stderr)
            return TERMINATED if was_terminated() else INTERRUPTED
        except BrokenPipeError:
            _forget_output()  # the reader of our output (`| head`) has seen enough
            return 0
        except OSError as error:
            if error.errno is None:  # none that the system reported: a fault of ours
                raise
            if error.filename is None:  # what is written to without a name
                _forget_output()
            message = one_line(f"{error.filename or 'output'}: {error.strerror}")
            print(f"crohme: error: {message}", file=sys.stderr)
            return 1


@contextmanager
def _terminated_as_interrupted() -> Iterator[Callable[[], bool]]:
    """SIGTERM ends a command as Ctrl-C does. Gives a function that says whether it has."""
    received: list[int] = []
    if threading.current_thread() is not threading.main_thread() or signal.getsignal(signal.SIGTERM) != signal.SIG_DFL:
        yield lambda: False
        return

    def interrupt(number: int, frame: object) -> None:
        received.append(number)
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, interrupt)
    try:
        yield lambda: bool(received)
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _forget_output() -> None:
    """Send the rest of standard output nowhere: else Python would complain once more at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def build_parser() -> Parser:
    """The parser of all commands; `run` of the parsed arguments is the function to call."""
    parser = Parser(
        prog="crohme",
        description="Recognise handwritten mathematics: InkML or pictures in, LaTeX out.",
        epilog="`crohme COMMAND --help` explains one command.",
    )
    parser.add_argument("--version", action="version", version=f"crohme {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in COMMANDS:
        command.add_parser(commands)
    return parser
