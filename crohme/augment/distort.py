"""Distortions of handwriting, never strong enough to change what is read."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from crohme.ink.expression import Expression, renumber, symbol_of_strokes
from crohme.types import Float32Array, FloatingArray, Int64Array


def distort(expression: Expression, rng: np.random.Generator, strength: float = 1.0) -> Expression:
    """Slant, turn and stretch the whole; shift, turn and taper each symbol; shift and bend each stroke; vary the order.

    Args:
        expression: Expression.
        rng: Generator.
        strength: float. Factor on all standard deviations.
    """
    points: FloatingArray = expression.points
    low, high = expression.box()
    points = (points - (low + high) / 2) @ _affine(rng, 1, 0.05, 0.12, 0.12, strength)[0]
    symbol_of_stroke, count = symbol_of_strokes(expression)
    points = _move_symbols(points, symbol_of_stroke, count, rng, strength)
    points = _bend(points, rng, strength)
    backward = rng.random(len(points)) < 0.03
    points[backward] = points[backward, ::-1]
    points = points[_permuted(symbol_of_stroke, rng)]
    return _reorder(replace(expression, points=points.astype(np.float32)), symbol_of_stroke, rng)


def _affine(
    rng: np.random.Generator, n: int, turn: float, slant: float, stretch: float, strength: float
) -> Float32Array:
    """n matrices `(n, 2, 2)` for row vectors: stretch x and y, slant, turn."""
    angle = rng.normal(0, turn * strength, n)
    shear = rng.normal(0, slant * strength, n)
    sx, sy = np.exp(rng.normal(0, stretch * strength / 2, (2, n)))
    cos, sin = np.cos(angle), np.sin(angle)
    matrix = np.empty((n, 2, 2), dtype=np.float32)
    matrix[:, 0, 0], matrix[:, 0, 1] = sx * cos, sx * sin
    matrix[:, 1, 0], matrix[:, 1, 1] = sy * (shear * cos - sin), sy * (shear * sin + cos)
    return matrix


def _move_symbols(
    points: FloatingArray, symbol: Int64Array, count: int, rng: np.random.Generator, strength: float
) -> FloatingArray:
    low, high = points.min(axis=1), points.max(axis=1)
    s_low, s_high = np.full((count, 2), np.inf, np.float32), np.full((count, 2), -np.inf, np.float32)
    np.minimum.at(s_low, symbol, low)
    np.maximum.at(s_high, symbol, high)
    centre, extent = (s_low + s_high) / 2, s_high - s_low
    # A stretched root or a long bar moves as little as its neighbours do.
    size = np.minimum(extent.max(axis=1), 2 * np.median(extent.max(axis=1)))
    matrix = _affine(rng, count, 0.05, 0.07, 0.14, strength)
    shift = rng.normal(0, 0.05 * strength, (count, 2)) * size[:, None]
    about, own_size = centre[symbol][:, None], size[symbol][:, None, None]
    points = _move_strokes(points, (low + high)[:, None] / 2, own_size, rng, strength) - about
    # Narrower at one end than at the other.
    taper = rng.normal(0, 0.08 * strength, (count, 2))[symbol][:, None]
    points = points * (1 + taper * np.clip(points[..., ::-1] / np.maximum(own_size, 1e-6), -1, 1))
    turned: FloatingArray = np.einsum("npi,nij->npj", points, matrix[symbol])
    moved: FloatingArray = turned + about + shift[symbol][:, None].astype(np.float32)
    return moved


def _move_strokes(
    points: FloatingArray, centre: FloatingArray, size: FloatingArray, rng: np.random.Generator, strength: float
) -> FloatingArray:
    """Each stroke shifted and scaled a little about its centre; `size` is that of its symbol."""
    shift = rng.normal(0, 0.02 * strength, centre.shape) * size
    scale = np.exp(rng.normal(0, 0.04 * strength, centre.shape))
    return (points - centre) * scale + centre + shift


def _bend(points: FloatingArray, rng: np.random.Generator, strength: float) -> FloatingArray:
    """Smooth waves along each stroke, and a little noise on each point."""
    n, length, _ = points.shape
    extent = (points.max(axis=1) - points.min(axis=1)).max(axis=1)
    # A long bar sways as far as its neighbours do: further, and it would cross them.
    extent = np.minimum(extent, 2 * np.median(extent))[:, None, None]
    along = np.linspace(0, np.pi, length, dtype=np.float32)
    waves = np.stack([np.cos(k * along) for k in (1, 2, 3)])
    sway = rng.normal(0, 0.03 * strength, (n, 2, 3)) / np.array([1, 1.5, 2])
    noise = rng.normal(0, 0.004 * strength, points.shape)
    bent: FloatingArray = points + extent * ((sway @ waves).transpose(0, 2, 1) + noise).astype(np.float32)
    return bent


def _permuted(symbol: Int64Array, rng: np.random.Generator) -> Int64Array:
    """Order of the strokes in which some symbols have theirs in another order, in the same places."""
    order = np.arange(len(symbol))
    for strokes in (np.flatnonzero(symbol == number) for number in np.flatnonzero(rng.random(symbol.max() + 1) < 0.04)):
        order[strokes] = rng.permutation(strokes)
    return order


def _reorder(expression: Expression, symbol: Int64Array, rng: np.random.Generator) -> Expression:
    """Now and then one symbol is written earlier or later than it was."""
    if len(expression.points) < 3 or rng.random() >= 0.12:
        return expression
    moved = symbol == symbol[rng.integers(len(symbol))]
    rest = np.flatnonzero(~moved)
    at = rng.integers(len(rest) + 1)
    order = np.concatenate([rest[:at], np.flatnonzero(moved), rest[at:]])
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    row = tuple(renumber(node, lambda stroke: int(place[stroke])) for node in expression.row)
    return Expression(expression.points[order], row)
