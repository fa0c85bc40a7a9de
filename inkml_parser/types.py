"""Array types: one name for what an array holds and how it is laid out."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
"""`(n, 2)` The points of one stroke: X to the right, Y down."""
Values = NDArray[np.float64]
"""`(n,)` One number for each point of a stroke, or for each stroke."""
Matrix = NDArray[np.float64]
"""`(rows, columns)`."""
Numbers = NDArray[np.float64]
"""Of any shape."""
Indices = NDArray[np.intp]
"""`(n,)` Places in an array."""
Channels = Mapping[str, Values]
"""Name of a channel → its values."""
Features = NDArray[np.float32]
"""`(length, features)` Points as a network reads them, or `(n, length, features)`: a batch of n sequences."""
Mask = NDArray[np.bool_]
"""`(n, length)` True where a step is real, False where it was padded."""
