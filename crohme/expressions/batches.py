"""Batches of expressions: drawn, composed and distorted in other processes, padded to a few fixed shapes."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Generator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from crohme.augment.compose import compose
from crohme.augment.digitizer import record
from crohme.augment.distort import distort
from crohme.augment.grids import random_grid
from crohme.augment.hand import redraw
from crohme.augment.ink import Ink, NoInk
from crohme.augment.one_hand import OneHand
from crohme.augment.pen import vary_lifts
from crohme.augment.pool import Pool
from crohme.augment.primes import add_prime
from crohme.augment.rename import rename
from crohme.augment.swap import swap
from crohme.augment.texts import Texts, read_texts, strokes_of, text_files
from crohme.augment.typeset import typeset
from crohme.child_processes import worker_pool
from crohme.expressions.corpus import Corpus
from crohme.expressions.data import find
from crohme.expressions.drawn_ink import add_drawn_ink
from crohme.expressions.features import POINTS, to_unit_scale
from crohme.expressions.targets import Targets, encode
from crohme.expressions.traced import load_traced
from crohme.expressions.vocabulary import MASK, Vocabulary
from crohme.ink.expression import Expression, all_rows, cut
from crohme.notation.tree import ARGUMENTS, Node, SymbolTree
from crohme.training.batch import Batch
from crohme.types import Arrays


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


@dataclass(frozen=True)
class Recipe:
    """How training expressions are made of the real ones.

    Args:
        traced: float. Share of expressions whose ink was drawn as a picture and traced back.
        one_hand: float. Share of expressions whose ink, however it is composed, is one writer's.
        typeset: float. Share of expressions that are typeset from `texts`. What is trained so learns from LaTeX
            beside CROHME's, and is reported apart.
        texts: str. Text file of LaTeX, one string a line, or a folder of such `.txt` files.
        drawn: str. Folders of data sets of isolated symbols, between commas, whose ink is typeset, too. With it the
            alphabet is all of `alphabet.csv`, in grids, too.
        alone: float. Share of expressions that are one symbol, the classes drawn evenly, also those drawn alone.
        grids: float. Share of expressions that are matrices, case distinctions or aligned lines of written rows.
        renamed: float. Share of the typeset expressions in which some symbols are exchanged for others of their kind.
        typeset_own: float. Share of expressions that are the training set's own LaTeX, typeset anew.
        composed: float. Share of composed expressions; the others are real, or a part of one.
        part: float. Share of parts among the real ones.
        swapped: float. Share of expressions in which symbols are exchanged.
        swap_share: float. Passed to `augment.swap.swap`.
        relabel: float. Mean of what is passed to it, which is drawn for each expression: in some most
            classes are renamed, in others hardly one.
        primed: float. Share of expressions in which a letter gets a prime.
        redrawn: float. Mean of what is passed to `augment.hand.redraw`, which is drawn for each expression.
        lifted: float. Share of expressions in which strokes are broken or joined.
        lift_share: float. The most that is passed to `augment.pen.vary_lifts`; how much is drawn for each.
        recorded: float. Share of expressions as another tablet would have recorded them.
        weakest, strongest: float. How far handwriting is bent, as a factor drawn for each expression.
        backward: float. Share of expressions read from right to left.
        token_dropout: float. Share of decoder inputs hidden, so that it reads instead of reciting.
        pointer_noise: float. Share of decoder steps whose anchor is hidden.
    """

    traced: float = 0.2
    one_hand: float = 0.6
    typeset: float = 0.0
    texts: str = ""
    drawn: str = ""
    alone: float = 0.0
    grids: float = 0.0
    renamed: float = 0.0
    typeset_own: float = 0.0
    composed: float = 0.6
    part: float = 0.2
    swapped: float = 0.8
    swap_share: float = 0.4
    relabel: float = 0.25
    primed: float = 0.1
    redrawn: float = 0.45
    lifted: float = 0.3
    lift_share: float = 0.3
    recorded: float = 0.8
    weakest: float = 0.6
    strongest: float = 1.7
    backward: float = 0.4
    token_dropout: float = 0.15
    pointer_noise: float = 0.03

    @property
    def drawn_folders(self) -> list[Path]:
        """The folders of `drawn`."""
        return [Path(part) for part in self.drawn.split(",") if part]

    def described(self) -> dict[str, Any]:
        """For a bundle: of files and folders their names, for where they lie matters on one machine only."""
        names = {"texts": Path(self.texts).name, "drawn": ",".join(folder.name for folder in self.drawn_folders)}
        return asdict(self) | names


class Pools(NamedTuple):
    """What training expressions are made of: written ink, the same ink traced from pictures, LaTeX without ink."""

    written: Pool
    traced: Pool
    texts: Texts | None = None


def sample(pools: Pools, recipe: Recipe, rng: np.random.Generator) -> Expression:
    """One training expression, in the unit of `features.to_unit_scale`."""
    everybody = pools.traced if rng.random() < recipe.traced else pools.written
    by_one = everybody.of_writer and rng.random() < recipe.one_hand
    pool = OneHand(everybody, rng) if by_one else everybody
    made = _typeset(pools.texts, everybody, pool, recipe, rng)
    if made is not None:
        expression = made
    elif rng.random() < recipe.composed:
        expression = compose(pool, rng, steps=int(rng.integers(1, 5)))
    else:
        # Half of them for one symbol in them, so that rare classes are seen more often.
        expression = pool.place(rng).expression if rng.random() < 0.5 else pool.any(rng)
        if rng.random() < recipe.part:
            rows = list(all_rows(expression.row))
            row = rows[rng.integers(len(rows))]
            start = int(rng.integers(len(row)))
            expression = cut(expression, row[start : start + 1 + int(rng.integers(len(row) - start))])
    # What is typeset has its symbols from all over the pool already, and says what people write.
    if made is None and rng.random() < recipe.swapped:
        relabel = float(rng.uniform(0, 2 * recipe.relabel))
        expression = swap(expression, pool, rng, share=recipe.swap_share, relabel=relabel)
    if rng.random() < recipe.primed:
        expression = add_prime(expression, pool, rng)
    expression = redraw(expression, everybody, rng, share=float(rng.uniform(0, 2 * recipe.redrawn)))
    if rng.random() < recipe.lifted:
        expression = vary_lifts(expression, rng, share=float(rng.uniform(0, recipe.lift_share)))
    if rng.random() < recipe.recorded:
        expression = record(expression, rng)
    expression = distort(expression, rng, strength=float(rng.uniform(recipe.weakest, recipe.strongest)))
    return Expression(to_unit_scale(expression.points), expression.row)


def _typeset(
    texts: Texts | None, everybody: Pool, ink: Ink, recipe: Recipe, rng: np.random.Generator
) -> Expression | None:
    """LaTeX in real ink, as often as the recipe says; None otherwise, or where the ink does not reach."""
    if not recipe.typeset + recipe.typeset_own + recipe.alone + recipe.grids:
        return None  # no number is drawn: a recipe without it makes what it always made
    drawn = rng.random()
    if drawn < recipe.typeset and texts is not None:
        tree = texts.draw(rng)
        if rng.random() < recipe.renamed:
            tree = rename(tree, ink.symbols, rng)
    elif drawn < recipe.typeset + recipe.typeset_own:
        tree = (everybody.place(rng).expression if rng.random() < 0.5 else everybody.any(rng)).tree
    elif drawn < recipe.typeset + recipe.typeset_own + recipe.alone:
        label = everybody.label(tuple(label for label in everybody.symbols if label not in ARGUMENTS), rng)
        if label is None:
            return None
        tree = SymbolTree((Node(label),))
    elif drawn < recipe.typeset + recipe.typeset_own + recipe.alone + recipe.grids:
        tree = random_grid(lambda: everybody.row(rng)[1], rng)
    else:
        return None
    try:
        made = typeset(tree, ink, rng)
    except NoInk:
        return None
    return made if len(made.points) <= BUCKETS[-1].strokes else None


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
    size: int = 3072,
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
        _prepare(folder, recipe, vocabulary)
        yield from ((number, _make(seed, number, size)) for number in itertools.count(first))
        return
    with worker_pool(workers, _prepare, (folder, recipe, vocabulary)) as pool:
        ahead = deque(pool.submit(_make, seed, first + i, size) for i in range(2 * workers))
        number = first
        while True:
            batches = ahead.popleft().result()
            ahead.append(pool.submit(_make, seed, number + 2 * workers, size))
            yield number, batches
            number += 1


def _prepare(folder: Path, recipe: Recipe, vocabulary: Vocabulary) -> None:
    global _maker
    pools = training_pools(folder)
    if recipe.drawn_folders:
        add_drawn_ink([pools.written, pools.traced], recipe.drawn_folders, vocabulary.alphabet)
    if recipe.typeset:
        texts, _ = read_texts(text_files(Path(recipe.texts)), strokes_of(pools.written), vocabulary.alphabet)
        pools = pools._replace(texts=texts)
    _maker = pools, recipe, vocabulary


def _make(seed: int, number: int, size: int) -> list[Batch[Arrays]]:
    assert _maker is not None
    return chunk(*_maker, seed, number, size)
