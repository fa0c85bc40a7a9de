"""Per-token bias that corrects the training prior.

A network learns how often each symbol occurs as well as what it looks like. CROHME's training set,
what is composed of it, and what people write differ in that: where an `x` and an `X` look alike, the
network names the one that it saw more often. One number per symbol, added to its logit, corrects this.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from crohme.expressions.features import to_unit_scale
from crohme.expressions.protocol import ExpressionNetwork
from crohme.expressions.targets import encode
from crohme.expressions.teacher_forcing import teacher_forced_logits
from crohme.expressions.vocabulary import Vocabulary
from crohme.ink.expression import Expression
from crohme.types import Float32Array, Float64Array, Int32Array

BIAS = "decoder/token/bias"
_STEPS = 200


def symbol_logits(
    network: ExpressionNetwork, vocabulary: Vocabulary, expressions: Iterable[Expression]
) -> tuple[Float32Array, Int32Array]:
    """Teacher-forced logits, in both directions, of each token that writes a symbol.

    Args:
        network: ExpressionNetwork.
        vocabulary: Vocabulary. The network's.
        expressions: iterable of `Expression`. Not those that it was trained on.

    Returns:
        `(n, tokens)` logits and `(n,)` true tokens.
    """
    logits, truth = [], []
    for expression in expressions:
        in_unit = Expression(to_unit_scale(expression.points), expression.row)
        memory = network.encode(in_unit.points)
        for backward in (False, True):
            own = encode(in_unit, vocabulary, backward=backward)
            writes = own.pointed.any(axis=1)
            logits.append(teacher_forced_logits(network, memory, own)[writes])
            truth.append(own.tokens[writes])
    return np.concatenate(logits), np.concatenate(truth)


def fit(logits: Float32Array, truth: Int32Array, strength: float) -> Float32Array:
    """What to add to the logits of the tokens, so that the truth is most probable: `(tokens,)` float32.

    Tokens that never are the truth stay as they are.

    Args:
        logits: `(n, tokens)`.
        truth: `(n,)` int.
        strength: float, above 0. Weight of the squares of what is added, against one token's log-probability:
            the larger, the less is added where there is little to go by.

    Reference: bias-only scaling in Guo et al., "On calibration of modern neural networks", ICML 2017.
    """
    counts, bias = _counts(logits, truth), np.zeros(logits.shape[1])
    for _ in range(_STEPS):
        shares = _shares(logits + bias)
        slope = shares.sum(axis=0) - counts + 2 * strength * bias
        curvature = (shares * (1 - shares)).sum(axis=0) + 2 * strength
        # Newton's step along each axis, halved: the axes are not quite independent.
        bias -= np.where(counts > 0, slope / curvature / 2, 0.0)
    return bias.astype(np.float32)


def added(logits: Float32Array, truth: Int32Array, strength: float) -> Float32Array:
    """What `fit` had added to logits, told from these alone: where its function is least, its slope is zero.

    Args:
        logits: `(n, tokens)`. After the fit.
        truth, strength: see `fit`.

    Returns:
        `(tokens,)` float32.
    """
    counts = _counts(logits, truth)
    found = (counts - _shares(logits).sum(axis=0)) / (2 * strength)
    return np.where(counts > 0, found, 0.0).astype(np.float32)


def _counts(logits: Float32Array, truth: Int32Array) -> Float64Array:
    """How often each token is the truth."""
    return np.bincount(truth, minlength=logits.shape[1]).astype(np.float64)


def _shares(logits: Float32Array | Float64Array) -> Float64Array:
    """How probable each token is in each place."""
    shares: Float64Array = np.exp(logits - logits.max(axis=1, keepdims=True), dtype=np.float64)
    shares /= shares.sum(axis=1, keepdims=True)
    return shares
