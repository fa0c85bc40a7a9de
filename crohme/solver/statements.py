"""Rows of a symbol layout tree → statements: expressions, relations, memberships, definitions."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from crohme.notation import Node, SymbolTree
from crohme.solver.angles import Angle, in_degrees
from crohme.solver.calls import list_in_brackets
from crohme.solver.errors import NotUnderstood
from crohme.solver.grids import equations_of, opens_cases
from crohme.solver.hyperbolic import with_hyperbolic
from crohme.solver.numbers import repeats
from crohme.solver.parser import FUNCTION_LETTERS, RowParser
from crohme.solver.respelling import respelled
from crohme.solver.signs import CLOSING, RELATIONS, SETS, is_letter, refusal, show
from crohme.solver.syntax import (
    Apply,
    Comparison,
    Definition,
    Elements,
    Expression,
    Interval,
    Membership,
    Name,
    NamedSet,
    SetPiece,
    Statement,
    Truth,
    free_names,
    walk,
)

NOTHING: Mapping[str, Definition] = MappingProxyType({})
_HAS_SIDES = RELATIONS | {r"\in"}


def read_statements(
    rows: Sequence[tuple[Node, ...]],
    known: Mapping[str, Definition] = NOTHING,
    angle: Angle = Angle.RADIANS,
    letters: Collection[str] = (),
) -> list[Statement]:
    """What rows mean; a definition holds for all that comes after it.

    Args:
        rows: sequence of tuple of Node.
        known: mapping of str to Definition. Functions that earlier lines define, by their letters.
        angle: Angle. The unit of angles.
        letters: collection of str. Letters that earlier lines define.

    Raises:
        NotUnderstood: See `crohme.solver`.
    """
    definitions = dict(known)
    found: list[Statement] = []
    for row in (
        line
        for written in with_hyperbolic(_with_commas(respelled(rows)), letters)
        for line in equations_of(written) or [written]
    ):
        for part in (link for each in _split(_without_colons(row)) for link in _linked(each, definitions)):
            statement = _statement(part, definitions)
            if angle is Angle.DEGREES:
                statement = in_degrees(statement)
            if isinstance(statement, Definition):
                definitions[statement.function.label] = statement
            found.append(statement)
    return found


def _linked(row: tuple[Node, ...], definitions: Mapping[str, Definition]) -> list[tuple[Node, ...]]:
    """`f ( x ) = x^{2} - 1 = 0` as the definition and the equation that it is; anything else as it is."""
    if row[0].label in definitions or _defined(RowParser(row)) is None:
        return [row]
    depth, start = 0, 0
    for index, node in enumerate(row):
        depth += (node.label in CLOSING) - (node.label in CLOSING.values()) if node.label != "|" else 0
        if depth == 0 and node.label in RELATIONS:
            if start:
                return [row[:index], row[start:]]
            start = index + 1
    return [row]


def _with_commas(rows: Sequence[tuple[Node, ...]]) -> list[tuple[Node, ...]]:
    """Rows in which semicolons separate, as commas: a comma between digits is a decimal point then."""
    if not any(node.label == ";" for row in rows for node in SymbolTree(row).nodes()):
        return list(rows)

    def changed(row: tuple[Node, ...]) -> tuple[Node, ...]:
        found = [node.with_rows(changed) for node in row]
        for index, node in enumerate(row):
            around = row[max(index - 1, 0)], row[min(index + 1, len(row) - 1)]
            if node.label == "," and all(each.label.isdigit() for each in around):
                found[index] = replace(node, label=".")
            elif node.label == ";":
                found[index] = replace(node, label=",")
        return tuple(found)

    return list(map(changed, rows))


def _without_colons(row: tuple[Node, ...]) -> tuple[Node, ...]:
    """A row with = in the place of :=, which defines what is left of it."""
    pairs = zip(row, (*(node.label for node in row[1:]), ""), strict=True)
    return tuple(node for node, following in pairs if (node.label, following) != (":", "="))


def _statement(row: tuple[Node, ...], definitions: Mapping[str, Definition]) -> Statement:
    if len(row) == 1 and row[0].label in (r"\true", r"\false"):
        return Truth(row[0].label == r"\true")
    parser = RowParser(row, definitions=definitions)
    if (parameters := _defined(parser)) is not None:
        if row[0].label not in definitions:
            return Definition(Name(row[0].label), parameters, parser.rest())
        if (anew := _defined_anew(parser, parameters)) is not None:
            return anew
        parser = RowParser(row, definitions=definitions)
    sides, signs = [parser.sum()], list[str]()
    if parser.follows(r"\in"):
        return _membership(parser, sides[0])
    while parser.follows(*RELATIONS):
        sign = parser.take()
        if parser.peek() is None and sign.label == "=" and not signs:
            return sides[0]
        signs.append(sign.label)
        sides.append(parser.sum())
    parser.expect_end()
    return Comparison(tuple(sides), tuple(signs)) if signs else sides[0]


def _defined(parser: RowParser) -> tuple[Name, ...] | None:
    """The variables of `f ( x ) =`, which is taken; None for anything else, of which nothing is taken."""
    row = parser.row
    if len(row) < 5 or row[0].label not in FUNCTION_LETTERS or row[0].rows:
        return None
    end, parts = list_in_brackets(row, 2, ")") if row[1].label == "(" else (None, [])
    if end is None or row[end].rows or end + 2 >= len(row) or row[end + 1].label != "=":
        return None
    if not all(len(part) == 1 and is_letter(part[0]) and not part[0].rows for part in parts):
        return None
    names = tuple(Name(part[0].label) for part in parts)
    if len(set(names)) < len(names) or any(name.label in ("e", "i", r"\pi") for name in names):
        return None
    parser.position = end + 2
    parser.bound |= {name.label for name in names}
    return names


def _defined_anew(parser: RowParser, parameters: tuple[Name, ...]) -> Definition | None:
    """Another meaning for a function that is known; None of `f(x) = 0` and `f(x) = g(x)`, which are equations."""
    try:
        body = parser.rest()
    except NotUnderstood:
        return None
    if any(isinstance(part, Apply) for part in walk(body)) or free_names(body).isdisjoint(parameters):
        return None
    return Definition(Name(parser.row[0].label), parameters, body)


# === Sets ===


def _membership(parser: RowParser, operand: Expression) -> Membership:
    sign = parser.take()
    pieces, without = [_piece(parser, sign)], list[SetPiece]()
    while parser.follows(r"\cup", r"\setminus"):
        operator = parser.take()
        (pieces if operator.label == r"\cup" else without).append(_piece(parser, operator))
    parser.expect_end()
    return Membership(operand, tuple(pieces), tuple(without))


def _piece(parser: RowParser, before: Node) -> SetPiece:
    node = parser.peek()
    if node is None:
        raise refusal(f"something is missing after {show([before])}", [before])
    if node.label in SETS:
        return NamedSet(SETS[parser.take().label])
    if node.label not in ("(", "[", r"\{"):
        raise refusal(f"{show([before, node])} is not understood: {show([node])} is no set", [before, node])
    opening = parser.take()
    endings = (r"\}",) if opening.label == r"\{" else (")", "]")
    end, parts = _bracketed(parser.row, parser.position, endings)
    if end is None or not all(parts):
        raise refusal(f"the set that begins with {show([opening])} is not understood", [opening])
    parser.position = end
    closing = parser.take()
    members = tuple(parser.inner(part) for part in parts)
    if opening.label == r"\{":
        return Elements(members)
    if len(members) != 2:
        raise refusal(f"an interval has two ends, not {len(members)}", parser.row)
    return Interval(members[0], members[1], (opening.label == "[", closing.label == "]"))


def _bracketed(row: Sequence[Node], start: int, endings: Sequence[str]) -> tuple[int | None, list[tuple[Node, ...]]]:
    """As `list_in_brackets`, where `[0, 1)` is in order."""
    found = [list_in_brackets(row, start, ending) for ending in endings]
    closed = [(end, parts) for end, parts in found if end is not None]
    return min(closed, key=lambda each: each[0]) if closed else (None, [])


# === Commas ===


def _split(row: tuple[Node, ...]) -> list[tuple[Node, ...]]:
    """The parts between commas on the base line that separate statements; else the whole row."""
    parts: list[tuple[Node, ...]] = []
    depth, start = 0, 0
    for index, node in enumerate(row):
        if node.label != "|" and not opens_cases(row[index : index + 3]):
            depth += (node.label in CLOSING) - (node.label in CLOSING.values())
        if node.label == "," and depth == 0:
            parts.append(row[start:index])
            start = index + 1
    parts.append(row[start:])
    if len(parts) == 1 or not all(parts):
        return [row]
    if all(any(node.label in _HAS_SIDES for node in part) for part in parts):
        return parts
    if any(_is_decimal_comma(left, right) for left, right in zip(parts, parts[1:], strict=False)):
        return _rejoined(parts)
    return parts


def _rejoined(parts: list[tuple[Node, ...]]) -> list[tuple[Node, ...]]:
    """The parts, put together again where a comma may be a decimal point."""
    found = [parts[0]]
    for part in parts[1:]:
        if _is_decimal_comma(found[-1], part):
            found[-1] = (*found[-1], Node(","), *part)
        else:
            found.append(part)
    return found


def _is_decimal_comma(left: tuple[Node, ...], right: tuple[Node, ...]) -> bool:
    """Whether a comma stands between two digits, the first of a number without a decimal point."""
    if not (left[-1].label.isdigit() and not left[-1].rows and (right[0].label.isdigit() or repeats(right[0]))):
        return False
    before = len(left)
    while before > 0 and left[before - 1].label.isdigit():
        before -= 1
    has_point = before > 1 and left[before - 1].label == "." and left[before - 2].label.isdigit()
    if has_point and len(left) - before == 3 and left[before - 2].label != "0" and not _has_point(right):
        start = (
            before
            - 1
            - next((n for n, node in enumerate(left[before - 2 :: -1]) if not node.label.isdigit()), before - 1)
        )
        number = (*left[start:], Node(","), right[0])
        raise refusal(f"the point in {show(number)} may separate decimals or thousands", left[start:])
    return not has_point


def _has_point(row: tuple[Node, ...]) -> bool:
    """Whether the number that a row begins with has a point."""
    end = next((k for k, node in enumerate(row) if not node.label.isdigit()), len(row))
    return end + 1 < len(row) and row[end].label == "." and row[end + 1].label.isdigit()
