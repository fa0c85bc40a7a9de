"""What fractions, roots, frames, accents and scripts are in MathML, and the elements they are made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from lxml import etree

from crohme.errors import quoted
from crohme.notation.alphabet import BINOMIAL, ROOT, SYMBOL_CLASSES, Kind
from crohme.notation.errors import NotationError
from crohme.notation.latex_commands import ALL_FUNCTIONS
from crohme.notation.mathml import ENCLOSURES
from crohme.notation.mathml_accents import ATTRIBUTES, looks_like_accent, stretchy_of
from crohme.notation.tree import Node, Relation

_NAMESPACE = "http://www.w3.org/1998/Math/MathML"
_LEAF_ELEMENTS = {Kind.DIGIT: "mn", Kind.IDENTIFIER: "mi", Kind.FUNCTION: "mi"}  # all others are mo
SCRIPT_ELEMENTS = (
    (Relation.BELOW, Relation.ABOVE, ("munder", "mover", "munderover")),
    (Relation.SUB, Relation.SUP, ("msub", "msup", "msubsup")),
)
LIMITS = {Relation.BELOW: Kind.ACCENT_UNDER, Relation.ABOVE: Kind.ACCENT}
_Rows = Mapping[Relation, tuple[Node, ...]]
_RowWriter = Callable[[tuple[Node, ...]], etree._Element]


def composite(node: Node, write_row: _RowWriter) -> tuple[etree._Element | None, _Rows]:
    """The fraction, root or frame that a node is, if it is one, and the rows that are not part of it."""
    rows = dict(node.rows)
    parts = [write_row(rows.pop(relation)) for relation in node.arguments]
    if node.is_fraction:
        return element("mfrac", parts), rows
    if node.label == BINOMIAL and parts:
        return element("mfrac", parts, linethickness="0"), rows
    if node.label in ENCLOSURES and parts:
        return element("menclose", parts, notation=ENCLOSURES[node.label]), rows
    if node.label == ROOT and parts:
        index = rows.pop(Relation.ABOVE, None)
        return (element("msqrt", parts) if index is None else element("mroot", [*parts, write_row(index)])), rows
    if Relation.INSIDE in rows:
        raise NotationError(
            f"symbol {quoted(node.label)} has a row Inside: only a root or a frame can have one in MathML"
        )
    return None, dict(node.rows)


def accented(node: Node, mark: etree._Element, write_row: _RowWriter) -> tuple[etree._Element, _Rows] | None:
    """The accent that a node is, with its content, and the rows that are not part of it; None if it is none."""
    kind = kind_of(node)
    if kind not in (Kind.ACCENT, Kind.ACCENT_UNDER) or not node.arguments:
        return None
    rows = dict(node.rows)
    content = write_row(rows.pop(node.arguments[0]))
    stretchy = stretchy_of(node.label)
    if stretchy is not None:
        mark.set("stretchy", stretchy)
    name = "mover" if kind is Kind.ACCENT else "munder"
    return element(name, [content, mark], **{ATTRIBUTES[kind]: "true"}), rows


def table(node: Node, write_row: _RowWriter) -> etree._Element:
    cells = [[element("mtd", [write_row(cell)] if cell else ()) for cell in line] for line in node.cells]
    return element("mtable", [element("mtr", line) for line in cells])


def scripted(base: etree._Element, rows: _Rows, write_row: _RowWriter) -> etree._Element:
    for lower, upper, names in SCRIPT_ELEMENTS:
        parts = {relation: write_row(rows[relation]) for relation in (lower, upper) if relation in rows}
        if parts:
            name = names[2] if len(parts) == 2 else names[lower not in rows]
            attributes = {
                ATTRIBUTES[kind]: "false"
                for relation, kind in LIMITS.items()
                if relation in parts and looks_like_accent(kind, parts[relation].text or "")
            }
            base = element(name, [base, *parts.values()], **attributes)
    return base


def kind_of(node: Node) -> Kind | None:
    """The part that a symbol plays; functions are known that are no class."""
    known = SYMBOL_CLASSES.get(node.label)
    return known.kind if known is not None else Kind.FUNCTION if node.label in ALL_FUNCTIONS else None


def leaf(label: str, text: str) -> etree._Element:
    known = SYMBOL_CLASSES.get(label)
    return element("mi" if known is None else _LEAF_ELEMENTS.get(known.kind, "mo"), text=text)


def as_row(elements: list[etree._Element]) -> etree._Element:
    return elements[0] if len(elements) == 1 else element("mrow", elements)


def element(
    name: str,
    children: Iterable[etree._Element] = (),
    *,
    text: str | None = None,
    **attributes: str,
) -> etree._Element:
    element = etree.Element(f"{{{_NAMESPACE}}}{name}", attributes, nsmap={None: _NAMESPACE})
    try:
        element.text = text
    except ValueError:
        raise NotationError(f"label {quoted(str(text))} is no XML text") from None
    element.extend(children)
    return element
