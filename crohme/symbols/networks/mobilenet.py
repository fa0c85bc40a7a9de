"""MobileNetV3, for telephones and for transfer from ImageNet to symbols."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crohme.bundle import Reads
from crohme.bundle.kinds import Number, Table, Whole
from crohme.bundle.network import Weights
from crohme.symbols.description import (
    CLASSES,
    DENSE,
    DROPOUT,
    PICTURE_PREPROCESSING,
    RELU,
    SymbolNetwork,
    batch_norm_weights,
    classifier_weights,
)

if TYPE_CHECKING:
    import keras


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
    import keras

    from crohme.symbols.networks._layers import colour_picture, on_backbone

    inputs, x = colour_picture(size)
    backbone = keras.applications.MobileNetV3Small(
        alpha=width, include_top=False, weights=None, input_shape=(size, size, 3), pooling="avg", name="backbone"
    )
    for layer in backbone.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.momentum = 0.9  # not 0.999: the statistics must be right after a hundred steps on a small set, too
    return on_backbone("mobilenet", inputs, backbone(x), classes, dense, dropout, activation)


def _pretrained(backbone: keras.Model) -> keras.Model:
    import keras

    width = round(backbone.output_shape[-1] / 576, 2)  # times the published one, by the last convolution of 576
    return keras.applications.MobileNetV3Small(
        alpha=width, weights="imagenet", include_top=False, input_shape=(224, 224, 3), pooling="avg"
    )


# Per block of MobileNetV3Small: expansion, width of its output, kernel, whether it squeezes and excites.
_BLOCKS = (
    (1, 16, 3, True), (72 / 16, 24, 3, False), (88 / 24, 24, 3, False), (4, 40, 5, True), (6, 40, 5, True),
    (6, 40, 5, True), (3, 48, 5, True), (3, 48, 5, True), (6, 96, 5, True), (6, 96, 5, True), (6, 96, 5, True),
)  # fmt: skip


def _weights(a: Table) -> Weights:
    yield "conv/kernel", (3, 3, 3, 16)
    yield from batch_norm_weights("conv_bn", 16)
    inputs = 16
    for block, (expansion, width, kernel, squeezes) in enumerate(_BLOCKS):
        name = f"expanded_conv_{block}" if block else "expanded_conv"
        inner, outputs = _multiple_of_8(inputs * expansion), _multiple_of_8(width * a["width"])
        if block:
            yield f"{name}_expand/kernel", (1, 1, inputs, inner)
            yield from batch_norm_weights(f"{name}_expand_bn", inner)
        yield f"{name}_depthwise/kernel", (kernel, kernel, inner, 1)
        yield from batch_norm_weights(f"{name}_depthwise_bn", inner)
        if squeezes:
            squeezed = _multiple_of_8(inner * 0.25)
            yield f"{name}_squeeze_excite_conv/kernel", (1, 1, inner, squeezed)
            yield f"{name}_squeeze_excite_conv/bias", (squeezed,)
            yield f"{name}_squeeze_excite_conv_1/kernel", (1, 1, squeezed, inner)
            yield f"{name}_squeeze_excite_conv_1/bias", (inner,)
        yield f"{name}_project/kernel", (1, 1, inner, outputs)
        yield from batch_norm_weights(f"{name}_project_bn", outputs)
        inputs = outputs
    last = _multiple_of_8(inputs * 6)
    yield "conv_1/kernel", (1, 1, inputs, last)
    yield from batch_norm_weights("conv_1_bn", last)
    yield from classifier_weights(last, a)


def _multiple_of_8(value: float) -> int:
    """As Keras rounds widths: down by a tenth at most."""
    rounded = max(8, int(value + 4) // 8 * 8)
    return rounded + 8 if rounded < 0.9 * value else rounded


NETWORK = SymbolNetwork(
    "mobilenet",
    Reads.PICTURES,
    mobilenet,
    _weights,
    {
        "classes": CLASSES,
        "size": (Whole(32, 512), 48),
        "width": (Number(0.01, 8), 1.0),
        "dense": (DENSE, (256,)),
        "dropout": (DROPOUT, 0.2),
        "activation": RELU,
    },
    preprocessing=PICTURE_PREPROCESSING,
    key="mobilenet",
    title="MobileNetV3 small",
    training={"precision": "mixed_bfloat16"},
    pretrained=_pretrained,
)
