"""Taking the training set's taste for some symbols out of a trained network.

A network learns how often each symbol stands in its training set as well as what it looks like. In
CROHME's training set an `x` is 18 times as frequent as an `X` and a `p` five times as a `P`; in its
2013 test set, five times and equally frequent.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from crohme.augment.expression import Expression
from crohme.codes import TOKEN_INDEX, TOKENS
from crohme.notation.grammar import linearize

_LEAST = 2e-4  # share below which a symbol counts as no rarer: counts of a few say little
BIAS = "decoder/token/bias"


def adjustment(expressions: Sequence[Expression], strength: float) -> np.ndarray:
    """What to add to the logits of the tokens, `(tokens,)` float32: −strength · log share of each symbol.

    The mean over all symbols of the training set is 0, so that symbols as a whole gain nothing on
    the tokens of structure, which stay as they are.

    Args:
        expressions: sequence of `Expression`. What was trained on.
        strength: float. 0 changes nothing; 1 takes the whole prior out.

    Reference: Menon et al., "Long-tail learning via logit adjustment", ICLR 2021.
    """
    counts = Counter(token for e in expressions for token, node in linearize(e.tree) if node is not None)
    symbols = [token for token in TOKENS if counts[token]]
    shares = np.array([counts[token] for token in symbols], dtype=np.float64) / counts.total()
    logs = np.log(np.maximum(shares, _LEAST))
    added = np.zeros(len(TOKENS), dtype=np.float32)
    added[[TOKEN_INDEX[token] for token in symbols]] = -strength * (logs - shares @ logs)
    return added
