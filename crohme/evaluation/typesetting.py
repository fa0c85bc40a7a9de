"""How natural typeset ink is: a network reads it beside real ink of the same texts, and its layout is compared."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from crohme.evaluation.layout import figures_of
from crohme.expressions.features import to_unit_scale
from crohme.expressions.layers import log_softmax
from crohme.expressions.recognizer import Recognizer
from crohme.expressions.targets import encode
from crohme.expressions.teacher_forcing import teacher_forced_logits
from crohme.ink.expression import Expression


@dataclass(frozen=True)
class TeacherForced:
    """How a network reads expressions under teacher forcing.

    Args:
        surprise: tuple of float. −log p of each expression's tokens.
        mistaken: counter. (true token, token read) → how often; an expression without is read right.
        right: tuple of bool. Whether each expression's every token is.
    """

    surprise: tuple[float, ...]
    mistaken: Counter[tuple[str, str]]
    right: tuple[bool, ...]


def teacher_forced(recognizer: Recognizer, expressions: Sequence[Expression]) -> TeacherForced:
    """Read expressions from left to right under teacher forcing."""
    network, vocabulary = recognizer.network, recognizer.vocabulary
    surprise, right = [], []
    mistaken: Counter[tuple[str, str]] = Counter()
    for expression in expressions:
        in_unit = Expression(to_unit_scale(expression.points), expression.row)
        own = encode(in_unit, vocabulary)
        logits = teacher_forced_logits(network, network.encode(in_unit.points), own).astype(np.float64)
        surprise.append(float(-log_softmax(logits)[np.arange(len(logits)), own.tokens].sum()))
        read = logits.argmax(axis=-1)
        right.append(bool((read == own.tokens).all()))
        tokens = vocabulary.tokens
        mistaken.update((tokens[t], tokens[r]) for t, r in zip(own.tokens, read, strict=True) if t != r)
    return TeacherForced(tuple(surprise), mistaken, tuple(right))


def compare_layout(
    real: Sequence[Expression], typeset: Sequence[Expression], fewest: int = 60
) -> list[tuple[str, str, int, float, float, float]]:
    """How far the distributions of each layout figure are apart.

    Returns:
        list of (figure, kinds, count in the real ones, median real, median typeset, Kolmogorov-Smirnov distance),
        the furthest apart first; figures with fewer than `fewest` values are left out.
    """
    found: list[dict[tuple[str, str], list[float]]] = []
    for expressions in (real, typeset):
        values: dict[tuple[str, str], list[float]] = defaultdict(list)
        for expression in expressions:
            for figure, of, value in figures_of(expression):
                values[figure, of].append(value)
                if figure.startswith("gap"):
                    values[figure, "*"].append(value)
        found.append(values)
    rows = []
    for key, own in found[0].items():
        other = found[1].get(key, [])
        if min(len(own), len(other)) < fewest or key[0] == "order":
            continue
        rows.append((*key, len(own), float(np.median(own)), float(np.median(other)), _distance(own, other)))
    return sorted(rows, key=lambda row: -row[-1])


def _distance(a: Sequence[float], b: Sequence[float]) -> float:
    at = np.sort(np.concatenate([a, b]))
    below = [np.searchsorted(np.sort(values), at, side="right") / len(values) for values in (a, b)]
    return float(np.abs(below[0] - below[1]).max())
