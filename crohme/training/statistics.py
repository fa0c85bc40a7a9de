"""The statistics of batch normalisation, estimated anew."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import keras

from crohme.training.batch import Batch


def estimate(model: keras.Model, batches: Iterable[Batch[Any]]) -> None:
    """Set the moving mean and variance of every batch normalisation to their means over some batches.

    In training they start at 0 and 1 and move a little with every step, so that after few steps they are not those
    of the network; and those of averaged weights are no average of others'. Does nothing where none is normalised.

    Args:
        model: keras.Model.
        batches: iterable of Batch. Of training examples.

    Reference:
        Izmailov et al.: Averaging weights leads to wider optima and better generalization, UAI 2018, section 3.2.
    """
    layers = list(_normalisations(model))
    if not layers:
        return
    momenta = [layer.momentum for layer in layers]
    try:
        for number, batch in enumerate(batches):
            for layer in layers:
                layer.momentum = number / (number + 1)  # the mean of all batches so far
            model(batch.inputs, training=True)
    finally:
        for layer, momentum in zip(layers, momenta, strict=True):
            layer.momentum = momentum


def _normalisations(model: keras.Model) -> Iterator[keras.layers.BatchNormalization]:
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            yield from _normalisations(layer)
        elif isinstance(layer, keras.layers.BatchNormalization):
            yield layer
