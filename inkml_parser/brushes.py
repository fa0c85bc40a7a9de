"""Which strokes are a highlighter's, and so no writing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from lxml import etree

from inkml_parser.document import children, identifier

_LEAST_TRANSPARENCY = 0.2
_TELLING = {
    "tip": frozenset({"rectangle", "marker", "highlighter", "chisel"}),
    "rasterop": frozenset({"maskpen"}),
    "blendmode": frozenset({"multiply", "darken"}),
}
"""Properties with values that only a highlighter has."""
_FULL = {"transparency": 255, "alpha": 255, "opacity": 100}
"""What whole transparency, or opacity, is where it is counted in more than ones."""
_NAMED = re.compile(r"highlight|\beraser?\b")
"""In the name, kind or identifier of a brush; an eraser is no pen either."""
_YES = frozenset({"true", "1", "yes", "on"})
_COMPONENTS = re.compile(r"(?:rgb|hsl)a?\(([^()]*)\)")
_EIGHT_DIGITS = re.compile(r"#([0-9a-f]{2})[0-9a-f]{4}([0-9a-f]{2})")
_LONGEST_CHAIN = 16


def is_highlighter(
    brush: etree._Element,
    target: Callable[[str], etree._Element | None],
    known: dict[etree._Element, dict[str, float]],
) -> bool:
    """Whether a brush marks what is written, rather than writes.

    InkML has no word for it. Microsoft's ink, which is most of what there is, gives a highlighter a
    `transparency` of 128 (0 is opaque), the `rasterOp` `maskPen` and the `tip` `rectangle`, and a pen
    none of them. Others give it an `opacity`, a colour with alpha, or call it a highlighter. Transparency
    counts from a fifth of what it can be: `128` of 255, `0.5` of 1, `50%`.

    Args:
        brush: lxml element. Its `brushRef` names the brush whose properties it inherits.
        target: function of a reference.
        known: dict of brush → how much each of its own properties tells of a highlighter, 0 to 1. Grows by those
            that are looked at: brushes may share one.
    """
    properties: dict[str, float] = {}
    following: etree._Element | None = brush
    for _ in range(_LONGEST_CHAIN):
        if following is None:
            break
        if following not in known:
            known[following] = _own(following)
        properties = known[following] | properties
        reference = following.get("brushRef")
        following = None if reference is None else target(reference)
    return any(share >= _LEAST_TRANSPARENCY for share in properties.values())


def _own(brush: etree._Element) -> dict[str, float]:
    """How transparent, or how much of a highlighter, the first value of each property makes a brush."""
    found: dict[str, float] = {}
    for name, value in _properties(brush):
        if name in _FULL:
            share = _share(value, _FULL[name])
            found.setdefault(name, 0.0 if share is None else share if name == "transparency" else 1 - share)
        elif name in ("color", "colour"):
            found.setdefault("color", _transparency(value))
        elif name in _TELLING:
            found.setdefault(name, float(value in _TELLING[name]))
        elif _NAMED.search(value) or (value in _YES and _NAMED.search(name.removeprefix("is"))):
            found[""] = 1.0
    return found


def _properties(brush: etree._Element) -> Iterator[tuple[str, str]]:
    """Names and values in lower case, without the prefix of a namespace; and its identifier and annotations."""
    for one in children(brush, "brushProperty"):
        yield one.get("name", "").strip().lower().rpartition(":")[2], one.get("value", "").strip().lower()[:200]
    yield "", (identifier(brush) or "").lower()[:200]
    for annotation in children(brush, "annotation"):
        yield "", (annotation.text or "").lower()[:200]


def _share(value: str, full: int) -> float | None:
    """A share of 1, of what is `full`, or in percent; None if it is no number."""
    try:
        number = float(value.removesuffix("%"))
    except ValueError:
        return None
    return number / 100 if value.endswith("%") else number if number <= 1 else number / full


def _transparency(colour: str) -> float:
    """Of a colour with an alpha; 0 for others. Of eight digits, both the first and last two have to be one."""
    digits = _EIGHT_DIGITS.fullmatch(colour)
    if digits is not None:
        return 1 - max(int(pair, 16) for pair in digits.groups()) / 255
    components = _COMPONENTS.fullmatch(colour)
    parts = [] if components is None else re.split(r"[\s,/]+", components[1].strip())
    alpha = _share(parts[3], 255) if len(parts) == 4 else None
    return 0.0 if alpha is None else 1 - alpha
