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
from contextlib import contextmanager, suppress

from crohme import __version__
from crohme.cli import batch, compare, convert, evaluate, export, info, predict, score, serve, site, solve, train, tune
from crohme.cli.errors import one_line
from crohme.cli.tasks import Parser
from crohme.errors import CrohmeError
from crohme.extras import needed_by

COMMANDS = (train, tune, evaluate, compare, score, predict, batch, solve, convert, serve, site, export, info)
INTERRUPTED = 130
"""Exit code after Ctrl-C: 128 + the signal's number, as shells have it."""
_ENDING = {getattr(signal, name): how for name, how in (("SIGTERM", "terminated"), ("SIGHUP", "hung up"))
           if hasattr(signal, name)}  # fmt: skip


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        argv: sequence of str or None. The arguments after the program's name. Defaults to `sys.argv[1:]`.

    Returns:
        Exit code: 0 done, 1 a user's error or a file that failed, 130 interrupted, 143 terminated, 129 when the
        terminal was closed.

    Raises:
        SystemExit: `--help` (code 0), or arguments that cannot be parsed (code 2).
    """
    # TensorFlow's C++ side complains at length of a missing GPU; what goes wrong for good is a Python exception.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a file's name need not be UTF-8
    with _ended_as_interrupted() as ended_by:
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
            number = ended_by()
            what = "interrupted" if number is None else _ENDING[number]
            with suppress(OSError):  # the terminal may be gone
                print(f"\ncrohme: {what}{f'; {interrupt}' if str(interrupt) else ''}", file=sys.stderr)
            return INTERRUPTED if number is None else 128 + number
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
def _ended_as_interrupted() -> Iterator[Callable[[], int | None]]:
    """SIGTERM, and SIGHUP when the terminal is closed, end a command as Ctrl-C does, unless they are ignored.

    Gives a function that says which of them came, None if neither.
    """
    received: list[int] = []
    if threading.current_thread() is not threading.main_thread() or signal.getsignal(signal.SIGTERM) != signal.SIG_DFL:
        yield lambda: None
        return

    def end(number: int, frame: object) -> None:
        received.append(number)
        if number == signal.SIGTERM:
            raise KeyboardInterrupt
        signal.raise_signal(signal.SIGTERM)  # `serve` has a way of its own to end with that

    heard = [number for number in _ENDING if signal.getsignal(number) == signal.SIG_DFL]
    for number in heard:
        signal.signal(number, end)
    try:
        yield lambda: received[0] if received else None
    finally:
        for number in heard:
            signal.signal(number, signal.SIG_DFL)


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
