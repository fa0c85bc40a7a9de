"""A network that starts from the weights of a trained bundle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import keras
import numpy as np

from crohme.bundle import Bundle
from crohme.expressions.imprinting import imprint
from crohme.expressions.vocabulary import Vocabulary, vocabulary_of
from crohme.ink.expression import Expression
from crohme.training.warm_start import WarmStartError, like_any, renumbered

# Axis of each weight that runs over the tokens, the symbol classes, or the relations of two strokes.
_BY_TOKEN = {"decoder/previous/embeddings": 0, "decoder/token/kernel": 1, "decoder/token/bias": 0}
_BY_CLASS = {"symbol/kernel": 1, "symbol/bias": 0}
_BY_RELATION = {"pair/out/kernel": 1, "pair/out/bias": 0}


def warm_start(
    network: keras.Model,
    arguments: Mapping[str, Any],
    vocabulary: Vocabulary,
    trained: Bundle,
    expressions: Sequence[Expression] = (),
) -> None:
    """Give a network the weights of a bundle of the same kind and size.

    Tokens and classes that both know keep their weights, whatever their numbers. New ones are imprinted from
    the expressions that show them, see `imprinting`; those that none shows get the mean of all, and the least bias.
    Features that the bundle's network did not read yet get weights of zero: at first it computes the same as before.

    Args:
        network: keras.Model, built; its name is that of its description.
        arguments: mapping. What it was built from.
        vocabulary: Vocabulary. The network's.
        trained: Bundle.
        expressions: sequence of `Expression`. What will be trained on.

    Raises:
        BundleError: It does not read whole expressions.
        WarmStartError: Its network is of another kind or size.
    """
    known = vocabulary_of(trained)
    if trained.network != network.name:
        raise WarmStartError(f"its network is {trained.network}, not {network.name}", trained.path)
    for weight in network.weights:
        if weight.path not in trained.weights:
            raise WarmStartError(f"has no weight {weight.path}", trained.path)
        name = weight.path.removeprefix(f"{network.name}/")
        stored, fresh = trained.weights[weight.path], keras.ops.convert_to_numpy(weight)
        if (axis := (_BY_TOKEN | _BY_CLASS).get(name)) is not None:
            fresh = like_any(stored, fresh, axis, is_bias=name.endswith("bias"))
        if name in _BY_TOKEN:
            stored = renumbered(stored, fresh, known.tokens, vocabulary.tokens, _BY_TOKEN[name])
        elif name in _BY_CLASS:
            stored = renumbered(stored, fresh, known.alphabet.labels, vocabulary.alphabet.labels, _BY_CLASS[name])
        elif name in _BY_RELATION:
            axis = _BY_RELATION[name]
            stored = renumbered(stored, fresh, range(stored.shape[axis]), range(fresh.shape[axis]), axis)
        weight.assign(_widened(stored, fresh.shape, f"{trained.path}: {weight.path}"))
    imprint(network, arguments, vocabulary, known, expressions)


def _widened(stored: np.ndarray, shape: tuple[int, ...], name: str) -> np.ndarray:
    """The stored weight with rows of zeros for new inputs."""
    new = shape[0] - stored.shape[0] if stored.ndim == len(shape) else -1
    if new < 0 or stored.shape[1:] != shape[1:]:
        raise WarmStartError(f"{name} has the shape {stored.shape}, not {shape}")
    return np.concatenate([stored, np.zeros((new, *shape[1:]), stored.dtype)])
