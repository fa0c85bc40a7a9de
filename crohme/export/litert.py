"""Bundles for LiteRT (TensorFlow Lite), with TensorFlow's converter. Its graphs have fixed sizes: inputs are padded."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from crohme.bundle import Bundle, find
from crohme.deep_learning import load_keras
from crohme.export.checking import ExportError
from crohme.expressions.features import POINTS
from crohme.expressions.graph import Encoded, Step, Transformer
from crohme.expressions.settings import Preprocessing
from crohme.extras import needed_by
from crohme.ink.sequences import FEATURES
from crohme.ink.sequences import POINTS as SYMBOL_POINTS
from crohme.symbols.graph import LSTM_LAYERS, classified, cnn, lstm_cell
from crohme.symbols.inputs import picture_size
from crohme.types import Float32Array

LEAST_STROKES = 16
Inputs = Mapping[str, tuple[tuple[int, ...], str]]


class _Arrays:
    """`keras.ops`, with what LiteRT has no operator for made of others."""

    def __getattr__(self, name: str) -> Any:
        from keras import ops

        return getattr(ops, name)

    def arcsinh(self, x: Any) -> Any:
        size = self.abs(x)
        return self.sign(x) * self.log(size + self.sqrt(size * size + 1.0))


def expression_models(trained: Bundle, strokes: int) -> dict[str, bytes]:
    """Encoder and decoder step of a stroke transformer for one hypothesis and one token at a time.

    Args:
        trained: Bundle.
        strokes: int. The most strokes of an expression.

    Raises:
        ExportError: Room for fewer strokes than the expressions have that it is tried on.
    """
    if strokes < LEAST_STROKES:
        raise ExportError(f"room for {strokes} strokes is not enough; the least is {LEAST_STROKES}")
    a, n, t = find(trained.network).complete(trained.arguments), strokes, 12 + 6 * strokes
    xp = _Arrays()
    transformer = Transformer(xp, trained.weights, a, Preprocessing(**trained.preprocessing))
    layers, heads, size, geometry = a["decoder_layers"], a["heads"], a["width"] // a["heads"], a["geometry"]

    def encode(strokes: Any, is_stroke: Any) -> dict[str, Any]:
        return transformer.encode(strokes, is_stroke)._asdict()

    def read(position: Any, keys: Any, values: Any, is_stroke: Any, **told: Any) -> dict[str, Any]:
        places = np.arange(t, dtype=np.float32)
        here = xp.reshape(1.0 - xp.minimum(xp.abs(places - position), 1.0), (1, 1, t, 1))

        def added(old: Any, own: Any) -> tuple[Any, Any]:
            return old * (1.0 - here) + own * here, xp.convert_to_tensor(places)

        memory = Encoded(**{name: told.get(name) for name in Encoded._fields})
        step = Step(*(told[name] for name in Step._fields))
        tokens, pointers, keys, values = transformer.read(memory, step, (keys, values), position, added, is_stroke)
        return {"tokens": tokens, "pointers": pointers, "new_keys": keys, "new_values": values}

    cross, past = (layers, heads, n, size), (layers, 1, heads, t, size)
    numbers = {name: ((1, 1), "int32") for name in ("previous", "relations", "rows")}
    masks = {name: ((1, 1, n), "float32") for name in ("anchors", "written")}
    decoder = {
        "encoded": ((n, a["width"]), "float32"), "geometry": ((n, n, geometry), "float32"),
        "cross_keys": (cross, "float32"), "cross_values": (cross, "float32"),
        "pointer_keys": ((n, a["width"]), "float32"), **numbers, **masks, "is_stroke": ((n,), "float32"),
        "keys": (past, "float32"), "values": (past, "float32"), "position": ((1,), "float32"),
    }  # fmt: skip
    encoder = {"strokes": ((n, POINTS, 2), "float32"), "is_stroke": ((n,), "float32")}
    return {"encoder": converted(encode, encoder), "decoder": converted(read, decoder)}


def symbol_model(trained: Bundle) -> dict[str, bytes]:
    """A network of isolated symbols, for one symbol at a time."""
    xp, weights, arguments = _Arrays(), trained.weights, trained.arguments
    if trained.network == "symbol_cnn":
        side = picture_size(arguments)

        def convolve(x: Any, kernel: Float32Array, bias: Float32Array, stride: int) -> Any:
            return xp.conv(x, xp.convert_to_tensor(kernel), strides=stride, padding="same") + bias

        def of_picture(pictures: Any) -> dict[str, Any]:
            return {"probabilities": cnn(xp, pictures, weights, arguments, convolve, lambda x: xp.max_pool(x, 2))}

        return {"network": converted(of_picture, {"pictures": ((1, side, side), "float32")})}
    time, features = (
        int(trained.preprocessing.get("points", SYMBOL_POINTS)),
        int(arguments.get("features", len(FEATURES))),
    )

    def of_sequence(sequences: Any) -> dict[str, Any]:
        is_point = xp.minimum(xp.max(xp.abs(sequences), axis=2) * 1e30, 1.0)
        steps = [sequences[:, step] for step in range(time)]
        for layer in LSTM_LAYERS:
            units = weights[f"{layer}/recurrent_kernel"].shape[0]
            hidden = cell = xp.zeros((1, units))
            for number, step in enumerate(steps):
                new = lstm_cell(xp, step, (hidden, cell), weights, layer)
                kept = is_point[:, number : number + 1]
                hidden, cell = (old + kept * (now - old) for old, now in zip((hidden, cell), new, strict=True))
                steps[number] = hidden
        return {"probabilities": classified(xp, hidden, weights, str(arguments.get("activation", "relu")))}

    return {"network": converted(of_sequence, {"sequences": ((1, time, features), "float32")})}


def converted(function: Callable[..., dict[str, Any]], inputs: Inputs) -> bytes:
    """A function of tensors as a LiteRT model with one signature, whose names are those of its inputs and outputs.

    Raises:
        MissingExtra: TensorFlow is not installed.
        KerasError: See `crohme.deep_learning.load_keras`.
    """
    who = "writing LiteRT"
    load_keras(who)
    with needed_by(who):
        import tensorflow as tf
    signature = {name: tf.TensorSpec(shape, dtype, name=name) for name, (shape, dtype) in inputs.items()}
    module = tf.Module()
    module.run = tf.function(function)
    traced = module.run.get_concrete_function(**signature)
    model: bytes = tf.lite.TFLiteConverter.from_concrete_functions([traced], module).convert()
    return model
