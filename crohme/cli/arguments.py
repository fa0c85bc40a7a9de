"""Types of arguments that several commands take."""

from __future__ import annotations

import argparse


def positive_int(text: str) -> int:
    """A whole number above 0, for argparse's `type=`."""
    if not text.isascii() or not text.isdigit() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)


def positive_number(text: str) -> float:
    """A number above 0, for argparse's `type=`."""
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number above 0")
    return number
