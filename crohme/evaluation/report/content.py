"""The content of a report, gathered before anything is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from crohme import __version__
from crohme.evaluation.calibration import Bin, chance_error, expected_error, reliability
from crohme.evaluation.confusions import SymbolConfusions, relation_confusions, symbol_confusions
from crohme.evaluation.groups import Group, by_structure, by_writer
from crohme.evaluation.label_graphs import label_graph_figures
from crohme.evaluation.outcomes import Outcome, has_strokes
from crohme.evaluation.summary import by_length, summarize


@dataclass(frozen=True)
class About:
    """What was evaluated.

    Args:
        bundle: str. Name or folder of the bundle; of scored outputs where they stand.
        data: str. The folder of files; of scored outputs where the truth stands.
        beam: int or None. Width of the search; None of scored outputs.
    """

    bundle: str
    data: str
    beam: int | None = None
    version: str = __version__

    def __str__(self) -> str:
        """In a line."""
        return f"{self.bundle}, {'' if self.beam is None else f'beam {self.beam}, '}{self.data}"


@dataclass(frozen=True, eq=False)
class Content:
    """The figures of a report, and the outcomes that they are of.

    Args:
        about: About.
        outcomes: sequence of `Outcome`, at least one.
        summary: dict. See `summary.summarize`.
        label_graphs: dict or None. See `label_graphs.label_graph_figures`; None where tokens were compared.
        length: str. What `lengths` counts.
        lengths, structures, writers: list of Group.
        symbols: SymbolConfusions.
        relations: Counter of `(truth, read)`. See `confusions.relation_confusions`.
        bins: list of Bin. Confidence and what it is worth; empty if nothing was read.
        calibration_error: float or None. Expected calibration error; None if nothing was read.
        chance_error: float or None. What so many readings would give if their confidences were exactly right.
    """

    about: About
    outcomes: Sequence[Outcome]
    summary: dict[str, Any]
    label_graphs: dict[str, Any] | None
    length: str
    lengths: list[Group]
    structures: list[Group]
    writers: list[Group]
    symbols: SymbolConfusions
    relations: Counter[tuple[str, str]]
    bins: list[Bin]
    calibration_error: float | None
    chance_error: float | None

    @property
    def failures(self) -> list[Outcome]:
        """What was read, but wrong; the most confident first, or where that is unknown those of most errors."""
        wrong = [o for o in self.outcomes if o.problem is None and not o.is_right]
        return sorted(wrong, key=lambda o: (-(o.confidence or 0.0), -(o.errors or 0), o.file))

    @property
    def has_ink(self) -> bool:
        """Whether any file is an ink."""
        return any(o.ink is not None for o in self.outcomes)

    @property
    def problems(self) -> list[Outcome]:
        """Files without a truth or without a reading."""
        return [o for o in self.outcomes if o.problem is not None]

    def metrics(self) -> dict[str, Any]:
        """The figures, JSON-able: those of `summarize`, and the others beside them."""
        return {
            **self.summary,
            "about": asdict(self.about),
            **({} if self.label_graphs is None else {"label_graphs": self.label_graphs}),
            "by_structure": {group.name: _described(group) for group in self.structures},
            "by_writer": {group.name: _described(group) for group in self.writers},
            "calibration": {
                "expected_error": self.calibration_error,
                "by_chance": self.chance_error,
                "bins": [asdict(one) | {"share": one.share} for one in self.bins],
            },
        }


def gather(outcomes: Sequence[Outcome], about: About) -> Content:
    """Compute all figures of an evaluation; of label graphs where all that was read says which strokes are whose."""
    are_graphs = all(outcome.found is None or has_strokes(outcome.found) for outcome in outcomes)
    return content_of(outcomes, about, summarize(outcomes), label_graph_figures(outcomes) if are_graphs else None)


def content_of(
    outcomes: Sequence[Outcome], about: About, summary: dict[str, Any], label_graphs: dict[str, Any] | None
) -> Content:
    """Compute what follows from outcomes, whoever read them.

    Args:
        outcomes: sequence of `Outcome`, at least one.
        about: About.
        summary: dict. See `summary.summarize`.
        label_graphs: dict or None. See `label_graphs.label_graph_figures`.
    """
    judged = [(o.confidence, o.is_right) for o in outcomes if o.errors is not None and o.confidence is not None]
    if not all(0 <= confidence <= 1 for confidence, _ in judged):
        judged = []  # scores of another kind
    confidences, right = [confidence for confidence, _ in judged], [is_right for _, is_right in judged]
    length, lengths = by_length(outcomes)
    return Content(
        about,
        outcomes,
        summary,
        label_graphs,
        length,
        lengths,
        by_structure(outcomes),
        by_writer(outcomes),
        symbol_confusions(outcomes),
        relation_confusions(outcomes),
        reliability(confidences, right),
        expected_error(confidences, right) if judged else None,
        chance_error(confidences) if judged else None,
    )


def _described(group: Group) -> dict[str, Any]:
    return {"n": group.n, "exprate": group.rate, "exprate_interval": list(group.interval)}
