"""InkML in: `read`."""

from __future__ import annotations

import os
from itertools import islice
from typing import BinaryIO

from lxml import etree

from inkml_parser.document import children, descendants, local_name, parse, serialised
from inkml_parser.errors import EmptyInk, InkError, MalformedInk, OversizedInk
from inkml_parser.files import open_regular
from inkml_parser.ink import Ink
from inkml_parser.layout import layout
from inkml_parser.limits import Limits
from inkml_parser.namespaces import INKML, set_aside
from inkml_parser.segmentation import symbols
from inkml_parser.strokes import Stroke
from inkml_parser.traces import Traces, traces
from inkml_parser.warnings import Part, Warnings

Source = str | os.PathLike[str] | bytes | BinaryIO

_DEFAULT_LIMITS = Limits()
_MOST_MATHML = 100_000  # elements: many times what strokes could show, and few enough to be copied


def read(source: Source, *, limits: Limits = _DEFAULT_LIMITS) -> Ink:
    """Reads one InkML document: CROHME 2011 to 2023, MathWriting, or plain W3C InkML.

    Elements may be in InkML's namespace, in the root's, or in none: see `namespaces`. What stands inside
    of annotations is no ink. Traces without points, and those of type `penUp`, are no strokes: they are
    left out, and out of the symbols, and so are the points of a trace where its tip switch (channel S)
    is open: what is before and after are two strokes. Traces that continue each other are one stroke.
    Strokes of a highlighter are kept apart (`Ink.highlights`).

    Reading ink never depends on its truth: damage in the segmentation, in MathML or in an annotation
    becomes one of `Ink.warnings`. How coordinates come about: `frames.Frame`; what a symbol is:
    `segmentation.symbols`; how values beside X and Y are kept: `points.decode`.

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
        UnsupportedInk: Something that the coordinates of a trace depend on and that is not applied.
        OSError: The file cannot be opened or read.
    """
    name, data = _load(source, limits.max_bytes)
    try:
        if len(data) > limits.max_bytes:
            raise OversizedInk(f"more than {limits.max_bytes} bytes")
        return _ink(data, limits, name)
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


def _ink(data: bytes, limits: Limits, source: str | None) -> Ink:
    warnings = Warnings()
    root = _ink_of(parse(data, warnings), warnings)
    set_aside(root, warnings)
    found = layout(root)
    decoded = traces(found, limits, warnings)
    strokes = decoded.strokes
    if not strokes:
        raise EmptyInk("no trace with points where the pen is down" if decoded.all else "no trace")
    if not any(stroke.is_writing for stroke in strokes):
        warnings.add(Part.INK, "all strokes are of a highlighter; they are taken for writing")
        for stroke in strokes:
            stroke.is_writing = True
        for trace in decoded.all:
            trace.is_writing = True
    annotations = _annotations(root, warnings)
    latex = annotations.pop("truth", None)
    for other in ("label", "normalizedLabel"):
        latex = annotations.get(other) if latex is None else latex
    writing = _numbered(decoded)
    marks = [stroke for stroke in strokes if not stroke.is_writing]
    return Ink(
        strokes=tuple(stroke.points[0] for stroke in writing),
        channels=tuple(stroke.points[1] for stroke in writing),
        trace_ids=tuple(stroke.id for stroke in writing),
        symbols=symbols(found.groups, decoded, warnings),
        latex=latex,
        mathml=_mathml(root, warnings),
        annotations=annotations,
        highlights=_highlights(marks) if marks else None,
        warnings=warnings.listed(source),
    )


def _ink_of(root: etree._Element, warnings: Warnings) -> etree._Element:
    """The `<ink>` of a document: its root, or the only one in InkML's namespace inside of it, as in EMMA."""
    if local_name(root) == "ink":
        return root
    found = list(islice(root.iterdescendants(f"{{{INKML}}}ink"), 2))
    if len(found) != 1:
        some = ", and has several inside of it" if found else ""
        raise MalformedInk(f"the root element is <{local_name(root)}>, not <ink>{some}")
    warnings.add(Part.INK, f"the root element is <{local_name(root)}>; the <ink> in line {found[0].sourceline} is read")
    return found[0]


def _numbered(decoded: Traces) -> list[Stroke]:
    """The strokes that are writing; `Trace.strokes` become their numbers."""
    for trace in decoded.all:
        trace.strokes = []
    writing = [stroke for stroke in decoded.strokes if stroke.is_writing]
    for number, stroke in enumerate(writing):
        for part in stroke.parts:
            part.strokes.append(number)
    return writing


def _highlights(marks: list[Stroke]) -> Ink:
    return Ink(
        strokes=tuple(stroke.points[0] for stroke in marks),
        channels=tuple(stroke.points[1] for stroke in marks),
        trace_ids=tuple(stroke.id for stroke in marks),
    )


def _annotations(root: etree._Element, warnings: Warnings) -> dict[str, str]:
    texts: dict[str, list[str]] = {}
    for annotation in children(root, "annotation"):
        if len(annotation):  # half of a truth would be another one
            cause = (
                f"<annotation> in line {annotation.sourceline} holds <{local_name(annotation[0])}>, and was left out"
            )
            warnings.add(Part.ANNOTATION, cause)
            continue
        texts.setdefault(annotation.get("type", ""), []).append(annotation.text or "")
    return {kind: "\n".join(lines) for kind, lines in texts.items()}


def _mathml(root: etree._Element, warnings: Warnings) -> str | None:
    """The first `<math>`, with just the namespace declarations that it needs."""
    for annotation in children(root, "annotationXML"):
        for math in descendants(annotation, "math"):
            if next(islice(math.iter(), _MOST_MATHML, None), None) is not None:
                cause = f"<math> in line {math.sourceline} has more than {_MOST_MATHML} elements and was left out"
                warnings.add(Part.MATHML, cause)
                return None
            return serialised(math)
    return None
