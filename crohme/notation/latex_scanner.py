"""LaTeX as characters → tokens."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from crohme.notation.errors import LatexError, LatexTooLong
from crohme.notation.unicode_signs import ACCENTS, LOWERED, RAISED, SEVERAL, UNICODE, spelled

MAX_TOKENS = 16_000
"""Of one text without its dollars: four for each of 4,000 symbols, where no written expression has 200 strokes."""
_MAX_DOLLARS = 10 * MAX_TOKENS
_TOKEN = re.compile(
    rf"""
      \\(?:begin|end)\s*\{{\s*[A-Za-z]+\*?\s*\}}            # an environment
    | \\(?:[kh]skip|[mv]skip|m?kern)\s*-?\s*[\d.]+\s*[a-z]{{2}}  # a command and its length
    | \\\\\*?\s*\[\s*-?[\d.]+\s*[a-z]{{2}}\s*\]             # a line break, and the space after it
    | \\\\\*                                                 # one at which no page ends
    | \\(?:operatorname|hspace|vspace|tag)\*
    | \\[A-Za-z]+
    | \\.
    | [{"".join(RAISED)}]+
    | [{"".join(LOWERED)}]+
    | [^\s\\{{}}_^&][{"".join(ACCENTS)}]{{1,8}}               # a letter and its accents
    | [^\s\\]
    """,
    re.DOTALL | re.VERBOSE,
)

_LINE_ENDS = frozenset({"\\cr", "\\tabularnewline", "\\newline"})


@dataclass(frozen=True, slots=True)
class Token:
    """A control sequence, a whole `\\begin{…}` or `\\end{…}`, or one character, and where it begins."""

    text: str
    position: int


def tokenize(text: str) -> list[str]:
    """Split LaTeX into tokens: control sequences and single characters, without white space.

    Signs of Unicode become the token that draws them (`α` is `\\alpha`, `²` is `^ { 2 }`).

    Args:
        text: str.

    Returns:
        list of str. For text in normal form, `text.split()`.

    Raises:
        LatexError: More than `MAX_TOKENS`, or the text ends in a lone backslash.
    """
    return [token.text for token in scan(text)]


def scan(text: str) -> list[Token]:
    """The same tokens, with their positions."""
    tokens: list[Token] = []
    dollars = 0
    for match in _TOKEN.finditer(text):
        found, position = match.group(), match.start()
        if len(found) == 1 and found.isascii():  # nearly all of them
            tokens.append(Token(found, position))
        else:
            tokens.extend(islice(_tokens(found, position), MAX_TOKENS + 1))
        dollars += found == "$"
        if len(tokens) - dollars > MAX_TOKENS or dollars > _MAX_DOLLARS:
            raise LatexTooLong(f"longer than {MAX_TOKENS} tokens", position)
    if text.endswith("\\") and not (tokens and tokens[-1].text == "\\\\"):
        raise LatexError("lone backslash", len(text) - 1)
    return tokens


def _tokens(text: str, position: int) -> Iterator[Token]:
    if text[0] in RAISED or text[0] in LOWERED:
        sign, signs = ("^", RAISED) if text[0] in RAISED else ("_", LOWERED)
        inside = (UNICODE.get(signs[c], signs[c]) for c in text)
        yield from (Token(one, position) for one in (sign, "{", *inside, "}"))
    elif text.startswith("\\\\") or text in _LINE_ENDS:
        yield Token("\\\\", position)
    elif text in SEVERAL:
        yield from (Token(one, position) for one in SEVERAL[text])
    elif text[0] == "\\":
        yield Token("".join(text.split()) if len(text) > 2 else text, position)
    elif len(text) > 1:
        yield from _accented(unicodedata.normalize("NFC", text), position)
    elif text in UNICODE:
        yield Token(UNICODE[text], position)
    else:
        for one in spelled(text):
            is_last = one == text or one[0] == "\\"
            yield from [Token(one, position)] if is_last else _tokens(one, position)


def _accented(text: str, position: int) -> Iterator[Token]:
    """A sign and what is written over it, or through it. Composed, it may be one sign; see `decomposed`."""
    if len(text) == 1:
        yield from _tokens(text, position)
        return
    yield from (Token(one, position) for one in (ACCENTS[text[-1]], "{"))
    yield from _accented(text[:-1], position)
    yield Token("}", position)
