"""LaTeX → symbol layout tree, with signs that the recogniser's alphabet lacks: `\\ln`, `\\%`, `\\binom`, `\\cup` …"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from crohme.notation import CLASSES, LatexError, SymbolTree, from_latex, tokenize
from crohme.notation.alphabet import GRID
from crohme.notation.tree import ARGUMENTS
from crohme.solver.functions import NAMES
from crohme.solver.signs import DEGREE, LETTERS, OTHERWISE, SETS

_MORE = frozenset(
    {r"\%", r"\binom", r"\prod", r"\partial", r"\approx", r"\cup", r"\setminus", r"\true", r"\false", DEGREE}
    | {GRID, OTHERWISE}
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
    "*": [r"\times"],
    r"\cdot": [r"\times"],  # the recogniser's alphabet has one class for it and the decimal point
    r"\leqslant": [r"\leq"],
    r"\geqslant": [r"\geq"],
    r"\bmod": [r"\mod"],
    r"\top": ["T"],
    r"\varepsilon": [r"\epsilon"],
    r"\backslash": [r"\setminus"],
    r"\lfloor": [r"\floor", "("],
    r"\rfloor": [")"],
    r"\lceil": [r"\ceil", "("],
    r"\rceil": [")"],
}
_NOT_SOLVED = frozenset(ARGUMENTS) - {r"\frac", r"\sqrt", r"\binom"}
_BLACKBOARD = {letter: command for command, letter in SETS.items()}
_CONDITIONS: dict[str, list[str]] = {
    **{rf"\{word}": [] for word in ("if", "for", "when", "where")},
    **{rf"\{word}": [OTHERWISE] for word in ("otherwise", "else", "elsewhere")},
}
"""Words before the conditions of `\\begin{cases}`."""
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
    written = tokenize(text)
    for token in written:
        if token in _NOT_SOLVED:
            raise LatexError(f"accents and frames are read, but not solved: {token}", text.find(token))
    tokens = [spelled for token in written for spelled in _SPELLINGS.get(token, [token])]
    tokens = _rewritten(tokens, _words)
    # The text itself where it can be taken: errors name a position in it.
    return from_latex(text if tokens == written else tokens, LABELS)


_Rewrite = Callable[[Sequence[str], int], tuple[list[str], int] | None]


def _rewritten(tokens: Sequence[str], rewrite: _Rewrite) -> list[str]:
    """The tokens, with what `rewrite` says for those that begin at each position."""
    found: list[str] = []
    position = 0
    while position < len(tokens):
        replaced = rewrite(tokens, position)
        if replaced is None:
            found.append(tokens[position])
            position += 1
        else:
            found += replaced[0]
            position = replaced[1]
    return found


def _words(tokens: Sequence[str], start: int) -> tuple[list[str], int] | None:
    r"""`\mathbb{Z}`, `\mathrm{true}`, `\operatorname{arsinh}`, `\pmod{5}`: one sign each."""
    if tokens[start] == r"\mathbb":
        inside, end = _argument(tokens, start + 1)
        if len(inside) == 1 and inside[0] in _BLACKBOARD:
            return [_BLACKBOARD[inside[0]]], end
    if tokens[start] in _UPRIGHT:
        inside, end = _argument(tokens, start + 1)
        word = "\\" + "".join(inside)
        if len(inside) > 1 and word in LABELS:
            return [word], end
        if word in _CONDITIONS:
            return _CONDITIONS[word], end
    if tokens[start] == r"\pmod":
        inside, end = _argument(tokens, start + 1)
        return [r"\mod", "(", *inside, ")"], end
    return None


def _argument(tokens: Sequence[str], start: int) -> tuple[list[str], int]:
    """The tokens of a command's argument without its braces, and where it ends."""
    if start >= len(tokens):
        raise LatexError(f"{tokens[-1]!r} lacks its argument", start)
    if tokens[start] != "{":
        return [tokens[start]], start + 1
    depth = 0
    for end in range(start, len(tokens)):
        depth += (tokens[end] == "{") - (tokens[end] == "}")
        if depth == 0:
            return list(tokens[start + 1 : end]), end + 1
    raise LatexError("'{' is never closed", start)
