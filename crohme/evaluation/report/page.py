"""The page of a report: one file, complete in itself, that loads nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from math import log

from crohme.evaluation.confusions import GRID_RELATIONS, RELATIONS, SymbolConfusions
from crohme.evaluation.intervals import wilson_interval
from crohme.evaluation.label_graphs import RETRIEVALS
from crohme.evaluation.mistakes import Mistake, mistakes
from crohme.evaluation.outcomes import KINDS, Outcome, has_strokes
from crohme.evaluation.report.content import Content
from crohme.evaluation.report.drawings import Drawing, draw, typeset
from crohme.evaluation.report.environment import template
from crohme.evaluation.summary import RATES, rate_name

FAILURES = 100
"""Failures on the page. Each takes about 5 kB."""
PROBLEMS = 100
PAIRS = 25
EXAMPLES = 8
MATRIX = 32
"""Labels of the confusion matrix: more cannot be read on a screen. `symbols.csv` has all."""


@dataclass(frozen=True)
class Failure:
    """One expression that was read wrong, as the page shows it.

    Args:
        outcome: Outcome.
        drawing: Drawing or None. The ink, its wrong strokes marked; None without ink.
        truth, read: str or None. MathML, wrong symbols marked; None where it cannot be shown.
        mistakes: list of Mistake.
    """

    outcome: Outcome
    drawing: Drawing | None
    truth: str | None
    read: str | None
    mistakes: list[Mistake]


@dataclass(frozen=True)
class Pair:
    """Two labels that are confused with each other.

    Args:
        truth, read: str.
        count, reverse: int. How often `truth` was read as `read`, and the other way round.
        examples: list of `(file, Drawing)` of some of either.
    """

    truth: str
    read: str
    count: int
    reverse: int
    examples: list[tuple[str, Drawing]]


@dataclass(frozen=True)
class Matrix:
    """Counts of a table of confusions.

    Args:
        labels: list of str. Of rows (truth) and columns (read).
        rows: list of lists of `(count, weight)`; the weight is the share of a row on a logarithmic scale.
        omitted: int. Confusions that are not in it.
    """

    labels: list[str]
    rows: list[list[tuple[int, float]]]
    omitted: int = 0


def render(content: Content) -> str:
    """The page as HTML."""
    failures = content.failures
    return template("report.html").render(
        content=content,
        summary=content.summary,
        graphs=content.label_graphs,
        metric=content.summary["metric"],
        has_kinds=any(outcome.kind for outcome in content.outcomes) or content.about.beam is not None,
        unit=content.summary["unit"],
        rates=[(key, rate_name(most, content.summary["unit"])) for key, most in RATES],
        retrievals=RETRIEVALS,
        kinds=KINDS,
        pairs=[_pair(content.symbols, row) for row in content.symbols.most_confused[:PAIRS]],
        symbols=_symbol_matrix(content.symbols),
        relations=_matrix(content.relations, _relations(content.relations)),
        bins=[(one, wilson_interval(one.right, one.n)) for one in content.bins],
        failures=[_failure(outcome) for outcome in failures[:FAILURES]],
        failure_count=len(failures),
        problems=content.problems[:PROBLEMS],
    )


def _failure(outcome: Outcome) -> Failure:
    expected, found, ink = outcome.expected, outcome.found, outcome.ink
    wrong = [] if expected is None or found is None or not has_strokes(found) else mistakes(expected, found)
    truth, read = (None if tree is None else typeset(tree, wrong) for tree in (expected, found))
    return Failure(outcome, draw(ink, wrong) if ink is not None and ink.strokes else None, truth, read, wrong)


def _pair(symbols: SymbolConfusions, row: tuple[str, str, int, int]) -> Pair:
    a, b, a_as_b, b_as_a = row
    found = [*symbols.examples.get((a, b), ()), *symbols.examples.get((b, a), ())]
    # Spread over all of them: neighbours are often by one writer.
    shown = islice(found, 0, None, max(1, len(found) // EXAMPLES))
    drawn = [
        (o.file, draw(o.ink.select(strokes))) for o, strokes in islice(shown, EXAMPLES) if o.ink is not None and strokes
    ]
    return Pair(a, b, a_as_b, b_as_a, drawn)


def _symbol_matrix(symbols: SymbolConfusions) -> Matrix:
    """Of the labels that take part in most confusions."""
    confused: Counter[str] = Counter()
    for (truth, read), count in symbols.counts.items():
        if truth != read:
            confused.update({truth: count, read: count})
    chosen = (label for label, _ in confused.most_common(MATRIX))
    labels = sorted(chosen, key=lambda label: (label.lstrip("\\").lower(), label))  # c beside C
    return _matrix(symbols.counts, labels)


def _relations(counts: Counter[tuple[str, str]]) -> list[str]:
    """Those of a matrix: grids have theirs where there are grids."""
    seen = {name for pair in counts for name in pair}
    return [name for name in RELATIONS if name in seen or name not in GRID_RELATIONS]


def _matrix(counts: Counter[tuple[str, str]], labels: Sequence[str]) -> Matrix:
    rows = []
    for truth in labels:
        row = [counts[truth, read] for read in labels]
        most = log(1 + max(row, default=0)) or 1.0
        rows.append([(count, round(log(1 + count) / most, 2)) for count in row])
    omitted = sum(n for (a, b), n in counts.items() if a != b and not {a, b} <= set(labels))
    return Matrix(list(labels), rows, omitted)
