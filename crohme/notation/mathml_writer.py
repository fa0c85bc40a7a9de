"""Symbol layout tree → Presentation MathML, for browsers and as the truth of an InkML file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial

from lxml import etree

from crohme.notation.alphabet import BINOMIAL, ROOT, SYMBOL_CLASSES, Kind
from crohme.notation.errors import NotationError
from crohme.notation.latex_scanner import GLYPHS
from crohme.notation.mathml import ENCLOSURES, SymbolTriple
from crohme.notation.mathml_accents import ATTRIBUTES, looks_like_accent, stretchy_of
from crohme.notation.mathml_elements import XML_ID
from crohme.notation.tree import Node, Relation, SymbolTree

_NAMESPACE = "http://www.w3.org/1998/Math/MathML"
_APPLY_FUNCTION = "\N{FUNCTION APPLICATION}"
_LEAF_ELEMENTS = {Kind.DIGIT: "mn", Kind.IDENTIFIER: "mi", Kind.FUNCTION: "mi"}  # all others are mo
_SCRIPTS = (
    (Relation.BELOW, Relation.ABOVE, ("munder", "mover", "munderover")),
    (Relation.SUB, Relation.SUP, ("msub", "msup", "msubsup")),
)


_LIMITS = {Relation.BELOW: Kind.ACCENT_UNDER, Relation.ABOVE: Kind.ACCENT}


def to_mathml(tree: SymbolTree, *, with_strokes: bool = False) -> str:
    """Write a tree as Presentation MathML that browsers typeset.

    Signs are Unicode characters; neighbouring digits are one number; a matched pair of fences and
    what lies between are one row, so that they stretch to it and a script on the closing fence
    belongs to all of it; fences without a partner do not stretch. `from_mathml` reads the same tree.

    Args:
        tree: SymbolTree.
        with_strokes: bool. Whether each element that draws a symbol names its strokes, as in
            `data-strokes="0 2"`. Each digit is then an element of its own, which looks the same.

    Returns:
        str. A `<math display="block">` element.

    Raises:
        NotationError: A symbol other than a root or a frame has a row Inside, or a label is no XML text.
    """
    math = _element("math", display="block")
    math.append(_display_row(tree.row, with_strokes))
    return etree.tostring(math, encoding="unicode")


def to_truth_mathml(tree: SymbolTree) -> tuple[str, list[SymbolTriple]]:
    """Write a tree as the truth of an InkML file: MathML with an identifier on every symbol.

    `from_mathml(*to_truth_mathml(tree))` is `tree`.

    Args:
        tree: SymbolTree.

    Returns:
        The `<math>` element, and the symbols it refers to, as `(label, strokes, href)`.

    Raises:
        NotationError: A symbol other than a root or a frame has a row Inside, or a label is no XML text.
    """
    symbols: list[SymbolTriple] = []

    def write_row(row: tuple[Node, ...]) -> etree._Element:
        return _as_row([write_node(node) for node in row])

    def write_node(node: Node) -> etree._Element:
        if node.is_grid:
            return _table(node, write_row)
        href = f"s{len(symbols)}"
        symbols.append((node.label, node.strokes, href))
        mark = _leaf(node.label, node.label)
        mark.set(XML_ID, href)
        if (accented := _accented(node, mark, write_row)) is not None:
            return _scripted(*accented, write_row)
        base, rows = _composite(node, write_row)
        if base is None:
            base = _leaf(node.label, node.label)
        base.set(XML_ID, href)
        return _scripted(base, rows, write_row)

    math = _element("math")
    math.append(write_row(tree.row))
    return etree.tostring(math, encoding="unicode"), symbols


_Rows = Mapping[Relation, tuple[Node, ...]]
_RowWriter = Callable[[tuple[Node, ...]], etree._Element]


def _composite(node: Node, write_row: _RowWriter) -> tuple[etree._Element | None, _Rows]:
    """The fraction, root or frame that a node is, if it is one, and the rows that are not part of it."""
    rows = dict(node.rows)
    parts = [write_row(rows.pop(relation)) for relation in node.arguments]
    if node.is_fraction:
        return _element("mfrac", parts), rows
    if node.label == BINOMIAL and parts:
        return _element("mfrac", parts, linethickness="0"), rows
    if node.label in ENCLOSURES and parts:
        return _element("menclose", parts, notation=ENCLOSURES[node.label]), rows
    if node.label == ROOT and parts:
        index = rows.pop(Relation.ABOVE, None)
        return (_element("msqrt", parts) if index is None else _element("mroot", [*parts, write_row(index)])), rows
    if Relation.INSIDE in rows:
        raise NotationError(f"symbol {node.label!r} has a row Inside: only a root or a frame can have one in MathML")
    return None, dict(node.rows)


def _accented(node: Node, mark: etree._Element, write_row: _RowWriter) -> tuple[etree._Element, _Rows] | None:
    """The accent that a node is, with its content, and the rows that are not part of it; None if it is none."""
    kind = _kind(node)
    if kind not in (Kind.ACCENT, Kind.ACCENT_UNDER) or not node.arguments:
        return None
    rows = dict(node.rows)
    content = write_row(rows.pop(node.arguments[0]))
    stretchy = stretchy_of(node.label)
    if stretchy is not None:
        mark.set("stretchy", stretchy)
    name = "mover" if kind is Kind.ACCENT else "munder"
    return _element(name, [content, mark], **{ATTRIBUTES[kind]: "true"}), rows


def _table(node: Node, write_row: _RowWriter) -> etree._Element:
    cells = [[_element("mtd", [write_row(cell)] if cell else ()) for cell in line] for line in node.cells]
    return _element("mtable", [_element("mtr", line) for line in cells])


def _scripted(base: etree._Element, rows: _Rows, write_row: _RowWriter) -> etree._Element:
    for lower, upper, names in _SCRIPTS:
        parts = {relation: write_row(rows[relation]) for relation in (lower, upper) if relation in rows}
        if parts:
            name = names[2] if len(parts) == 2 else names[lower not in rows]
            attributes = {
                ATTRIBUTES[kind]: "false"
                for relation, kind in _LIMITS.items()
                if relation in parts and looks_like_accent(kind, parts[relation].text or "")
            }
            base = _element(name, [base, *parts.values()], **attributes)
    return base


def _display_row(row: tuple[Node, ...], with_strokes: bool) -> etree._Element:
    write_row = partial(_display_row, with_strokes=with_strokes)
    partners = _partners(row)
    closings = set(partners.values())
    levels: list[list[etree._Element]] = [[]]
    index = 0
    while index < len(row):
        end = _number_end(row, index)
        if end > index:
            number = _number(row[index:end], with_strokes)
            levels[-1].append(_scripted(number, row[end - 1].rows, write_row))
            index = end
            continue
        node = row[index]
        index += 1
        if index - 1 in closings:
            fenced = [*levels.pop(), _display_leaf(node, with_strokes)]
            levels[-1].append(_scripted(_element("mrow", fenced), node.rows, write_row))
        else:
            if index - 1 in partners:
                levels.append([])
            levels[-1].append(_display_node(node, with_strokes, is_matched=index - 1 in partners))
            if _kind(node) is Kind.FUNCTION and index < len(row):
                levels[-1].append(_element("mo", text=_APPLY_FUNCTION))
    return _as_row(levels[0])


def _display_node(node: Node, with_strokes: bool, *, is_matched: bool) -> etree._Element:
    write_row = partial(_display_row, with_strokes=with_strokes)
    if node.is_grid:
        return _table(node, write_row)
    if (accented := _accented(node, _display_leaf(node, with_strokes), write_row)) is not None:
        return _scripted(*accented, write_row)
    base, rows = _composite(node, write_row)
    if base is not None:
        _mark(base, node, with_strokes)
        if node.label == BINOMIAL:
            base = _element("mrow", [_element("mo", text="("), base, _element("mo", text=")")])
    else:
        base = _display_leaf(node, with_strokes)
        if _kind(node) in (Kind.OPENING, Kind.CLOSING, Kind.BAR) and not is_matched:
            base.set("stretchy", "false")
        if _kind(node) is Kind.BIG_OPERATOR and rows:
            base.set("movablelimits", "false")  # limits stay where they were written
    return _scripted(base, rows, write_row)


def _display_leaf(node: Node, with_strokes: bool) -> etree._Element:
    known = SYMBOL_CLASSES.get(node.label)
    text = GLYPHS.get(node.label, node.label) if known is None else known.text
    if text == "\N{DOUBLE PRIME}":
        text = node.label  # straight: the other one is read as two primes
    return _mark(_leaf(node.label, text), node, with_strokes)


def _number(digits: Sequence[Node], with_strokes: bool) -> etree._Element:
    if not with_strokes:
        return _element("mn", text="".join(node.label for node in digits))
    return _as_row([_mark(_element("mn", text=node.label), node, with_strokes) for node in digits])


def _mark(element: etree._Element, node: Node, with_strokes: bool) -> etree._Element:
    if with_strokes and node.strokes:
        element.set("data-strokes", " ".join(map(str, node.strokes)))
    return element


def _number_end(row: tuple[Node, ...], start: int) -> int:
    """The end of the number that starts here; `start` itself if there is none."""
    end = start
    while end < len(row) and (end == start or not row[end - 1].rows):
        is_point = row[end].label == "." and not row[end].rows and start < end < len(row) - 1
        if _kind(row[end]) is not Kind.DIGIT and not (is_point and _kind(row[end + 1]) is Kind.DIGIT):
            break
        end += 1
    return end


def _partners(row: tuple[Node, ...]) -> dict[int, int]:
    """Index of an opening fence → index of its closing one. Bars pair up, and so do `[` and `)`."""
    partners: dict[int, int] = {}
    waiting: list[int] = []
    for index, node in enumerate(row):
        kind = _kind(node)
        if kind is Kind.BAR and waiting and _kind(row[waiting[-1]]) is Kind.BAR:
            partners[waiting.pop()] = index
        elif kind in (Kind.OPENING, Kind.BAR):
            waiting.append(index)
        elif kind is Kind.CLOSING:
            while waiting and _kind(row[waiting[-1]]) is Kind.BAR:
                waiting.pop()
            if waiting:
                partners[waiting.pop()] = index
    return partners


def _kind(node: Node) -> Kind | None:
    known = SYMBOL_CLASSES.get(node.label)
    return None if known is None else known.kind


def _leaf(label: str, text: str) -> etree._Element:
    known = SYMBOL_CLASSES.get(label)
    return _element("mi" if known is None else _LEAF_ELEMENTS.get(known.kind, "mo"), text=text)


def _as_row(elements: list[etree._Element]) -> etree._Element:
    return elements[0] if len(elements) == 1 else _element("mrow", elements)


def _element(
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
        raise NotationError(f"label {text!r} is no XML text") from None
    element.extend(children)
    return element
