"""Presentation MathML, as the truth of CROHME files or as other programs write it → symbol layout tree."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence

from lxml import etree

from crohme.errors import quoted
from crohme.notation.alphabet import BINOMIAL, FRACTION_BAR, GRID, ROOT, SYMBOL_CLASSES, Kind, canonical_label
from crohme.notation.errors import MathmlError
from crohme.notation.mathml_accents import ATTRIBUTES, accent_of, of_width
from crohme.notation.mathml_elements import (
    LEAVES,
    ROWS,
    XML_ID,
    binomials,
    cells_of,
    check_no_text,
    expect,
    fenced,
    has_no_bar,
    is_operator,
    local_name,
    operator,
    parse,
    unwrapped,
    variants_of,
)
from crohme.notation.mathml_leaves import INVISIBLE, label_of, signs_of
from crohme.notation.tree import ARGUMENTS, MAX_DEPTH, SCRIPT_OF, Node, Relation, SymbolTree, attach

SymbolTriple = tuple[str, tuple[int, ...], str | None]
"""Label, strokes and href of a trace group."""

_MAX_LEVELS = 4 * MAX_DEPTH  # a level of the tree can be a fraction with limits with scripts
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
_ACCENTS = {Relation.ABOVE: Kind.ACCENT, Relation.BELOW: Kind.ACCENT_UNDER}
_ENCLOSURES = {notation: label for label, notation in ENCLOSURES.items()}
_FRAMES = {"top": "\\overline", "bottom": "\\underline", "radical": ROOT}
"""Other values of that attribute that something else says as well."""
_UNSEEN = frozenset({"mspace", "mphantom", "maligngroup", "malignmark"})


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
      no strokes, and its text must be symbol classes: see `mathml_leaves`.
    - Symbols without href, or left over, are no part of the tree: strokes written over, mostly.
    - Rows within rows are one row; an element that draws nothing (`mspace`) is skipped. `<mfenced>` is the row of
      its fences, separators and children, a bevelled fraction that of its parts with a slash between them.
    - A script on a group of several symbols hangs on the last one (as in the official converter).
    - A second script of the same kind on the same symbol: see `attach`.
    - A script element without its script (`<msub>` with one child) is its base.
    - What lies over or under its base may be an accent, narrow or wide: see `mathml_accents`.
    - A fraction without a bar is a binomial if a symbol is named so; or if parentheses that no symbol names stand
      right around it, which are then its own. Otherwise it is a grid of two lines, as `\\atop` is.
    - A table is a grid without the labels of its lines, and `<menclose>` a frame.

    Args:
        mathml: str. The `<math>` element, serialised.
        symbols: iterable of `(label, strokes, href)`. The trace groups of the same file.
        label: function of a label, or of the text of a leaf. That of the node.

    Returns:
        SymbolTree.

    Raises:
        MathmlError: Not well-formed, without symbols, or with an element, a leaf, an accent or a script that
            cannot be read; an element that spans several cells; text outside of leaves.
        NotationError: Nested too deep, or two different rows in one place.
    """
    root = parse(mathml)
    row = _Reader(root, symbols, label).row([root], depth=1)
    if not row:
        raise MathmlError("the MathML holds no symbol")
    return SymbolTree(row)


class _Reader:
    def __init__(self, root: etree._Element, symbols: Iterable[SymbolTriple], label: Callable[[str], str]) -> None:
        self._label = label
        self._by_href: dict[str, deque[SymbolTriple]] = {}
        for symbol in symbols:
            if symbol[2] is not None:
                self._by_href.setdefault(symbol[2], deque()).append(symbol)
        self._binomials, self._fences = binomials(root)
        self._variants = variants_of(root)
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
            name = local_name(element)
            if element in self._fences and name != "mfenced":
                continue
            if name in LEAVES:
                nodes.extend(self._leaf(name, element))
                continue
            children = list(element)
            check_no_text(element)
            if name in ROWS:
                waiting.extend(reversed(children))
            elif name == "mfenced":
                waiting.extend(reversed(children if element in self._fences else fenced(element)))
            elif name == "semantics":
                waiting.extend(children[:1])  # the rest are annotations
            elif name == "mfrac" and element.get("bevelled") == "true":
                expect(name, children, 2)
                waiting.extend((children[1], operator("/"), children[0]))
            elif name in _SCRIPTS:
                nodes.extend(self._scripted(name, element, depth))
            elif name == "mtable":
                nodes.append(self._grid(cells_of(element), depth))
            elif name == "mfrac" and has_no_bar(element) and not self._is_binomial(element):
                expect(name, children, 2)
                nodes.append(self._grid([[[part]] for part in children], depth))
            elif name not in _UNSEEN:
                nodes.append(self._composite(element, *_parts(name, element), depth))
        return tuple(nodes)

    def _is_binomial(self, fraction: etree._Element) -> bool:
        return fraction in self._binomials or bool(self._by_href.get(fraction.get(XML_ID, "")))

    def _scripted(self, name: str, element: etree._Element, depth: int) -> tuple[Node, ...]:
        relations, children = _SCRIPTS[name], list(element)
        if not 1 <= len(children) <= 1 + len(relations):
            raise MathmlError(f"<{name}> has {len(children)} children")
        base = self.row(children[:1], depth + 1)
        rows: dict[Relation, tuple[Node, ...]] = {}
        for relation, child in zip(relations, children[1:], strict=False):
            accent = self._accent(relation, element, children[0], child, len(base))
            if accent is None:
                rows[relation] = self.row([child], depth + 1)
                continue
            if not base:
                raise MathmlError(f"{quoted(accent)} of nothing")
            base = (self._accented(accent, child, base),)
        if not base:
            raise MathmlError(f"<{name}> has no base")
        return (*base[:-1], _with_rows(base[-1], rows))

    def _accent(
        self, relation: Relation, element: etree._Element, base: etree._Element, over: etree._Element, symbols: int
    ) -> str | None:
        """The label of the accent that an element puts over or under its base; None if it puts none there."""
        if relation not in _ACCENTS:
            return None
        kind, mark = _ACCENTS[relation], unwrapped(over)
        is_leaf = local_name(mark) in LEAVES  # else its attribute is about what is over itself
        marked = (element.get(ATTRIBUTES[kind]) or (mark.get("accent") if is_leaf else None) or "").lower()
        if not is_leaf:
            if marked == "true":
                raise MathmlError(f"accent <{local_name(mark)}> is not supported")
            return None
        group = self._by_href.get(mark.get(XML_ID, ""))
        if group:
            known = SYMBOL_CLASSES.get(group[0][0])
            return known.label if known is not None and known.kind is kind else None
        sign = "".join(mark.itertext()).strip().strip(INVISIBLE)
        label = accent_of(kind, sign, marked, over_operator=is_operator(unwrapped(base)))
        if label is None and marked == "true":
            raise MathmlError(f"accent {quoted(sign)} is not supported")
        return None if label is None else label if sign == label else of_width(label, mark.get("stretchy"), symbols)

    def _accented(self, label: str, over: etree._Element, content: tuple[Node, ...]) -> Node:
        mark = self._by_href.get(unwrapped(over).get(XML_ID, ""))
        strokes = tuple(mark.popleft()[1]) if mark else ()
        return Node(label, strokes, {ARGUMENTS[label][0]: content})

    def _grid(self, lines: list[list[list[etree._Element]]], depth: int) -> Node:
        grid: list[tuple[tuple[Node, ...], ...]] = []
        for line in lines:
            cells: list[tuple[Node, ...]] = []
            for cell in line:  # no comprehension: each would take a frame more of Python's stack
                cells.append(self.row(cell, depth + 1))  # noqa: PERF401
            grid.append(tuple(cells) or ((),))
        if not any(cell for line in grid for cell in line):
            raise MathmlError("a table holds no symbol")
        return Node(GRID, cells=tuple(grid))

    def _leaf(self, name: str, element: etree._Element) -> list[Node]:
        """The symbols of a leaf: the one that it is named for, or those that its text shows."""
        text = "".join(element.itertext())
        if element.get(XML_ID) is not None:
            signs = text.strip().strip(INVISIBLE)
            return [self._symbol(element, signs)] if signs or not text or text.isspace() else []
        return [self._symbol(element, sign) for sign in signs_of(name, text, self._variants.get(element))]

    def _symbol(self, element: etree._Element, text: str) -> Node:
        name = element.get(XML_ID)
        group = None if name is None else self._by_href.get(name)
        if group:
            label, strokes, _ = group.popleft()
            return Node(self._label(label), tuple(strokes))
        written = self._label(text)
        if canonical_label(written) not in SYMBOL_CLASSES:
            written = self._label(label_of(text))
        stray = self._stray.get(written)
        if stray:
            return Node(written, tuple(stray.popleft()[1]))
        if canonical_label(written) not in SYMBOL_CLASSES:
            raise MathmlError(f"leaf {quoted(text)} belongs to no symbol, and its text is not a symbol class")
        return Node(written)

    def _composite(
        self, element: etree._Element, label: str, parts: dict[Relation, list[etree._Element]], depth: int
    ) -> Node:
        """A fraction, a root or a frame."""
        rows: dict[Relation, tuple[Node, ...]] = {}
        for relation, children in parts.items():
            rows[relation] = self.row(children, depth + 1)
        if label != ROOT and not all(rows.values()):
            raise MathmlError("fraction with an empty part" if label == FRACTION_BAR else f"{quoted(label)} of nothing")
        return _with_rows(Node(label, self._symbol(element, label).strokes), rows)


def _parts(name: str, element: etree._Element) -> tuple[str, dict[Relation, list[etree._Element]]]:
    """The label of a fraction, a root or a frame, and its parts."""
    children = list(element)
    if name == "menclose":
        notation = " ".join(sorted(set(element.get("notation", "longdiv").split())))
        label = _ENCLOSURES.get("box" if notation == "bottom left right top" else notation) or _FRAMES.get(notation)
        if label is None:
            raise MathmlError(f"<menclose> with the notation {quoted(notation)} is not supported")
        return label, {ARGUMENTS[label][0]: children}
    if name == "msqrt":
        return ROOT, {Relation.INSIDE: children}
    if name not in _FRACTIONS_AND_ROOTS:
        raise MathmlError(f"element <{name}> is not supported")
    label, relations = _FRACTIONS_AND_ROOTS[name]
    expect(name, children, len(relations))
    parts = {relation: [child] for relation, child in zip(relations, children, strict=True)}
    return BINOMIAL if name == "mfrac" and has_no_bar(element) else label, parts


def _with_rows(node: Node, rows: dict[Relation, tuple[Node, ...]]) -> Node:
    # What lies over a root would else be its index, and under an accent its content.
    taken = {*node.arguments, *([Relation.ABOVE] if node.label == ROOT and node.arguments else [])}
    for relation, row in rows.items():
        if row:
            node = attach(node, SCRIPT_OF[relation] if relation in taken else relation, row)
    return node
