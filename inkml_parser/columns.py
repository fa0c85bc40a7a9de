"""The channels of a stroke as one table, with a column for each name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from inkml_parser.types import Channels, Matrix, Points, Values


class Columns(Mapping[str, Values]):
    """Name of a channel → its values, read-only; a file may have hundreds of thousands of short ones.

    Args:
        index: dict of str → int. The column of each name, in order: 0, 1, … Strokes may share one; it is not changed.
        table: `(n, len(index))` float64 array. Becomes read-only.
    """

    __slots__ = ("index", "table")

    def __init__(self, index: dict[str, int], table: Matrix) -> None:
        table.setflags(write=False)
        self.index = index
        self.table = table

    @classmethod
    def named(cls, columns: Channels, length: int) -> Columns:
        """Columns of so many values each, copied into a table."""
        values = np.array(list(columns.values()), dtype=np.float64).reshape(len(columns), length)
        return cls({name: number for number, name in enumerate(columns)}, values.T)

    @classmethod
    def joined(cls, parts: Sequence[Columns]) -> Columns:
        """One after another; of channels that some lack, none."""
        first = parts[0].index
        if all(part.index is first or list(part.index) == list(first) for part in parts):
            return cls(first, np.concatenate([part.table for part in parts])) if first else NO_COLUMNS
        shared = set(first).intersection(*(part.index for part in parts))
        names = [name for name in first if name in shared]
        tables = [part.table[:, [part.index[name] for name in names]] for part in parts]
        return cls({name: number for number, name in enumerate(names)}, np.concatenate(tables))

    def split(self, ends: Sequence[int]) -> list[Columns]:
        """Those of the parts that end before these points, and what is left."""
        if not self.index:
            return [NO_COLUMNS] * (len(ends) + 1)
        return [Columns(self.index, table) for table in np.split(self.table, ends)]

    def replaced(self, columns: Channels) -> Columns:
        """With other values for those of these channels that there are."""
        changed = [name for name in columns if name in self.index]
        if not changed:
            return self
        table = self.table.copy()
        for name in changed:
            table[:, self.index[name]] = columns[name]
        return Columns(self.index, table)

    def __getitem__(self, name: str) -> Values:
        column: Values = self.table[:, self.index[name]]
        return column

    def __contains__(self, name: object) -> bool:
        return name in self.index

    def __iter__(self) -> Iterator[str]:
        return iter(self.index)

    def __len__(self) -> int:
        return len(self.index)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Mapping):
            return NotImplemented
        return self.keys() == other.keys() and all(np.array_equal(self[name], other[name]) for name in self)

    __hash__ = None  # type: ignore[assignment]  # arrays inside

    def __repr__(self) -> str:
        return repr(dict(self))

    def __reduce__(self) -> tuple[type[Columns], tuple[dict[str, int], Matrix]]:
        return Columns, (self.index, self.table)


NO_COLUMNS = Columns({}, np.empty((0, 0)))
"""Of strokes that are X and Y alone."""

Decoded = tuple[Points, Columns]
"""X and Y of a trace, and its other channels."""
