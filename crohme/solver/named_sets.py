"""Numbers and the sets ℕ, ℤ, ℚ, ℝ and ℂ."""

from __future__ import annotations

import sympy

from crohme.solver.errors import NoAnswer

_NOT_KNOWN = "whether this number belongs to the set is not known"


def belongs(number: sympy.Expr, letter: str) -> bool:
    """Whether a number is one of a set.

    Args:
        number: Expr. Without names.
        letter: str. `N`, `Z`, `Q`, `R` or `C`.

    Raises:
        NoAnswer: It is not known; of 0 it is not said whether it is natural.
    """
    if letter == "C":
        return True
    is_in = {"R": number.is_real, "Q": number.is_rational}.get(letter, number.is_integer)
    if letter == "N" and is_in:
        if number.is_zero:
            raise NoAnswer("whether 0 is a natural number is not agreed")
        is_in = number.is_positive
    if is_in is None:
        raise NoAnswer(_NOT_KNOWN)
    return bool(is_in)
