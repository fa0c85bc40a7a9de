"""LaTeX, in the project's normal form or as people write it → symbol layout tree."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from crohme.notation.errors import LatexError, NotationError
from crohme.notation.labels import BIG_OPERATORS, CLASSES, FRACTION_BAR, FUNCTIONS, ROOT, canonical_label
from crohme.notation.tree import MAX_DEPTH, Node, Relation, SymbolTree, attach

# Of the operators that CROHME draws with limits, the training truth has these under and over the
# sign (\sum: 334 of 391, \lim: 280 of 287). For \int it is undecided (193 of 368), the validation
# set has all 19 beside the sign, and so has LaTeX.
_WITH_LIMITS = frozenset({"\\sum", "\\lim"})

_SPACING = frozenset({*(f"\\{c}" for c in ",;:!> \n\t"), "~", "\\quad", "\\qquad", "\\displaystyle", "\\textstyle"})
_DELIMITER_SIZES = frozenset(
    {"\\left", "\\right", *(f"\\{size}{side}" for size in ("big", "Big", "bigg", "Bigg") for side in ("", "l", "r"))}
)
_FONTS = frozenset(
    {"\\mathrm", "\\mathit", "\\mathbf", "\\mathsf", "\\mbox", "\\text", "\\textrm", "\\textit", "\\operatorname"}
)
_FRACTIONS = frozenset({"\\frac", "\\dfrac", "\\tfrac"})
_TOKEN = re.compile(r"\\[A-Za-z]+|\\.|[^\s\\]", re.DOTALL)


@dataclass(frozen=True)
class _Token:
    text: str
    position: int


def tokenize(text: str) -> list[str]:
    """Split LaTeX into tokens: control sequences and single characters, without white space.

    Args:
        text: str.

    Returns:
        list of str. For text in normal form, `text.split()`.

    Raises:
        LatexError: The text ends in a lone backslash.
    """
    return [token.text for token in _scan(text)]


def from_latex(source: str | Iterable[str], labels: Collection[str] = CLASSES) -> SymbolTree:
    """Read LaTeX.

    Braces that only group vanish; a script on a group hangs on its last symbol. Spacing, sizes of
    delimiters and fonts are dropped, `$` around the whole too; letters in `\\mathrm` or `\\mbox` that
    spell a function become it. `'` is a superscript `\\prime`. Without `\\limits` or `\\nolimits`,
    scripts of `\\sum` and `\\lim` lie Below and Above, all others are Sub and Sup. An empty script
    is none.

    Args:
        source: str or iterable of str. The text, or its tokens (joined with spaces).
        labels: collection of str. The symbols that may stand in it; the solver takes more than `CLASSES`.

    Returns:
        SymbolTree. Its nodes have no strokes.

    Raises:
        LatexError: Malformed LaTeX, a sign that is no symbol class, or nothing at all.
    """
    text = source if isinstance(source, str) else " ".join(source)
    parser = _Parser(_without_dollars(_scan(text)), len(text), labels)
    row = parser.row(stop=None, depth=1)
    if not row:
        raise LatexError("no symbol", 0)
    try:
        return SymbolTree(row)
    except NotationError as error:
        raise LatexError(str(error), 0) from None


def _scan(text: str) -> list[_Token]:
    tokens = [_Token(match.group(), match.start()) for match in _TOKEN.finditer(text)]
    if text.endswith("\\") and not (tokens and tokens[-1].text == "\\\\"):
        raise LatexError("lone backslash", len(text) - 1)
    return tokens


def _without_dollars(tokens: list[_Token]) -> list[_Token]:
    while len(tokens) >= 2 and tokens[0].text == tokens[-1].text == "$":
        tokens = tokens[1:-1]
    return tokens


class _Parser:
    def __init__(self, tokens: list[_Token], end: int, labels: Collection[str]) -> None:
        self._tokens = tokens
        self._labels = labels
        self._next = 0
        self._end = end

    def row(self, stop: str | None, depth: int) -> tuple[Node, ...]:
        """Parse up to the token `stop`, which is left in place, or to the end."""
        if depth > MAX_DEPTH:
            raise LatexError(f"nested deeper than {MAX_DEPTH} levels", self._position())
        nodes: list[Node] = []
        has_base = False
        while (token := self._peek()) is not None and token.text != stop:
            if token.text in ("_", "^", "'", "\\limits", "\\nolimits") and has_base:
                nodes[-1] = self._scripts(nodes[-1], depth)
                has_base = False
            elif token.text in ("_", "^"):
                raise LatexError(f"script {token.text!r} without a base", token.position)
            else:
                atom = self._atom(depth)
                nodes.extend(atom)
                has_base = bool(atom) or (has_base and token.text in _SPACING)
        return tuple(nodes)

    def _scripts(self, base: Node, depth: int) -> Node:
        limits = base.label in _WITH_LIMITS
        written: set[str] = set()
        while (token := self._peek()) is not None:
            if token.text in ("\\limits", "\\nolimits"):
                if base.label not in FUNCTIONS | BIG_OPERATORS:
                    raise LatexError(f"{token.text} after {base.label!r}, which is no operator", token.position)
                limits = token.text == "\\limits"
                self._next += 1
            elif token.text in ("_", "^", "'"):
                sign = "_" if token.text == "_" else "^"
                if sign in written:
                    raise LatexError(f"second {sign!r} on {base.label!r}", token.position)
                written.add(sign)
                base = self._script(base, token, limits, depth)
            else:
                break
        return base

    def _script(self, base: Node, token: _Token, limits: bool, depth: int) -> Node:
        primes = 0
        while self._accept("'"):
            primes += 1
        row = (Node("\\prime"),) * primes
        if token.text == "_":
            self._next += 1
            row = self._argument("_", depth)
            relation = Relation.BELOW if limits else Relation.SUB
        else:
            if self._accept("^"):
                row += self._argument("^", depth)
            relation = Relation.ABOVE if limits else Relation.SUP
        if not row:
            return base
        try:
            return attach(base, relation, row)
        except NotationError as error:
            raise LatexError(str(error), token.position) from None

    def _atom(self, depth: int) -> tuple[Node, ...]:
        token = self._tokens[self._next]
        if depth > MAX_DEPTH:
            raise LatexError(f"nested deeper than {MAX_DEPTH} levels", token.position)
        if token.text == "{":
            return self._group(token, "}", depth)
        self._next += 1
        if token.text in _SPACING:
            return ()
        if token.text in _DELIMITER_SIZES:
            self._accept(".")  # an invisible delimiter
            return ()
        if token.text in _FONTS:
            return _spelled(self._argument(token.text, depth))
        if token.text in _FRACTIONS:
            return (self._fraction(token, depth),)
        if token.text == ROOT:
            return (self._root(depth),)
        label = canonical_label(token.text)
        if label not in self._labels:
            raise LatexError(f"unexpected {token.text!r}", token.position)
        return (Node(label),)

    def _group(self, opening: _Token, closing: str, depth: int) -> tuple[Node, ...]:
        self._next += 1
        row = self.row(closing, depth + 1)
        if not self._accept(closing):
            raise LatexError(f"{opening.text!r} is never closed", opening.position)
        return row

    def _argument(self, command: str, depth: int) -> tuple[Node, ...]:
        while (token := self._peek()) is not None and token.text in _SPACING:
            self._next += 1
        if token is None or token.text in ("}", "_", "^"):
            raise LatexError(f"{command!r} lacks its argument", self._position())
        if token.text == "{":
            return self._group(token, "}", depth)  # which goes a level deeper itself
        return self._atom(depth + 1)

    def _fraction(self, token: _Token, depth: int) -> Node:
        above = self._argument(token.text, depth)
        below = self._argument(token.text, depth)
        if not above or not below:
            raise LatexError("fraction with an empty part", token.position)
        return Node(FRACTION_BAR, rows={Relation.ABOVE: above, Relation.BELOW: below})

    def _root(self, depth: int) -> Node:
        token, rows = self._peek(), {}
        if token is not None and token.text == "[":
            rows[Relation.ABOVE] = self._group(token, "]", depth)
        rows[Relation.INSIDE] = self._argument(ROOT, depth)
        return Node(ROOT, rows={relation: row for relation, row in rows.items() if row})

    def _peek(self) -> _Token | None:
        return self._tokens[self._next] if self._next < len(self._tokens) else None

    def _accept(self, text: str) -> bool:
        token = self._peek()
        accepted = token is not None and token.text == text
        self._next += accepted
        return accepted

    def _position(self) -> int:
        token = self._peek()
        return self._end if token is None else token.position


def _spelled(row: tuple[Node, ...]) -> tuple[Node, ...]:
    function = "\\" + "".join(node.label for node in row)
    return (Node(function),) if function in FUNCTIONS and not any(node.rows for node in row) else row
