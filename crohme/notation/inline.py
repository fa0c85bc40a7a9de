"""Symbol layout tree → one line of text, in a format that is a table; `js/inline.js` is its twin."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from crohme.notation.alphabet import ROOT, Kind
from crohme.notation.latex import WRITTEN_AS
from crohme.notation.mathml_constructs import kind_of
from crohme.notation.mathml_writer import text_of
from crohme.notation.tree import LIMIT_OF, Node, Relation, SymbolTree

WITH_INDEX = "\\sqrt[]"
"""The key of a root with an index among `InlineFormat.commands`."""
GRID_OF = "grid"
"""The key of a grid; its only argument are its cells."""
PRIME = "\\prime"
PLUS_OR_MINUS = frozenset({"-", "+", "\\pm", "\\mp"})
_PLACE = re.compile(r"\{(\d)\}|\[(\d)\]")
SPACED = frozenset({Kind.OPERATOR, Kind.RELATION, Kind.ARROW})
BEFORE_A_SIGN = frozenset({*SPACED, Kind.OPENING, Kind.PUNCTUATION})  # after these, `-` is the sign of what follows


@dataclass(frozen=True)
class InlineFormat:
    """How a tree is written on one line.

    Args:
        signs: mapping of label → text, where that is not the Unicode sign.
        commands: mapping of label → template for a symbol with arguments. `{0}` is the first argument, `[0]` the same
            in parentheses unless it is one sign or number. `WITH_INDEX` and `GRID_OF` are keys, too.
        escaped: str. Signs that take a backslash.
        escaped_in_arguments: str. Signs that take one within `{0}`.
        escapes_fences: bool. Whether fences without a partner take one.
        prime: str. A prime in superscript, which is then no superscript.
        raised, lowered: str. Each sign that may be a superscript or subscript, and after it what is written for it.
        in_parentheses: tuple of str. Commands whose text is in parentheses if it has scripts; a fraction also beside
            anything but an operator.
        is_tight: bool. Whether what is not an operator stands without spaces.
        cell, line: str. Between the cells of a grid, and between its lines.
    """

    signs: Mapping[str, str]
    commands: Mapping[str, str]
    cell: str
    line: str
    escaped: str = ""
    escaped_in_arguments: str = ""
    prime: str = "′"
    raised: str = ""
    lowered: str = ""
    escapes_fences: bool = False
    in_parentheses: tuple[str, ...] = ()
    is_tight: bool = False
    _pairs: dict[Relation, dict[str, str]] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        pairs = {
            relation: dict(zip(letters[::2], letters[1::2], strict=True))
            for relation, letters in ((Relation.SUP, self.raised), (Relation.SUB, self.lowered))
        }
        object.__setattr__(self, "_pairs", pairs)

    def write(self, tree: SymbolTree) -> str:
        """A tree as text."""
        return self._row(tree.row)

    def _row(self, row: tuple[Node, ...], *, is_argument: bool = False, is_compact: bool = False) -> str:
        partners = _partners(row)
        text = ""
        for index, node in enumerate(row):
            if not is_compact and self._is_spaced(row, index):
                text += " "
            is_alone = kind_of(node) in (Kind.OPENING, Kind.CLOSING) and index not in partners
            text += "\\" * (is_alone and self.escapes_fences) + self._node(
                node, is_argument, is_beside=_is_beside(row, index)
            )
        return text

    def _is_spaced(self, row: tuple[Node, ...], index: int) -> bool:
        """Whether a space stands between a node and the one before."""
        if index == 0:
            return False
        node, before = row[index], row[index - 1]
        kind, kind_before = _kind_of(node), _kind_of(before)
        if not self.is_tight:
            # Typst shows spaces beside bars, but not those around operators.
            is_by_bar = (kind is Kind.BAR) != (kind_before is Kind.BAR) and not {kind, kind_before} & SPACED
            is_in_number = _is_of_number(row, index - 1) and _is_of_number(row, index) and not before.rows
            return not (is_by_bar or is_in_number)
        if kind_before in SPACED:
            is_first = index == 1 or _kind_of(row[index - 2]) in BEFORE_A_SIGN
            return before.label not in PLUS_OR_MINUS or not is_first
        if kind in SPACED or kind_before is Kind.BIG_OPERATOR or kind is Kind.FUNCTION:
            return kind_before is not Kind.OPENING
        return before.label in (",", ";") or (kind_before is Kind.FUNCTION and kind is not Kind.OPENING)

    def _node(self, node: Node, is_argument: bool, *, is_beside: bool) -> str:
        if node.is_grid:
            lines = (self.cell.join(self._row(cell, is_argument=True) for cell in line) for line in node.cells)
            return self._filled(self.commands[GRID_OF], [self.line.join(lines)])
        rows = dict(node.rows)
        relations = list(node.arguments)
        key = "\\frac" if node.is_fraction else node.label
        if node.label == ROOT and relations and Relation.ABOVE in rows:
            key, relations = WITH_INDEX, [*relations, Relation.ABOVE]
        if relations and key in self.commands:
            contents = [rows.pop(relation) for relation in relations]
            text = self._command(key, contents, is_argument)
            if key in self.in_parentheses and (rows or (node.is_fraction and is_beside)):
                text = f"({text})"
        else:
            text = self._sign(node.label, is_argument)
        return text + "".join(self._scripts(rows, is_argument))

    def _command(self, key: str, contents: list[tuple[Node, ...]], is_argument: bool) -> str:
        template = self.commands[key]

        def content(place: re.Match[str]) -> str:
            plain, bracketed = place.groups()
            if plain is not None:
                return self._row(contents[int(plain)], is_argument=True)
            row = contents[int(bracketed)]
            text = self._row(row, is_argument=is_argument)
            return text if _is_one(row) else f"({text})"

        return _PLACE.sub(content, template)

    @staticmethod
    def _filled(template: str, contents: list[str]) -> str:
        return _PLACE.sub(lambda place: contents[int(place[1] or place[2])], template)

    def _sign(self, label: str, is_argument: bool) -> str:
        text = self.signs.get(label) or WRITTEN_AS.get(label) or text_of(label)
        escaped = self.escaped + (self.escaped_in_arguments if is_argument else "")
        return f"\\{text}" if text in escaped and label not in self.signs else text

    def _scripts(self, rows: Mapping[Relation, tuple[Node, ...]], is_argument: bool) -> Iterator[str]:
        above = rows.get(Relation.SUP, ())
        primes = next((i for i, node in enumerate(above) if node.label != PRIME or node.rows), len(above))
        yield self.prime * primes
        for script, limit in LIMIT_OF.items():
            for relation in (script, limit):
                row = rows.get(relation, ())[primes if relation is Relation.SUP else 0 :]
                if row:
                    yield self._script(script, row, is_argument)

    def _script(self, script: Relation, row: tuple[Node, ...], is_argument: bool) -> str:
        text, small = self._row(row, is_argument=is_argument, is_compact=self.is_tight), self._pairs[script]
        if all(not node.rows and not node.is_grid for node in row) and all(letter in small for letter in text):
            return "".join(small[letter] for letter in text)
        sign = "_" if script is Relation.SUB else "^"
        return f"{sign}{text}" if self.is_tight and _is_one(row) else f"{sign}({text})"


def _kind_of(node: Node) -> Kind | None:
    """The part that a node plays in its row; the bar of a fraction is no minus sign there."""
    return None if node.is_fraction else kind_of(node)


def _is_beside(row: tuple[Node, ...], index: int) -> bool:
    """Whether what stands beside a node could be taken for a part of it."""
    apart = {Kind.PUNCTUATION, *SPACED}
    before, after = row[max(index - 1, 0) : index], row[index + 1 : index + 2]
    return any(_kind_of(node) not in apart | {Kind.OPENING} for node in before) or any(
        _kind_of(node) not in apart | {Kind.CLOSING} for node in after
    )


def _is_of_number(row: tuple[Node, ...], index: int) -> bool:
    """Whether a node is a digit, or the point between two."""
    if row[index].label == ".":
        return 0 < index < len(row) - 1 and {kind_of(row[index - 1]), kind_of(row[index + 1])} == {Kind.DIGIT}
    return kind_of(row[index]) is Kind.DIGIT


def _is_one(row: tuple[Node, ...]) -> bool:
    """Whether a row is one sign, a number, or in parentheses."""
    if any(node.rows or node.is_grid for node in row):
        return False
    return len(row) == 1 or all(_is_of_number(row, i) for i in range(len(row))) or _partners(row).get(0) == len(row) - 1


def _partners(row: tuple[Node, ...]) -> dict[int, int]:
    """Index of a fence → index of the one that it opens with or closes."""
    partners: dict[int, int] = {}
    waiting: list[int] = []
    for index, node in enumerate(row):
        if kind_of(node) is Kind.OPENING:
            waiting.append(index)
        elif kind_of(node) is Kind.CLOSING and waiting:
            partners |= {waiting[-1]: index, index: waiting.pop()}
    return partners
