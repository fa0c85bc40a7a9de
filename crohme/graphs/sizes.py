"""Sizes of axes, some of which are known only when a graph runs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce


@dataclass(frozen=True)
class Size:
    """A whole number times sizes with names, such as `8 * n`; those of a sum are one name, `t + q`.

    Args:
        factor: int.
        names: tuple of str, sorted. Empty for a size that is known.
    """

    factor: int
    names: tuple[str, ...] = ()

    @classmethod
    def of(cls, value: int | str | Size) -> Size:
        """A size from a number or a name."""
        if isinstance(value, Size):
            return value
        return cls(value) if isinstance(value, int) else cls(1, (value,))

    @property
    def known(self) -> bool:
        return not self.names

    def __mul__(self, other: int | Size) -> Size:
        other = Size.of(other)
        return Size(self.factor * other.factor, tuple(sorted((*self.names, *other.names))))

    __rmul__ = __mul__

    def __add__(self, other: int | Size) -> Size:
        other = Size.of(other)
        return Size(self.factor + other.factor) if self.known and other.known else Size.of(f"{self} + {other}")

    def __floordiv__(self, other: int | Size) -> Size:
        other = Size.of(other)
        names = list(self.names)
        for name in other.names:
            names.remove(name)
        if self.factor % other.factor:
            raise ValueError(f"{other} does not divide {self}")
        return Size(self.factor // other.factor, tuple(names))

    def __str__(self) -> str:
        return " * ".join([*([str(self.factor)] if self.factor != 1 or self.known else []), *self.names])


Shape = tuple[Size, ...]


def product(sizes: Iterable[Size]) -> Size:
    """All sizes multiplied."""
    return reduce(lambda one, other: one * other, sizes, Size(1))


def broadcast(one: Shape, other: Shape) -> Shape:
    """The shape to which two are broadcast, as numpy does.

    Raises:
        ValueError: They do not fit.
    """
    longer = max(len(one), len(other))
    padded = [(Size(1),) * (longer - len(shape)) + shape for shape in (one, other)]
    found = []
    for a, b in zip(*padded, strict=True):
        if a != b and Size(1) not in (a, b):
            raise ValueError(f"an axis of {a} does not fit one of {b}")
        found.append(b if a == Size(1) else a)
    return tuple(found)
