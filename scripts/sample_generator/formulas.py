"""What the sample says: formulas that people know, and exercises made up at random."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np

_FILE = Path(__file__).with_name("formulas.txt")
_LETTERS = "abcdfghkmnpqrstuvwxyz"
_POINTS = "ABCEFGHILMNPRSTVXY"
_GREEK = [r"\alpha", r"\beta", r"\gamma", r"\theta", r"\lambda", r"\mu", r"\phi", r"\sigma"]


def known_formulas() -> list[str]:
    """The formulas of formulas.txt, as LaTeX."""
    return _FILE.read_text(encoding="utf-8").splitlines()


def exercise(rng: np.random.RandomState) -> str:
    """A small true statement, or a task, of school mathematics, as LaTeX."""
    return _KINDS[rng.randint(len(_KINDS))](rng)


def _between(rng: np.random.RandomState, low: int, high: int) -> int:
    return int(rng.randint(low, high + 1))


def _one_of(rng: np.random.RandomState, choices: str | list[str]) -> str:
    return choices[rng.randint(len(choices))]


def _fraction(value: Fraction) -> str:
    return rf"\frac {{ {value.numerator} }} {{ {value.denominator} }}" if value.denominator > 1 else str(value)


def _product(rng: np.random.RandomState) -> str:
    a, b = _between(rng, 3, 39), _between(rng, 2, 25)
    return _one_of(rng, [rf"{a} \times {b} = {a * b}", rf"{a * b} \div {b} = {a}"])


def _decimals(rng: np.random.RandomState) -> str:
    a, b = _between(rng, 11, 999), _between(rng, 11, 99)
    return f"{a / 10:.1f} + {b / 10:.1f} = {(a + b) / 10:.1f}"


def _linear(rng: np.random.RandomState) -> str:
    sign = _one_of(rng, ["=", r"\lt", r"\gt", r"\leq", r"\geq", r"\neq"])
    left = f"{_between(rng, 2, 9)} {_one_of(rng, _LETTERS)} {_one_of(rng, '+-')} {_between(rng, 1, 20)}"
    return f"{left} {sign} {_between(rng, 0, 60)}"


def _quadratic(rng: np.random.RandomState) -> str:
    x, p, q = _one_of(rng, _LETTERS), _between(rng, 2, 9), _between(rng, 1, 9)
    return f"{x} ^ 2 - {p + q} {x} + {p * q} = ( {x} - {p} ) ( {x} - {q} )"


def _sum_of_fractions(rng: np.random.RandomState) -> str:
    a, b = (Fraction(_between(rng, 1, 5), _between(rng, 2, 9)) for _ in range(2))
    return f"{_fraction(a)} + {_fraction(b)} = {_fraction(a + b)}"


def _powers(rng: np.random.RandomState) -> str:
    x, m, n = _one_of(rng, _LETTERS), _between(rng, 2, 7), _between(rng, 2, 8)
    return f"{x} ^ {m} {x} ^ {n} = {x} ^ {{ {m + n} }}"


def _root(rng: np.random.RandomState) -> str:
    n, degree = _between(rng, 2, 9), _between(rng, 2, 3)
    return rf"\sqrt {'[ 3 ] ' if degree == 3 else ''}{{ {n**degree} }} = {n}"


def _logarithm(rng: np.random.RandomState) -> str:
    base, power = _between(rng, 2, 5), _between(rng, 2, 4)
    return rf"\log _ {base} {base**power} = {power}"


def _integral(rng: np.random.RandomState) -> str:
    x, n, b = _one_of(rng, "stuxyz"), _between(rng, 2, 4), _between(rng, 1, 3)
    return rf"\int _ 0 ^ {b} {x} ^ {n} d {x} = {_fraction(Fraction(b ** (n + 1), n + 1))}"


def _sum(rng: np.random.RandomState) -> str:
    i, n, power = _one_of(rng, "ijkmn"), _between(rng, 3, 9), _between(rng, 2, 3)
    return rf"\sum _ {{ {i} = 1 }} ^ {n} {i} ^ {power} = {sum(k**power for k in range(1, n + 1))}"


def _limit(rng: np.random.RandomState) -> str:
    x, a, b = _one_of(rng, _LETTERS), _between(rng, 0, 5), _between(rng, 1, 9)
    return rf"\lim _ {{ {x} \rightarrow {a} }} ( {x} ^ 2 + {b} ) = {a * a + b}"


def _angle(rng: np.random.RandomState) -> str:
    function, angle = _one_of(rng, [r"\sin", r"\cos", r"\tan"]), _one_of(rng, _GREEK)
    return rf"{function} ( {angle} {_one_of(rng, '+-')} \frac {{ \pi }} {{ {_between(rng, 2, 6)} }} )"


def _point(rng: np.random.RandomState) -> str:
    return f"{_one_of(rng, _POINTS)} ( {_between(rng, -9, 9)} , {_between(rng, -9, 9)} )"


def _distance(rng: np.random.RandomState) -> str:
    return rf"| {_one_of(rng, _LETTERS)} - {_between(rng, 1, 9)} | \lt {_one_of(rng, _GREEK)}"


def _indexed(rng: np.random.RandomState) -> str:
    a, n = _one_of(rng, _LETTERS), _one_of(rng, "ijkmn")
    return f"{a} _ {n} = {a} _ {{ {n} - 1 }} + {_between(rng, 2, 9)}"


_KINDS: list[Callable[[np.random.RandomState], str]] = [
    _product, _decimals, _linear, _quadratic, _sum_of_fractions, _powers, _root, _logarithm,
    _integral, _sum, _limit, _angle, _point, _distance, _indexed,
]  # fmt: skip
