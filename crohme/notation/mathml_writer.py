"""Symbol layout tree → Presentation MathML, for browsers and as the truth of an InkML file."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from lxml import etree

from crohme.notation.alphabet import BINOMIAL, SYMBOL_CLASSES, Kind
from crohme.notation.latex_commands import ALL_FUNCTIONS
from crohme.notation.mathml import SymbolTriple
from crohme.notation.mathml_constructs import accented, as_row, composite, element, kind_of, leaf, scripted, table
from crohme.notation.mathml_elements import XML_ID
from crohme.notation.tree import Node, SymbolTree
from crohme.notation.unicode_signs import GLYPHS

_APPLY_FUNCTION = "\N{FUNCTION APPLICATION}"
FENCES = (Kind.OPENING, Kind.CLOSING, Kind.BAR)


def to_mathml(tree: SymbolTree, *, with_strokes: bool = False) -> str:
    """Write a tree as Presentation MathML that browsers typeset.

    Signs are Unicode characters; neighbouring digits are one number; a matched pair of fences and
    what lies between are one row, so that they stretch to it and a script on the closing fence
    belongs to all of it; fences without a partner stretch only beside a grid. `from_mathml` reads the same tree.

    Args:
        tree: SymbolTree.
        with_strokes: bool. Whether each element that draws a symbol names its strokes, as in
            `data-strokes="0 2"`. Each digit is then an element of its own, which looks the same.

    Returns:
        str. A `<math display="block">` element.

    Raises:
        NotationError: A symbol other than a root or a frame has a row Inside, or a label is no XML text.
    """
    math = element("math", display="block")
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
        return as_row([write_node(node) for node in row])

    def write_node(node: Node) -> etree._Element:
        if node.is_grid:
            return table(node, write_row)
        href = f"s{len(symbols)}"
        symbols.append((node.label, node.strokes, href))
        mark = leaf(node.label, node.label)
        mark.set(XML_ID, href)
        if (with_accent := accented(node, mark, write_row)) is not None:
            return scripted(*with_accent, write_row)
        base, rows = composite(node, write_row)
        if base is None:
            base = leaf(node.label, node.label)
        base.set(XML_ID, href)
        return scripted(base, rows, write_row)

    math = element("math")
    math.append(write_row(tree.row))
    return etree.tostring(math, encoding="unicode"), symbols


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
            levels[-1].append(scripted(number, row[end - 1].rows, write_row))
            index = end
            continue
        node = row[index]
        index += 1
        if index - 1 in closings:
            fenced = [*levels.pop(), _display_leaf(node, with_strokes)]
            levels[-1].append(scripted(element("mrow", fenced), node.rows, write_row))
        else:
            is_matched = index - 1 in partners
            if is_matched:
                levels.append([])
            stretchy = None if is_matched else "true" if _is_of_grid(row, index - 1) else "false"
            levels[-1].append(_display_node(node, with_strokes, stretchy))
            if kind_of(node) is Kind.FUNCTION and index < len(row):
                levels[-1].append(element("mo", text=_APPLY_FUNCTION))
    return as_row(levels[0])


def _display_node(node: Node, with_strokes: bool, stretchy: str | None) -> etree._Element:
    write_row = partial(_display_row, with_strokes=with_strokes)
    if node.is_grid:
        return table(node, write_row)
    if (with_accent := accented(node, _display_leaf(node, with_strokes), write_row)) is not None:
        return scripted(*with_accent, write_row)
    base, rows = composite(node, write_row)
    if base is not None:
        _mark(base, node, with_strokes)
        if node.label == BINOMIAL:
            base = element("mrow", [element("mo", text="("), base, element("mo", text=")")])
    else:
        base = _display_leaf(node, with_strokes)
        if kind_of(node) in FENCES and stretchy is not None:
            base.set("stretchy", stretchy)
        if kind_of(node) is Kind.BIG_OPERATOR and rows:
            base.set("movablelimits", "false")  # limits stay where they were written
    return scripted(base, rows, write_row)


def _display_leaf(node: Node, with_strokes: bool) -> etree._Element:
    return _mark(leaf(node.label, text_of(node.label)), node, with_strokes)


def text_of(label: str) -> str:
    """How a symbol looks, in Unicode."""
    known = SYMBOL_CLASSES.get(label)
    if known is None and label in ALL_FUNCTIONS:
        return label[1:]
    text = GLYPHS.get(label, label) if known is None else known.text
    return label if text == "\N{DOUBLE PRIME}" else text  # straight: the other one is read as two primes


def _number(digits: Sequence[Node], with_strokes: bool) -> etree._Element:
    if not with_strokes:
        return element("mn", text="".join(node.label for node in digits))
    return as_row([_mark(element("mn", text=node.label), node, with_strokes) for node in digits])


def _mark(element: etree._Element, node: Node, with_strokes: bool) -> etree._Element:
    if with_strokes and node.strokes:
        element.set("data-strokes", " ".join(map(str, node.strokes)))
    return element


def _number_end(row: tuple[Node, ...], start: int) -> int:
    """The end of the number that starts here; `start` itself if there is none."""
    end = start
    while end < len(row) and (end == start or not row[end - 1].rows):
        is_point = row[end].label == "." and not row[end].rows and start < end < len(row) - 1
        if kind_of(row[end]) is not Kind.DIGIT and not (is_point and kind_of(row[end + 1]) is Kind.DIGIT):
            break
        end += 1
    return end


def _is_of_grid(row: tuple[Node, ...], index: int) -> bool:
    """Whether a symbol opens the grid after it, as the brace of a case distinction does, or closes the one before."""
    opens = kind_of(row[index]) is not Kind.CLOSING and index + 1 < len(row) and row[index + 1].is_grid
    return opens or (kind_of(row[index]) is not Kind.OPENING and index > 0 and row[index - 1].is_grid)


def _partners(row: tuple[Node, ...]) -> dict[int, int]:
    """Index of an opening fence → index of its closing one. Bars pair up, and so do `[` and `)`."""
    partners: dict[int, int] = {}
    waiting: list[int] = []
    for index, node in enumerate(row):
        kind = kind_of(node)
        if kind is Kind.BAR and waiting and kind_of(row[waiting[-1]]) is Kind.BAR:
            partners[waiting.pop()] = index
        elif kind in (Kind.OPENING, Kind.BAR):
            waiting.append(index)
        elif kind is Kind.CLOSING:
            while waiting and kind_of(row[waiting[-1]]) is Kind.BAR:
                waiting.pop()
            if waiting:
                partners[waiting.pop()] = index
    return partners
