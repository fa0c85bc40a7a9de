"""LaTeX as tokens → what is written, before anybody asks whether a symbol layout tree can hold it.

Only braces (and environments) that do not match, a script without anything in it, and rows nested too deep are
refused here.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import replace

from crohme.errors import quoted
from crohme.notation import latex_commands as commands
from crohme.notation.alphabet import NAMES, ROOT
from crohme.notation.errors import LatexError
from crohme.notation.latex_items import GRID, Item, Missing, Row, Script, Scripts
from crohme.notation.latex_layouts import accented, environment, general_fraction, infix, with_limit
from crohme.notation.latex_scanner import Token
from crohme.notation.tree import MAX_DEPTH

LIMITS = ("\\limits", "\\nolimits")
_SCRIPTS = ("_", "^")
_PRIMES = ("'", "\\prime")
_DEGREE = "\\degree"
"""It raises a circle, unless it is a label of its own."""
_CELL_ENDS = frozenset({"&", "\\\\"})
_CLOSING = ("}", "\\end{")
_ROOT_OF = "\\of"
_LENGTHS = tuple(commands.LENGTHS)
_MISPLACED = frozenset({*LIMITS, *commands.INFIX, *commands.SWITCHES})
"""What draws nothing where it stands alone: a limit without an operator, a font without what follows."""


def parse(tokens: Sequence[Token], end: int, functions: frozenset[str], signs: Container[str] = frozenset()) -> Row:
    """Read all tokens.

    Args:
        tokens: sequence of Token.
        end: int. Length of the text.
        functions: frozenset of str. What letters in an upright font may spell (`\\sin`).
        signs: container of str. Commands that take nothing, besides those of `latex_commands.SIGNS`.

    Raises:
        LatexError: Braces or environments that do not match, `_` or `^` before nothing, or rows nested deeper than
            `MAX_DEPTH`.
    """
    row = _Parser(tokens, end, functions, signs).row(frozenset(), depth=1)
    last = len(row)
    while last and row[last - 1].text == "\\\\" and not row[last - 1].scripts:
        last -= 1  # nothing stands below it
    return row[:last]


def _styled_sign(command: str, arguments: tuple[Row | Missing, ...]) -> str | None:
    r"""A letter in a style of its own that is one sign of the table, as `\mathbb{N}` is; else None."""
    match arguments:
        case ((Item(text, _, (), (), scripts),),) if f"{command}{{{text}}}" in NAMES:
            is_bare = not any(script.row for bunch in scripts for script in bunch.scripts)  # `R^{}` draws an R
            return f"{command}{{{text}}}" if is_bare else None
    return None


class _Parser:
    def __init__(self, tokens: Sequence[Token], end: int, functions: frozenset[str], signs: Container[str]) -> None:
        self._tokens = tokens
        self._next = 0
        self._end = end
        self._functions = functions
        self._signs = signs
        self._raised = ("'",) if _DEGREE in signs else ("'", _DEGREE)
        self._on_base = frozenset({*self._raised, *LIMITS})

    def row(self, stops: frozenset[str], depth: int) -> Row:
        """Parse up to one of the tokens `stops`, which is left in place, or to the end."""
        self._check(depth)
        items: list[Item] = []
        has_base = False
        while (token := self._peek()) is not None and token.text not in stops:
            if token.text == "'" and items and items[-1].text in _PRIMES and not items[-1].scripts:
                items.append(Item("\\prime", token.position))  # a row of primes: none hangs on another one
                self._next += 1
            elif token.text in _SCRIPTS or (has_base and token.text in self._on_base):
                base = items.pop() if has_base else Item("", token.position)
                scripts = self._scripts(depth)
                if base.text or any(script.row for script in scripts.scripts):
                    items.append(replace(base, scripts=(*base.scripts, scripts)))
                has_base = False
            elif token.text in commands.INFIX:
                self._next += 1
                start = max((i + 1 for i, item in enumerate(items) if item.text in _CELL_ENDS), default=0)
                parts = (tuple(items[start:]), self.row(stops | _CELL_ENDS, depth + 1))
                items[start:] = infix(token.text, *parts, token.position)
            elif token.text in commands.SWITCHES:
                self._next += 1
                font = commands.SWITCHES[token.text]
                if self._follows("{"):  # a word of its own: `\rm{sin} x`
                    items.extend(self._in_font(font, self._group("}", depth), token))
                rest = self.row(stops | _CELL_ENDS, depth + 1)
                items.extend(self._in_font(font, rest, token))
            else:
                atom = self._atom(token, depth)
                items.extend(atom)
                is_kept = has_base and token.text in commands.DROPPED
                has_base = is_kept or (bool(atom) and atom[-1].text not in _CELL_ENDS)  # a cell begins as a row does
        return tuple(items)

    def _scripts(self, depth: int) -> Scripts:
        found: list[Script] = []
        limits = None
        while (token := self._peek()) is not None:
            if token.text in LIMITS:
                limits = token
                self._next += 1
            elif token.text in self._raised or token.text in _SCRIPTS:
                found.append(self._script(token, depth))
            else:
                break
        return Scripts(tuple(found), limits)

    def _script(self, token: Token, depth: int) -> Script:
        if token.text == _DEGREE:
            self._next += 1
            return Script("^", (Item("\\circ", token.position),), token.position)
        marks: list[Item] = []
        while (prime := self._peek()) is not None and prime.text == "'":
            marks.append(Item("\\prime", prime.position))
            self._next += 1
        primes = tuple(marks)
        if primes and not self._accept("^"):
            return Script("^", primes, token.position)
        self._next += not primes
        row = self._argument(depth)
        if isinstance(row, Missing):
            raise LatexError(f"{quoted('^' if primes else token.text)} lacks its argument", row.position)
        return Script("^" if primes else token.text, primes + row, token.position)

    def _atom(self, token: Token, depth: int) -> Row:
        self._check(depth)
        text = token.text
        if text == "{":
            return self._group("}", depth)
        if text.startswith(_CLOSING):
            raise LatexError(f"unexpected {quoted(text)}", token.position)
        self._next += 1
        if text in commands.DROPPED or text in _MISPLACED or text.startswith(_LENGTHS):
            return ()
        if text in commands.COLOURS:
            self._skip_model()
        if text in commands.DROPPED_WITH_ARGUMENT:
            self._argument(depth)
            return ()
        if text in commands.DELIMITER_SIZES:
            return self._delimiter()
        if text in commands.FONTS:
            return self._in_font("\\mathrm", self._argument(depth), token)
        if text in commands.LAST_ARGUMENT:
            arguments = [self._argument(depth) for _ in range(commands.LAST_ARGUMENT[text])]
            return () if isinstance(arguments[-1], Missing) else arguments[-1]
        if text in commands.FRACTIONS:
            self._skip_option()
            return (Item("\\frac", token.position, (self._argument(depth), self._argument(depth))),)
        if text == ROOT:
            option = self._group("]", depth) if self._follows("[") else ()
            return (Item(ROOT, token.position, (self._argument(depth),), option),)
        if text == "\\root":
            option = self.row(frozenset({_ROOT_OF, "}"}), depth + 1)
            self._accept(_ROOT_OF)
            return (Item(ROOT, token.position, (self._argument(depth),), option),)
        if text == "\\genfrac":
            parts = tuple(self._argument(depth) for _ in range(6))
            return general_fraction(parts, token.position) or (Item(text, token.position, parts),)
        if text in commands.PLAIN_GRIDS and self._follows("{"):
            return environment(commands.PLAIN_GRIDS[text], self._group("}", depth), token.position)
        if text in commands.MODULO:
            return self._modulo(token, depth)
        if text == _DEGREE and text in self._raised:
            return (Item("\\circ", token.position),)
        if text == "\\not":
            return self._negated(token, depth)
        if text.startswith(GRID):
            return self._environment(token, depth)
        return (self._command(token, depth),)

    def _command(self, token: Token, depth: int) -> Item:
        if token.text in commands.ARGUMENTS or token.text in commands.SAME_COMMAND:
            text = commands.SAME_COMMAND.get(token.text, token.text)
            option = self._group("]", depth) if text in commands.OPTIONAL and self._follows("[") else ()
            arguments = tuple(self._argument(depth) for _ in range(commands.ARGUMENTS[text]))
            if (sign := _styled_sign(text, arguments)) is not None:
                return Item(sign, token.position)
            if text in commands.STACKED and (operator := with_limit(text, arguments, self._functions)) is not None:
                return operator
            return Item(text, token.position, arguments, option)
        if token.text in self._signs or token.text in commands.SIGNS:
            return Item(token.text, token.position)
        groups: list[Row] = []
        if token.text[0] == "\\" and token.text[1:].isalpha():
            while (opens := self._peek()) is not None and opens.text == "{":
                groups.append(self._group("}", depth))
        if len(token.text) == 1:
            return accented(token)
        return Item(token.text, token.position, tuple(groups))

    def _delimiter(self) -> Row:
        if self._accept("."):  # an invisible one
            return ()
        token = self._peek()
        if token is None or token.text not in commands.ANGLES:
            return ()
        self._next += 1
        return (Item(commands.ANGLES[token.text], token.position),)

    def _modulo(self, token: Token, depth: int) -> Row:
        sign = () if token.text == "\\pod" else (Item("\\mod", token.position),)
        if token.text == "\\bmod":
            return sign
        argument = self._argument(depth)
        if isinstance(argument, Missing):
            return (Item(token.text, token.position, (argument,)),)
        return (Item("(", token.position), *sign, *argument, Item(")", token.position))

    def _negated(self, token: Token, depth: int) -> Row:
        row = self._argument(depth)
        if not isinstance(row, Missing) and len(row) == 1 and row[0].text in commands.NEGATED:
            return (replace(row[0], text=commands.NEGATED[row[0].text]),)
        return (Item(token.text, token.position, (row,)),)

    def _environment(self, token: Token, depth: int) -> Row:
        name = token.text[len(GRID) : -1]
        is_aligned_so = name in commands.ALIGNED and any(self._follows("[", side, "]") for side in "tcb")
        plain = name.removesuffix("*")
        if name in commands.WITH_COLUMNS or is_aligned_so or (plain != name and plain in commands.GRIDS):
            self._skip_option()
        if name in commands.WITH_COLUMNS and self._follows("{"):
            self._argument(depth)
        self._next -= 1  # of the token before the content, which a group begins with
        row = self._group(f"\\end{{{name}}}", depth, token)
        return environment(plain if plain in commands.GRIDS else name, row, token.position)

    def _in_font(self, font: str, content: Row | Missing, token: Token) -> Row:
        if isinstance(content, Missing) or not content:
            return ()
        if font in commands.ARGUMENTS:
            return (Item(font, token.position, (content,)),)
        is_word = not any(item.arguments or item.scripts for item in content)
        function = "\\" + "".join(item.text for item in content)
        return (Item(function, content[0].position),) if is_word and function in self._functions else content

    def _group(self, closing: str, depth: int, opening: Token | None = None) -> Row:
        opening = opening or self._tokens[self._next]
        self._next += 1
        row = self.row(frozenset({closing}), depth + 1)
        if not self._accept(closing):
            raise LatexError(f"{quoted(opening.text)} is never closed", opening.position)
        return row

    def _argument(self, depth: int) -> Row | Missing:
        missing = self._missing()
        while (token := self._peek()) is not None and token.text in commands.DROPPED:
            self._next += 1
        if missing is not None or token is None:
            return missing or Missing(self._end)
        if token.text == "{":
            return self._group("}", depth)  # which goes a level deeper itself
        return self._atom(token, depth + 1)

    def _missing(self) -> Missing | None:
        """Where an argument is missed, if none begins here."""
        index = self._next
        while index < len(self._tokens) and self._tokens[index].text in commands.DROPPED:
            index += 1
        if index == len(self._tokens):
            return Missing(self._end)
        token = self._tokens[index]
        ends = token.text in _SCRIPTS or token.text in _CELL_ENDS or token.text.startswith(_CLOSING)
        return Missing(token.position) if ends else None

    def _skip_option(self) -> None:
        """Pass over `[…]` without braces in it: where a numerator stands, how a grid is aligned."""
        texts = [token.text for token in self._tokens[self._next : self._next + 3]]
        if len(texts) == 3 and texts[0] == "[" and texts[2] == "]":
            self._next += 3

    def _skip_model(self) -> None:
        """Pass over the model of a colour: `[rgb]`, `[HTML]`."""
        end = self._next + 1
        while end < len(self._tokens) and self._tokens[end].text.isalpha():
            end += 1
        if self._follows("[") and end < len(self._tokens) and self._tokens[end].text == "]":
            self._next = end + 1

    def _peek(self) -> Token | None:
        return self._tokens[self._next] if self._next < len(self._tokens) else None

    def _follows(self, *texts: str) -> bool:
        ahead = self._tokens[self._next : self._next + len(texts)]
        return tuple(token.text for token in ahead) == texts

    def _accept(self, text: str) -> bool:
        token = self._peek()
        accepted = token is not None and token.text == text
        self._next += accepted
        return accepted

    def _check(self, depth: int) -> None:
        if depth > MAX_DEPTH:
            token = self._peek()
            position = self._end if token is None else token.position
            raise LatexError(f"nested deeper than {MAX_DEPTH} levels", position)
