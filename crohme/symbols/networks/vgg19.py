"""VGG19, for transfer from ImageNet to symbols."""

from __future__ import annotations

import keras

from crohme.symbols.networks.convolution import classifier, picture

_MEANS = [103.939, 116.779, 123.68]  # of ImageNet's blue, green and red, as the weights of 2014 expect them


def vgg19(
    classes: int,
    size: int = 48,
    dense: tuple[int, ...] = (512,),
    dropout: float = 0.5,
    activation: str = "relu",
) -> keras.Model:
    """The sixteen convolutions of VGG19 as the layer `backbone`, and a classifier of our own.

    Its weights are random; `crohme.symbols.pretrained` fills in those of ImageNet.

    Args:
        classes: int. Number of symbol classes.
        size: int. Side of the picture, pixels; at least 32.
        dense: ints. Width of each dense layer before the answer.
        dropout: float. Dropped before each dense layer.
        activation: str. Keras' name of what follows each dense layer; the backbone keeps its own.

    Returns:
        keras.Model from `(batch, size, size)` pictures, dark ink on white, 0 to 255, to
        `(batch, classes)` probabilities.

    Reference:
        Simonyan, Zisserman: Very deep convolutional networks for large-scale image recognition, ICLR 2015.
    """
    inputs, x = picture(size)
    x = keras.layers.Concatenate(name="colours")([x, x, x])
    x = keras.layers.Rescaling(1.0, offset=[-mean for mean in _MEANS], name="centred")(x)
    backbone = keras.applications.VGG19(
        include_top=False, weights=None, input_shape=(size, size, 3), pooling="avg", name="backbone"
    )
    return keras.Model(inputs, classifier(backbone(x), classes, dense, dropout, activation), name="vgg19")
