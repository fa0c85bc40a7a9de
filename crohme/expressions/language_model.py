"""What people write: how probable each token is after those before it, whatever the ink."""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from crohme.bundle.kinds import Table, TableError
from crohme.expressions.vocabulary import SPECIAL, START, Vocabulary
from crohme.notation import SymbolTree
from crohme.notation.alphabet import GRID, SYMBOL_CLASSES, Kind
from crohme.notation.grammar import CELL_ENDS, END, END_GRID
from crohme.notation.linear import linearize
from crohme.types import Float64Array, Int64Array, UInt8Array, UInt16Array

FILE = "language.bin"
"""In a bundle."""
IN_GRIDS = -1.4
"""What counts for each token in a grid: a matrix may hold anything. Outside it is -2.1 in the mean. The end of a
cell after an operator counts as outside, because few cells end so: an x that stands alone is no product sign."""
ALONE = -8.0
"""What counts for a symbol that stands alone, whichever it is: about what the most usual one would have."""
NATS = math.log(2) / 10
"""Probabilities are stored in tenths of a bit."""
LEAST = 255
_NEVER = math.exp(-NATS * LEAST)
MOST_TOKENS, LONGEST = 1500, 5
"""A run of five of 1,500 tokens is one number that Python and JavaScript have exactly."""
_MAGIC = b"ngrams1\0"
_LARGEST = 4 << 20
_NEW = 0.001, 0.03
"""How often a token is written that was never counted: at least, where nothing is known of it, and at most."""
_ROUNDING = 0.1
"""How far sums of stored probabilities may be from one: a twentieth of a bit either way, more than once."""


OPERATORS = frozenset(label for label, symbol in SYMBOL_CLASSES.items() if symbol.kind is Kind.OPERATOR)


@dataclass(frozen=True, eq=False)
class Runs:
    """Runs of as many tokens, sorted: in tenths of a bit, how improbable the last one is after the others.

    Args:
        tokens: `(n,)` uint16. The last token of each; for runs of one token all tokens, in order.
        followers: `(n,)` uint16. How many of the runs that are one longer begin with each.
        improbable: `(n,)` uint8. The last token after those before it.
        unseen: `(n,)` uint8. That none of the followers comes next: added to what a shorter run says.
    """

    tokens: UInt16Array
    followers: UInt16Array
    improbable: UInt8Array
    unseen: UInt8Array


class LanguageModel:
    """A model of n-grams with back-off.

    Args:
        levels: sequence of `Runs`, of one token, of two …
        start: int. The token before the first.

    Raises:
        TableError: They are not such runs.
    """

    def __init__(self, levels: Sequence[Runs], start: int) -> None:
        _check(levels)
        self.levels, self.start = tuple(levels), start
        self.base = len(levels[0].tokens)
        keys = [np.arange(self.base, dtype=np.int64)]
        for shorter, longer in zip(levels, levels[1:], strict=False):
            keys.append(np.repeat(keys[-1], shorter.followers) * self.base + longer.tokens)
            if (np.diff(keys[-1]) <= 0).any():
                raise TableError("its runs are not sorted")
        self._keys = keys
        self._seen = [-NATS * level.improbable.astype(np.float64) for level in levels]
        self._unseen = [-NATS * level.unseen.astype(np.float64) for level in levels]
        self._check_sums()

    def log_probabilities(self, sequences: Sequence[Sequence[int]]) -> list[Float64Array]:
        """Log-probability of each token of some sequences after those before it."""
        if not sequences:
            return []
        tokens, position = joined(sequences, self.start)
        found = np.empty(len(tokens))
        before: Int64Array = np.empty(0, np.int64)
        for level, key in enumerate(keys_of(tokens, position, len(self.levels), self.base)):
            is_whole = position >= level
            at = np.where(is_whole, np.searchsorted(self._keys[level], key), 0)
            at = np.minimum(at, len(self._keys[level]) - 1)
            is_seen = is_whole & (self._keys[level][at] == key)
            if level:
                # Where the run is unseen and its beginning is not, what the shorter run says counts for less.
                context = np.concatenate([[-1], before[:-1]])
                falls = is_whole & (context >= 0)
                found[falls] += self._unseen[level - 1][context[falls]]
            found[is_seen] = self._seen[level][at[is_seen]]
            before = np.where(is_seen, at, -1)
        starts = np.flatnonzero(position == 0)
        return [part[1:] for part in np.split(found, starts[1:])]

    def scores(self, trees: Sequence[SymbolTree], vocabulary: Vocabulary) -> Float64Array:
        """Log-probability of each tree's tokens; a constant for a symbol that stands alone, and for most in grids.

        Args:
            trees: sequence of `SymbolTree`.
            vocabulary: Vocabulary. That of the tokens.
        """
        written = [[*(token for token, _ in linearize(tree)), END] for tree in trees]
        numbered = [[vocabulary.token_index[token] for token in tokens] for tokens in written]
        known = self.log_probabilities(numbered)
        is_judged = [_judged(tokens) for tokens in written]
        sums = [np.where(judged, scores, IN_GRIDS).sum() for scores, judged in zip(known, is_judged, strict=True)]
        return np.array(
            [ALONE if len(one) == 2 else total for one, total in zip(written, sums, strict=True)], np.float64
        )

    def _check_sums(self) -> None:
        """Raise TableError if the probabilities of all tokens after some run do not add up to one."""
        totals = [np.exp(self._seen[0]).sum(keepdims=True)]
        for level, (shorter, key) in enumerate(zip(self.levels, self._keys[1:], strict=False)):
            end = key % self.base ** (level + 1)
            at = np.minimum(np.searchsorted(self._keys[level], end), len(self._keys[level]) - 1)
            if (self._keys[level][at] != end).any():
                raise TableError("it has a run and not its end")
            begins = np.repeat(np.arange(len(shorter.tokens)), shorter.followers)
            seen, instead = (
                np.bincount(begins, np.exp(scores), minlength=len(shorter.tokens))
                for scores in (self._seen[level + 1], self._seen[level][at])
            )
            totals.append((seen + np.exp(self._unseen[level]) * (1 - instead))[shorter.followers > 0])
        if (np.abs(np.concatenate(totals) - 1) > _ROUNDING).any():
            raise TableError("its probabilities do not add up to one")

    def renumbered(self, numbers: Int64Array, shares: Float64Array) -> LanguageModel:
        """The same model of a larger vocabulary, of whose new tokens it knows how often they are written.

        Args:
            numbers: `(base,)` int64. The new number of each token.
            shares: `(tokens,)` float64. How often each token of the larger vocabulary is written, 0 to 1, as far as is
                known; those of old tokens are not used.

        Raises:
            TableError: It has grown a hundred times, and nothing is left for new ones.
        """
        levels = []
        for level, (runs, keys) in enumerate(zip(self.levels, self._keys, strict=True)):
            parts = [numbers[keys // self.base**place % self.base] for place in range(level, -1, -1)]
            order = np.lexsort(parts[::-1])
            last = parts[-1].astype(np.uint16)
            levels.append(Runs(last[order], runs.followers[order], runs.improbable[order], runs.unseen[order]))
        new = np.setdiff1d(np.arange(len(shares)), numbers)
        often = np.clip(shares[new], *_NEW)
        # What a vocabulary that grows again and again has got already leaves less and less, but always something.
        left = 1 + _ROUNDING - float(np.exp(self._seen[0]).sum())
        often *= min(1.0, max(left, 0.0) / 3 / max(float(often.sum()), _NEW[0]))
        rare = np.minimum(np.ceil(-np.log(np.maximum(often, _NEVER)) / NATS), LEAST).astype(np.uint8)
        first, at = levels[0], np.searchsorted(np.sort(numbers), new)
        levels[0] = Runs(
            np.arange(len(shares), dtype=np.uint16),
            np.insert(first.followers, at, 0),
            np.insert(first.improbable, at, rare),
            np.insert(first.unseen, at, 0),
        )
        return LanguageModel(levels, int(numbers[self.start]))

    def to_bytes(self) -> bytes:
        """The content of a file, little-endian: how many runs of each length there are, then their arrays."""
        counts = [len(level.tokens) for level in self.levels]
        parts = [_MAGIC, struct.pack(f"<HH{len(counts)}I", len(counts), self.start, *counts)]
        for level in self.levels:
            parts += [level.tokens.astype("<u2").tobytes(), level.followers.astype("<u2").tobytes()]
            parts += [level.improbable.tobytes(), level.unseen.tobytes()]
        return b"".join(parts)

    @classmethod
    @lru_cache(maxsize=1)  # of a bundle it is checked, then read with
    def from_bytes(cls, content: bytes) -> LanguageModel:
        """What `to_bytes` gives.

        Raises:
            TableError: It is anything else.
        """
        try:
            length, start = struct.unpack_from("<HH", content, len(_MAGIC))
            if content[: len(_MAGIC)] != _MAGIC or not 1 <= length <= LONGEST or len(content) > _LARGEST:
                raise TableError("it is no such file, or too large")
            counts = struct.unpack_from(f"<{length}I", content, at := len(_MAGIC) + 4)
        except struct.error:
            raise TableError("it is cut short") from None
        at += 4 * length
        if len(content) != at + 6 * sum(counts):
            raise TableError("it is cut short, or too long")
        levels = []
        for count in counts:
            pairs, single = np.frombuffer(content, "<u2", 2 * count, at), at + 4 * count
            bits = np.frombuffer(content, np.uint8, 2 * count, single)
            levels.append(Runs(pairs[:count], pairs[count:], bits[:count], bits[count:]))
            at = single + 2 * count
        return cls(levels, start)


def check_content(content: bytes, arguments: Table) -> None:
    """Raise TableError if a file is no model of the tokens of a network with these arguments."""
    found = LanguageModel.from_bytes(content)
    if found.base != arguments["tokens"]:
        raise TableError(f"it knows {found.base} tokens, and the network {arguments['tokens']}")
    if found.start != SPECIAL.index(START):
        raise TableError(f"its texts start with token {found.start}, and the network's with {SPECIAL.index(START)}")


def start_of(vocabulary: Vocabulary) -> int:
    """The number of the token before the first."""
    return vocabulary.token_index[START]


def joined(sequences: Sequence[Sequence[int]], start: int) -> tuple[Int64Array, Int64Array]:
    """All tokens in a row, each sequence with its start, and each token's place in its sequence."""
    tokens = np.array([token for sequence in sequences for token in (start, *sequence)], np.int64)
    position = np.concatenate([np.arange(len(sequence) + 1) for sequence in sequences])
    return tokens, position


def keys_of(tokens: Int64Array, position: Int64Array, length: int, base: int) -> list[Int64Array]:
    """For each length up to this one, the run that ends at each token as a number; of no use where it is cut short."""
    found = [tokens]
    for level in range(1, length):
        first = np.concatenate([np.zeros(level, np.int64), tokens])[: len(tokens)]
        found.append(np.where(position >= level, first * base**level + found[-1], -1))
    return found


def _judged(tokens: Sequence[str]) -> list[bool]:
    """Which tokens stand outside of grids, or end a cell after an operator."""
    depth, found = 0, []
    for before, token in zip(("", *tokens), tokens, strict=False):
        depth += token == GRID
        found.append(depth == 0 or (token in CELL_ENDS and before in OPERATORS))
        depth -= token == END_GRID
    return found


def _check(levels: Sequence[Runs]) -> None:
    if not levels or len(levels) > LONGEST or not 1 <= len(levels[0].tokens) <= MOST_TOKENS:
        raise TableError(f"it is not of 1 to {MOST_TOKENS:,} tokens, in runs of up to {LONGEST}")
    base = len(levels[0].tokens)
    if (levels[0].tokens != np.arange(base)).any():
        raise TableError("it does not have each token once")
    for shorter, longer in zip(levels, levels[1:], strict=False):
        if int(shorter.followers.sum()) != len(longer.tokens) or not len(longer.tokens):
            raise TableError("its runs do not go on as it says")
        if longer.tokens.max() >= base:
            raise TableError("it has a token that it does not know")
    if levels[-1].followers.any():
        raise TableError("its longest runs go on")
