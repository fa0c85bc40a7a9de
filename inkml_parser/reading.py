"""InkML in: `read`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import BinaryIO

from lxml import etree

from inkml_parser.document import children, descendants, identifier, local_name, parse, serialised
from inkml_parser.errors import EmptyInk, InkError, InvalidInk, MalformedInk, OversizedInk
from inkml_parser.files import open_regular
from inkml_parser.formats import Formats, TraceFormat
from inkml_parser.ink import FloatArray, Ink
from inkml_parser.limits import Limits
from inkml_parser.points import decode
from inkml_parser.segmentation import symbols

Source = str | os.PathLike[str] | bytes | BinaryIO

_DEFAULT_LIMITS = Limits()


def read(source: Source, *, limits: Limits = _DEFAULT_LIMITS) -> Ink:
    """Reads one InkML document: CROHME 2011 to 2023, MathWriting, or plain W3C InkML.

    Elements are matched by local name, so any namespace or none will do. Traces without points,
    and those of type `penUp`, are no strokes: they are left out, and out of the symbols. A trace
    that continues another one is a stroke of its own. What a symbol is: `segmentation.symbols`;
    how values beside X and Y are kept: `points.decode`.

    Args:
        source: path, bytes, or binary file. A file is read to its end and left open.
        limits: Limits. What is refused as too much.

    Returns:
        `Ink`. `latex` is the annotation `truth`, or, as in MathWriting, `label` or
        `normalizedLabel`, which stay among the annotations. An annotation that occurs twice is
        kept with its texts on separate lines, one without a type under the empty name.

    Raises:
        EmptyInk: Nothing in the file, or no trace with points.
        ForbiddenInk: A DOCTYPE.
        OversizedInk: More than the limits allow.
        MalformedInk: Not XML, not InkML, or a trace that cannot be decoded.
        InvalidInk: Trace identifiers that repeat, or symbols of unknown traces.
        OSError: The file cannot be opened or read.
    """
    name, data = _load(source, limits.max_bytes)
    try:
        if len(data) > limits.max_bytes:
            raise OversizedInk(f"more than {limits.max_bytes} bytes")
        return _ink(parse(data), limits)
    except InkError as error:
        raise type(error)(error.cause, name) from None


def _load(source: Source, max_bytes: int) -> tuple[str | None, bytes]:
    if isinstance(source, bytes):
        return None, source
    if isinstance(source, str | os.PathLike):
        with open_regular(source) as file:
            return os.fspath(source), file.read(max_bytes + 1)
    name = getattr(source, "name", None)
    data = source.read(max_bytes + 1)
    if not isinstance(data, bytes):
        raise TypeError(f"ink is read from binary files, not from one of {type(data).__name__}")
    return name if isinstance(name, str) else None, data


def _ink(root: etree._Element, limits: Limits) -> Ink:
    if local_name(root) != "ink":
        raise MalformedInk(f"the root element is <{local_name(root)}>, not <ink>")
    strokes: list[FloatArray] = []
    channels: list[dict[str, FloatArray]] = []
    stroke_of: dict[str, int | None] = {}
    for trace_id, points, others in _traces(root, limits):
        stroke_of[trace_id] = len(strokes) if len(points) else None
        if len(points):
            strokes.append(points)
            channels.append(others)
    if not strokes:
        raise EmptyInk("no trace with points" if stroke_of else "no trace")
    annotations = _annotations(root)
    latex = annotations.pop("truth", None)
    for other in ("label", "normalizedLabel"):
        latex = annotations.get(other) if latex is None else latex
    return Ink(
        strokes=tuple(strokes),
        channels=tuple(channels),
        trace_ids=tuple(trace_id for trace_id, stroke in stroke_of.items() if stroke is not None),
        symbols=symbols(root, stroke_of),
        latex=latex,
        mathml=_mathml(root),
        annotations=annotations,
    )


_Trace = tuple[str, FloatArray, dict[str, FloatArray]]


def _traces(root: etree._Element, limits: Limits) -> Iterator[_Trace]:
    """Identifier, points (perhaps none) and channels of each trace, in document order."""
    formats = Formats(root)
    seen: set[str] = set()
    points_left = limits.max_points
    for trace, context_ref in _trace_elements(root, None, formats):
        if len(seen) == limits.max_strokes:
            raise OversizedInk(f"more than {limits.max_strokes} traces")
        text = trace.text or ""
        points_left -= text.count(",") + 1
        if points_left < 0:
            raise OversizedInk(f"more than {limits.max_points} points")
        trace_id = identifier(trace)
        if trace_id is None:
            trace_id = str(len(seen))
            trace.set("id", trace_id)  # for the segmentation, if the trace stands in a group
        if trace_id in seen:
            raise InvalidInk(f"two traces have the identifier {trace_id!r}")
        seen.add(trace_id)
        try:
            yield trace_id, *_decoded(trace, text, formats.of_trace(context_ref))
        except MalformedInk as error:
            raise MalformedInk(f"trace {trace_id!r}: {error.cause}") from None


def _trace_elements(
    parent: etree._Element, context_ref: str | None, formats: Formats
) -> Iterator[tuple[etree._Element, str | None]]:
    """Each trace with the `contextRef` that holds for it; tells `formats` what is passed."""
    for element in parent:
        name = local_name(element)
        own_ref = element.get("contextRef", context_ref)
        if name == "trace":
            yield element, own_ref
        elif name in ("context", "traceFormat"):
            if local_name(parent) != "definitions":
                formats.enter(element)
        else:
            yield from _trace_elements(element, own_ref, formats)


def _decoded(trace: etree._Element, text: str, trace_format: TraceFormat) -> tuple[FloatArray, dict[str, FloatArray]]:
    if len(trace):
        raise MalformedInk(f"<{local_name(trace[0])}> inside a trace")
    return decode("" if trace.get("type") == "penUp" else text, trace_format)


def _annotations(root: etree._Element) -> dict[str, str]:
    annotations: dict[str, str] = {}
    for annotation in children(root, "annotation"):
        kind, text = annotation.get("type", ""), annotation.text or ""
        annotations[kind] = f"{annotations[kind]}\n{text}" if kind in annotations else text
    return annotations


def _mathml(root: etree._Element) -> str | None:
    """The first `<math>`, with just the namespace declarations that it needs."""
    for annotation in children(root, "annotationXML"):
        for math in descendants(annotation, "math"):
            return serialised(math)
    return None
