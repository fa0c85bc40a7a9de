"""LaTeX as characters → tokens."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from crohme.notation.alphabet import OTHER, SYMBOL_CLASSES
from crohme.notation.errors import LatexError, LatexTooLong
from crohme.notation.tree import ARGUMENTS

MAX_TOKENS = 16_000
"""Of one text without its dollars: four for each of 4,000 symbols, where no written expression has 200 strokes."""
_MAX_DOLLARS = 10 * MAX_TOKENS
_RAISED = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱ", "0123456789+-=()ni", strict=True))
_LOWERED = dict(zip("₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎", "0123456789+-=()", strict=True))
_ACCENTS = {
    "\u0300": "\\grave", "\u0301": "\\acute", "\u0302": "\\hat", "\u0303": "\\tilde", "\u0304": "\\bar",
    "\u0305": "\\overline", "\u0306": "\\breve", "\u0307": "\\dot", "\u0308": "\\ddot", "\u030a": "\\mathring",
    "\u030c": "\\check", "\u0338": "\\not", "\u20d7": "\\vec",
}  # fmt: skip
"""A combining mark of Unicode → the command that draws it."""
_TOKEN = re.compile(
    rf"""
      \\(?:begin|end)\s*\{{\s*[A-Za-z]+\*?\s*\}}            # an environment
    | \\(?:[kh]skip|[mv]skip|m?kern)\s*-?\s*[\d.]+\s*[a-z]{{2}}  # a command and its length
    | \\\\\*?\s*\[\s*-?[\d.]+\s*[a-z]{{2}}\s*\]             # a line break, and the space after it
    | \\\\\*                                                 # one at which no page ends
    | \\(?:operatorname|hspace|vspace|tag)\*
    | \\[A-Za-z]+
    | \\.
    | [{"".join(_RAISED)}]+
    | [{"".join(_LOWERED)}]+
    | [^\s\\{{}}_^&][{"".join(_ACCENTS)}]{{1,8}}               # a letter and its accents
    | [^\s\\]
    """,
    re.DOTALL | re.VERBOSE,
)

UNICODE: dict[str, str] = {
    **{
        c.text: c.label
        for c in SYMBOL_CLASSES.values()
        if len(c.text) == 1 and not c.text.isascii() and c.label not in (OTHER, *ARGUMENTS)  # an arrow is no accent
    },
    # Variants, and signs that Unicode has several of.
    "ε": "\\varepsilon", "ϑ": "\\vartheta", "µ": "\\mu", "ς": "\\varsigma", "φ": "\\varphi", "·": "\\cdot",
    "•": "\\bullet", "°": "\\degree", "⩽": "\\leqslant", "⩾": "\\geqslant", "∄": "\\nexists", "∥": "\\parallel",
    "⟶": "\\longrightarrow", "⟵": "\\longleftarrow", "⟹": "\\Longrightarrow", "⟺": "\\Longleftrightarrow",
    "‐": "-", "–": "-", "∕": "/", "⁄": "/", "′": "'", "’": "'", "∣": "|", "∶": ":", "∆": "\\Delta", "●": "\\bullet",
    "◇": "\\diamond", "★": "\\star", "‡": "\\ddagger", "£": "\\pounds", "√": "\\sqrt", "ħ": "\\hbar",
}  # fmt: skip
"""A sign of Unicode → the LaTeX token that draws it."""
_SEVERAL = {
    "″": ("'",) * 2, "‴": ("'",) * 3, "≔": (":", "="), "∛": ("\\sqrt", *"[3]"), "∜": ("\\sqrt", *"[4]"),
    "℃": ("\\degree", "C"), "℉": ("\\degree", "F"), "\\coloneqq": (":", "="), "\\eqqcolon": ("=", ":"),
}  # fmt: skip
_LINE_ENDS = frozenset({"\\cr", "\\tabularnewline", "\\newline"})
GLYPHS: dict[str, str] = {label: sign for sign, label in reversed(UNICODE.items())} | {"\\%": "%"}
"""A LaTeX token → how it looks in Unicode, for signs that are no class of CROHME, too."""


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
    if text[0] in _RAISED or text[0] in _LOWERED:
        sign, signs = ("^", _RAISED) if text[0] in _RAISED else ("_", _LOWERED)
        yield from (Token(one, position) for one in (sign, "{", *(signs[c] for c in text), "}"))
    elif text.startswith("\\\\") or text in _LINE_ENDS:
        yield Token("\\\\", position)
    elif text in _SEVERAL:
        yield from (Token(one, position) for one in _SEVERAL[text])
    elif text[0] == "\\":
        yield Token("".join(text.split()) if len(text) > 2 else text, position)
    elif len(text) > 1:
        yield from _accented(unicodedata.normalize("NFC", text), position)
    elif text in UNICODE:
        yield Token(UNICODE[text], position)
    else:
        yield from (Token(UNICODE.get(one, one), position) for one in _plain(text))


def _accented(text: str, position: int) -> Iterator[Token]:
    """A sign and what is written over it, or through it. Composed, it may be one sign; see `decomposed`."""
    if len(text) == 1:
        yield from _tokens(text, position)
        return
    yield from (Token(one, position) for one in (_ACCENTS[text[-1]], "{"))
    yield from _accented(text[:-1], position)
    yield Token("}", position)


def decomposed(sign: str) -> list[str]:
    r"""The commands of the accents in a sign, the outermost first, and the sign below them: `\hat`, `y` of `ŷ`."""
    if sign.isascii():
        return [sign]
    base, *marks = list(unicodedata.normalize("NFD", sign))
    if not all(mark in _ACCENTS for mark in marks):
        return [sign]
    return [*(_ACCENTS[mark] for mark in reversed(marks)), UNICODE.get(base, base) if marks else sign]


def _plain(sign: str) -> Iterator[str]:
    """What Unicode calls compatible with a sign: letters in a font, of full width, joined; a fraction as such.

    Signs that only direct how others are set draw nothing.
    """
    if unicodedata.category(sign) == "Cf" or "\ufe00" <= sign <= "\ufe0f":
        return
    plain = unicodedata.normalize("NFKC", sign)
    above, bar, below = plain.partition("\u2044")
    if bar and above and below:
        yield from ("\\frac", "{", *above, "}", "{", *below, "}")
    elif plain.isalnum() or "\uff01" <= sign <= "\uff5e":
        yield from plain
    else:
        yield sign  # a spacing accent would become a blank and the accent
