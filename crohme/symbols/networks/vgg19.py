"""VGG19, for transfer from ImageNet to symbols."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crohme.bundle import Reads
from crohme.bundle.kinds import Table, Whole
from crohme.bundle.network import Weights
from crohme.symbols.description import (
    CLASSES,
    DENSE,
    DROPOUT,
    PICTURE_PREPROCESSING,
    RELU,
    SymbolNetwork,
    classifier_weights,
)

if TYPE_CHECKING:
    import keras


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
    import keras

    from crohme.symbols.networks._layers import colour_picture, on_backbone

    inputs, x = colour_picture(size)
    x = keras.layers.Rescaling(1.0, offset=[-mean for mean in _MEANS], name="centred")(x)
    backbone = keras.applications.VGG19(
        include_top=False, weights=None, input_shape=(size, size, 3), pooling="avg", name="backbone"
    )
    return on_backbone("vgg19", inputs, backbone(x), classes, dense, dropout, activation)


def _pretrained(_: keras.Model) -> keras.Model:
    import keras

    return keras.applications.VGG19(weights="imagenet", include_top=False, input_shape=(224, 224, 3), pooling="avg")


def _weights(a: Table) -> Weights:
    inputs = 3
    for block, (width, count) in enumerate(((64, 2), (128, 2), (256, 4), (512, 4), (512, 4)), start=1):
        for number in range(1, count + 1):
            yield f"block{block}_conv{number}/kernel", (3, 3, inputs, width)
            yield f"block{block}_conv{number}/bias", (width,)
            inputs = width
    yield from classifier_weights(inputs, a)


NETWORK = SymbolNetwork(
    "vgg19",
    Reads.PICTURES,
    vgg19,
    _weights,
    {
        "classes": CLASSES,
        "size": (Whole(32, 512), 48),
        "dense": (DENSE, (512,)),
        "dropout": (DROPOUT, 0.5),
        "activation": RELU,
    },
    preprocessing=PICTURE_PREPROCESSING,
    key="vgg19",
    title="VGG19",
    training={"learning_rate": 2e-4, "precision": "mixed_bfloat16"},
    pretrained=_pretrained,
)
