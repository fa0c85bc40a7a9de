"""Weights of a trained bundle in a network with other classes: what starting from a bundle has in common."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np

from crohme.errors import CrohmeError


class WarmStartError(CrohmeError):
    """A bundle that a network cannot start from. `str(error)` says why."""


def renumbered(
    stored: np.ndarray, fresh: np.ndarray, known: Sequence[Hashable], wanted: Sequence[Hashable], axis: int
) -> np.ndarray:
    """A weight in the order of other classes; known ones keep their rows, new ones get those of a fresh network.

    Args:
        stored: array. Of the bundle; its `axis` runs over `known`.
        fresh: array. Of the new network; its `axis` runs over `wanted`.
        known, wanted: sequences. Classes or tokens, or whatever stands for them.
        axis: int.

    Returns:
        An array of the shape of `fresh`; `stored` itself if the two differ along another axis.
    """
    if np.delete(stored.shape, axis).tolist() != np.delete(fresh.shape, axis).tolist():
        return stored
    number = {name: i for i, name in enumerate(known)}
    both = [(i, number[name]) for i, name in enumerate(wanted) if name in number]
    result = np.moveaxis(fresh.copy(), axis, 0)
    for new, old in both:
        result[new] = np.moveaxis(stored, axis, 0)[old]
    return np.moveaxis(result, 0, axis)


def like_any(stored: np.ndarray, fresh: np.ndarray, axis: int, *, is_bias: bool) -> np.ndarray:
    """What new classes start with: the mean of the stored ones, or of a bias the least.

    So none is preferred to a known one before it was seen.

    Args:
        stored, fresh, axis: see `renumbered`.
        is_bias: bool.

    Returns:
        An array of the shape of `fresh`; `fresh` itself if the two differ along another axis.
    """
    if stored.ndim != fresh.ndim or np.delete(stored.shape, axis).tolist() != np.delete(fresh.shape, axis).tolist():
        return fresh
    middle = stored.min(axis=axis, keepdims=True) if is_bias else stored.mean(axis=axis, keepdims=True)
    return np.broadcast_to(middle, fresh.shape).astype(fresh.dtype)
