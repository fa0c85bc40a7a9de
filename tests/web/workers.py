"""Work for worker processes, which import it by its name."""

from __future__ import annotations

import os
import time
from functools import partial
from pathlib import Path

from crohme.expressions.decoding import Cancelled


def start(value: int):
    """A worker that adds, sleeps, or does not behave."""
    done = 0

    def work(payloads, cancelled):
        return [one(payload, partial(cancelled, number)) for number, payload in enumerate(payloads)]

    def one(payload, cancelled):
        nonlocal done
        done += 1
        match payload:
            case ("add", number):
                return value + number
            case ("who", _):
                return os.getpid(), done
            case ("fail", message):
                return ValueError(message)
            case ("break", message):
                raise ValueError(message)
            case ("die", code):
                os._exit(code)
            case ("until", path):  # ends when it is cancelled, or when the file is there
                while not Path(path).exists():
                    if cancelled():
                        return Cancelled()
                    time.sleep(0.01)
                return "let go"
            case ("stubborn", _):
                while True:
                    time.sleep(0.1)

    return work


def start_badly():
    """A worker that cannot start."""
    raise ValueError("no such thing")


def start_never():
    """A worker that is never ready."""
    while True:
        time.sleep(0.1)
