"""Distortion of isolated symbols, on whole batches: as other writers would write them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from crohme.ink.strokes import StrokeBatch, normalise, starts
from crohme.types import Float64Array, Int64Array


@dataclass(frozen=True)
class Distortion:
    """How strong each distortion is. Lengths are in units of the symbol's longer side.

    Args:
        untouched: float. Share of symbols left as they are.
        rotation: float. Standard deviation, radians.
        shear, stretch: float. Standard deviations; stretch is of the logarithm of each axis' scale.
        taper: float. Standard deviation of the growth of one axis along the other.
        wave: float. Standard deviation of the amplitude of a smooth displacement of the plane.
        stroke_shift, stroke_stretch: float. Standard deviations, drawn for each stroke.
        jitter: float. Standard deviation, drawn for each point.
        reverse: float. Probability that a stroke is written the other way round.
        reorder: float. Probability that a symbol's strokes are written in a random order.
    """

    untouched: float = 0.1
    rotation: float = 0.08
    shear: float = 0.12
    stretch: float = 0.12
    taper: float = 0.10
    wave: float = 0.025
    stroke_shift: float = 0.02
    stroke_stretch: float = 0.04
    jitter: float = 0.004
    reverse: float = 0.02
    reorder: float = 0.03


def distort(batch: StrokeBatch, rng: np.random.Generator, strength: Distortion) -> StrokeBatch:
    """A distorted copy of a batch, each symbol in its own way, normalised before and after.

    Args:
        batch: StrokeBatch.
        rng: numpy Generator. The only source of chance: same state, same result.
        strength: Distortion.

    Returns:
        StrokeBatch with the same symbols and as many strokes and points.
    """
    batch = _rewrite(normalise(batch), rng, strength)
    touched = rng.random(len(batch)) >= strength.untouched
    symbol_of_point = np.repeat(np.arange(len(batch)), batch.points_of_symbol)
    moved = _move_strokes(batch, rng, strength)
    moved = _bend(moved, symbol_of_point, len(batch), rng, strength)
    affine = _affine_maps(len(batch), rng, strength)[symbol_of_point]
    moved = np.einsum("pij,pj->pi", affine, moved) + rng.normal(0, strength.jitter, moved.shape)
    points = np.where(touched[symbol_of_point, None], moved, batch.points)
    return normalise(replace(batch, points=points.astype(np.float32)))


def _rewrite(batch: StrokeBatch, rng: np.random.Generator, strength: Distortion) -> StrokeBatch:
    """Other order of strokes, other direction of strokes: the shape stays, the history changes."""
    shuffled = rng.random(len(batch)) < strength.reorder
    key = rng.random(len(batch.stroke_lengths))
    in_order = np.arange(len(key)) / len(key)
    order = np.lexsort((np.where(shuffled[batch.symbol_of_stroke], key, in_order), batch.symbol_of_stroke))
    batch = batch.reorder_strokes(order)
    turned = (rng.random(len(key)) < strength.reverse)[batch.stroke_of_point]
    first = starts(batch.stroke_lengths)[batch.stroke_of_point]
    last = first + batch.stroke_lengths[batch.stroke_of_point] - 1
    here = np.arange(len(batch.points))
    return replace(batch, points=batch.points[np.where(turned, first + last - here, here)])


def _move_strokes(batch: StrokeBatch, rng: np.random.Generator, strength: Distortion) -> Float64Array:
    first = starts(batch.stroke_lengths)
    centre = np.add.reduceat(batch.points, first, axis=0) / batch.stroke_lengths[:, None]
    shift = rng.normal(0, strength.stroke_shift, centre.shape)
    scale = np.exp(rng.normal(0, strength.stroke_stretch, centre.shape))
    of = batch.stroke_of_point
    return (batch.points - centre[of]) * scale[of] + (centre + shift)[of]


def _bend(
    points: Float64Array, symbol_of_point: Int64Array, symbols: int, rng: np.random.Generator, strength: Distortion
) -> Float64Array:
    """A taper, and one slow wave per axis across the plane (half a period to one and a half)."""
    taper = rng.normal(0, strength.taper, (symbols, 2))[symbol_of_point]
    points = points * (1 + taper * points[:, ::-1])
    for axis in (0, 1):
        frequency = rng.normal(0, np.pi, (symbols, 2))[symbol_of_point]
        phase = rng.uniform(0, 2 * np.pi, symbols)[symbol_of_point]
        amplitude = rng.normal(0, strength.wave, symbols)[symbol_of_point]
        wave = amplitude * np.sin((points * frequency).sum(axis=1) * 2 + phase)
        points = points + wave[:, None] * np.eye(2)[axis]
    return points


def _affine_maps(symbols: int, rng: np.random.Generator, strength: Distortion) -> Float64Array:
    """`(symbols, 2, 2)`: rotation · shear · stretch."""
    angle = rng.normal(0, strength.rotation, symbols)
    cos, sin = np.cos(angle), np.sin(angle)
    rotation = np.stack([np.stack([cos, -sin], -1), np.stack([sin, cos], -1)], -2)
    shear = np.tile(np.eye(2), (symbols, 1, 1))
    shear[:, 0, 1] = rng.normal(0, strength.shear, symbols)
    stretch = np.exp(rng.normal(0, strength.stretch, (symbols, 2)))
    return rotation @ shear * stretch[:, None, :]
