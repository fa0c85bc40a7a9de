"""One expression of what is scored, read: as the graph that a level compares, or as LaTeX tokens."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from pathlib import Path

from crohme.evaluation.scoring.lenient import read_primitive_graph
from crohme.evaluation.scoring.primitives import PrimitiveGraph, primitive_graph
from crohme.evaluation.scoring.text import EncodingError, decode
from crohme.ink.truth import truth_expression, truth_graph
from crohme.notation import (
    Expression,
    LabelGraphError,
    Node,
    NotationError,
    SymbolTree,
    UnsayableError,
    canonical_label,
    read_latex,
    read_lg,
    sign_name,
    symbol_graph,
    to_latex,
    to_tree,
    tokenize,
    without_limits,
)
from crohme.notation.alphabet import GRID
from inkml_parser import read
from inkml_parser.files import read_regular


class Level(StrEnum):
    """What is compared: graphs over strokes, graphs over symbols, or LaTeX tokens."""

    STROKE = "stroke"
    SYMBOL = "symbol"
    TOKENS = "tokens"


class NoTree(NotationError):
    """An expression that can only be compared by its tokens: a script without a base, a grid without any edge."""


def load_graph(item: Path | str, level: Level, keep_limits: bool, equate: bool = False) -> PrimitiveGraph:
    """The graph of one expression.

    Args:
        item: Path or str. A `.lg` or `.inkml` file, or LaTeX.
        level: Level. STROKE or SYMBOL.
        keep_limits: bool. At symbol level, whether limits over and under operators differ from
            scripts. If so, LaTeX means what the official converter takes it for: limits only after
            `\\limits`. A `.lg` is taken as it is.
        equate: bool. Whether signs that look alike have one name in LaTeX.

    Returns:
        PrimitiveGraph, never an empty one.

    Raises:
        NotationError, InkError, OSError, UnicodeDecodeError: It cannot be read as such a graph.
        NoTree: LaTeX that no tree can represent.
    """
    if _is_lg(item):
        graph = read_primitive_graph(_text(item))
        if level is Level.SYMBOL and not is_symbol_level(graph):
            raise LabelGraphError("a label graph over strokes, where the others are over symbols")
    elif level is Level.STROKE:
        if isinstance(item, str):
            raise LabelGraphError("LaTeX has no strokes")
        graph = primitive_graph(truth_graph(read(item), canonical_label if equate else sign_name))
    else:
        expression = _expression(with_official_limits(item) if keep_limits and isinstance(item, str) else item, equate)
        expression = expression if keep_limits else tidied(expression)
        if expression.tree is None:
            raise NoTree(f"no tree can represent {expression.latex}")
        tree = expression.tree if keep_limits else without_limits(expression.tree)
        try:
            graph = primitive_graph(symbol_graph(tree))
        except UnsayableError as error:
            raise NoTree(str(error)) from None
    if not graph.labels:
        raise LabelGraphError("no symbol in the graph")
    return graph


def load_expression(item: Path | str, equate: bool = False) -> Expression:
    """One expression as LaTeX tokens in normal form, and its tree if there is one, its grids tidied.

    Raises:
        NotationError, InkError, OSError, UnicodeDecodeError: It cannot be read as an expression.
    """
    if not _is_lg(item):
        return tidied(_expression(item, equate))
    tree = to_tree(read_lg(_text(item)), label=canonical_label if equate else sign_name)
    return tidied(Expression(to_latex(tree), tree))


def tidied(expression: Expression) -> Expression:
    """An expression without what draws nothing: empty cells at the end of a line, a grid around a single cell."""
    if expression.tree is None or GRID not in expression.tokens:
        return expression
    tree = SymbolTree(_tidied(expression.tree.row))
    return Expression(to_latex(tree), tree)


def _tidied(row: tuple[Node, ...]) -> tuple[Node, ...]:
    found: list[Node] = []
    for node in row:
        inner = node.with_rows(_tidied)
        if not inner.is_grid:
            found.append(inner)
        elif len(inner.cells) == len(inner.cells[0]) == 1:
            found.extend(inner.cells[0][0])
        else:
            found.append(replace(inner, cells=tuple(map(_without_last, inner.cells))))
    return tuple(found)


def _without_last(line: tuple[tuple[Node, ...], ...]) -> tuple[tuple[Node, ...], ...]:
    """A line of cells without those at its end that are empty; one stays."""
    while len(line) > 1 and not line[-1]:
        line = line[:-1]
    return line


def is_symbol_level(graph: PrimitiveGraph) -> bool:
    """Whether primitives are paths from the root (`O`, `OR`, `ORSup`), and not strokes."""
    return all(primitive.startswith("O") for primitive in graph.labels)


def with_official_limits(latex: str) -> str:
    """LaTeX in which every operator says how the official converter (pandoc) takes it: scripts without `\\limits`."""
    tokens = tokenize(f"{latex} ")  # a space: a backslash at the end is no error here
    written = []
    for token, following in zip(tokens, [*tokens[1:], ""], strict=True):
        is_open = token in ("\\sum", "\\lim") and following not in ("\\limits", "\\nolimits")
        written += [token, "\\nolimits"] if is_open else [token]
    return " ".join(written)


def _is_lg(item: Path | str) -> bool:
    return isinstance(item, Path) and item.suffix.lower() == ".lg"


def _text(path: Path | str) -> str:
    try:
        return decode(read_regular(path))
    except EncodingError as error:
        raise LabelGraphError(error.cause) from None


def _expression(item: Path | str, equate: bool) -> Expression:
    if isinstance(item, str):
        return read_latex(item, equate)
    return truth_expression(read(item), equate)
