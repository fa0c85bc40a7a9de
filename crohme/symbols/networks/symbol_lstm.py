"""The online recogniser of isolated symbols: a two-layer LSTM over the points of the ink."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crohme.bundle import Reads
from crohme.bundle.kinds import Table, Whole, Wholes
from crohme.bundle.network import Weights, dense
from crohme.ink.sequences import FEATURES
from crohme.symbols.description import CLASSES, DROPOUT, RELU, STROKE_PREPROCESSING, SymbolNetwork
from crohme.symbols.forward.symbol_lstm import SymbolLstm

if TYPE_CHECKING:
    import keras


def symbol_lstm(
    classes: int,
    features: int = 10,
    units: tuple[int, int] = (128, 64),
    dense: int = 64,
    dropout: float = 0.2,
    activation: str = "relu",
) -> keras.Model:
    """Two LSTM layers and a classifier, read left to right in the order of writing.

    Rows of zeros are padding. Padding belongs at the end of a sequence; both layers pass over it,
    so that a symbol gets the same answer alone as in a batch of longer ones.

    Args:
        classes: int. Number of symbol classes.
        features: int. Features per point.
        units: two ints. Widths of the two LSTM layers.
        dense: int. Width of the dense layer before the answer.
        dropout: float. Dropped after each LSTM layer. Defaults to 0.2.
        activation: str. Keras' name of what follows the dense layer; the LSTM layers keep theirs.

    Returns:
        keras.Model from `(batch, time, features)` float32 to `(batch, classes)` probabilities.

    Example:
        >>> model = symbol_lstm(classes=101)
        >>> model.predict(np.ones((1, 40, 10), dtype="float32")).shape
        (1, 101)
    """
    import keras

    # === Layers ===
    masking = keras.layers.Masking(name="masking")
    first = keras.layers.LSTM(units[0], return_sequences=True, name="lstm_1")
    first_dropout = keras.layers.Dropout(dropout, name="dropout_1")
    second = keras.layers.LSTM(units[1], name="lstm_2")
    second_dropout = keras.layers.Dropout(dropout, name="dropout_2")
    hidden = keras.layers.Dense(dense, activation=activation, name="dense")
    answer = keras.layers.Dense(classes, activation="softmax", dtype="float32", name="probabilities")

    # === Functional Model ===
    inputs = keras.Input((None, features), name="points")
    x = first_dropout(first(masking(inputs)))
    x = second_dropout(second(x))
    return keras.Model(inputs, answer(hidden(x)), name="symbol_lstm")


def _weights(a: Table) -> Weights:
    inputs = a["features"]
    for number, units in enumerate(a["units"], start=1):
        cell = f"lstm_{number}/lstm_cell"
        yield f"{cell}/kernel", (inputs, 4 * units)
        yield f"{cell}/recurrent_kernel", (units, 4 * units)
        yield f"{cell}/bias", (4 * units,)
        inputs = units
    yield from dense("dense", inputs, a["dense"])
    yield from dense("probabilities", a["dense"], a["classes"])


NETWORK = SymbolNetwork(
    "symbol_lstm",
    Reads.STROKES,
    symbol_lstm,
    _weights,
    {
        "classes": CLASSES,
        "features": (Whole(len(FEATURES), len(FEATURES)), len(FEATURES)),
        "units": (Wholes(2, 2), (128, 64)),
        "dense": (Whole(), 64),
        "dropout": (DROPOUT, 0.2),
        "activation": RELU,
    },
    preprocessing=STROKE_PREPROCESSING,
    key="lstm",
    title="LSTM",
    training={"epochs": 50, "learning_rate": 3e-3},
    twin=SymbolLstm,
)
