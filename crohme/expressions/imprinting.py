"""New classes of a network start as the known ones that their ink is taken for.

A class that is written like a known one is then as probable as that one from the first step, and what is left to
learn is the difference: hundreds of steps fewer than from random weights, in which less is forgotten.

Reference: after Qi, Brown, Lowe: Low-shot learning with imprinted weights, CVPR 2018, which averages features.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

import keras
import numpy as np

from crohme import bundle
from crohme.expressions.description import networks
from crohme.expressions.features import to_unit_scale
from crohme.expressions.layers import log_softmax
from crohme.expressions.protocol import ExpressionNetwork
from crohme.expressions.settings import Preprocessing
from crohme.expressions.targets import encode
from crohme.expressions.token_bias import symbol_logits
from crohme.expressions.vocabulary import Vocabulary
from crohme.ink.expression import Expression, all_nodes
from crohme.types import Float32Array, Int32Array

_ENOUGH = 40
"""Expressions with a new class that are looked at."""


def imprint(
    network: keras.Model,
    arguments: Mapping[str, Any],
    vocabulary: Vocabulary,
    known: Vocabulary,
    expressions: Sequence[Expression],
) -> None:
    """Give each new class of a network the mean of the known ones, weighted by what the network takes its ink for.

    Its bias is such that it is as probable as the best known class, on average.

    Args:
        network: keras.Model. It knows the known classes.
        arguments: mapping. What it was built from.
        vocabulary: Vocabulary. The network's.
        known: Vocabulary. Without the new classes.
        expressions: sequence of `Expression`. To be trained on; those without new classes do not matter.
    """
    new = [label for label in vocabulary.alphabet if label not in known.alphabet]
    showing: dict[int, Expression] = {}
    for label in new:
        with_it = (e for e in expressions if any(node.label == label for node in all_nodes(e.row)))
        showing |= {id(e): e for e in islice(with_it, _ENOUGH)}
    if not showing:
        return
    some = list(showing.values())
    light = networks()[network.name].forward(bundle.weights_of(network), arguments, Preprocessing())
    weights = {weight.path.removeprefix(f"{network.name}/"): weight for weight in network.weights}
    tokens = _mixtures(*symbol_logits(light, vocabulary, some), _numbers(vocabulary.tokens, new))
    classes = _mixtures(*_classified(light, vocabulary, some), _numbers(vocabulary.alphabet.labels, new))
    for name, axis, mixtures in (
        ("decoder/previous/embeddings", 0, tokens),
        ("decoder/token/kernel", 1, tokens),
        ("decoder/token/bias", 0, tokens),
        ("symbol/kernel", 1, classes),
        ("symbol/bias", 0, classes),
    ):
        rows = np.moveaxis(keras.ops.convert_to_numpy(weights[name]).copy(), axis, 0)
        for number, (shares, lack) in mixtures.items():
            rows[number] = shares @ rows + (lack if name.endswith("bias") else 0.0)
        weights[name].assign(np.moveaxis(rows, 0, axis))


def _numbers(names: Sequence[str], wanted: Sequence[str]) -> list[int]:
    return [i for i, name in enumerate(names) if name in set(wanted)]


def _mixtures(logits: Float32Array, truth: Int32Array, new: Sequence[int]) -> dict[int, tuple[Float32Array, float]]:
    """For each new class that occurs: shares of all classes, 0 of new ones, and what its logit then lacks."""
    logits = logits.copy()
    logits[:, list(new)] = -np.inf
    found = {}
    for number in new:
        own = logits[truth == number]
        if len(own):
            shares = np.exp(log_softmax(own)).mean(axis=0)
            mixed = np.where(np.isfinite(own), own, 0.0) @ shares
            found[number] = shares, float((own.max(axis=1) - mixed).mean())
    return found


def _classified(
    network: ExpressionNetwork, vocabulary: Vocabulary, expressions: Sequence[Expression]
) -> tuple[Float32Array, Int32Array]:
    """Logits of the class of each stroke, and its true class."""
    logits, truth = [], []
    for expression in expressions:
        in_unit = Expression(to_unit_scale(expression.points), expression.row)
        logits.append(network.classify(network.encode(in_unit.points)))
        truth.append(encode(in_unit, vocabulary).symbols)
    return np.concatenate(logits), np.concatenate(truth)
