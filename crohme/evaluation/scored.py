"""Scores of any outputs as outcomes, which are reported like those of our own recogniser."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crohme.evaluation.label_graphs import intervals
from crohme.evaluation.outcomes import NO_WRITER, Outcome, Unit, has_strokes, kind_of
from crohme.evaluation.scoring import FileScore, Level, Scores
from crohme.evaluation.scoring.graphs import load_expression
from crohme.evaluation.scoring.sources import Format, Item
from crohme.evaluation.summary import summarize
from crohme.notation import Expression, NotationError, SymbolTree, read_lg, to_tree, without_limits
from inkml_parser import Ink, InkError, read
from inkml_parser.files import read_regular

_UNREADABLE = (NotationError, InkError, OSError, UnicodeDecodeError)


@dataclass(frozen=True)
class _Seen:
    """What can be shown of one side of a pair.

    Args:
        latex: str. In normal form, or as it stands where that cannot be read.
        tree: SymbolTree or None. With strokes where they are known.
        names: tuple of str. Identifiers of the strokes, in the order that the tree counts them in.
        ink: Ink or None.
    """

    latex: str = ""
    tree: SymbolTree | None = None
    names: tuple[str, ...] = ()
    ink: Ink | None = None


def outcomes_of(scores: Scores) -> list[Outcome]:
    """One outcome for every truth of the scores, in their order."""
    return [_outcome(scores, name, one) for name, one in scores.files.items()]


def figures_of(scores: Scores, outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """`summary.summarize` of scored outputs."""
    return summarize(outcomes, metric=scores.metric, unit=unit_of(scores))


def unit_of(scores: Scores) -> Unit:
    """What the errors are counted in."""
    return Unit.EDIT if scores.level is Level.TOKENS else Unit.LABEL


def graphs_of(scores: Scores) -> dict[str, Any] | None:
    """Figures of label graphs with their intervals, as `label_graphs.label_graph_figures` has them; None for tokens."""
    if scores.level is Level.TOKENS:
        return None
    files = scores.files.values()
    rows = [(one.counts, one.errors, one.has_structure) for one in files]
    unscored = sum(one.counts is None for one in files)
    return {**scores.overall(), "unscored": unscored, "intervals": intervals(rows)}


def _outcome(scores: Scores, name: str, score: FileScore) -> Outcome:
    truth_item, output_item = scores.truth.items[name], scores.output.items.get(name)
    truth = _seen(truth_item, scores.equate)
    output = _Seen() if output_item is None else _seen(output_item, scores.equate, truth.names)
    kind = None
    if score.errors and truth.tree is not None and output.tree is not None:
        with suppress(NotationError):
            kind = kind_of(without_limits(truth.tree), without_limits(output.tree))
    return Outcome(
        _file(truth_item, name, scores),
        truth.latex,
        output.latex,
        None if output.latex == "" else scores.output.confidences.get(name),
        score.errors,
        kind,
        len(truth.ink.strokes) if truth.ink is not None else len(truth.names),
        alternatives=None,
        problem=score.problem,
        writer=(truth.ink.annotations.get("writer", "").strip() if truth.ink is not None else "") or NO_WRITER,
        ink=truth.ink,
        expected=truth.tree,
        found=output.tree,
    )


def _file(item: Item, name: str, scores: Scores) -> str:
    """The path of an ink below its folder, so that a report finds it again; else the name."""
    if scores.truth.format is Format.INKML and isinstance(item, Path) and item != scores.truth.path:
        return item.relative_to(scores.truth.path).as_posix()
    return name


def _seen(item: Item, equate: bool, names: tuple[str, ...] = ()) -> _Seen:
    """What an item shows; its strokes are counted as in `names`, if these are all of its strokes."""
    if isinstance(item, Path) and item.suffix.lower() == ".inkml":
        return _seen_ink(item, equate, names)
    if not isinstance(item, Path | str):
        return _Seen()
    try:
        expression = load_expression(item, equate)
    except _UNREADABLE:
        return _Seen(" ".join(item.split())) if isinstance(item, str) else _Seen()
    if isinstance(item, str):
        return _Seen(expression.latex, expression.tree)
    graph = read_lg(read_regular(item).decode("utf-8-sig"))
    own = names or tuple(dict.fromkeys(primitive for obj in graph.objects for primitive in obj.primitives))
    with suppress(NotationError):
        return _Seen(expression.latex, to_tree(graph, own), own)
    return _Seen(expression.latex, expression.tree)


def _seen_ink(path: Path, equate: bool, names: tuple[str, ...]) -> _Seen:
    try:
        ink = read(path)
    except _UNREADABLE:
        return _Seen()
    own = tuple(ink.trace_ids)
    expression: Expression | None = None
    with suppress(*_UNREADABLE):
        expression = load_expression(path, equate)
    if expression is None:
        return _Seen("", None, own, ink)
    tree = expression.tree
    if names and names != own and has_strokes(tree):
        tree = None  # other strokes: nobody can tell which is which
    return _Seen(expression.latex, tree, own, ink)
