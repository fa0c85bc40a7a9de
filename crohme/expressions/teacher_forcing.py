"""What a trained network says at each token when all tokens before it are the truth's."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from crohme.expressions.forward import LightTransformer, Memory
from crohme.expressions.targets import Targets


def teacher_forced_logits(network: LightTransformer, memory: Memory, targets: Targets) -> NDArray[np.float32]:
    """Logits of each token, `(t, tokens)`.

    Args:
        network: LightTransformer.
        memory: Memory. The encoded expression.
        targets: Targets. Of the same expression, in either direction.
    """
    anchors, written = (mask[None].astype(np.float32) for mask in (targets.anchors, targets.written))
    previous, relations, rows = (numbers[None] for numbers in (targets.previous, targets.relations, targets.rows))
    logits, _, _ = network.read(memory, network.start(), previous, anchors, written, relations, rows)
    return logits[0]
