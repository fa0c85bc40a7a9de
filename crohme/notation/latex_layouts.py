"""What environments, commands with two arguments and accents of Unicode draw: grids with their fences, fractions …"""

from __future__ import annotations

from dataclasses import replace

from crohme.notation import latex_commands as commands
from crohme.notation.alphabet import BIG_OPERATORS
from crohme.notation.latex_items import GRID, Item, Missing, Row, Script, Scripts
from crohme.notation.latex_scanner import Token
from crohme.notation.unicode_signs import decomposed

LINE_END = "\\\\"


def environment(name: str, row: Row, position: int) -> Row:
    """What an environment with this content draws: the content, or a grid between fences."""
    if row and row[-1].text == LINE_END and not row[-1].scripts:
        row = row[:-1]  # it ends the last line and opens none
    if name in commands.ALIGNED:
        row = tuple(item for item in row if item.text != "&")  # marks to align at: they draw nothing
    if name in commands.TRANSPARENT or (name in commands.ALIGNED and all(item.text != LINE_END for item in row)):
        return row
    kind = "aligned" if name in commands.ALIGNED else "matrix" if name in commands.GRIDS else name
    return _fenced(commands.GRIDS.get(name, ("", "")), Item(f"{GRID}{kind}}}", position, (row,)))


def infix(command: str, above: Row, below: Row, position: int) -> Row:
    """What `above COMMAND below` draws."""
    written = commands.INFIX[command]
    if written == "\\substack":  # written before its arguments it would be something else
        return (Item(written, position, (_stacked(above, below, position),)),)
    if written in ("\\{\\}", "[]"):
        fences = (written[: len(written) // 2], written[len(written) // 2 :])
        return _fenced(fences, Item(f"{GRID}matrix}}", position, (_stacked(above, below, position),)))
    return (Item(written, position, (above, below)),)


def general_fraction(arguments: tuple[Row | Missing, ...], position: int) -> Row | None:
    r"""What `\genfrac` draws: a fraction, or one thing above another, between fences; None if its bar is thick."""
    opening, closing, bar, _, above, below = (() if isinstance(part, Missing) else part for part in arguments)
    thickness = "".join(item.text for item in bar)
    if thickness and thickness.rstrip("abcdefghijklmnopqrstuvwxyz.") != "0":
        return None
    if not thickness:
        return (*opening, Item("\\frac", position, (above, below)), *closing)
    if [item.text for item in (*opening, *closing)] == ["(", ")"]:
        return infix("\\choose", above, below, position)
    return (*opening, *infix("\\atop", above, below, position), *closing)


def with_limit(command: str, arguments: tuple[Row | Missing, ...], functions: frozenset[str]) -> Item | None:
    r"""What `\underset{x \to 0}{\lim}` draws, or `\overset` over an operator; None where the second is no operator."""
    match arguments:
        case (tuple(limit), (Item(text, position, (), (), scripts) as operator,)) if len(scripts) < 2:
            given = scripts[0].scripts if scripts else ()
            sign = commands.STACKED[command]
            if (text in BIG_OPERATORS or text in functions) and all(script.sign != sign for script in given):
                both = (*given, Script(sign, limit, position))
                return replace(operator, scripts=(Scripts(both, Token("\\limits", position)),))
    return None


def accented(token: Token) -> Item:
    r"""A sign; one of Unicode that is a letter and its accents, such as `ŷ`, as `\hat{y}`."""
    *marks, base = decomposed(token.text)
    item = Item(base, token.position)
    for mark in reversed(marks):
        negated = commands.NEGATED.get(item.text) if mark == "\\not" else None
        item = Item(negated, token.position) if negated else Item(mark, token.position, ((item,),))
    return item


def _stacked(above: Row, below: Row, position: int) -> Row:
    return (*above, Item(LINE_END, position), *below)


def _fenced(fences: tuple[str, str], grid: Item) -> Row:
    opening, closing = (Item(text, grid.position) if text else None for text in fences)
    return tuple(item for item in (opening, grid, closing) if item is not None)
