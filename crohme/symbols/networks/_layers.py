"""Layers that several networks share. Needs Keras, unlike their descriptions."""

from __future__ import annotations

import keras


def picture(size: int) -> tuple[keras.KerasTensor, keras.KerasTensor]:
    """The input, `(batch, size, size)` pictures from 0 to 255, and the same with a channel at the end."""
    inputs = keras.Input((size, size), name="picture")
    return inputs, keras.layers.Reshape((size, size, 1), name="channel")(inputs)


def colour_picture(size: int) -> tuple[keras.KerasTensor, keras.KerasTensor]:
    """The input, and the same with three equal channels, for layers that were made for colours."""
    inputs, x = picture(size)
    return inputs, keras.layers.Concatenate(name="colours")([x, x, x])


def ink(x: keras.KerasTensor) -> keras.KerasTensor:
    """How much ink each pixel has, 0 to 1, of dark on white."""
    return keras.layers.Rescaling(-1 / 255, offset=1.0, name="ink")(x)


def convolution(
    x: keras.KerasTensor, width: int, activation: str, name: str, kernel: int = 3, stride: int = 1
) -> keras.KerasTensor:
    """A convolution, batch normalisation, and the activation."""
    x = keras.layers.Conv2D(width, kernel, strides=stride, padding="same", use_bias=False, name=f"{name}_conv")(x)
    # Momentum 0.9, not Keras' 0.99: the statistics must be right after a hundred steps on a small set, too.
    x = keras.layers.BatchNormalization(momentum=0.9, name=f"{name}_norm")(x)
    return keras.layers.Activation(activation, name=f"{name}_activation")(x)


def classifier(
    x: keras.KerasTensor, classes: int, dense: tuple[int, ...], dropout: float, activation: str
) -> keras.KerasTensor:
    """Dense layers, each after a dropout, and the probabilities of the classes."""
    for number, width in enumerate(dense, start=1):
        x = keras.layers.Dropout(dropout, name=f"dropout_{number}")(x)
        x = keras.layers.Dense(width, activation=activation, name=f"dense_{number}")(x)
    x = keras.layers.Dropout(dropout, name=f"dropout_{len(dense) + 1}")(x)
    return keras.layers.Dense(classes, activation="softmax", dtype="float32", name="probabilities")(x)


def on_backbone(
    name: str,
    inputs: keras.KerasTensor,
    x: keras.KerasTensor,
    classes: int,
    dense: tuple[int, ...],
    dropout: float,
    activation: str,
) -> keras.Model:
    """A network that is a backbone, whose answer is `x`, and a classifier of our own."""
    return keras.Model(inputs, classifier(x, classes, dense, dropout, activation), name=name)
