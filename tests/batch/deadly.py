"""What worker processes do in `test_lost_workers`."""

from __future__ import annotations

import os
import signal

from crohme.batch.records import Record
from crohme.batch.rows import Row
from crohme.expressions.recognizer import Recognizer


def read_or_die(recognizer: Recognizer, record: Record) -> Row:
    """A row, but for records that end the process."""
    assert recognizer.bundle is not None
    if record.id.startswith("deadly"):
        os.kill(os.getpid(), signal.SIGKILL)
    return Row(record.id, b"")


def die(recognizer: Recognizer, record: Record) -> Row:
    """No row, ever."""
    os.kill(os.getpid(), signal.SIGKILL)
    return read_or_die(recognizer, record)
