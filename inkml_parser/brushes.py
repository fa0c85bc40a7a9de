"""Which strokes are a highlighter's, and so no writing."""

from __future__ import annotations

from collections.abc import Callable

from lxml import etree

from inkml_parser.document import children

_LEAST_TRANSPARENCY = 0.2
_HIGHLIGHTER_TIPS = frozenset({"rectangle", "marker", "highlighter", "chisel"})
_HIGHLIGHTER_OPERATIONS = frozenset({"maskpen"})
_TELLING = frozenset({"transparency", "tip", "rasterop"})
_LONGEST_CHAIN = 16


def is_highlighter(
    brush: etree._Element,
    target: Callable[[str], etree._Element | None],
    known: dict[etree._Element, dict[str, str]],
) -> bool:
    """Whether a brush marks what is written, rather than writes.

    InkML has no word for it. Microsoft's ink, which is most of what there is, gives a highlighter a
    `transparency` of 128 (0 is opaque), the `rasterOp` `maskPen` and the `tip` `rectangle`, and a pen
    none of them. Transparency counts from a fifth of what it can be: `128` of 255, `0.5` of 1, `50%`.

    Args:
        brush: lxml element. Its `brushRef` names the brush whose properties it inherits.
        target: function of a reference.
        known: dict of brush → its own properties. Grows by those that are looked at: brushes may share one.
    """
    properties: dict[str, str] = {}
    following: etree._Element | None = brush
    for _ in range(_LONGEST_CHAIN):
        if following is None:
            break
        if following not in known:
            known[following] = _own(following)
        properties = known[following] | properties
        reference = following.get("brushRef")
        following = None if reference is None else target(reference)
    return (
        _share(properties.get("transparency", "0")) >= _LEAST_TRANSPARENCY
        or properties.get("tip") in _HIGHLIGHTER_TIPS
        or properties.get("rasterop") in _HIGHLIGHTER_OPERATIONS
    )


def _own(brush: etree._Element) -> dict[str, str]:
    """The first value of each property that has a say, in lower case."""
    found: dict[str, str] = {}
    for one in children(brush, "brushProperty"):
        name = one.get("name", "").strip().lower()
        if name in _TELLING:
            found.setdefault(name, one.get("value", "").strip().lower())
    return found


def _share(transparency: str) -> float:
    """Transparency between 0 and 1, of 255, or in percent; 0 if it is no number."""
    try:
        value = float(transparency.removesuffix("%"))
    except ValueError:
        return 0.0
    return value / 100 if transparency.endswith("%") else value if value <= 1 else value / 255
