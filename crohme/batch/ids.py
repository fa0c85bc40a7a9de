"""Sets of record ids, of which each takes 64 bits."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from crohme.batch.errors import BatchError
from crohme.batch.records import Record, hash_of
from crohme.batch.sources import Sources
from crohme.types import UInt64Array


@dataclass(frozen=True)
class Shard:
    """Which share of the records one of several runs reads: that of the hashes of their ids.

    Args:
        number: int, from 1.
        count: int.
    """

    number: int = 1
    count: int = 1

    def has(self, hashed: int) -> bool:
        """Whether a record is in it."""
        return hashed % self.count == self.number - 1


class Ids:
    """A set of ids that takes 8 bytes for each.

    Args:
        hashes: iterable of int. See `hash_of`.
    """

    def __init__(self, hashes: Iterable[int] | UInt64Array = ()) -> None:
        given = hashes if isinstance(hashes, np.ndarray) else np.asarray(array("Q", hashes))
        self.hashes: UInt64Array = np.unique(given)

    def __len__(self) -> int:
        return len(self.hashes)

    def __contains__(self, hashed: int) -> bool:
        at = int(self.hashes.searchsorted(np.uint64(hashed)))
        return at < len(self.hashes) and int(self.hashes[at]) == hashed

    def __and__(self, other: Ids) -> Ids:
        return Ids(np.intersect1d(self.hashes, other.hashes, assume_unique=True))

    def __or__(self, other: Ids) -> Ids:
        return Ids(np.concatenate([self.hashes, other.hashes]))

    def __sub__(self, other: Ids) -> Ids:
        return Ids(np.setdiff1d(self.hashes, other.hashes, assume_unique=True))


def ids_of(records: Iterable[Record], sources: Sources, shard: Shard, limit: int | None) -> Ids:
    """The ids of a shard's records, or of the first of them.

    Args:
        records: iterable of Record. All of `sources`, perhaps with a progress bar around them.
        sources: Sources.
        shard: Shard.
        limit: int or None. The most records.

    Raises:
        BatchError: Two records have one id.
    """
    found = array("Q")
    for record in records:
        hashed = hash_of(record.id)
        if shard.has(hashed):
            found.append(hashed)
            if len(found) == limit:
                break
    ids = Ids(np.asarray(found))
    if len(ids) < len(found):
        ordered = np.sort(np.asarray(found))
        raise _doubled(sources, int(ordered[1:][ordered[1:] == ordered[:-1]][0]))
    return ids


def _doubled(sources: Sources, hashed: int) -> BatchError:
    same = (record for record in sources.records(with_content=False) if hash_of(record.id) == hashed)
    first, second = next(same), next(same)
    if first.id != second.id:  # once in 10^13 pairs of records
        return BatchError(f"the ids {first.id!r} and {second.id!r} have the same hash: change one of them")
    if first.origin == second.origin:
        return BatchError(f"is named twice among the sources, and its id would be: {first.id!r}", first.origin)
    return BatchError(f"two records have the id {first.id!r}: {first.origin} and {second.origin}")


def chosen(records: Iterator[Record], ids: Ids) -> Iterator[Record]:
    """Those records that are in a set, until all of them have come."""
    remaining = len(ids)
    while remaining and (record := next(records, None)) is not None:
        if hash_of(record.id) in ids:
            remaining -= 1
            yield record
