"""Array types: one name for what an array holds and how it is laid out.

Names by dtype leave the shape to the docstring of what takes or returns the array; all others say it here.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from inkml_parser.types import Points

Float32Array = NDArray[np.float32]
Float64Array = NDArray[np.float64]
FloatingArray = NDArray[np.floating]
"""Of either precision: what is computed from float32 with float64."""
Int8Array = NDArray[np.int8]
Int32Array = NDArray[np.int32]
Int64Array = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
UInt8Array = NDArray[np.uint8]
UInt16Array = NDArray[np.uint16]
UInt64Array = NDArray[np.uint64]
StringArray = NDArray[np.str_]

IntegerArray = NDArray[np.integer]
"""Of any size: indices."""

Stroke = NDArray[np.float32]
"""`(p, 2)` One stroke of p points: X to the right, Y down."""
Strokes = NDArray[np.float32]
"""`(k, p, 2)` k strokes of p points each."""

Image = NDArray[np.uint8]
"""`(height, width)` grey, or `(height, width, 3 or 4)` in OpenCV's order of channels."""
Images = NDArray[np.uint8]
"""`(n, height, width)` n grey images of one size."""

Hashes = NDArray[np.uint64]
"""`(n, 8)` A hash of 512 bits for each of n pictures, or `(8,)` that of one."""

Arrays = dict[str, np.ndarray]
"""Name of an array → the array."""

__all__ = [
    "Arrays",
    "BoolArray",
    "Float32Array",
    "Float64Array",
    "FloatingArray",
    "Hashes",
    "Image",
    "Images",
    "Int32Array",
    "Int8Array",
    "Int64Array",
    "IntegerArray",
    "Points",
    "StringArray",
    "Stroke",
    "Strokes",
    "UInt64Array",
    "UInt8Array",
    "UInt16Array",
]
