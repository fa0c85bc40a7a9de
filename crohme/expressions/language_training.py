"""Counting what people write: n-grams of the tokens of LaTeX, smoothed and cut to those that occur often.

Smoothing: Witten, Bell: The zero-frequency problem, IEEE Transactions on Information Theory 37 (1991), interpolated.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
from tqdm import tqdm

from crohme.augment.texts import text_files
from crohme.expressions.language_model import LEAST, NATS, LanguageModel, Runs, joined, keys_of, start_of
from crohme.expressions.vocabulary import Vocabulary
from crohme.notation import LatexError, SymbolTree, from_latex
from crohme.notation.grammar import END
from crohme.notation.linear import linearize
from crohme.types import Float64Array, Int64Array, UInt8Array
from inkml_parser.files import read_regular

log = logging.getLogger(__name__)
FEWEST = (1, 2, 4, 6, 8)
"""How often a run of one, of two … tokens occurs at least; rarer ones are unseen. See the table in `docs/log.md`."""
_FLOOR = 0.1
"""What is added to the count of each token."""


def fit(sequences: Sequence[Sequence[int]], tokens: int, start: int) -> LanguageModel:
    """The model of some texts.

    Args:
        sequences: sequence of sequences of token numbers, with the end.
        tokens: int. How many tokens there are.
        start: int. The token before the first.
    """
    flat, position = joined(sequences, start)
    unigrams = np.bincount(flat, minlength=tokens)
    own = np.where(np.arange(tokens) == start, 0, unigrams) + _FLOOR
    keys = [np.arange(tokens)]
    counts, probabilities, levels = [unigrams], [own / own.sum()], []
    for level, key in enumerate(keys_of(flat, position, len(FEWEST), tokens)[1:], start=1):
        found, count = np.unique(key[position >= level], return_counts=True)
        often = count >= FEWEST[level]
        found, count = found[often], count[often]
        begins = np.searchsorted(keys[-1], found // tokens)
        ends = np.searchsorted(keys[-1], found % tokens**level)
        followers = np.bincount(begins, minlength=len(keys[-1]))
        seen = np.bincount(begins, count, minlength=len(keys[-1]))
        # What a run leaves to those that it was not seen with: one for each that it was, and what was too rare.
        left = followers + counts[-1] - seen
        unseen = np.divide(left, left + seen, out=np.ones(len(left)), where=followers > 0)
        levels.append(_runs(keys[-1] % tokens, followers, probabilities[-1], unseen))
        probability = (count + left[begins] * probabilities[-1][ends]) / (left + seen)[begins]
        keys.append(found)
        counts.append(count)
        probabilities.append(probability)
        if not len(found):
            return LanguageModel(levels, start)
    none = np.zeros(len(keys[-1]), np.int64)
    levels.append(_runs(keys[-1] % tokens, none, probabilities[-1], np.ones(len(none))))
    return LanguageModel(levels, start)


def language_of(trees: Iterable[SymbolTree], texts: Path, vocabulary: Vocabulary) -> LanguageModel:
    """The model of expressions and of LaTeX without ink.

    Args:
        trees: iterable of `SymbolTree`.
        texts: Path. A file of LaTeX, one string a line, or a folder of such `.txt` files; what is not in the
            vocabulary's alphabet is left out, and what occurs twice.
        vocabulary: Vocabulary.

    Raises:
        OSError: A file cannot be read.
    """
    numbers = vocabulary.token_index
    sequences = [
        [numbers[token] for token in (*(token for token, _ in linearize(tree)), END)]
        for tree in (*trees, *_trees(texts, vocabulary))
    ]
    return fit(sequences, len(vocabulary.tokens), start_of(vocabulary))


def _trees(texts: Path, vocabulary: Vocabulary) -> Iterator[SymbolTree]:
    lines = dict.fromkeys(
        line.strip()
        for path in text_files(texts)
        for line in read_regular(path).decode("utf-8", errors="replace").split("\n")
    )
    left_out = 0
    for line in tqdm(filter(None, lines), desc="read texts", unit="text", total=len(lines)):
        try:
            yield from_latex(line, vocabulary.alphabet)
        except LatexError:
            left_out += 1
    if left_out:
        log.info("%d of %d texts are not in the alphabet", left_out, len(lines))


def _runs(last: Int64Array, followers: Int64Array, probability: Float64Array, unseen: Float64Array) -> Runs:
    return Runs(last.astype(np.uint16), followers.astype(np.uint16), _tenths(probability), _tenths(unseen))


def _tenths(probability: Float64Array) -> UInt8Array:
    """Tenths of a bit. What is all seen would leave nothing to others."""
    bits = -np.log(np.maximum(probability, np.exp(-NATS * LEAST))) / NATS
    return np.clip(np.round(bits), 0, LEAST).astype(np.uint8)
