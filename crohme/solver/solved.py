"""What solving equations gives."""

from __future__ import annotations

from dataclasses import dataclass, field

import sympy

from crohme.solver.families import Family
from crohme.solver.regions import Region
from crohme.solver.syntax import Name

REAL_ONLY = "in the real numbers: complex solutions were not searched for"
Assignment = dict[Name, sympy.Expr]
"""A solution: the values of the unknowns; a value with a `Float` in it is rounded."""


@dataclass
class Solved:
    """Solutions.

    Args:
        assignments: list of Assignment.
        family: Family or None. What the whole number in the assignments is; all of them share it.
        families: list. One for each assignment, if the solutions are counted by a whole number.
        region: Region or None. The solutions instead, if they fill intervals.
        is_everything: bool. Whether every value is a solution.
        notes: list of str. What is to be said beside them.
    """

    assignments: list[Assignment] = field(default_factory=list)
    families: list[Family] = field(default_factory=list)
    region: Region | None = None
    is_everything: bool = False
    notes: list[str] = field(default_factory=list)
