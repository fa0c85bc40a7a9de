"""Types and ranges of the values in a bundle's tables, and checks against them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from crohme.errors import CrohmeError, meant

ACTIVATIONS = frozenset(
    "relu relu6 leaky_relu elu selu gelu silu swish tanh sigmoid softplus softsign mish hard_silu hard_swish "
    "hard_sigmoid linear".split()
)
STEEPEST = 100.0


class TableError(CrohmeError, ValueError):
    """A value of a bundle's table that is missing, unknown or out of range. `str(error)` names it."""


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


@dataclass(frozen=True)
class Whole:
    """A whole number."""

    least: int = 1
    most: int = 4096

    def check(self, value: Any) -> bool:
        return isinstance(value, int) and not isinstance(value, bool) and self.least <= value <= self.most

    def __str__(self) -> str:
        return f"a whole number from {self.least} to {self.most}"


@dataclass(frozen=True)
class Number:
    """A number up to, and not including, `below`."""

    least: float
    below: float

    def check(self, value: Any) -> bool:
        return _is_number(value) and self.least <= value < self.below

    def __str__(self) -> str:
        return f"a number from {self.least:g} to below {self.below:g}"


@dataclass(frozen=True)
class Wholes:
    """A list of whole numbers."""

    fewest: int
    most: int
    each: Whole = field(default_factory=Whole)

    def check(self, value: Any) -> bool:
        is_list = isinstance(value, list | tuple) and self.fewest <= len(value) <= self.most
        return is_list and all(map(self.each.check, value))

    def __str__(self) -> str:
        return f"a list of {self.fewest} to {self.most} numbers, each {self.each}"


@dataclass(frozen=True)
class Activation:
    """The name of an activation function of Keras."""

    def check(self, value: Any) -> bool:
        return isinstance(value, str) and value in ACTIVATIONS

    def __str__(self) -> str:
        return "an activation of Keras, such as relu or gelu"


@dataclass(frozen=True)
class Line:
    """Slope and offset of a calibration; a slope that is not above 0 would turn confidences upside down.

    Args:
        may_lack: bool. Whether an empty list will do.
    """

    may_lack: bool = False

    def check(self, value: Any) -> bool:
        if not isinstance(value, list | tuple) or not all(map(_is_number, value)):
            return False
        if not value:
            return self.may_lack
        return len(value) == 2 and 0 < value[0] <= STEEPEST and abs(value[1]) <= STEEPEST

    def __str__(self) -> str:
        return f"a list of a slope above 0 and an offset, {STEEPEST:g} at most{', or empty' if self.may_lack else ''}"


@dataclass(frozen=True)
class Plane:
    """Two slopes, neither below 0, and the offset of a calibration by two quantities; or nothing."""

    def check(self, value: Any) -> bool:
        is_list = isinstance(value, list | tuple) and len(value) in (0, 3) and all(map(_is_number, value))
        return is_list and (not value or (0 <= min(value[:2]) and max(map(abs, value)) <= STEEPEST))

    def __str__(self) -> str:
        return f"an empty list, or one of two slopes not below 0 and an offset, {STEEPEST:g} at most"


Kind = Whole | Number | Wholes | Activation | Line | Plane
REQUIRED: Any = object()
Taken = Mapping[str, tuple[Kind, Any]]
"""Name → what the value may be, and its default, or `REQUIRED` where there is none."""
Table = Mapping[str, Any]


def completed(table: Table, taken: Taken, network: str, what: str) -> dict[str, Any]:
    """A table with the defaults of the values that are not given, in the order of `taken`.

    Args:
        table: mapping of str → value.
        taken: Taken.
        network, what: str. For the error: whose table, and what one of its values is called.

    Raises:
        TableError: A value is missing, unknown or out of range.
    """
    for name in table:
        if name not in taken:
            raise TableError(f"{network} takes no {what} {name!r:.60}{meant(name, taken)}")
    complete = {name: table.get(name, default) for name, (_, default) in taken.items()}
    for name, (kind, _) in taken.items():
        if complete[name] is REQUIRED:
            raise TableError(f"{network} needs the {what} {name!r}")
        if not kind.check(complete[name]):
            raise TableError(f"the {what} {name!r} is {complete[name]!r:.60}; {network} takes {kind}")
    return complete
