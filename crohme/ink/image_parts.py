"""The parts that a picture file consists of, counted: Pillow goes through them one by one, in Python.

A file of some megabytes may have millions. Counting stops when there are too many.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

MAX_PARTS = 400_000
"""Of one file; they take less than a second. A GIF of 48 MiB has 200,000 of the usual length."""
MAX_RUN_LENGTH_PIXELS, MAX_RUN_LENGTH_BYTES = 8_000_000, 8_000_000
"""Of a BMP in runs, which are unpacked pixel by pixel."""
# A marker of a JPEG that is neither a stuffed 0xFF, a restart nor padding.
_MARKER = re.compile(rb"\xff([\x01-\xcf\xd8-\xfe])")
_WITHOUT_LENGTH = frozenset({0x01, 0xD8, 0xD9})
_START_OF_SCAN, _END_OF_IMAGE = 0xDA, 0xD9
_SEGMENT = 4  # parts that a segment counts for: Pillow unpacks some of them
_RUN_LENGTH = (1, 2)  # compressions of a BMP


def has_too_many(name: str, data: bytes) -> bool:
    """Whether a file has more parts than are gone through in a second.

    Args:
        name: str. That of its format.
        data: bytes. The file.
    """
    match name:
        case "PNG":
            parts = _png_chunks(data)
        case "GIF":
            parts = _gif_blocks(data)
        case "JPEG":
            parts = (_SEGMENT + skipped for _, skipped in _jpeg_segments(data))
        case "BMP":
            return _is_long_in_runs(data)
        case _:
            return False
    count = 0
    for part in parts:
        count += part
        if count > MAX_PARTS:
            return True
    return False


def jpeg_scans(data: bytes) -> int:
    """How many scans the first picture of a JPEG file has: with more than one, all of it is kept until the last."""
    return sum(marker == _START_OF_SCAN for marker, _ in _jpeg_segments(data))


def _png_chunks(data: bytes) -> Iterator[int]:
    at = 8
    while at < len(data) and data[at + 4 : at + 8] != b"IEND":
        yield 1
        at += 12 + int.from_bytes(data[at : at + 4], "big")


def _gif_blocks(data: bytes) -> Iterator[int]:
    at = 13 + _gif_table(data, 10)
    while at < len(data) and data[at] != 0x3B:
        yield 1
        if data[at] == 0x2C:  # an image
            at += 11 + _gif_table(data, at + 9)
        elif data[at] == 0x21:  # an extension
            at += 2
        else:
            at += 1
            continue
        while at < len(data) and data[at]:
            yield 1
            at += 1 + data[at]
        at += 1


def _gif_table(data: bytes, at: int) -> int:
    """Bytes of the table of colours that a byte of flags tells of."""
    flags = data[at] if at < len(data) else 0
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _jpeg_segments(data: bytes) -> Iterator[tuple[int, int]]:
    """The marker of each segment of the first picture, and the bytes before it that belong to none."""
    at, is_in_scan = 2, False
    while found := _MARKER.search(data, at):
        marker, skipped, at = found[1][0], found.start() - at, found.end()
        if marker == _END_OF_IMAGE:
            break
        yield marker, 0 if is_in_scan else skipped
        is_in_scan = is_in_scan or marker == _START_OF_SCAN
        if marker not in _WITHOUT_LENGTH:
            at += max(int.from_bytes(data[at : at + 2], "big"), 2)


def _is_long_in_runs(data: bytes) -> bool:
    header = int.from_bytes(data[14:18], "little")
    if header < 40 or int.from_bytes(data[30:34], "little") not in _RUN_LENGTH:
        return False
    width, height = (int.from_bytes(data[at : at + 4], "little", signed=True) for at in (18, 22))
    return abs(width * height) > MAX_RUN_LENGTH_PIXELS or len(data) > MAX_RUN_LENGTH_BYTES
