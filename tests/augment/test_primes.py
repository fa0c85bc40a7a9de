"""Letters that get a prime: where it lies, and that tree and strokes keep up."""

from __future__ import annotations

from collections import Counter

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from crohme.augment.pool import Pool
from crohme.augment.primes import add_prime
from crohme.expressions.features import POINTS
from crohme.ink.expression import Expression, all_nodes
from crohme.notation import to_latex
from crohme.notation.tree import Node, Relation


def stroke(x: float, y: float, width: float, height: float) -> np.ndarray:
    t = np.linspace(0, 1, POINTS)
    return np.stack([x + width * t, y + height * t], axis=-1).astype(np.float32)


def sum_of_powers(gap: float) -> Expression:
    """a^2 + b with `gap` between b and what follows it, a bracket."""
    points = [stroke(0, 0, 10, 10), stroke(12, -8, 5, 8), stroke(25, 5, 8, 0), stroke(29, 1, 0, 8),
              stroke(40, -6, 8, 16), stroke(48 + gap, -6, 3, 18)]  # fmt: skip
    row = (Node("a", (0,), {Relation.SUP: (Node("2", (1,)),)}), Node("+", (2, 3)), Node("b", (4,)), Node("[", (5,)))
    return Expression(np.stack(points), row)


POOL = Pool([Expression(np.stack([stroke(0, 0, 1, 6), stroke(5, 0, 2, 12)]), (Node(r"\prime", (0,)), Node("/", (1,))))])


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_the_prime_hangs_high_on_the_right_of_the_only_letter_with_room(seed):
    before = sum_of_powers(gap=20)
    after = add_prime(before, POOL, np.random.default_rng(seed))
    assert to_latex(after.tree)[:9] == "a ^ { 2 } + b ^ {".split()
    strokes = Counter(s for node in all_nodes(after.row) for s in node.strokes)
    assert strokes == Counter(range(len(after.points)))
    b = next(node for node in all_nodes(after.row) if node.label == "b")
    primes = [s for node in b.rows[Relation.SUP] for s in node.strokes]
    assert primes == list(range(b.strokes[-1] + 1, b.strokes[-1] + 1 + len(primes))) and len(primes) in (1, 2)
    ink = after.points[primes]
    middle = (ink[..., 1].min() + ink[..., 1].max()) / 2
    assert ink[..., 0].min() > 40 and middle < 2  # right of the letter's left side, above its middle
    kept = [s for s in range(len(after.points)) if s not in primes]
    assert np.array_equal(after.points[kept], before.points)


def test_without_room_or_ink_there_is_no_prime():
    crowded = sum_of_powers(gap=1)
    assert add_prime(crowded, POOL, np.random.default_rng(0)) is crowded
    assert add_prime(sum_of_powers(gap=20), Pool([sum_of_powers(3)]), np.random.default_rng(0)).row == (
        sum_of_powers(gap=20).row
    )
