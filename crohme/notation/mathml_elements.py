"""The elements of MathML as XML: parsing, and what several of them mean together."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lxml import etree

from crohme.errors import quoted
from crohme.notation.errors import MathmlError
from crohme.notation.latex_commands import ALL_FUNCTIONS, ANGLES

XML_ID = "{http://www.w3.org/XML/1998/namespace}id"
LEAVES = frozenset({"mi", "mo", "mn", "mtext", "ms"})
ROWS = frozenset({"math", "mrow", "mstyle", "mpadded"})
_LIKE_ROWS = ROWS | {"mtd", "msqrt", "menclose"}


def parse(mathml: str) -> etree._Element:
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


def binomials(root: etree._Element) -> tuple[set[etree._Element], set[etree._Element]]:
    """Fractions without a bar in parentheses that no symbol names, and these parentheses: nobody drew them."""
    fractions: set[etree._Element] = set()
    fences: set[etree._Element] = set()
    for fraction in root.iter("{*}mfrac"):
        if not has_no_bar(fraction):
            continue
        inner, parent = fraction, fraction.getparent()
        while parent is not None and _is_alone(inner) and local_name(parent) in ROWS:
            inner, parent = parent, parent.getparent()
        if parent is None:
            continue
        if local_name(parent) == "mfenced" and _is_alone(inner):
            if (parent.get("open", "("), parent.get("close", ")")) == ("(", ")"):
                fractions.add(fraction)
                fences.add(parent)
        elif local_name(parent) in _LIKE_ROWS:
            sides = [side for side in (inner.getprevious(), inner.getnext()) if side is not None]
            if [fence(side) for side in sides] == ["(", ")"]:
                fractions.add(fraction)
                fences.update(sides)
    return fractions, fences


def _is_alone(element: etree._Element) -> bool:
    """Whether it is the only child; to count its siblings would take longer the more there are."""
    return element.getprevious() is None and element.getnext() is None


def fence(element: etree._Element) -> str | None:
    """The text of an operator that no symbol names."""
    leaf = unwrapped(element)
    is_named = any(inner.get(XML_ID) is not None for inner in element.iter())
    return None if is_named or local_name(leaf) != "mo" else "".join(leaf.itertext()).strip()


def has_no_bar(fraction: etree._Element) -> bool:
    return re.fullmatch(r"0*\.?0+(px|pt|em|ex|in|cm|mm|pc|%)?", fraction.get("linethickness", "").strip()) is not None


def fenced(element: etree._Element) -> list[etree._Element]:
    """The row that `<mfenced>` stands for."""
    children, separators = list(element), "".join(element.get("separators", ",").split())
    row: list[etree._Element] = []
    for number, child in enumerate(children):
        if number and separators:
            row.append(operator(separators[min(number, len(separators)) - 1]))
        row.append(child)
    fences = (element.get("open", "(").strip(), element.get("close", ")").strip())
    ends = [[operator(ANGLES.get(fence, fence))] if fence else [] for fence in fences]
    return [*ends[0], *row, *ends[1]]


def operator(text: str) -> etree._Element:
    element = etree.Element("mo")
    element.text = text
    return element


def unwrapped(element: etree._Element) -> etree._Element:
    """The only element of rows within rows."""
    while local_name(element) in ROWS and len(element) == 1:
        element = element[0]
    return element


def is_operator(element: etree._Element) -> bool:
    """Whether what lies over or under it is a limit, or a mark of a relation."""
    text = "".join(element.itertext()).strip()
    return local_name(element) == "mo" or (local_name(element) == "mi" and f"\\{text}" in ALL_FUNCTIONS)


def variants_of(root: etree._Element) -> dict[etree._Element, str]:
    """Element → the `mathvariant` that it has or inherits, where there is one."""
    variants: dict[etree._Element, str] = {}
    if root.xpath("boolean(//@mathvariant)"):
        for element in root.iter():
            parent = element.getparent()
            variant = element.get("mathvariant") or (None if parent is None else variants.get(parent))
            if variant is not None:
                variants[element] = variant
    return variants


def check_no_text(element: etree._Element) -> None:
    for text in (element.text, *(child.tail for child in element)):
        if text is not None and not text.isspace() and text:
            raise MathmlError(f"text {quoted(text.strip())} in <{local_name(element)}> belongs to no leaf")


def cells_of(table: etree._Element) -> list[list[list[etree._Element]]]:
    """What is in each cell of each line of a table.

    Raises:
        MathmlError: Something else than lines of cells, or a cell that spans several.
    """
    lines: list[list[list[etree._Element]]] = []
    for line in table:
        name = local_name(line)
        if name not in ("mtr", "mlabeledtr"):
            raise MathmlError(f"element <{name}> in a table")
        check_no_text(line)
        lines.append([])
        for cell in list(line)[name == "mlabeledtr" :]:  # the first of those is no cell
            if local_name(cell) != "mtd":
                raise MathmlError(f"element <{local_name(cell)}> in a line of a table")
            for span in ("rowspan", "columnspan"):
                if cell.get(span, "1").strip() != "1":
                    raise MathmlError(f"a cell with {span} {quoted(str(cell.get(span)))} is not supported")
            check_no_text(cell)
            lines[-1].append(list(cell))
    return lines


def expect(name: str, children: Sequence[etree._Element], count: int) -> None:
    """Make sure that an element has as many children as it must; else MathmlError."""
    if len(children) != count:
        raise MathmlError(f"<{name}> has {len(children)} children")


def local_name(element: etree._Element) -> str:
    """The name of an element, whatever its namespace."""
    return str(etree.QName(element).localname)
