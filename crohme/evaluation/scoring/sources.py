"""What is scored: folders of `.lg` or `.inkml`, or a CSV of LaTeX."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from crohme.evaluation.scoring.lenient import read_primitive_graph
from crohme.evaluation.scoring.primitives import PrimitiveGraph, primitive_graph
from crohme.image_files import SUFFIXES
from crohme.notation import (
    LabelGraphError,
    SymbolTree,
    from_latex,
    read_lg,
    symbol_graph,
    to_latex,
    to_tree,
    tokenize,
    without_limits,
)
from crohme.truth import truth_graph, truth_of
from inkml_parser import read
from inkml_parser.files import open_regular

_SUFFIXES = SUFFIXES | {".inkml", ".lg", ".tex"}


class ScoringError(Exception):
    """Two sources that cannot be scored at all. `str(error)` is one line for the user."""


class Format(StrEnum):
    """What the expressions of a source are written in."""

    LG = "lg"
    INKML = "inkml"
    LATEX = "latex"


class Level(StrEnum):
    """What is compared: graphs over strokes, graphs over symbols, or LaTeX tokens."""

    STROKE = "stroke"
    SYMBOL = "symbol"
    TOKENS = "tokens"


@dataclass(frozen=True)
class Source:
    """Expressions by name.

    Args:
        path: Path. The folder or the CSV.
        format: Format.
        items: dict of name → Path of a file, or LaTeX. Names are file names without suffix.
    """

    path: Path
    format: Format
    items: dict[str, Path | str]


def open_source(path: Path) -> Source:
    """Find the expressions of a folder, or read those of a CSV.

    A folder is searched to any depth. Where it holds both `.lg` and `.inkml`, the `.lg` are taken:
    they are the official form of what is in the others.

    Args:
        path: Path. A folder, or a CSV with columns `file` and `latex`.

    Returns:
        Source.

    Raises:
        ScoringError: Nothing found, one name twice, or no such table.
    """
    if not path.is_dir():
        return Source(path, Format.LATEX, _read_table(path))
    for form in (Format.LG, Format.INKML):
        files = sorted(file for file in path.rglob("*") if file.suffix.lower() == f".{form}" and file.is_file())
        if files:
            items: dict[str, Path | str] = {}
            for file in files:
                if items.setdefault(file.stem, file) != file:
                    raise ScoringError(f"two files have one name: {items[file.stem]} and {file}")
            return Source(path, form, items)
    raise ScoringError(f"no .lg or .inkml file under {path}")


def _read_table(path: Path) -> dict[str, Path | str]:
    items: dict[str, Path | str] = {}
    try:
        with io.TextIOWrapper(open_regular(path), "utf-8-sig", newline="") as file:
            rows = csv.DictReader(file, restval="", strict=True)
            if not {"file", "latex"} <= set(rows.fieldnames or ()):
                raise ScoringError(f"{path}: a table of LaTeX needs the columns file and latex")
            for row in rows:
                name = _name(row["file"])
                if name in items:
                    raise ScoringError(f"{path}: line {rows.line_num}: a second row for {name!r}")
                items[name] = row["latex"]
    except OSError as error:
        raise ScoringError(f"{path}: {error.strerror}") from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise ScoringError(f"{path}: not a CSV in UTF-8: {error}") from None
    if not items:
        raise ScoringError(f"{path}: no rows")
    return items


def _name(file: str) -> str:
    path = Path(file.strip())
    return path.stem if path.suffix.lower() in _SUFFIXES else path.name


def load_graph(item: Path | str, level: Level, keep_limits: bool) -> PrimitiveGraph:
    """The graph of one expression.

    Args:
        item: Path or str. A `.lg` or `.inkml` file, or LaTeX.
        level: Level. STROKE or SYMBOL.
        keep_limits: bool. At symbol level, whether limits over and under operators differ from
            scripts. If so, LaTeX means what the official converter takes it for: limits only after
            `\\limits`. A `.lg` is taken as it is.

    Returns:
        PrimitiveGraph, never an empty one.

    Raises:
        NotationError, InkError, OSError, UnicodeDecodeError: It cannot be read as such a graph.
    """
    if _is_lg(item):
        graph = read_primitive_graph(_text(item))
        if level is Level.SYMBOL and not is_symbol_level(graph):
            raise LabelGraphError("a stroke-level graph: its primitives are no paths from the root")
    elif level is Level.STROKE:
        if isinstance(item, str):
            raise LabelGraphError("LaTeX has no strokes")
        graph = primitive_graph(truth_graph(read(item)))
    elif keep_limits:
        graph = primitive_graph(symbol_graph(_tree(with_official_limits(item) if isinstance(item, str) else item)))
    else:
        graph = primitive_graph(symbol_graph(without_limits(_tree(item))))
    if not graph.labels:
        raise LabelGraphError("no symbol in the graph")
    return graph


def load_tokens(item: Path | str) -> list[str]:
    """The LaTeX tokens of one expression, in normal form.

    Raises:
        NotationError, InkError, OSError, UnicodeDecodeError: It cannot be read as an expression.
    """
    return to_latex(to_tree(read_lg(_text(item))) if _is_lg(item) else _tree(item))


def is_symbol_level(graph: PrimitiveGraph) -> bool:
    """Whether primitives are paths from the root (`O`, `OR`, `ORSup`), and not strokes."""
    return all(primitive.startswith("O") for primitive in graph.labels)


def with_official_limits(latex: str) -> str:
    """LaTeX in which every operator says how the official converter (pandoc) takes it: scripts without `\\limits`."""
    tokens = tokenize(latex)
    written = []
    for token, following in zip(tokens, [*tokens[1:], ""], strict=True):
        is_open = token in ("\\sum", "\\lim") and following not in ("\\limits", "\\nolimits")
        written += [token, "\\nolimits"] if is_open else [token]
    return " ".join(written)


def _is_lg(item: Path | str) -> bool:
    return isinstance(item, Path) and item.suffix.lower() == ".lg"


def _text(path: Path | str) -> str:
    with open_regular(path) as file:
        return file.read().decode("utf-8-sig")


def _tree(item: Path | str) -> SymbolTree:
    return from_latex(item) if isinstance(item, str) else truth_of(read(item))
