"""The offline recogniser of isolated symbols: convolution and pooling over a small picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crohme.bundle import Reads
from crohme.bundle.kinds import Table, TableError, Whole, Wholes
from crohme.bundle.network import Weights, dense
from crohme.symbols.description import CLASSES, DROPOUT, PICTURE_PREPROCESSING, RELU, SymbolNetwork, convolution_weights
from crohme.symbols.forward.symbol_cnn import SymbolCnn

if TYPE_CHECKING:
    import keras


def symbol_cnn(
    classes: int,
    size: int = 48,
    filters: tuple[int, ...] = (32, 64, 128),
    dense: int = 256,
    dropout: float = 0.3,
    activation: str = "relu",
) -> keras.Model:
    """Stages of two convolutions and a pooling each, then a classifier.

    The first convolution looks at every other pixel (5 x 5, stride 2): three quarters of the time
    at full resolution went into its neighbours' nearly equal answers.

    Args:
        classes: int. Number of symbol classes.
        size: int. Side of the picture, pixels; at least 16 for three stages.
        filters: ints. Width of each stage.
        dense: int. Width of the dense layer before the answer.
        dropout: float. Dropped before and after the dense layer.
        activation: str. Keras' name of what follows each convolution and the dense layer.

    Returns:
        keras.Model from `(batch, size, size)` pictures, dark ink on white, 0 to 255, to
        `(batch, classes)` probabilities.

    Example:
        >>> model = symbol_cnn(classes=101)
        >>> model.predict(np.full((1, 48, 48), 255, dtype="uint8")).shape
        (1, 101)
    """
    import keras

    from crohme.symbols.networks._layers import convolution, ink, picture

    inputs, x = picture(size)
    x = ink(x)
    for stage, width in enumerate(filters, start=1):
        kernel, stride = (5, 2) if stage == 1 else (3, 1)
        x = convolution(x, width, activation, f"stage_{stage}a", kernel, stride)
        x = convolution(x, width, activation, f"stage_{stage}b")
        x = keras.layers.MaxPooling2D(name=f"stage_{stage}_pooling")(x)
    x = keras.layers.Dropout(dropout, name="dropout_1")(keras.layers.Flatten(name="flatten")(x))
    x = keras.layers.Dense(dense, activation=activation, name="dense")(x)
    x = keras.layers.Dropout(dropout, name="dropout_2")(x)
    answer = keras.layers.Dense(classes, activation="softmax", dtype="float32", name="probabilities")
    return keras.Model(inputs, answer(x), name="symbol_cnn")


def _weights(a: Table) -> Weights:
    inputs, side = 1, -(-a["size"] // 2)
    for stage, width in enumerate(a["filters"], start=1):
        yield from convolution_weights(f"stage_{stage}a", 5 if stage == 1 else 3, inputs, width)
        yield from convolution_weights(f"stage_{stage}b", 3, width, width)
        inputs, side = width, side // 2
    if side < 1:
        raise TableError(f"pictures of {a['size']} pixels are too small for {len(a['filters'])} stages")
    yield from dense("dense", side * side * inputs, a["dense"])
    yield from dense("probabilities", a["dense"], a["classes"])


NETWORK = SymbolNetwork(
    "symbol_cnn",
    Reads.PICTURES,
    symbol_cnn,
    _weights,
    {
        "classes": CLASSES,
        "size": (Whole(4, 512), 48),
        "filters": (Wholes(1, 8), (32, 64, 128)),
        "dense": (Whole(), 256),
        "dropout": (DROPOUT, 0.3),
        "activation": RELU,
    },
    preprocessing=PICTURE_PREPROCESSING,
    key="cnn",
    title="CNN",
    training={"precision": "mixed_bfloat16"},
    twin=SymbolCnn,
)
