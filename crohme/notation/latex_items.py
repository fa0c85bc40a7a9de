"""What is written in LaTeX: signs, commands with their arguments, scripts. Not yet a symbol layout tree."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from crohme.notation.latex_scanner import Token

GRID = "\\begin{"


@dataclass(frozen=True, slots=True)
class Missing:
    """An argument that is not there, and where it should begin."""

    position: int


@dataclass(frozen=True, slots=True)
class Script:
    """What stands after `_` or `^`; primes are such a row, too."""

    sign: str
    row: Row
    position: int


@dataclass(frozen=True, slots=True)
class Scripts:
    """Scripts written on one base without anything between them, and what says where they lie."""

    scripts: tuple[Script, ...]
    limits: Token | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """A sign or a command.

    Args:
        text: str. Its token; empty for the base of a script that has none. `\\begin{…}` is a grid, its
            only argument the row of all cells, with `&` and `\\\\` between them.
        position: int. Of its token.
        arguments: tuple of rows. Of a fraction two, of a root one.
        option: tuple of Item. The index of a root.
        scripts: tuple of Scripts. More than one where a group ended between them.
    """

    text: str
    position: int
    arguments: tuple[Row | Missing, ...] = ()
    option: Row = ()
    scripts: tuple[Scripts, ...] = ()


Row = tuple[Item, ...]


def written(row: Row, label: Callable[[str], str]) -> Iterator[str]:
    """The tokens of the normal form, as far as there is one without a tree.

    Braces stand around every argument and script, and nowhere else; `_` before `^`.

    Args:
        row: tuple of Item.
        label: function of a token. The name of its sign.
    """
    for item in row:
        if item.text.startswith(GRID):
            yield item.text
            (content,) = item.arguments
            assert not isinstance(content, Missing)
            yield from written(content, label)
            if content and content[-1].text == "\\\\":
                yield "\\\\"  # a last line without anything: one alone would only end the line above
            yield item.text.replace("begin", "end", 1)
        elif item.text:
            yield item.text if item.arguments else label(item.text)
            if item.option:
                closes_early = any(inner.text == "]" or inner.option for inner in item.option)
                yield "["
                yield from _braced(item.option, label) if closes_early else written(item.option, label)
                yield "]"
            for argument in item.arguments:
                yield from _braced(() if isinstance(argument, Missing) else argument, label)
        else:
            yield from ("{", "}")
        scripts = [script for bunch in item.scripts for script in bunch.scripts if script.row]
        for script in sorted(scripts, key=lambda script: script.sign == "^"):
            yield script.sign
            yield from _braced(script.row, label)


def _braced(row: Row, label: Callable[[str], str]) -> Iterator[str]:
    yield "{"
    yield from written(row, label)
    yield "}"
