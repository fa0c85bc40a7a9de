"""Batches of expressions: drawn, composed and distorted in other processes, padded to a few fixed shapes."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Generator, Sequence
from pathlib import Path

import numpy as np

from crohme.augment.pool import Pool
from crohme.augment.texts import read_texts, strokes_of, text_files
from crohme.child_processes import worker_pool
from crohme.expressions.buckets import BUCKETS, Bucket
from crohme.expressions.corpus import Corpus
from crohme.expressions.data import find
from crohme.expressions.drawn_ink import add_drawn_ink
from crohme.expressions.features import POINTS
from crohme.expressions.recipe import Pools, Recipe, sample
from crohme.expressions.targets import Targets, encode
from crohme.expressions.traced import load_traced
from crohme.expressions.vocabulary import MASK, Vocabulary
from crohme.ink.expression import Expression
from crohme.training.batch import Batch
from crohme.types import Arrays

CHUNK = 3072
"""Expressions that are drawn for a chunk of batches."""


def collate(items: Sequence[tuple[Expression, Targets]], bucket: Bucket, size: int | None = None) -> Batch[Arrays]:
    """Expressions padded to a bucket's shape; missing ones of `size` are padding altogether."""
    b, n, t = size or len(items), bucket.strokes, bucket.tokens
    inputs: Arrays = {
        "ink": np.zeros((b, n, POINTS, 2), np.float32),
        "mask": np.zeros((b, n), np.float32),
        "previous": np.zeros((b, t), np.int32),
        "anchors": np.zeros((b, t, n), np.float32),
        "written": np.zeros((b, t, n), np.float32),
        "relations": np.zeros((b, t), np.int32),
        "rows": np.zeros((b, t), np.int32),
    }
    targets: Arrays = {
        "token": np.zeros((b, t), np.int32),
        "pointer": np.zeros((b, t, n), np.float32),
        "symbol": np.zeros((b, n), np.int32),
        "pair": np.zeros((b, n, n), np.int32),
    }
    weights: Arrays = {name: np.zeros(target.shape, np.float32) for name, target in targets.items()}
    weights["pointer"] = np.zeros((b, t), np.float32)
    for i, (expression, own) in enumerate(items):
        n, t = own.anchors.shape[1], len(own.tokens)
        inputs["ink"][i, :n] = expression.points
        inputs["mask"][i, :n] = 1
        for name in ("previous", "relations", "rows"):
            inputs[name][i, :t] = getattr(own, name)
        for name in ("anchors", "written"):
            inputs[name][i, :t, :n] = getattr(own, name)
        targets["token"][i, :t], weights["token"][i, :t] = own.tokens, 1
        writes = own.pointed.sum(axis=1, keepdims=True)
        targets["pointer"][i, :t, :n] = own.pointed / np.maximum(writes, 1)
        weights["pointer"][i, :t] = writes[:, 0] > 0
        targets["symbol"][i, :n], weights["symbol"][i, :n] = np.maximum(own.symbols, 0), own.symbols >= 0
        targets["pair"][i, :n, :n] = own.pairs
        # Most pairs of strokes have no relation: what relations there are must not drown in them.
        weights["pair"][i, :n, :n] = np.where(own.pairs > 0, 1.0, 0.15)
    return Batch(inputs, targets, weights)


def fits(targets: Targets, bucket: Bucket) -> bool:
    """Whether an expression has no more strokes and tokens than the bucket."""
    return targets.anchors.shape[1] <= bucket.strokes and len(targets.tokens) <= bucket.tokens


def in_buckets(items: Sequence[tuple[Expression, Targets]], rng: np.random.Generator) -> list[Batch[Arrays]]:
    """Full batches of expressions of like size, in random order.

    What does not fill a batch moves up into the next larger bucket; what is left in the largest
    is dropped, as is what fits none.
    """
    batches, waiting = [], list(items)
    for bucket in BUCKETS:
        fitting = [item for item in waiting if fits(item[1], bucket)]
        full = len(fitting) - len(fitting) % bucket.size
        batches += [collate(fitting[i : i + bucket.size], bucket) for i in range(0, full, bucket.size)]
        taken = {id(item) for item in fitting[:full]}
        waiting = [item for item in waiting if id(item) not in taken]
    return [batches[i] for i in rng.permutation(len(batches))]


def chunk(
    pools: Pools, recipe: Recipe, vocabulary: Vocabulary, seed: int, number: int, size: int
) -> list[Batch[Arrays]]:
    """The `number`-th chunk of batches: the same for the same seed, whoever makes it and when."""
    rng = np.random.default_rng([seed, number])
    items = []
    for _ in range(size):
        expression = sample(pools, recipe, rng)
        targets = encode(expression, vocabulary, backward=rng.random() < recipe.backward)
        hidden = rng.random(len(targets.previous)) < recipe.token_dropout
        hidden[0] = False  # the start tells the direction
        targets.previous[hidden] = vocabulary.token_index[MASK]
        targets.anchors[rng.random(len(targets.tokens)) < recipe.pointer_noise] = False
        items.append((expression, targets))
    return in_buckets(items, rng)


_maker: tuple[Pools, Recipe, Vocabulary] | None = None
"""What a process makes batches from; set once when it starts."""


def training_pools(folder: Path) -> Pools:
    """The ink of a data set that is trained on, see `expressions.data.find`."""
    corpus = find(folder).train
    return Pools(_pool(corpus), _pool(load_traced(corpus)))


def _pool(corpus: Corpus) -> Pool:
    return Pool(corpus.expressions, corpus.writers)


def stream(
    folder: Path,
    recipe: Recipe,
    vocabulary: Vocabulary,
    *,
    seed: int,
    first: int,
    workers: int,
    size: int = CHUNK,
) -> Generator[tuple[int, list[Batch[Arrays]]], None, None]:
    """Chunks of batches without end, made by other processes ahead of time: `(number, batches)`.

    Args:
        folder: path. A data set as `expressions.data.find` takes it.
        recipe: Recipe.
        vocabulary: Vocabulary.
        seed: int.
        first: int. Number of the first chunk; a resumed run goes on where it stopped.
        workers: int. Processes; 0 makes the batches in this one, when they are asked for.
        size: int. Expressions drawn for a chunk.
    """
    if workers == 0:
        prepare(folder, recipe, vocabulary)
        yield from ((number, make(seed, number, size)) for number in itertools.count(first))
        return
    with worker_pool(workers, prepare, (folder, recipe, vocabulary)) as pool:
        ahead = deque(pool.submit(make, seed, first + i, size) for i in range(2 * workers))
        number = first
        while True:
            batches = ahead.popleft().result()
            ahead.append(pool.submit(make, seed, number + 2 * workers, size))
            yield number, batches
            number += 1


def prepare(folder: Path, recipe: Recipe, vocabulary: Vocabulary) -> None:
    """What a process does first that is to `make` chunks."""
    global _maker
    pools = training_pools(folder)
    if recipe.drawn_folders:
        add_drawn_ink([pools.written, pools.traced], recipe.drawn_folders, vocabulary.alphabet)
    if recipe.typeset:
        texts, _ = read_texts(text_files(Path(recipe.texts)), strokes_of(pools.written), vocabulary.alphabet)
        pools = pools._replace(texts=texts)
    _maker = pools, recipe, vocabulary


def make(seed: int, number: int, size: int) -> list[Batch[Arrays]]:
    """A chunk, see `chunk`, of what the process was prepared for."""
    assert _maker is not None
    return chunk(*_maker, seed, number, size)
