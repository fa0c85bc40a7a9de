"""Documents whose truth has lost tags: an annotation that is never closed, a segmentation that is cut off.

What is left out is never ink: no `<trace` begins in it.
"""

from __future__ import annotations

import re

from inkml_parser.warnings import Part, Warnings

_ANNOTATION = re.compile(
    r"<!--.*?(?:-->|\Z)|<!\[CDATA\[.*?(?:\]\]>|\Z)"
    r"|<(?P<close>/?)(?P<tag>(?:[\w.-]+:)?(?P<name>annotationXML|annotation))(?=[\s/>])[^<>]*?(?P<empty>/?)>"
    r"|<(?P<other>/?(?:[\w.-]+:)?(?:trace\w*|ink|context|definitions))(?=[\s/>])",
    re.DOTALL,
)
_INK_BEGINS = re.compile(r"<(?:[\w.-]+:)?(?:trace|ink)(?=[\s/>]|\Z)")
_TRACE_ENDS = re.compile(r"</(?:[\w.-]+:)?trace>")
_ROOT_ENDS = re.compile(r"</(?:[\w.-]+:)?ink\s*>")
_GROUP = re.compile(r"<(?P<close>/?)(?P<tag>(?:[\w.-]+:)?(?:ink|traceGroup))(?=[\s/>])[^<>]*?(?P<empty>/?)>")
_IS_TRUTH = re.compile(r"</|<(?:[\w.-]+:)?(?:traceView|annotation)[\s/>]")
"""In what is left out, one of these tells that the traces had come to their end."""


def with_annotations_closed(text: str, warnings: Warnings) -> str:
    """The document with each annotation that is never closed empty: it ends where it begins.

    Args:
        text: str. The document.
        warnings: Warnings. Takes each that was closed.
    """
    pieces: list[str] = []
    at, counted, line = 0, 0, 1
    opened: re.Match[str] | None = None
    for found in _ANNOTATION.finditer(text):
        name = found["name"]
        if name is None and found["other"] is None:
            continue
        if opened is not None and found["close"] and found["tag"] == opened["tag"]:
            opened = None
            continue
        # MathML may hold an `annotation` of its own.
        is_inside = name is not None and (found["close"] or opened is None or opened["name"] == "annotationXML")
        if opened is not None and not is_inside:
            line += text.count("\n", counted, opened.start())
            counted = opened.start()
            part = Part.ANNOTATION if opened["name"] == "annotation" else Part.MATHML
            warnings.add(part, f"<{opened['name']}> in line {line} is never closed, and was left out")
            pieces += [text[at : opened.end()], f"</{opened['tag']}>"]
            at = found.start()
            opened = None
        if opened is None and name is not None and not found["close"] and not found["empty"]:
            opened = found
    return "".join([*pieces, text[at:]])


def without_rest(text: str, warnings: Warnings) -> str:
    """The document without what stands after its root element, where no ink begins there.

    Args:
        text: str. The document.
        warnings: Warnings. Told if there is something.
    """
    end = _ROOT_ENDS.search(text)
    if end is None or not text[end.end() :].strip() or _INK_BEGINS.search(text, end.end()):
        return text
    warnings.add(Part.INK, "what follows the end of <ink> was passed over")
    return text[: end.end()]


def without_segmentation(text: str, warnings: Warnings) -> str:
    """The document without all that follows its last trace, with the groups around that closed.

    It stays as it is if it may have been cut off among the traces.

    Args:
        text: str. The document.
        warnings: Warnings. Told if something is left out.
    """
    found = None if (at := text.rfind("trace>")) < 0 else _TRACE_ENDS.search(text, text.rfind("</", 0, at))
    end = 0 if found is None else found.end()
    if not end or _INK_BEGINS.search(text, end) or not _IS_TRUTH.search(text, end):
        return text
    opened: list[str] = []
    for tag in _GROUP.finditer(text, 0, end):
        if not tag["empty"]:
            if not tag["close"]:
                opened.append(tag["tag"])
            elif opened and opened[-1] == tag["tag"]:
                opened.pop()
            else:
                return text
    cause = "what follows the last trace is not well-formed, or is cut off, and was left out"
    warnings.add(Part.SEGMENTATION, cause)
    return text[:end] + "".join(f"</{tag}>" for tag in reversed(opened))
