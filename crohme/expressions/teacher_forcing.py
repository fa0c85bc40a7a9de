"""Teacher-forced logits of a trained network: each token is predicted from the true ones before it."""

from __future__ import annotations

from collections.abc import Sized

import numpy as np

from crohme.expressions.protocol import ExpressionNetwork
from crohme.expressions.targets import Targets
from crohme.types import Float32Array


def teacher_forced_logits(network: ExpressionNetwork, memory: Sized, targets: Targets) -> Float32Array:
    """Logits of each token, `(t, tokens)`.

    Args:
        network: ExpressionNetwork.
        memory: what it encoded of the expression.
        targets: Targets. Of the same expression, in either direction.
    """
    anchors, written = (mask[None].astype(np.float32) for mask in (targets.anchors, targets.written))
    previous, relations, rows = (numbers[None] for numbers in (targets.previous, targets.relations, targets.rows))
    logits, _, _ = network.read(memory, network.start(), previous, anchors, written, relations, rows)
    of_tokens: Float32Array = logits[0]
    return of_tokens
