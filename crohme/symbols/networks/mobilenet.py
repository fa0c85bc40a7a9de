"""MobileNetV3, for telephones and for transfer from ImageNet to symbols."""

from __future__ import annotations

import keras

from crohme.symbols.networks.convolution import classifier, picture


def mobilenet(
    classes: int,
    size: int = 48,
    width: float = 1.0,
    dense: tuple[int, ...] = (256,),
    dropout: float = 0.2,
    activation: str = "relu",
) -> keras.Model:
    """MobileNetV3Small as the layer `backbone`, and a classifier of our own.

    Its weights are random; `crohme.symbols.pretrained` fills in those of ImageNet, which exist for the
    widths 0.75 and 1.

    Args:
        classes: int. Number of symbol classes.
        size: int. Side of the picture, pixels; at least 32.
        width: float. Times the published widths of the layers.
        dense: ints. Width of each dense layer before the answer.
        dropout: float. Dropped before each dense layer.
        activation: str. Keras' name of what follows each dense layer; the backbone keeps its own.

    Returns:
        keras.Model from `(batch, size, size)` pictures, dark ink on white, 0 to 255, to
        `(batch, classes)` probabilities.

    Reference:
        Howard et al.: Searching for MobileNetV3, ICCV 2019.
    """
    inputs, x = picture(size)
    x = keras.layers.Concatenate(name="colours")([x, x, x])
    backbone = keras.applications.MobileNetV3Small(
        alpha=width, include_top=False, weights=None, input_shape=(size, size, 3), pooling="avg", name="backbone"
    )
    for layer in backbone.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.momentum = 0.9  # not 0.999: the statistics must be right after a hundred steps on a small set, too
    return keras.Model(inputs, classifier(backbone(x), classes, dense, dropout, activation), name="mobilenet")
