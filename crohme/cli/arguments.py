"""Types of arguments that several commands take."""

from __future__ import annotations

import argparse
from collections.abc import Callable

MAX_BEAM = 100
MAX_TOP = 100
"""More candidates than anyone looks through; without a limit a slip of the finger would fill the memory."""
MAX_WORKERS = 1024
"""More processes than any machine has cores, for the same reason."""


def positive_int(text: str) -> int:
    """A whole number above 0, for argparse's `type=`."""
    if not text.isascii() or not text.isdigit() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)


def seed(text: str) -> int:
    """A number that random generators begin with, for argparse's `type=`."""
    from crohme.training.ranges import MAX_SEED  # here: most commands have no seed

    if not text.isascii() or not text.isdigit() or int(text[:20]) > MAX_SEED:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 0 to {MAX_SEED}")
    return int(text)


def up_to(limit: int) -> Callable[[str], int]:
    """A whole number from 1 to a limit, for argparse's `type=`."""

    def parse(text: str) -> int:
        number = positive_int(text)
        if number > limit:
            raise argparse.ArgumentTypeError(f"{text} is more than {limit}")
        return number

    return parse


def positive_number(text: str) -> float:
    """A number above 0, for argparse's `type=`."""
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number above 0")
    return number


def address(text: str) -> tuple[str, int]:
    """`host:port`, for argparse's `type=`."""
    host, _, port = text.strip().rpartition(":")
    if not host or not port.isascii() or not port.isdigit() or int(port) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not HOST:PORT")
    return host, int(port)


def addresses(text: str) -> list[tuple[str, int]]:
    """Some `host:port` between commas, for argparse's `type=`."""
    return [address(part) for part in text.split(",")]


def add_alphabet_option(parser: argparse.ArgumentParser, usual: str) -> None:
    """`--alphabet`: the name of an alphabet, or a list of labels; None where it is not given."""
    parser.add_argument(
        "--alphabet",
        type=_alphabet,
        metavar="NAME|LIST",
        help=f'restrict answers to crohme, digits, all, or symbols as in "0 1 x" ({usual})',
    )


def _alphabet(text: str) -> str | list[str]:
    """A name, or a list of at least two labels."""
    labels = text.split()
    if not labels:
        raise argparse.ArgumentTypeError("no symbols")
    return labels if len(labels) > 1 else labels[0]
