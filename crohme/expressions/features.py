"""Input features of the stroke transformer: the shape of each stroke and the geometry of each pair.

The strokes of an expression are resampled to `POINTS` points each, equally far apart along the
stroke, and scaled by the typical size of a stroke in this expression. Everything further is
computed here, once, for training and for recognising alike: in numpy when recognising, and with
`keras.ops` in its place inside the compiled training step.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from crohme.expressions.settings import Preprocessing
from crohme.types import Float64Array, FloatingArray, Points, Strokes
from inkml_parser.sequences import resample

POINTS = 32
POINT_FEATURES = 4
STROKE_FEATURES = 13
PAIR_FEATURES = 27
EARLIER_PAIR_FEATURES = 24  # without the likeness of strokes
_USUAL = Preprocessing()


def resampled(strokes: Sequence[Points]) -> Float64Array:
    """Strokes at `POINTS` points each, equally far apart: `(n, POINTS, 2)` float64."""
    return np.stack([resample(stroke, count=POINTS) for stroke in strokes])


def to_unit_scale(points: FloatingArray) -> Strokes:
    """Strokes moved to the origin and scaled so that the median stroke is one unit large.

    Args:
        points: `(n, POINTS, 2)` float. Resampled strokes of one expression, any unit.

    Returns:
        `(n, POINTS, 2)` float32.
    """
    points = np.asarray(points, dtype=np.float64)
    low, high = points.min(axis=1), points.max(axis=1)
    origin = (low.min(axis=0) + high.max(axis=0)) / 2
    sizes = (high - low).max(axis=1)
    # An expression of minus signs and dots has a tiny median: the whole bounds it from below.
    scale = max(_median(sizes), 0.05 * float((high.max(axis=0) - low.min(axis=0)).max()))
    scaled: Strokes = ((points - origin) / (scale or 1.0)).astype(np.float32)
    return scaled


def _median(values: FloatingArray) -> float:
    """As `np.median`, which loads numpy's masked arrays, a tenth of the time that it takes to load a recogniser."""
    in_order = np.sort(values)
    return float((in_order[(len(values) - 1) // 2] + in_order[len(values) // 2]) / 2)


def featurize(points: Any, xp: Any = np, preprocessing: Preprocessing = _USUAL) -> tuple[Any, Any, Any]:
    """The three inputs of the encoder. Every expression of a batch is independent of the others.

    Args:
        points: `(b, n, POINTS, 2)` float32, each expression in the unit of `to_unit_scale`.
            Padding strokes may hold anything finite: their features have no meaning.
        xp: module. The array functions: `numpy`, or `keras.ops` for tensors.
        preprocessing: Preprocessing.

    Returns:
        `(b, n, POINTS, POINT_FEATURES)`, `(b, n, STROKE_FEATURES)` and
        `(b, n, n, PAIR_FEATURES)`, all float32. Pair `[i, j]` tells where j lies, seen from i.
    """
    low, high = xp.min(points, axis=2), xp.max(points, axis=2)
    centre, extent = (low + high) / 2, high - low
    return (
        _point_features(points, centre, extent, xp, preprocessing.smallest_stroke),
        _stroke_features(points, centre, extent, xp, preprocessing.smallest_stroke),
        _pair_features(points, low, high, xp, preprocessing),
    )


def _point_features(points: Any, centre: Any, extent: Any, xp: Any, tiny: float) -> Any:
    size = xp.maximum(xp.max(extent, axis=-1), tiny)
    local = (points - centre[:, :, None]) / size[:, :, None, None]
    step = points[:, :, 1:] - points[:, :, :-1]
    step = xp.concatenate([step, step[:, :, -1:]], axis=2)
    length = xp.sqrt(xp.sum(step**2, axis=-1, keepdims=True) + 1e-8)
    return xp.concatenate([local, step / length], axis=-1)


def _stroke_features(points: Any, centre: Any, extent: Any, xp: Any, tiny: float) -> Any:
    width, height = extent[..., 0], extent[..., 1]
    size = xp.maximum(xp.max(extent, axis=-1), tiny)
    step = points[:, :, 1:] - points[:, :, :-1]
    length = xp.sum(xp.sqrt(xp.sum(step**2, axis=-1) + 1e-8), axis=-1)
    chord = points[:, :, -1] - points[:, :, 0]
    order = xp.minimum(_order(points, xp), 3.0) / 3.0
    columns = [
        xp.log(width + tiny),
        xp.log(height + tiny),
        xp.log(size),
        xp.log(length + tiny),
        (width - height) / (width + height + tiny),
        xp.log(length / size + 1.0),
        chord[..., 0] / size,
        chord[..., 1] / size,
        _arcsinh(xp, centre[..., 0]),
        _arcsinh(xp, centre[..., 1]),
        xp.exp(-width),
        xp.exp(-height),
        xp.zeros_like(width) + order,
    ]
    return xp.stack(columns, axis=-1)


def _pair_features(points: Any, low: Any, high: Any, xp: Any, preprocessing: Preprocessing) -> Any:
    def between(of_j: Any, of_i: Any) -> Any:
        return of_j[:, None, :] - of_i[:, :, None]

    extent = high - low
    offset = between((low + high) / 2, (low + high) / 2)
    own = xp.maximum(xp.max(extent, axis=-1), 0.2)[:, :, None, None]
    logs = xp.log(extent + 0.1)
    overlap = xp.minimum(high[:, None], high[:, :, None]) - xp.maximum(low[:, None], low[:, :, None])
    smaller = xp.minimum(extent[:, None], extent[:, :, None])
    nearest = _nearest(points[:, :, 2 :: POINTS // 8], xp)[..., None]
    order = _order(points, xp)
    order = order[None, :] - order[:, None]
    orders = xp.stack([xp.clip(order / 8, -2, 2), *(1.0 - xp.minimum(xp.abs(order - k), 1.0) for k in (1, -1, 0))], -1)
    features = [
        _arcsinh(xp, offset),
        _arcsinh(xp, offset / own),
        _arcsinh(xp, between(low, high)),
        _arcsinh(xp, between(high, low)),
        _arcsinh(xp, between(low, low)),
        _arcsinh(xp, between(high, high)),
        between(logs, logs),
        xp.clip(overlap / (smaller + 0.1), -2.0, 1.0),
        _arcsinh(xp, between(points[:, :, 0], points[:, :, -1])),
        _arcsinh(xp, nearest),
        _arcsinh(xp, nearest / own),
        xp.zeros_like(nearest) + orders,
        # Networks trained before these existed read the columns above only.
        _likeness(points, low, high, xp, preprocessing),
    ]
    return xp.concatenate(features, axis=-1)


def _arcsinh(xp: Any, x: Any) -> Any:
    if xp is not np:
        return xp.arcsinh(x)
    # numpy's own takes eight times as long; what is lost of numbers near 0 is 1e-7.
    size = np.abs(x)
    return np.copysign(np.log(size + np.sqrt(size * size + 1)), x)


def _likeness(points: Any, low: Any, high: Any, xp: Any, preprocessing: Preprocessing) -> Any:
    """How alike two strokes are in shape, `(b, n, n, 3)` in 0 … 1, wherever they lie and however large.

    Written the same way, written the other way round, and the better of both, sharper. One writer draws a
    symbol alike each time: what is doubtful here may be plain where it stands again.
    """
    tiny, alike = preprocessing.smallest_stroke, preprocessing.likeness_scale
    size = xp.maximum(xp.max(high - low, axis=-1), tiny)[:, :, None, None]
    shape = (points - ((low + high) / 2)[:, :, None]) / size
    along, against = (_mean_distance(shape, other, xp) for other in (shape, xp.flip(shape, axis=2)))
    nearer = xp.minimum(along, against)
    return xp.stack([xp.exp(-along / alike), xp.exp(-against / alike), xp.exp(-((nearer / alike) ** 2))], axis=-1)


def _mean_distance(shapes: Any, others: Any, xp: Any) -> Any:
    """Root mean square distance of the points of each shape from those of each other, `(b, n, n)`."""
    n = xp.shape(shapes)[1]
    own, other = (xp.reshape(s, (-1, n, 2 * POINTS)) for s in (shapes, others))
    square = xp.sum(own**2, axis=-1)[:, :, None] + xp.sum(other**2, axis=-1)[:, None]
    square = square - 2.0 * xp.matmul(own, xp.transpose(other, (0, 2, 1)))
    return xp.sqrt(xp.maximum(square, 0.0) / POINTS + 1e-8)


def _order(points: Any, xp: Any) -> Any:
    """0, 1, 2 … for the strokes of a batch, `(n,)` float32."""
    return xp.arange(xp.shape(points)[1], dtype="float32")


def _nearest(coarse: Any, xp: Any) -> Any:
    """Distance of the nearest two of a few points of each stroke, `(b, n, n)`."""
    n, k = xp.shape(coarse)[1:3]
    # The first points of all strokes, the second ones …: so the nearest are found in whole rows.
    flat = xp.reshape(xp.transpose(coarse, (0, 2, 1, 3)), (-1, k * n, 2))
    norm = xp.sum(flat**2, axis=-1)
    square = norm[:, :, None] + norm[:, None, :] - 2.0 * xp.matmul(flat, xp.transpose(flat, (0, 2, 1)))
    square = xp.min(xp.min(xp.reshape(square, (-1, k, n, k, n)), axis=1), axis=2)
    return xp.sqrt(xp.maximum(square, 0.0) + 1e-8)
