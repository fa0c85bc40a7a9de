"""Ink of pictures, and written ink seen as a picture: instead of the ink, or beside it."""

from __future__ import annotations

from pathlib import Path

from crohme.ink import image_files
from crohme.ink.image_files import ImageError
from crohme.ink.sources import NothingToRecognize, Source, check_ink, ink_of, is_picture, opened
from crohme.ink.tracings import InkAndTracings, is_traced
from inkml_parser import Ink, read


def ink_or_picture(source: Source) -> Ink:
    """The ink of any source; a picture is traced.

    Raises:
        InkError, OSError: Ink that cannot be used.
        ImageError: See `crohme.ink.trace.read_traced`; or it is a picture, and OpenCV is not installed.
    """
    source = opened(source)
    ink: Ink
    if is_picture(source):
        with image_files.naming(b"" if isinstance(source, bytes) else str(source)), image_files.libraries():
            from crohme.ink.trace import read_traced  # with OpenCV, which ink does without

        ink = read_traced(source)  # type: ignore[arg-type]
        if not ink.strokes:
            raise NothingToRecognize("no strokes")
    else:
        ink = ink_of(source)
    check_ink(ink)
    return ink


def redrawn(path: Path) -> Ink:
    """What is left of an ink on its picture: neither the strokes as they were written nor their order.

    Raises:
        InkError, OSError: See `inkml_parser.read`.
        ImageError: See `crohme.ink.trace.trace`; or OpenCV is not installed.
    """
    with image_files.libraries():
        from crohme.ink.raster import render_ink
        from crohme.ink.trace import trace

    return trace(render_ink(read(path).strokes))


def with_picture(source: Source) -> Ink:
    """Ink with the tracings of a picture of it, for a recogniser to read both.

    It is then right about one time in a hundred more often, and takes four times as long. Of ink of which no picture
    can be traced there is the ink alone; a picture is traced, as ever.

    Args:
        source: path, bytes or binary file of InkML or of a picture; Ink; or strokes. See `Recognizer.recognize`.

    Raises:
        InkError, OSError: A source that cannot be used.
        ImageError: A picture that cannot be used; or OpenCV is not installed.

    Example:
        >>> print(crohme.load().recognize(crohme.with_picture("formula.inkml")))
        x ^ { 2 } + 1
    """
    ink = ink_or_picture(source)
    if is_traced(ink):
        return ink
    with image_files.libraries():
        from crohme.ink.raster import render_ink
        from crohme.ink.trace import WAYS, tracings

    try:
        return InkAndTracings.of(ink, tuple(tracings(render_ink(ink.strokes), WAYS)))
    except ImageError:
        return InkAndTracings.of(ink, ())
