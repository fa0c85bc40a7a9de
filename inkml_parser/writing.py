"""InkML out: `write`."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import BinaryIO

from inkml_parser.document import local_name, parse_utf8, serialised
from inkml_parser.errors import EmptyInk, InkError, InvalidInk
from inkml_parser.files import write_whole
from inkml_parser.ink import Ink, Symbol

Target = str | os.PathLike[str] | BinaryIO

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

_BRUSH = "highlighter"
_HIGHLIGHTER = (
    f'<definitions>\n\t<brush xml:id="{_BRUSH}">\n\t\t<brushProperty name="transparency" value="128"/>\n'
    '\t\t<brushProperty name="rasterOp" value="maskPen"/>\n\t</brush>\n</definitions>\n'
)


def write(ink: Ink, target: Target) -> None:
    """Writes ink as a CROHME file: UTF-8 InkML that `read` turns into equal ink.

    Coordinates keep every bit. `Ink.mathml` comes back as it was if it is spelt as `read` spells it
    (no comments, no unused namespaces, double quotes). Where strokes differ in their channels, all
    channels are declared, and a stroke has `?` for those that it lacks.

    Args:
        ink: Ink. At least one stroke.
        target: path or binary file. What was at a path stays if the ink proves not to be writable, or the disk is
            full; a file is left open.

    Raises:
        EmptyInk: No strokes.
        InvalidInk: A character that XML cannot hold, MathML that is none, annotations that would
            be read back as LaTeX.
        OSError: The file cannot be opened or written.
    """
    data = "".join(_document(ink)).encode("utf-8")
    if isinstance(target, str | os.PathLike):
        write_whole(target, data)
    else:
        target.write(data)


def _document(ink: Ink) -> Iterator[str]:
    if not ink.strokes:
        raise EmptyInk("no strokes to write")
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<ink xmlns="http://www.w3.org/2003/InkML">\n'
    marks = ink.highlights
    all_channels = ink.channels if marks is None else (*ink.channels, *marks.channels)
    names = list(dict.fromkeys(name for channels in all_channels for name in channels))
    yield "<traceFormat>\n"
    for name in ("X", "Y", *names):
        yield f'<channel name={_attribute(name, "a channel name")} type="decimal"/>\n'
    yield "</traceFormat>\n"
    yield from _annotations(ink)
    if ink.mathml is not None:
        yield f'<annotationXML type="truth" encoding="Content-MathML">\n{_mathml(ink.mathml)}\n</annotationXML>\n'
    yield from _traces(ink, names, "")
    if marks is not None and marks.strokes:
        yield _HIGHLIGHTER
        yield from _traces(marks, names, f' brushRef="#{_BRUSH}"')
    if ink.symbols:
        yield from _segmentation(ink)
    yield "</ink>\n"


def _traces(ink: Ink, names: list[str], brush: str) -> Iterator[str]:
    for index, trace_id in enumerate(ink.trace_ids):
        own = _attribute(trace_id, "a trace identifier")
        yield f"<trace id={own}{brush}>\n{_points(ink, index, names)}\n</trace>\n"


def _annotations(ink: Ink) -> Iterator[str]:
    if "truth" in ink.annotations:
        raise InvalidInk("an annotation named 'truth': the truth belongs in Ink.latex")
    if ink.latex is None and not {"label", "normalizedLabel"}.isdisjoint(ink.annotations):
        raise InvalidInk("an annotation that means a truth, but no truth in Ink.latex")
    annotations = dict(ink.annotations) if ink.latex is None else {**ink.annotations, "truth": ink.latex}
    for name, text in annotations.items():
        yield f"<annotation type={_attribute(name, 'the name of an annotation')}>{_text(text, name)}</annotation>\n"


def _mathml(mathml: str) -> str:
    try:
        math = parse_utf8(_checked(mathml, "mathml").encode("utf-8"))
    except InkError as error:
        raise InvalidInk(f"mathml: {error.cause}") from None
    if local_name(math) != "math":
        raise InvalidInk(f"mathml: the root element is <{local_name(math)}>, not <math>")
    text = serialised(math)
    # Elements without a namespace must not fall into that of the file.
    return text if None in math.nsmap else re.sub(r"^<[^\s/>]+", r'\g<0> xmlns=""', text)


def _points(ink: Ink, index: int, names: list[str]) -> str:
    columns = [[_number(v) for v in column] for column in ink.strokes[index].T.tolist()]
    for name in names:
        values = ink.channels[index].get(name)
        columns.append(["?"] * len(columns[0]) if values is None else [_number(v) for v in values.tolist()])
    return ", ".join(map(" ".join, zip(*columns, strict=True)))


def _number(value: float) -> str:
    return repr(value).removesuffix(".0")  # repr is the shortest text that reads back to every bit


def _segmentation(ink: Ink) -> Iterator[str]:
    yield '<traceGroup xml:id="segmentation">\n\t<annotation type="truth">Segmentation</annotation>\n'
    for index, symbol in enumerate(ink.symbols):
        yield f'\t<traceGroup xml:id="symbol{index}">\n'
        yield from _symbol(symbol, ink.trace_ids)
        yield "\t</traceGroup>\n"
    yield "</traceGroup>\n"


def _symbol(symbol: Symbol, trace_ids: tuple[str, ...]) -> Iterator[str]:
    yield f'\t\t<annotation type="truth">{_text(symbol.label, "label")}</annotation>\n'
    for stroke in symbol.strokes:
        yield f"\t\t<traceView traceDataRef={_attribute(trace_ids[stroke], 'a trace identifier')}/>\n"
    if symbol.href is not None:
        yield f"\t\t<annotationXML href={_attribute(symbol.href, 'an href')}/>\n"


def _text(text: str, what: str) -> str:
    from xml.sax.saxutils import escape  # here: it loads urllib, which reading does without

    return escape(_checked(text, what), {"\r": "&#13;"})  # a bare one would be read as a line feed


def _attribute(text: str, what: str) -> str:
    from xml.sax.saxutils import quoteattr

    return quoteattr(_checked(text, what))


def _checked(text: str, what: str) -> str:
    found = _NOT_XML.search(text)
    if found:
        raise InvalidInk(f"{what} holds U+{ord(found[0]):04X}, which XML cannot hold")
    return text
