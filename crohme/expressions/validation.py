"""Figures of a network in training, from one forward pass with the truth's tokens before each token.

Greedy decoding is exactly right if and only if each of its choices is right when all before are;
so the share of expressions whose every token is right under teacher forcing is the ExpRate of
greedy decoding, as far as the pointer finds the right strokes too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TypeVar

import keras
import numpy as np

from crohme.expressions.batches import collate, fits
from crohme.expressions.buckets import BUCKETS, Bucket
from crohme.expressions.features import to_unit_scale
from crohme.expressions.layers import log_softmax
from crohme.expressions.pointing import same_symbol
from crohme.expressions.targets import encode
from crohme.expressions.vocabulary import SAME_SYMBOL, Vocabulary
from crohme.ink.expression import Expression
from crohme.training.batch import Batch
from crohme.types import Arrays, BoolArray, Float32Array, IntegerArray

T = TypeVar("T")
_LARGEST = Bucket(96, 160, 6)  # what fits no training bucket is still validated


class Validation:
    """Expressions on which choices are made: a validation set, also traced from pictures, and held-out writers.

    Args:
        vocabulary: Vocabulary. Of the network.
        expressions: sequence of `Expression`. For CROHME, those of the 2013 test set.
        held_out, traced: sequences of `Expression`. May be empty.
    """

    def __init__(
        self,
        vocabulary: Vocabulary,
        expressions: Sequence[Expression],
        held_out: Sequence[Expression],
        traced: Sequence[Expression] = (),
    ) -> None:
        self.sets = {"": _batches(vocabulary, expressions), "backward_": _batches(vocabulary, expressions, True)}
        if held_out:
            self.sets["held_out_"] = _batches(vocabulary, held_out)
        if traced:
            self.sets["traced_"] = _batches(vocabulary, traced)

    def measure(self, model: keras.Model) -> dict[str, float]:
        """Percentages. Without prefix: the validation set, from left to right."""
        figures: dict[str, float] = {}
        # Called directly, TensorFlow is done before it has compiled; JAX compiles each operation of a call by itself.
        read = model.predict_on_batch if keras.backend.backend() == "jax" else partial(model, training=False)
        for prefix, batches in self.sets.items():
            outputs = [(batch, _numpy(read(batch.inputs))) for batch in batches]
            figures |= {prefix + name: value for name, value in _measure(outputs).items()}
        return figures


def _numpy(outputs: Mapping[str, keras.KerasTensor]) -> Arrays:
    return {name: keras.ops.convert_to_numpy(value) for name, value in outputs.items()}


def _batches(vocabulary: Vocabulary, expressions: Sequence[Expression], backward: bool = False) -> list[Batch[Arrays]]:
    items = []
    for expression in expressions:
        scaled = Expression(to_unit_scale(expression.points), expression.row)
        items.append((scaled, encode(scaled, vocabulary, backward=backward)))
    batches = []
    for bucket in (*BUCKETS, _LARGEST):
        own = [item for item in items if fits(item[1], bucket)]
        items = [item for item in items if not fits(item[1], bucket)]
        batches += [collate(group, bucket) for group in _groups(own, bucket.size)]
    return batches


def _groups(items: list[T], size: int) -> list[list[T]]:
    return [items[i : i + size] for i in range(0, len(items), size)]


def _measure(outputs: Sequence[tuple[Batch[Arrays], Arrays]]) -> dict[str, float]:
    right, pointed, expressions, one, recurring, surprise = 0, 0, 0, 0, 0, 0.0
    symbols, strokes = 0, 0
    same = np.zeros(3)  # found and true, found, true
    for batch, output in outputs:
        assert batch.weights is not None
        valid = batch.weights["token"] > 0
        token = (output["token"].argmax(-1) == batch.targets["token"]) | ~valid
        pointer = _pointed_right(batch, output["pointer"])
        there = valid.any(axis=1)
        expressions += there.sum()
        right += (token.all(axis=1) & there).sum()
        one += (((~token).sum(axis=1) <= 1) & there).sum()
        recurring += _wrong_where_right_elsewhere(token, batch.targets["token"], valid).sum()
        surprise += _surprise(output["token"], batch.targets["token"])[valid].sum()
        pointed += ((token & pointer).all(axis=1) & there).sum()
        known = batch.weights["symbol"] > 0
        symbols += ((output["symbol"].argmax(-1) == batch.targets["symbol"]) & known).sum()
        strokes += known.sum()
        off = ~np.eye(known.shape[1], dtype=bool)[None] & (batch.weights["pair"] > 0)
        found = (same_symbol(output["pair"]) > 0.5) & off
        true = (batch.targets["pair"] == SAME_SYMBOL) & off
        same += [(found & true).sum(), found.sum(), true.sum()]
    return {
        "exprate": 100.0 * float(right / max(expressions, 1)),
        "le1": 100.0 * float(one / max(expressions, 1)),
        "recurring": 100.0 * float(recurring / max(expressions, 1)),
        "surprise": float(surprise / max(expressions, 1)),
        "exprate_pointed": 100.0 * float(pointed / max(expressions, 1)),
        "stroke_class": 100.0 * float(symbols / max(strokes, 1)),
        "same_symbol_f": 100.0 * float(2 * same[0] / max(same[1] + same[2], 1)),
    }


def _wrong_where_right_elsewhere(right: BoolArray, truth: IntegerArray, valid: BoolArray) -> BoolArray:
    """`(b,)` whether an expression is wrong, but only at tokens that it has right in another place."""
    known = [
        bool((~r).any()) and set(t[~r].tolist()) <= set(t[r & v].tolist())
        for r, t, v in zip(right, truth, valid, strict=True)
    ]
    return np.array(known, dtype=bool)


def _surprise(logits: Float32Array, truth: IntegerArray) -> Float32Array:
    """−log p of each true token, `(b, t)`."""
    return -np.take_along_axis(log_softmax(logits), truth[..., None], axis=-1)[..., 0]


def _pointed_right(batch: Batch[Arrays], pointer: Float32Array) -> BoolArray:
    """`(b, t)` whether the strokes with half the largest weight or more are those of the symbol."""
    assert batch.weights is not None
    hidden = np.where(batch.inputs["mask"][:, None] > 0, pointer, -np.inf)
    chosen = hidden >= hidden.max(axis=-1, keepdims=True) + np.log(0.5)
    right: BoolArray = (chosen == (batch.targets["pointer"] > 0)).all(axis=-1) | (batch.weights["pointer"] == 0)
    return right
