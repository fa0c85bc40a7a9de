"""The sources that recognisers take: InkML, pictures, ink or strokes."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from numpy.typing import ArrayLike

from crohme.ink import image_files
from inkml_parser import Ink, InkError, InvalidInk, Limits, OversizedInk, read
from inkml_parser.files import open_regular

_LONGEST_SIGNATURE = max(map(len, image_files.SIGNATURES))
_HEAD = 256  # bytes
_INK = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:\?xml\s|!--|(?:\w+:)?ink[\s>])(?!.*<svg)", re.DOTALL)
MAX_STROKES = 400
"""More strokes than any page of mathematics as one expression; time and memory grow with their square."""

Source = Ink | Sequence[ArrayLike] | str | Path | bytes | BinaryIO
"""Path, bytes or binary file of InkML or of a picture; Ink; or strokes, arrays of X, Y (down) and perhaps time."""


class NothingToRecognize(InkError):
    """Ink that shows nothing: no strokes, or several on one spot."""


def is_picture(source: Source) -> bool:
    """Whether a source is a picture, by how it begins; if it begins as neither picture nor ink, by its file's suffix.

    A file that cannot be read is told of by who reads it.
    """
    if isinstance(source, bytes):
        return source.startswith(image_files.SIGNATURES)
    if not isinstance(source, str | Path):
        return False
    head = b""
    with suppress(OSError, ValueError), open_regular(source) as file:
        head = file.read(_HEAD)
    if head.startswith(image_files.SIGNATURES):
        return True
    return Path(source).suffix.lower() in image_files.SUFFIXES and not _INK.match(head)


def opened(source: Source) -> Source:
    """What a file that is open holds if it is a picture, and bytes of any kind as `bytes`; all else as it is.

    Raises:
        OSError: The file cannot be read.
    """
    if isinstance(source, bytearray | memoryview):
        return bytes(source)
    if isinstance(source, Ink) or not hasattr(source, "read"):
        return source
    head = source.read(_LONGEST_SIGNATURE)
    if isinstance(head, bytes) and head.startswith(image_files.SIGNATURES):
        return head + source.read(image_files.MAX_FILE_BYTES)
    if not isinstance(head, bytes):
        raise TypeError(f"ink is read from binary files, not from one of {type(head).__name__}")
    ink = _NamedBytes(head + source.read(Limits().max_bytes))
    ink.name = getattr(source, "name", None)
    return ink


class _NamedBytes(io.BytesIO):
    """What a file holds, and its name for errors."""

    name: object = None


def ink_of(source: Source) -> Ink:
    """The ink of a source that is no picture; of more strokes than are recognised, only so many that it shows.

    Raises:
        InkError: InkML or strokes that cannot be used; NothingToRecognize for no strokes.
        OSError: A file that cannot be read.
    """
    if isinstance(source, str | Path | bytes) or hasattr(source, "read"):
        ink = read(source)  # type: ignore[arg-type]
    else:
        ink = source if isinstance(source, Ink) else _of_arrays(source)
    if not ink.strokes:
        raise NothingToRecognize("no strokes")
    return ink


def check_ink(ink: Ink) -> None:
    """See that ink is not too much, and has a size.

    Raises:
        OversizedInk: More than `MAX_STROKES` strokes.
        NothingToRecognize: See `check_extent`.
    """
    if len(ink.strokes) > MAX_STROKES:
        raise OversizedInk(f"{len(ink.strokes)} strokes, more than {MAX_STROKES}")
    check_extent(ink)


def check_extent(ink: Ink) -> None:
    """See that ink has a size. One stroke without is a dot.

    Raises:
        NothingToRecognize: Several strokes, all on one spot.
    """
    if len(ink.strokes) > 1 and all((stroke == ink.strokes[0][0]).all() for stroke in ink.strokes):
        raise NothingToRecognize("nothing to recognise: all strokes lie on one spot")


def _of_arrays(strokes: object) -> Ink:
    if hasattr(strokes, "keys"):
        raise InvalidInk(f"ink is a file or a list of strokes, not {type(strokes).__name__}")
    try:
        some = list(islice(strokes, MAX_STROKES + 1))  # type: ignore[call-overload]  # that is what is tried here
    except TypeError:
        raise InvalidInk(f"ink is a file or strokes, not {type(strokes).__name__}") from None
    return Ink.from_arrays(some)
