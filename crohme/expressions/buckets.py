"""The shapes that batches are padded to."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Bucket:
    """A shape that batches are padded to: each shape is compiled once."""

    strokes: int
    tokens: int
    size: int


# Chosen on 6,000 drawn expressions so that padding costs a third; about the same work in every batch.
BUCKETS = (
    Bucket(4, 5, 256),
    Bucket(8, 10, 152),
    Bucket(11, 16, 104),
    Bucket(16, 22, 72),
    Bucket(22, 29, 52),
    Bucket(30, 39, 36),
    Bucket(43, 57, 24),
    Bucket(58, 104, 14),
    Bucket(76, 150, 8),
)
