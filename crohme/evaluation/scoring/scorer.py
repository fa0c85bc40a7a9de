"""All outputs of a recogniser scored against all truths."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from rapidfuzz.distance import Levenshtein
from tqdm import tqdm

from crohme.errors import cause_of
from crohme.evaluation.scoring.comparison import compare
from crohme.evaluation.scoring.errors import Refused, ScoringError
from crohme.evaluation.scoring.graphs import Level, NoTree, is_symbol_level, load_expression, load_graph
from crohme.evaluation.scoring.primitives import PrimitiveGraph
from crohme.evaluation.scoring.scores import FileScore, Scores
from crohme.evaluation.scoring.sources import Format, Item, Source, open_lines, open_source
from crohme.evaluation.scoring.tables import Side
from crohme.notation import LOOK_ALIKES, Expression, NotationError
from crohme.notation.foreign_text import not_latex
from inkml_parser import InkError

_UNREADABLE = (NotationError, InkError, OSError, UnicodeDecodeError)


def score(
    truth: Path,
    output: Path,
    level: Level | None = None,
    equate: bool = False,
    columns: Mapping[Side, str] | None = None,
    by_line: bool = False,
) -> Scores:
    """Score the outputs of a recogniser.

    Every truth counts. An output that is missing or cannot be read is scored as an empty one, as
    the official tool does: never exact, and with as many errors as its truth has labels. (Odd but
    official: of a truth that is one stroke or one symbol, that is a single error.)

    At symbol level two `.lg` are compared as they are, and what meets a `.lg` is converted as the
    official converters do. Where both sides are LaTeX or InkML, limits over and under an operator
    count as its scripts: normal-form LaTeX does not tell them apart, and truth files disagree.

    LaTeX may have any signs and commands. Where no tree can represent it (a script without a base), the tokens of the
    pair are compared at every level. LaTeX that is the same as its truth, character by character, is always right.

    Args:
        truth: Path. Folder of `.lg`, `.inkml`, `.tex` or `.txt`, or table of LaTeX.
        output: Path. The same.
        level: Level or None. None for SYMBOL if there is LaTeX or the `.lg` are symLG, else STROKE.
        equate: bool. Whether signs are equal that CROHME draws no line between (`notation.LOOK_ALIKES`).
        columns: mapping of Side → str. The columns of tables that hold the LaTeX, where the header does not say so.
        by_line: bool. Whether both are lists of LaTeX without names, of which lines of one number are pairs.

    Returns:
        Scores.

    Raises:
        ScoringError: A source has nothing in it or does not suit the level, or no truth can be read.
    """
    true, found = _opened(truth, output, columns or {}, by_line)
    level = _usual_level(true, found) if level is None else level
    if level is Level.STROKE:
        for source in (true, found):
            if source.format is Format.LATEX:
                raise ScoringError(f"{source.path}: LaTeX has no strokes; score it at level symbol or tokens")
    if level is Level.SYMBOL:
        for source, other in ((true, found), (found, true)):
            if _is_over_symbols(source) is False:
                others = "tokens: LaTeX has no strokes" if other.format is Format.LATEX else "stroke"
                raise ScoringError(f"{source.path}: label graphs over strokes; score them at level {others}")
    scorer = _Scorer(level, Format.LG in (true.format, found.format), equate)
    names = tqdm(true.items, desc="score", unit="file", delay=1, disable=None, leave=False)
    files = {name: scorer.score(true.items[name], found.items.get(name, Refused("missing"))) for name in names}
    problems = [one.problem for one in files.values() if one.errors is None]
    if len(problems) == len(files):
        raise ScoringError(f"{truth}: no truth can be read; the first: {problems[0]}")
    additional = tuple(name for name in found.items if name not in true.items)
    are_limits_scripts = level is Level.SYMBOL and not scorer.keep_limits
    return Scores(level, are_limits_scripts, files, additional, true, found, equate)


def _opened(truth: Path, output: Path, columns: Mapping[Side, str], by_line: bool) -> tuple[Source, Source]:
    if not by_line:
        true, found = (
            open_source(path, side, columns.get(side)) for path, side in ((truth, Side.TRUTH), (output, Side.OUTPUT))
        )
        return true, found
    if columns:
        raise ScoringError("lists of LaTeX, which --lines compares, have no columns")
    true = open_lines(truth)
    found = open_lines(output, least=len(true.items))
    if len(true.items) != len(found.items):
        counts = f"{len(true.items)} lines in {truth}, {len(found.items)} in {output}"
        raise ScoringError(f"{counts}: which of them belong together cannot be told")
    return true, found


def _usual_level(true: Source, found: Source) -> Level:
    if Format.LATEX in (true.format, found.format):
        return Level.SYMBOL
    kinds = (_is_over_symbols(source) for source in (true, found))
    return Level.SYMBOL if next((kind for kind in kinds if kind is not None), False) else Level.STROKE


def _is_over_symbols(source: Source) -> bool | None:
    """Whether label graphs are over symbols, as the first that can be read is; None where there are none."""
    for item in source.items.values() if source.format is Format.LG else ():
        try:
            return is_symbol_level(load_graph(_usable(item), Level.STROKE, keep_limits=True))
        except _UNREADABLE:
            continue
    return None


@dataclass(frozen=True)
class _Scorer:
    level: Level
    keep_limits: bool
    equate: bool

    def score(self, truth: Item, output: Item) -> FileScore:
        """Compare one pair."""
        if isinstance(truth, str) and isinstance(output, str) and truth.split() == output.split():
            same = self._score_same(truth)
            if same is not None:
                return same
        try:
            expected = self._load(truth)
        except _UNREADABLE as error:
            return FileScore(None, problem=f"truth: {cause_of(error)}")
        try:
            given, problem = self._load(output), None
        except _UNREADABLE as error:
            given, problem = None, f"output: {cause_of(error)}"
        if isinstance(expected, PrimitiveGraph) and not isinstance(given, Expression):
            return _score_graphs(expected, given, problem)
        return self._score_tokens(truth, expected, output, problem)

    def _score_tokens(
        self, truth: Item, expected: PrimitiveGraph | Expression, output: Item, problem: str | None
    ) -> FileScore:
        """Compare the tokens of a pair of which one side, if not both, has no tree."""
        read: list[str] = []
        try:
            tokens = self._expression(truth).tokens
            if problem is None:
                read = self._expression(output).tokens
        except _UNREADABLE as error:  # a label graph that is no tree
            assert isinstance(expected, PrimitiveGraph)
            return _score_graphs(expected, None, f"output: no tree, and no LaTeX to compare it with: {cause_of(error)}")
        has_graphs = self.level is Level.TOKENS
        errors = Levenshtein.distance(tokens, read)
        return FileScore(errors, tokens=len(tokens), has_graphs=has_graphs, problem=problem)

    def _score_same(self, latex: str) -> FileScore | None:
        """The score of LaTeX that is its own truth, if it cannot be read as such; else None."""
        try:
            self._load(latex)
        except _UNREADABLE:
            if latex.strip():
                return FileScore(0, tokens=len(latex.split()), has_graphs=self.level is Level.TOKENS)
        return None

    def _load(self, item: Item) -> PrimitiveGraph | Expression:
        """The graph of an item, or its tokens where it has none or they are asked for."""
        if self.level is Level.TOKENS:
            return self._expression(item)
        try:
            graph = load_graph(_usable(item), self.level, self.keep_limits, self.equate)
        except NoTree:
            return self._expression(item)
        return graph.renamed(LOOK_ALIKES) if self.equate else graph

    def _expression(self, item: Item) -> Expression:
        return load_expression(_usable(item), self.equate)


def _usable(item: Item) -> Path | str:
    if isinstance(item, Refused):
        raise NotationError(item.cause)
    if isinstance(item, str) and (cause := not_latex(item)) is not None:
        raise NotationError(cause)
    return item


def _score_graphs(truth: PrimitiveGraph, output: PrimitiveGraph | None, problem: str | None) -> FileScore:
    given = PrimitiveGraph() if output is None else output
    counts = compare(truth, given)
    ignored = [f"truth: {line}" for line in truth.ignored] + [f"output: {line}" for line in given.ignored]
    return FileScore(counts.errors, counts, problem=problem, ignored=tuple(ignored))
