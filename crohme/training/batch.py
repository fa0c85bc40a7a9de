"""What one step of training takes."""

from __future__ import annotations

from typing import Generic, NamedTuple, TypeVar

import numpy as np

from crohme.types import Arrays

Given = TypeVar("Given", bound=np.ndarray | Arrays)


class Batch(NamedTuple, Generic[Given]):
    """Arrays as `keras.Model.train_on_batch` takes them: one, or several by the names of inputs and outputs.

    Args:
        inputs, targets: array or dict of str → array. The first axis runs over samples.
        weights: the same for the weights of the targets, or None.
    """

    inputs: Given
    targets: Given
    weights: Given | None = None

    @property
    def samples(self) -> int:
        """How many samples it has."""
        arrays = self.inputs.values() if isinstance(self.inputs, dict) else (self.inputs,)
        return len(next(iter(arrays)))

    @property
    def shape(self) -> tuple[tuple[int, ...], ...]:
        """The shapes of all inputs and targets: for each new one a step is compiled."""
        parts = (self.inputs, self.targets)
        return tuple(a.shape for part in parts for a in (part.values() if isinstance(part, dict) else (part,)))
