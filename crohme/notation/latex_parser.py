"""LaTeX, in the project's normal form or as people write it → symbol layout tree."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass, replace

from crohme.errors import quoted
from crohme.notation.alphabet import (
    BIG_OPERATORS,
    CLASSES,
    FRACTION_BAR,
    FUNCTIONS,
    GRID,
    INTEGRALS,
    LOOK_ALIKES,
    ROOT,
    SYMBOL_CLASSES,
    Alphabet,
    Kind,
    canonical_label,
    sign_name,
)
from crohme.notation.errors import LatexError, NotationError
from crohme.notation.latex import to_latex
from crohme.notation.latex_commands import ALL_FUNCTIONS, DELIMITERS, SPELLINGS
from crohme.notation.latex_items import Item, Missing, Row, Script, Scripts, written
from crohme.notation.latex_layouts import LINE_END, environment
from crohme.notation.latex_scanner import Token, scan
from crohme.notation.latex_syntax import parse
from crohme.notation.tree import ARGUMENTS, Node, Relation, SymbolTree, attach

# Of the operators that CROHME draws with limits, the training truth has these under and over the
# sign (\sum: 334 of 391, \lim: 280 of 287). For \int it is undecided (193 of 368), the validation
# set has all 19 beside the sign, and so has LaTeX. The other operators are set as sums are.
_WITH_LIMITS = (BIG_OPERATORS | {"\\lim"}) - INTEGRALS

GRID_ITEMS = frozenset({GRID, "\\begin{aligned}", "\\substack"})
"""What is written line under line; in a tree all of it is a grid."""

_PAIRS = {("$", "$"), ("\\(", "\\)"), ("\\[", "\\]")}


def from_latex(source: str | Iterable[str], labels: Container[str] = CLASSES) -> SymbolTree:
    """Read LaTeX that CROHME's symbol classes, or other labels, can write.

    Where `labels` is an `Alphabet`, a sign that is drawn as one of its symbols is that symbol, a function that it
    lacks is spelled by its letters, and grids are read if it has them; aligned lines and `\\substack` are grids.

    Braces that only group vanish; a script on a group hangs on its last symbol. Spacing, sizes of
    delimiters and fonts are dropped, `$`, `\\(` or `\\[` around the whole too; letters in `\\mathrm` or
    `\\mbox` that spell a function become it. `'` is a superscript `\\prime`, `a \\over b` a fraction. Without
    `\\limits` or `\\nolimits`, scripts of `\\sum` and `\\lim` lie Below and Above, all others are Sub and Sup.
    An empty script is none.

    Args:
        source: str or iterable of str. The text, or its tokens (joined with spaces).
        labels: collection of str. The symbols that may stand in it; the solver takes more than `CLASSES`.

    Returns:
        SymbolTree. Its nodes have no strokes.

    Raises:
        LatexError: Malformed LaTeX, a sign that is no symbol class, or nothing at all.
    """
    text = source if isinstance(source, str) else " ".join(source)
    row = parse(_undelimited(scan(text)), len(text), FUNCTIONS, labels)
    if isinstance(labels, Alphabet):
        return _tree(row, labels.canonical, labels)
    return _tree(row, lambda raw: raw if raw in labels else canonical_label(raw), labels)


@dataclass(frozen=True)
class Expression:
    """What a text, or a file, says.

    Args:
        tokens: list of str. LaTeX in normal form.
        tree: SymbolTree or None. None where no tree can hold it: a script without a base, a sign struck out.
    """

    tokens: list[str]
    tree: SymbolTree | None = None

    @property
    def latex(self) -> str:
        """The tokens as text."""
        return " ".join(self.tokens)


def read_latex(text: str, equate: bool = False) -> Expression:
    """Read LaTeX with any signs and commands in it.

    As `from_latex`, but every command is known or taken for a sign, and what no tree can hold has tokens. Lines that
    stand in no environment are aligned ones, and so is one with marks to align it at its relations.

    Args:
        text: str.
        equate: bool. Whether signs that look alike have one name (`alphabet.LOOK_ALIKES`).

    Raises:
        LatexError: Braces or environments that do not match, `_` or `^` before nothing, or nothing at all.
    """
    tokens = [token for token in scan(f"{text} ") if token.text not in DELIMITERS]  # a space: no lone backslash
    row = parse(tokens, len(text), ALL_FUNCTIONS)
    if _is_aligned(row):
        row = environment("aligned", row, 0)  # whose beginning and end somebody has left out
    if not row:
        raise LatexError("no symbol", 0)
    label = _equated_name if equate else _name
    try:
        tree = _tree(row, label, None)
        return Expression(to_latex(tree), tree)
    except NotationError:
        return Expression(list(written(row, label)))


def _is_aligned(row: Row) -> bool:
    """Whether a row outside of all environments is of lines, or is one that was to be aligned at its relations."""
    if any(item.text == LINE_END for item in row):
        return True
    beside = [row[max(i - 1, 0) : i + 2] for i, item in enumerate(row) if item.text == "&"]
    return bool(beside) and all(any(_is_relation(item.text) for item in items) for items in beside)


def _is_relation(token: str) -> bool:
    known = SYMBOL_CLASSES.get(canonical_label(token))
    return known is not None and known.kind is Kind.RELATION


def _name(token: str) -> str:
    return sign_name(SPELLINGS.get(token, token))


def _equated_name(token: str) -> str:
    name = _name(token)
    return LOOK_ALIKES.get(name, name)


def _undelimited(tokens: list[Token]) -> list[Token]:
    start, end = 0, len(tokens)
    while end - start >= 2 and (tokens[start].text, tokens[end - 1].text) in _PAIRS:
        start, end = start + 1, end - 1
    return tokens[start:end]


def _tree(row: Row, label: Callable[[str], str], alphabet: Container[str] | None) -> SymbolTree:
    """The tree of what is written, with signs of an alphabet, or of any."""
    nodes = _Builder(label, alphabet).row(row)
    if not nodes:
        raise LatexError("no symbol", 0)
    try:
        return SymbolTree(nodes)
    except NotationError as error:
        raise LatexError(str(error), 0) from None


class _Builder:
    def __init__(self, label: Callable[[str], str], alphabet: Container[str] | None) -> None:
        self._label = label
        self._alphabet = alphabet

    def row(self, row: Row) -> tuple[Node, ...]:
        return tuple(node for item in row for node in self._nodes(item))

    def _nodes(self, item: Item) -> tuple[Node, ...]:
        """The symbols of an item: one, but for a function that the alphabet has letters for only."""
        label = self._label(item.text)
        if isinstance(self._alphabet, Alphabet) and label in ALL_FUNCTIONS and label not in self._alphabet:
            letters = [Item(letter, item.position) for letter in label[1:]]
            return tuple(map(self._node, (*letters[:-1], replace(letters[-1], scripts=item.scripts))))
        return (self._node(item),)

    def _node(self, item: Item) -> Node:
        if not item.text:
            script = item.scripts[0].scripts[0]
            raise LatexError(f"script {quoted(script.sign)} without a base", item.position)
        label = self._label(item.text)
        if item.text == "\\frac":
            node = self._with_arguments(FRACTION_BAR, item)
        elif item.text == ROOT:
            rows = {Relation.ABOVE: self.row(item.option), Relation.INSIDE: self._argument(ROOT, item.arguments[0])}
            node = Node(ROOT, rows={relation: row for relation, row in rows.items() if row})
        elif item.text in GRID_ITEMS and (self._alphabet is None or GRID in self._alphabet):
            node = self._grid(item)
        elif item.text in ("&", "\\\\") or not (self._alphabet is None or label in self._alphabet):
            raise LatexError(f"unexpected {quoted(item.text)}", item.position)
        elif len(item.arguments) != len(ARGUMENTS.get(label, ())):
            raise LatexError(f"unexpected {quoted(item.text)}", item.position)
        else:
            node = self._with_arguments(label, item)
        for scripts in item.scripts:
            node = self._with_scripts(node, scripts)
        return node

    def _with_arguments(self, label: str, item: Item) -> Node:
        rows: dict[Relation, tuple[Node, ...]] = {}
        for relation, argument in zip(ARGUMENTS.get(item.text, ARGUMENTS.get(label, ())), item.arguments, strict=True):
            row = self._argument(item.text, argument)
            if not row:
                part = "fraction with an empty part" if item.text == "\\frac" else f"{quoted(item.text)} of nothing"
                raise LatexError(part, item.position)
            rows[relation] = row
        return Node(label, rows=rows)

    def _grid(self, item: Item) -> Node:
        lines: list[list[list[Item]]] = [[[]]]
        (content,) = item.arguments
        for inner in () if isinstance(content, Missing) else content:
            if inner.text in ("&", "\\\\") and not inner.scripts:
                lines.append([[]]) if inner.text == "\\\\" else lines[-1].append([])
            else:
                lines[-1][-1].append(inner)
        if item.scripts:
            raise LatexError("script on a grid without brackets", item.position)
        try:
            return Node(GRID, cells=tuple(tuple(self.row(tuple(cell)) for cell in line) for line in lines))
        except NotationError:
            raise LatexError("grid without symbols", item.position) from None

    def _argument(self, command: str, argument: Row | Missing) -> tuple[Node, ...]:
        if not isinstance(argument, Missing):
            return self.row(argument)
        if command == ROOT and self._alphabet is None:
            return ()
        raise LatexError(f"{quoted(command)} lacks its argument", argument.position)

    def _with_scripts(self, base: Node, scripts: Scripts) -> Node:
        limits = base.label in _WITH_LIMITS
        if scripts.limits is not None:
            if self._alphabet is not None and base.label not in FUNCTIONS | BIG_OPERATORS:
                cause = f"{scripts.limits.text} after {quoted(base.label)}, which is no operator"
                raise LatexError(cause, scripts.limits.position)
            # Above and below a fraction bar, and above a root or below an accent, there is something else already.
            limits = scripts.limits.text == "\\limits" and base.label not in (FRACTION_BAR, *ARGUMENTS)
        seen: set[str] = set()
        for script in filter(lambda script: script.row, scripts.scripts):
            if script.sign in seen:
                raise LatexError(f"second {quoted(script.sign)} on {quoted(base.label)}", script.position)
            seen.add(script.sign)
            base = self._with_script(base, script, limits)
        return base

    def _with_script(self, base: Node, script: Script, limits: bool) -> Node:
        if script.sign == "_":
            relation = Relation.BELOW if limits else Relation.SUB
        else:
            relation = Relation.ABOVE if limits else Relation.SUP
        row = self.row(script.row)  # whose errors have their own positions
        try:
            return attach(base, relation, row)
        except NotationError as error:
            raise LatexError(str(error), script.position) from None
