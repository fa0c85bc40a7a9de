"""AlexNet, as many know it from their first project with pictures."""

from __future__ import annotations

import keras

from crohme.symbols.networks.convolution import classifier, convolution, ink, picture

_LARGE = 128


def alexnet(
    classes: int,
    size: int = 48,
    filters: tuple[int, int, int, int, int] = (96, 256, 384, 384, 256),
    dense: tuple[int, ...] = (4096, 4096),
    dropout: float = 0.5,
    activation: str = "relu",
) -> keras.Model:
    """Five convolutions, three poolings, two dense layers.

    The first convolution takes steps of four pixels as in the original, of two where the picture is smaller
    than 128 pixels. Batch normalisation stands where the original has its local response normalisation.

    Args:
        classes: int. Number of symbol classes.
        size: int. Side of the picture, pixels; at least 16.
        filters: five ints. Width of each convolution.
        dense: ints. Width of each dense layer before the answer.
        dropout: float. Dropped before each dense layer.
        activation: str. Keras' name of what follows each convolution and dense layer.

    Returns:
        keras.Model from `(batch, size, size)` pictures, dark ink on white, 0 to 255, to
        `(batch, classes)` probabilities.

    Reference:
        Krizhevsky, Sutskever, Hinton: ImageNet classification with deep convolutional neural networks, NIPS 2012.
    """
    inputs, x = picture(size)
    x = convolution(ink(x), filters[0], activation, "stage_1", kernel=11, stride=4 if size >= _LARGE else 2)
    x = _pooling(x, "pooling_1")
    x = convolution(x, filters[1], activation, "stage_2", kernel=5)
    x = _pooling(x, "pooling_2")
    for stage, width in enumerate(filters[2:], start=3):
        x = convolution(x, width, activation, f"stage_{stage}")
    x = keras.layers.Flatten(name="flatten")(_pooling(x, "pooling_3"))
    return keras.Model(inputs, classifier(x, classes, dense, dropout, activation), name="alexnet")


def _pooling(x: keras.KerasTensor, name: str) -> keras.KerasTensor:
    return keras.layers.MaxPooling2D(3, strides=2, padding="same", name=name)(x)
