"""LaTeX → symbol layout tree, with signs that the recogniser's alphabet lacks: `\\ln`, `\\%`, `\\binom`, `\\cup` …"""

from __future__ import annotations

from collections.abc import Sequence

from crohme.errors import quoted
from crohme.notation import CLASSES, LatexError, SymbolTree, from_latex
from crohme.notation.alphabet import GRID
from crohme.notation.latex_scanner import Token, scan
from crohme.notation.tree import ARGUMENTS
from crohme.solver.functions import NAMES
from crohme.solver.numbers import OVER_DIGITS
from crohme.solver.respelling import ALIKE, AND, FLOORS, TOP
from crohme.solver.signs import DEGREE, LETTERS, OTHERWISE, SETS

_MORE = (
    frozenset(r"\% \binom \prod \partial \approx \cup \setminus \true \false : ; \downarrow \uparrow".split())
    | {DEGREE, GRID, OTHERWISE, AND, TOP}
    | ALIKE.keys()
    | {fence for opening, (_, closing) in FLOORS.items() for fence in (opening, closing)}
    | OVER_DIGITS
)
LABELS = (
    frozenset({GRID, OTHERWISE})
    | frozenset(CLASSES)
    | LETTERS
    | _MORE
    | frozenset(SETS)
    | {f"\\{name}" for name in NAMES}
)
_SPELLINGS = {
    "%": [r"\%"],
    r"\degree": ["^", "{", DEGREE, "}"],
    r"\leqslant": [r"\leq"],
    r"\geqslant": [r"\geq"],
    r"\bmod": [r"\mod"],
    r"\colon": [":"],
    r"\coloneqq": ["="],
    r"\land": [AND],
    "*": [r"\times"],
    r"\ast": [r"\times"],
    r"\varepsilon": [r"\epsilon"],
}
_NOT_SOLVED = frozenset(ARGUMENTS) - {r"\frac", r"\sqrt", r"\binom"}
_BLACKBOARD = {letter: command for command, letter in SETS.items()}
_CONDITIONS: dict[str, list[str]] = {
    **{word: [] for word in ("if", "for", "when", "where")},
    **{word: [OTHERWISE] for word in ("otherwise", "else", "elsewhere")},
    "and": [AND],
}
"""Words between relations, and before the conditions of `\\begin{cases}`."""
_UPRIGHT = (r"\mathrm", r"\operatorname", r"\text", r"\mbox", r"\textrm")


def read_latex(text: str) -> SymbolTree:
    """Read LaTeX that is to be solved.

    Args:
        text: str.

    Returns:
        SymbolTree. Its labels are those of the recogniser and those of this module.

    Raises:
        LatexError: Malformed LaTeX, or a sign without a meaning here.
    """
    written = scan(text)
    for index, token in enumerate(written):
        if token.text in _NOT_SOLVED and not _is_over_digits(written, index):
            raise LatexError(f"accents and frames are read, but not solved: {token.text}", token.position)
    spelled = [Token(part, token.position) for token in written for part in _SPELLINGS.get(token.text, [token.text])]
    tokens = _rewritten(spelled, len(text))
    joined = " ".join(token.text for token in tokens)
    try:
        return from_latex(text if tokens == written else joined, LABELS)
    except LatexError as error:
        position = error.position if tokens == written else _place(tokens, error.position, len(text))
        raise LatexError(error.cause, position) from None


def _is_over_digits(tokens: Sequence[Token], index: int) -> bool:
    """Whether this is the bar or dot over the digits of a decimal that recur."""
    if tokens[index].text not in OVER_DIGITS:
        return False
    inside, _ = _argument(tokens, index, tokens[index].position)
    return all(token.text.isdigit() or token.text in ("{", "}") for token in inside)


def _place(tokens: Sequence[Token], position: int, end: int) -> int:
    """Where in the text the token begins that holds a position of the joined tokens."""
    start = 0
    for token in tokens:
        start += len(token.text) + 1
        if position < start:
            return token.position
    return end


def _rewritten(tokens: Sequence[Token], end: int) -> list[Token]:
    """The tokens, with one sign in the place of those that mean one."""
    found: list[Token] = []
    position = 0
    while position < len(tokens):
        replaced = _word(tokens, position, end)
        if replaced is None:
            found.append(tokens[position])
            position += 1
        else:
            labels, position = replaced
            found += labels
    return found


def _word(tokens: Sequence[Token], start: int, end: int) -> tuple[list[Token], int] | None:
    r"""`\mathbb{Z}`, `\mathrm{true}`, `\operatorname{arsinh}`, `\pmod{5}`: one sign each."""
    first = tokens[start]
    if first.text not in (r"\mathbb", r"\pmod", *_UPRIGHT):
        return None
    inside, after = _argument(tokens, start, end)
    word = "".join(token.text for token in inside)
    if first.text == r"\pmod":
        return [Token(r"\mod", first.position), Token("(", first.position), *inside, Token(")", first.position)], after
    if first.text == r"\mathbb":
        if word in _BLACKBOARD:
            return [Token(_BLACKBOARD[word], first.position)], after
        raise LatexError(rf"\mathbb{{{word}}} is no set that is known", first.position)
    if len(inside) > 1 and f"\\{word}" in LABELS:
        return [Token(f"\\{word}", first.position)], after
    if word in _CONDITIONS:
        return [Token(label, first.position) for label in _CONDITIONS[word]], after
    if len(word) > 1 and word.isalpha() and not _is_differential(word) and not _is_subscript(tokens, start):
        raise LatexError(f"words and units are not solved: {quoted(first.text + '{' + word + '}')}", first.position)
    return None


def _is_differential(word: str) -> bool:
    return len(word) == 2 and word[0] == "d"


def _is_subscript(tokens: Sequence[Token], start: int) -> bool:
    """Whether what begins there is part of a name, as in `x_{\\mathrm{max}}`."""
    before = [token.text for token in tokens[max(0, start - 2) : start]]
    return before[-1:] == ["_"] or before == ["_", "{"]


def _argument(tokens: Sequence[Token], command: int, end: int) -> tuple[Sequence[Token], int]:
    """The tokens of a command's argument without its braces, and where it ends."""
    start = command + 1
    if start >= len(tokens):
        raise LatexError(f"{quoted(tokens[command].text)} lacks its argument", end)
    if tokens[start].text != "{":
        return [tokens[start]], start + 1
    depth = 0
    for index in range(start, len(tokens)):
        depth += (tokens[index].text == "{") - (tokens[index].text == "}")
        if depth == 0:
            return tokens[start + 1 : index], index + 1
    raise LatexError("'{' is never closed", tokens[start].position)
