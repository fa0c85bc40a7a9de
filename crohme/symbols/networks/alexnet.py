"""AlexNet, as many know it from their first project with pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crohme.bundle import Reads
from crohme.bundle.kinds import Table, Whole, Wholes
from crohme.bundle.network import Weights
from crohme.symbols.description import (
    CLASSES,
    DENSE,
    DROPOUT,
    PICTURE_PREPROCESSING,
    RELU,
    SymbolNetwork,
    classifier_weights,
    convolution_weights,
)

if TYPE_CHECKING:
    import keras


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
    import keras

    from crohme.symbols.networks._layers import classifier, convolution, ink, picture

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
    import keras

    return keras.layers.MaxPooling2D(3, strides=2, padding="same", name=name)(x)


def _weights(a: Table) -> Weights:
    inputs = 1
    for stage, (kernel, width) in enumerate(zip((11, 5, 3, 3, 3), a["filters"], strict=True), start=1):
        yield from convolution_weights(f"stage_{stage}", kernel, inputs, width)
        inputs = width
    side = -(-a["size"] // (4 if a["size"] >= _LARGE else 2))
    for _ in range(3):
        side = -(-side // 2)
    yield from classifier_weights(side * side * inputs, a)


NETWORK = SymbolNetwork(
    "alexnet",
    Reads.PICTURES,
    alexnet,
    _weights,
    {
        "classes": CLASSES,
        "size": (Whole(16, 512), 48),
        "filters": (Wholes(5, 5), (96, 256, 384, 384, 256)),
        "dense": (DENSE, (4096, 4096)),
        "dropout": (DROPOUT, 0.5),
        "activation": RELU,
    },
    preprocessing=PICTURE_PREPROCESSING,
    key="alexnet",
    title="AlexNet",
    training={"learning_rate": 5e-4, "precision": "mixed_bfloat16"},
)
