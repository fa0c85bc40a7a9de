"""What each network of isolated symbols is fed with."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from crohme.raster import render
from crohme.strokes import StrokeBatch
from crohme.symbol_features import sequences

FROM_STROKES: dict[str, Callable[[StrokeBatch], np.ndarray]] = {"symbol_lstm": sequences, "symbol_cnn": render}
"""Network name, as in a bundle → function from N symbols to the network's input."""
