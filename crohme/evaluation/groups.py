"""Expressions grouped by length, structure and writer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from crohme.evaluation.intervals import wilson_interval
from crohme.evaluation.outcomes import Outcome
from crohme.notation import BIG_OPERATORS, Node, Relation

LENGTHS = ((1, 5), (6, 10), (11, 20), (21, 30), (31, None))
"""Groups by number of strokes, as published comparisons have them."""
NONE_OF_THESE = "none of these"
NO_TREE = "accent, grid or the like"
"""What no symbol layout tree can hold."""


@dataclass(frozen=True)
class Group:
    """Some expressions, and how many of them were read right.

    Args:
        name: str.
        n: int. At least one.
        right: int.
    """

    name: str
    n: int
    right: int

    @property
    def rate(self) -> float:
        """Percentage of them that was read right."""
        return round(100 * self.right / self.n, 2)

    @property
    def interval(self) -> tuple[float, float]:
        """95 % interval of `rate`: Wilson's, which holds for a handful of files, where a bootstrap does not."""
        low, high = wilson_interval(self.right, self.n)
        return round(100 * low, 2), round(100 * high, 2)


def by_strokes(outcomes: Sequence[Outcome]) -> list[Group]:
    """Groups of `LENGTHS`. A file that cannot be read has no length, and is in none of them."""
    return _by_length(outcomes, [outcome.strokes for outcome in outcomes])


def by_tokens(outcomes: Sequence[Outcome]) -> list[Group]:
    """The same by the number of tokens of the truth."""
    return _by_length(outcomes, [outcome.tokens for outcome in outcomes])


def _by_length(outcomes: Sequence[Outcome], lengths: Sequence[int]) -> list[Group]:
    named = [(f"{low}+" if high is None else f"{low}-{high}", low, high) for low, high in LENGTHS]
    measured = list(zip(outcomes, lengths, strict=True))
    return _groups((name, [o for o, n in measured if low <= n <= (high or n)]) for name, low, high in named)


def by_structure(outcomes: Sequence[Outcome]) -> list[Group]:
    """Groups by what the truth holds. An expression is in every group that it belongs to; without truth, in none."""
    with_tree = [(o, list(o.expected.nodes())) for o in outcomes if o.expected is not None]
    groups = [(name, [o for o, nodes in with_tree if any(map(holds, nodes))]) for name, holds in _STRUCTURES]
    plain = [o for o, nodes in with_tree if not any(holds(node) for _, holds in _STRUCTURES for node in nodes)]
    treeless = [o for o in outcomes if o.truth and o.expected is None]
    return _groups([*groups, (NO_TREE, treeless), (NONE_OF_THESE, plain)])


def by_writer(outcomes: Sequence[Outcome]) -> list[Group]:
    """One group per writer, the lowest rate first."""
    writers: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        writers.setdefault(outcome.writer, []).append(outcome)
    return sorted(_groups(writers.items()), key=lambda group: (group.rate, -group.n, group.name))


def _groups(members: Iterable[tuple[str, Sequence[Outcome]]]) -> list[Group]:
    return [Group(name, len(group), sum(o.is_right for o in group)) for name, group in members if group]


_STRUCTURES: tuple[tuple[str, Callable[[Node], bool]], ...] = (
    ("fraction", lambda node: node.is_fraction),
    ("root", lambda node: Relation.INSIDE in node.rows),
    # The limits of a sum are not scripts, though some truth files write them so.
    ("script", lambda node: node.label not in BIG_OPERATORS and not {Relation.SUP, Relation.SUB}.isdisjoint(node.rows)),
    ("big operator", lambda node: node.label in BIG_OPERATORS),
)
