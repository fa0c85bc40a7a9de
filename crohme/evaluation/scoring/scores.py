"""All outputs of a recogniser against all truths."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from rapidfuzz.distance import Levenshtein
from tqdm import tqdm

from crohme.evaluation.scoring.comparison import Counts, compare
from crohme.evaluation.scoring.figures import file_figures, graph_figures, graph_set_figures, percent, set_figures
from crohme.evaluation.scoring.primitives import PrimitiveGraph
from crohme.evaluation.scoring.sources import (
    Format,
    Level,
    ScoringError,
    Source,
    is_symbol_level,
    load_graph,
    load_tokens,
    open_source,
)
from crohme.notation import NotationError
from inkml_parser import InkError

METRICS = {
    Level.STROKE: "stroke-level label graphs; errors are directed labels of strokes and stroke pairs (D_B)",
    Level.SYMBOL: "symbol-level label graphs (symLG); errors are directed labels of symbols and symbol pairs (D_B)",
    Level.TOKENS: "edit distance on tokens of normal-form LaTeX",
}

Loaded = TypeVar("Loaded")
_UNREADABLE = (NotationError, InkError, OSError, UnicodeDecodeError)


@dataclass(frozen=True)
class FileScore:
    """One truth and its output.

    Args:
        errors: int or None. D_B or token edits; None if the truth cannot be read.
        counts: Counts or None. For graphs.
        tokens: int or None. Length of the truth, for tokens.
        problem: str or None. Why there is no truth or no output.
        ignored: tuple of str. Lines of the two files that were passed over.
    """

    errors: int | None
    counts: Counts | None = None
    tokens: int | None = None
    problem: str | None = None
    ignored: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The figures of the file, and what was wrong with it."""
        figures = file_figures(self.errors)
        if self.counts is not None:
            figures |= {"structure_exact": bool(self.counts.structures)} | graph_figures(self.counts)
        if self.tokens is not None:
            figures["tokens"] = self.tokens
        if self.problem is not None:
            figures["problem"] = self.problem
        if self.ignored:
            figures["ignored"] = list(self.ignored)
        return figures


@dataclass(frozen=True)
class Scores:
    """The scores of every truth file.

    Args:
        level: Level.
        are_limits_scripts: bool. Limits over and under operators counted as scripts.
        files: dict of name → FileScore. Every truth, whether there is an output or not.
        additional: tuple of str. Outputs without a truth; they are not scored.
    """

    level: Level
    are_limits_scripts: bool
    files: dict[str, FileScore]
    additional: tuple[str, ...] = field(default=())

    @property
    def metric(self) -> str:
        """What the figures are of, in words."""
        return METRICS[self.level] + ("; limits count as scripts" if self.are_limits_scripts else "")

    def overall(self) -> dict[str, Any]:
        """The figures of the whole set."""
        scores = self.files.values()
        if self.level is Level.TOKENS:
            edits = sum(score.errors or 0 for score in scores)
            tokens = sum(score.tokens or 0 for score in scores)
            return set_figures([score.errors for score in scores]) | {"token_error_rate": percent(edits, tokens)}
        counts = [score.counts for score in scores if score.counts is not None]
        return graph_set_figures(counts, unscored=len(scores) - len(counts))

    def as_dict(self) -> dict[str, Any]:
        """Everything, ready for JSON."""
        return {
            "metric": self.metric,
            "level": str(self.level),
            "overall": self.overall(),
            "files": {name: score.as_dict() for name, score in self.files.items()},
            "additional": list(self.additional),
        }


def score(truth: Path, output: Path, level: Level | None = None) -> Scores:
    """Score the outputs of a recogniser.

    Every truth counts. An output that is missing or cannot be read is scored as an empty one, as
    the official tool does: never exact, and with as many errors as its truth has labels. (Odd but
    official: of a truth that is one stroke or one symbol, that is a single error.)

    At symbol level two `.lg` are compared as they are, and what meets a `.lg` is converted as the
    official converters do. Where both sides are LaTeX or InkML, limits over and under an operator
    count as its scripts: normal-form LaTeX does not tell them apart, and truth files disagree.

    Args:
        truth: Path. Folder of `.lg` or `.inkml`, or CSV of LaTeX.
        output: Path. The same.
        level: Level or None. None for SYMBOL if there is LaTeX or the `.lg` are symLG, else STROKE.

    Returns:
        Scores.

    Raises:
        ScoringError: A source has nothing in it or does not suit the level, or no truth can be read.
    """
    true, found = open_source(truth), open_source(output)
    level = _usual_level(true, found) if level is None else level
    if level is Level.STROKE:
        for source in (true, found):
            if source.format is Format.LATEX:
                raise ScoringError(f"{source.path}: LaTeX has no strokes; score it at level symbol or tokens")
    keep_limits = Format.LG in (true.format, found.format)
    if level is Level.TOKENS:
        files = _score_all(true, found, load_tokens, _score_tokens)
    else:
        files = _score_all(true, found, partial(load_graph, level=level, keep_limits=keep_limits), _score_graphs)
    problems = [one.problem for one in files.values() if one.errors is None]
    if len(problems) == len(files):
        raise ScoringError(f"{truth}: no truth can be read; the first: {problems[0]}")
    additional = tuple(name for name in found.items if name not in true.items)
    return Scores(level, level is Level.SYMBOL and not keep_limits, files, additional)


def _usual_level(true: Source, found: Source) -> Level:
    if Format.LATEX in (true.format, found.format):
        return Level.SYMBOL
    for source in (true, found):
        for item in source.items.values() if source.format is Format.LG else ():
            graph, _ = _load(item, partial(load_graph, level=Level.STROKE, keep_limits=True))
            if graph is not None:
                return Level.SYMBOL if is_symbol_level(graph) else Level.STROKE
    return Level.STROKE


def _score_all(
    true: Source,
    found: Source,
    load: Callable[[Path | str], Loaded],
    compare_two: Callable[[Loaded, Loaded | None, str | None], FileScore],
) -> dict[str, FileScore]:
    files = {}
    for name, item in tqdm(true.items.items(), desc="score", unit="file", delay=1, disable=None, leave=False):
        expected, problem = _load(item, load)
        if expected is None:
            files[name] = FileScore(None, problem=f"truth: {problem}")
            continue
        if name in found.items:
            given, problem = _load(found.items[name], load)
        else:
            given, problem = None, "missing"
        files[name] = compare_two(expected, given, problem and f"output: {problem}")
    return files


def _load(item: Path | str, load: Callable[[Path | str], Loaded]) -> tuple[Loaded | None, str | None]:
    """What an item holds, or None and the cause."""
    try:
        return load(item), None
    except _UNREADABLE as error:
        cause = getattr(error, "cause", None) or getattr(error, "strerror", None) or str(error)
        return None, str(cause)


def _score_graphs(truth: PrimitiveGraph, output: PrimitiveGraph | None, problem: str | None) -> FileScore:
    given = PrimitiveGraph() if output is None else output
    counts = compare(truth, given)
    ignored = [f"truth: {line}" for line in truth.ignored] + [f"output: {line}" for line in given.ignored]
    return FileScore(counts.errors, counts, problem=problem, ignored=tuple(ignored))


def _score_tokens(truth: list[str], output: list[str] | None, problem: str | None) -> FileScore:
    return FileScore(Levenshtein.distance(truth, output or []), tokens=len(truth), problem=problem)
