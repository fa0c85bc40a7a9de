"""Truth MathML of CROHME files → symbol layout tree."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence

from lxml import etree

from crohme.notation.alphabet import BINOMIAL, FRACTION_BAR, GRID, ROOT, SYMBOL_CLASSES, Kind, canonical_label
from crohme.notation.errors import MathmlError
from crohme.notation.tree import MAX_DEPTH, Node, Relation, SymbolTree, attach

SymbolTriple = tuple[str, tuple[int, ...], str | None]
"""Label, strokes and href of a trace group."""

XML_ID = "{http://www.w3.org/XML/1998/namespace}id"

_MAX_LEVELS = 4 * MAX_DEPTH  # a level of the tree can be a fraction with limits with scripts
_LEAVES = frozenset({"mi", "mo", "mn", "mtext", "ms"})
_ROWS = frozenset({"math", "mrow", "mstyle", "mpadded"})
_SCRIPTS: dict[str, tuple[Relation, ...]] = {
    "msub": (Relation.SUB,),
    "msup": (Relation.SUP,),
    "msubsup": (Relation.SUB, Relation.SUP),
    "munder": (Relation.BELOW,),
    "mover": (Relation.ABOVE,),
    "munderover": (Relation.BELOW, Relation.ABOVE),
}
_FRACTIONS_AND_ROOTS: dict[str, tuple[str, tuple[Relation, ...]]] = {
    "mfrac": (FRACTION_BAR, (Relation.ABOVE, Relation.BELOW)),
    "mroot": (ROOT, (Relation.INSIDE, Relation.ABOVE)),
}
ENCLOSURES = {"\\boxed": "box", "\\textcircled": "circle"}
"""Label → how `<menclose notation>` says it."""
_ENCLOSURES = {notation: label for label, notation in ENCLOSURES.items()}
_LABELS = {symbol.text: symbol.label for symbol in reversed(SYMBOL_CLASSES.values())}
"""Sign or word, as typeset → label."""
_INVISIBLE = "\N{FUNCTION APPLICATION}\N{INVISIBLE TIMES}\N{INVISIBLE SEPARATOR}\N{INVISIBLE PLUS}"
_SIGNS = {symbol.text for symbol in SYMBOL_CLASSES.values() if symbol.kind not in (Kind.ACCENT, Kind.ACCENT_UNDER)}
_ACCENTS: dict[tuple[Kind, str], str] = {
    (symbol.kind, sign): symbol.label
    for symbol in reversed(SYMBOL_CLASSES.values())
    if symbol.kind in (Kind.ACCENT, Kind.ACCENT_UNDER)
    for sign in (symbol.label, symbol.text)
}
"""Part and sign, as a leaf has it → label; of several accents of one sign, the first of the table."""


def from_mathml(
    mathml: str, symbols: Iterable[SymbolTriple] = (), label: Callable[[str], str] = canonical_label
) -> SymbolTree:
    """Read the truth of a CROHME file.

    An element is matched by its local name, whatever its namespace. Decisions:

    - The label and the strokes of a leaf come from the symbol whose href equals its `xml:id`; its
      text is unreliable (`sin`, `rarr`, `im` for `\\lim`). If several elements bear one
      identifier, they take the symbols of that href in turn.
    - So do the strokes of a fraction or root; its label is `-` or `\\sqrt` whatever the symbol says.
    - An element that no symbol names takes a symbol left over under an href that names no
      element, if label and text agree (one test file writes `48:` for `48:49:`). Otherwise it has
      no strokes, and its text must be a symbol class.
    - Symbols without href, or left over, are no part of the tree: strokes written over, mostly.
    - Rows within rows are one row; an element that draws nothing (`mspace`) is skipped.
    - A script on a group of several symbols hangs on the last one (as in the official converter).
    - A second script of the same kind on the same symbol: see `attach`.
    - A script element without its script (`<msub>` with one child) is its base.
    - What lies over or under its base is an accent if its element is marked as one, or its sign is nothing else.
    - A fraction without a bar is a binomial; parentheses right around it that no symbol names are its own.
    - A table is a grid, and `<menclose>` a frame.

    Args:
        mathml: str. The `<math>` element, serialised.
        symbols: iterable of `(label, strokes, href)`. The trace groups of the same file.
        label: function of a label, or of the text of a leaf. That of the node.

    Returns:
        SymbolTree.

    Raises:
        MathmlError: Not well-formed, without symbols, or with an element, a leaf or a script that
            cannot be read.
        NotationError: Nested too deep, or two different rows in one place.
    """
    root = _parse(mathml)
    row = _Reader(root, symbols, label).row([root], depth=1)
    if not row:
        raise MathmlError("the MathML holds no symbol")
    return SymbolTree(row)


def _parse(mathml: str) -> etree._Element:
    # Identifiers such as `\phi_1` are no XML names: an identifier table would refuse them. A line of
    # n symbols is n rows deep in CROHME, more than the 256 levels that libxml2 allows by default.
    parser = etree.XMLParser(
        collect_ids=False,
        resolve_entities=False,
        no_network=True,
        remove_comments=True,
        remove_pis=True,
        huge_tree=True,
    )
    try:
        return etree.fromstring(mathml.encode("utf-8"), parser)
    except UnicodeEncodeError:
        raise MathmlError("not well-formed MathML: a surrogate is no character") from None
    except etree.XMLSyntaxError as error:
        raise MathmlError(f"not well-formed MathML: {error.msg}") from None


class _Reader:
    def __init__(self, root: etree._Element, symbols: Iterable[SymbolTriple], label: Callable[[str], str]) -> None:
        self._label = label
        self._by_href: dict[str, deque[SymbolTriple]] = {}
        for symbol in symbols:
            if symbol[2] is not None:
                self._by_href.setdefault(symbol[2], deque()).append(symbol)
        named = {element.get(XML_ID) for element in root.iter()}
        self._stray: dict[str, deque[SymbolTriple]] = {}
        for href, group in self._by_href.items():
            if href not in named:
                self._stray.setdefault(label(group[0][0]), deque()).append(group[0])

    def row(self, elements: Sequence[etree._Element], depth: int) -> tuple[Node, ...]:
        if depth > _MAX_LEVELS:
            raise MathmlError(f"nested deeper than {MAX_DEPTH} levels")
        nodes: list[Node] = []
        waiting = list(reversed(elements))  # a stack: CROHME nests one mrow per symbol of a line
        while waiting:
            element = waiting.pop()
            name = _local_name(element)
            children = list(element)
            if name in _ROWS:
                waiting.extend(reversed(_without_parentheses(children)))
            elif name == "semantics":
                waiting.extend(children[:1])  # the rest are annotations
            elif name in _LEAVES:
                nodes.extend(self._leaf(element, "".join(element.itertext())))
            elif (accent := self._accent(name, element, children)) is not None:
                nodes.append(self._accented(accent, children, depth))
            elif name in _SCRIPTS:
                nodes.extend(self._scripted(name, children, depth))
            elif name == "mtable":
                nodes.append(self._grid(children, depth))
            elif name == "menclose" and element.get("notation") in _ENCLOSURES:
                label = _ENCLOSURES[element.get("notation", "")]
                nodes.append(self._composite(element, label, {Relation.INSIDE: children}, depth))
            elif name == "mfrac" and _is_binomial(element):
                _expect(name, children, 2)
                parts = {Relation.ABOVE: children[:1], Relation.BELOW: children[1:]}
                nodes.append(self._composite(element, BINOMIAL, parts, depth))
            elif name == "msqrt":
                nodes.append(self._composite(element, ROOT, {Relation.INSIDE: children}, depth))
            elif name in _FRACTIONS_AND_ROOTS:
                label, relations = _FRACTIONS_AND_ROOTS[name]
                _expect(name, children, len(relations))
                rows = {relation: [child] for relation, child in zip(relations, children, strict=True)}
                nodes.append(self._composite(element, label, rows, depth))
            elif name != "mspace":
                raise MathmlError(f"element <{name}> is not supported")
        return tuple(nodes)

    def _accent(self, name: str, element: etree._Element, children: list[etree._Element]) -> str | None:
        """The label of the accent that an element puts over or under its base; None if it puts none there."""
        if name not in ("mover", "munder") or len(children) != 2 or _local_name(children[1]) not in _LEAVES:
            return None
        kind, attribute = (Kind.ACCENT, "accent") if name == "mover" else (Kind.ACCENT_UNDER, "accentunder")
        mark = children[1]
        group = self._by_href.get(mark.get(XML_ID, ""))
        sign = "".join(mark.itertext()).strip()
        label = _ACCENTS.get((kind, group[0][0] if group else sign))
        is_marked = element.get(attribute) == "true" or sign.startswith("\\")
        return label if label is not None and (group or is_marked or sign not in _SIGNS) else None

    def _accented(self, label: str, children: list[etree._Element], depth: int) -> Node:
        content = self.row(children[:1], depth + 1)
        if not content:
            raise MathmlError(f"{label!r} of nothing")
        mark = self._by_href.get(children[1].get(XML_ID, ""))
        strokes = tuple(mark.popleft()[1]) if mark else ()
        relation = Relation.BELOW if SYMBOL_CLASSES[label].kind is Kind.ACCENT else Relation.ABOVE
        return Node(label, strokes, {relation: content})

    def _grid(self, lines: list[etree._Element], depth: int) -> Node:
        cells: list[tuple[tuple[Node, ...], ...]] = []
        for line in lines:
            if _local_name(line) not in ("mtr", "mlabeledtr"):
                raise MathmlError(f"element <{_local_name(line)}> in a table")
            cells.append(tuple(self.row(list(cell), depth + 1) for cell in line if _local_name(cell) == "mtd"))
        if not any(cell for line in cells for cell in line):
            raise MathmlError("a table holds no symbol")
        return Node(GRID, cells=tuple(cells))

    def _leaf(self, element: etree._Element, text: str) -> list[Node]:
        """The symbol of a leaf; of a number that no symbol names, one for each digit."""
        signs = text.strip().strip(_INVISIBLE)
        if text and not signs and not text.isspace():
            return []  # of signs that nobody sees, as that between a function and its argument
        if element.get(XML_ID) is None and len(signs) > 1 and signs.replace(".", "").isdecimal() and signs.isascii():
            return [self._symbol(element, digit) for digit in signs]
        return [self._symbol(element, signs)]

    def _symbol(self, element: etree._Element, text: str) -> Node:
        name = element.get(XML_ID)
        group = None if name is None else self._by_href.get(name)
        if group:
            label, strokes, _ = group.popleft()
            return Node(self._label(label), tuple(strokes))
        written = self._label(text)
        if canonical_label(written) not in SYMBOL_CLASSES:
            written = self._label(_LABELS.get(text, text))
        stray = self._stray.get(written)
        if stray:
            return Node(written, tuple(stray.popleft()[1]))
        if canonical_label(written) not in SYMBOL_CLASSES:
            raise MathmlError(f"leaf {text!r} belongs to no symbol, and its text is no symbol class")
        return Node(written)

    def _composite(
        self, element: etree._Element, label: str, parts: dict[Relation, list[etree._Element]], depth: int
    ) -> Node:
        rows = {relation: self.row(children, depth + 1) for relation, children in parts.items()}
        bar_or_sign = Node(label, self._symbol(element, label).strokes)
        return _with_rows(bar_or_sign, rows)

    def _scripted(self, name: str, children: list[etree._Element], depth: int) -> tuple[Node, ...]:
        relations = _SCRIPTS[name]
        if not 1 <= len(children) <= 1 + len(relations):
            raise MathmlError(f"<{name}> has {len(children)} children")
        base = self.row(children[:1], depth + 1)
        if not base:
            raise MathmlError(f"<{name}> has no base")
        rows = {r: self.row([child], depth + 1) for r, child in zip(relations, children[1:], strict=False)}
        return (*base[:-1], _with_rows(base[-1], rows))


def _without_parentheses(row: list[etree._Element]) -> list[etree._Element]:
    """A row without the parentheses that typeset a binomial: nobody drew them, the binomial's ink is its own."""
    if [_local_name(element) for element in row] != ["mo", "mfrac", "mo"] or not _is_binomial(row[1]):
        return row
    fences = ["".join(element.itertext()).strip() for element in (row[0], row[2])]
    is_named = any(element.get(XML_ID) is not None for element in (row[0], row[2]))
    return row if is_named or fences != ["(", ")"] else row[1:2]


def _is_binomial(element: etree._Element) -> bool:
    return element.get("linethickness", "").rstrip("pxtem%") == "0"


def _with_rows(node: Node, rows: dict[Relation, tuple[Node, ...]]) -> Node:
    for relation, row in rows.items():
        if row:
            node = attach(node, relation, row)
    return node


def _expect(name: str, children: list[etree._Element], count: int) -> None:
    if len(children) != count:
        raise MathmlError(f"<{name}> has {len(children)} children")


def _local_name(element: etree._Element) -> str:
    return str(etree.QName(element).localname)
