"""Documents that are not well-formed where they say what the ink shows.

Ink must not be lost because of its truth: `<annotation type="truth">a < b & c</annotation>`, MathML
with `&alpha;` or an element that is never closed. Only what stands inside an `annotation` or
`annotationXML` is touched, never a trace.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.entities import html5

from inkml_parser.warnings import Part, Warnings

_TAG = re.compile(
    r"<!--.*?(?:-->|\Z)|<!\[CDATA\[.*?(?:\]\]>|\Z)|<(?P<close>/?)(?:[\w.-]+:)?(?P<name>annotationXML|annotation|trace)(?=[\s/>])"
    r"(?:[^<>\"']|\"[^\"<]*\"|'[^'<]*')*?(?P<empty>/?)>",
    re.DOTALL,
)
_NO_MARKUP = re.compile(r"(<!--.*?-->|<!\[CDATA\[.*?\]\]>)", re.DOTALL)
_ENTITY = re.compile(r"&(?:#[0-9]{1,7};|#x[0-9A-Fa-f]{1,6};|(?P<name>[A-Za-z][A-Za-z0-9]{0,40});)?")
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_XML_OWN = frozenset({"amp", "lt", "gt", "quot", "apos"})


def repaired(text: str, warnings: Warnings, *, keep_mathml: bool) -> str:
    """The document with the content of its annotations as text that is well-formed.

    Args:
        text: str. The document.
        warnings: Warnings. Takes each annotation that was changed.
        keep_mathml: bool. Whether to keep what is inside `annotationXML`, with only its entities and
            signs that XML cannot hold replaced, or to leave it out.
    """
    pieces: list[str] = []
    at, counted, line = 0, 0, 1
    for name, start, end in _contents(text):
        content = text[start:end]
        if name == "annotation":
            new, part, what = _as_text(content), Part.ANNOTATION, "holds what is no text of XML"
        elif keep_mathml:
            new, part, what = _with_characters(content), Part.MATHML, "holds entities or characters that XML lacks"
        else:
            new, part, what = "", Part.MATHML, "is not well-formed, or too deep, and was left out"
        if new != content:
            line += text.count("\n", counted, start)
            counted = start
            warnings.add(part, f"<{name}> in line {line} {what}")
            pieces += [text[at:start], new]
            at = end
    return "".join([*pieces, text[at:]])


def _contents(text: str) -> Iterator[tuple[str, int, int]]:
    """Name, start and end of what is inside each outermost `annotation` and `annotationXML`."""
    opened, start = None, 0
    for tag in _TAG.finditer(text):
        name = tag["name"]
        if name is None or tag["empty"]:
            continue
        if name == "trace":  # an annotation that is never closed must not swallow ink
            opened = None
        elif opened is None and not tag["close"]:
            opened, start = name, tag.end()
        elif opened is not None and tag["close"] and name == opened:
            yield opened, start, tag.start()
            opened = None


def _as_text(content: str) -> str:
    """What an `annotation` holds, with everything escaped that is no text; comments and CDATA stay."""
    parts = _NO_MARKUP.split(content)
    parts[::2] = [_with_characters(part).replace("<", "&lt;").replace("]]>", "]]&gt;") for part in parts[::2]]
    parts[1::2] = [_NOT_XML.sub("\ufffd", part) for part in parts[1::2]]
    return "".join(parts)


def _with_characters(content: str) -> str:
    """Characters in the place of entities that are HTML's, `&amp;` for a bare `&`."""

    def character(found: re.Match[str]) -> str:
        name, whole = found["name"], found[0]
        if whole == "&":
            return "&amp;"
        if name is None:
            number = int(whole[3:-1], 16) if whole[2] == "x" else int(whole[2:-1])
            is_xml = number <= 0x10FFFF and not _NOT_XML.match(chr(number))
            return whole if is_xml else "\ufffd"
        if name in _XML_OWN:
            return whole
        meant = html5.get(f"{name};")
        return f"&amp;{name};" if meant is None else meant.replace("&", "&amp;").replace("<", "&lt;")

    content = _NOT_XML.sub("\ufffd", content)
    return _ENTITY.sub(character, content) if "&" in content else content
