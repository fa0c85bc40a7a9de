"""Names and shapes of each network's weights."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

from crohme.bundle.architectures.arguments import ArgumentError, Arguments, check_arguments

Shapes = dict[str, tuple[int, ...]]
Weights = Iterator[tuple[str, tuple[int, ...]]]
MAX_WEIGHTS = 100_000_000
"""Numbers in all; AlexNet, the largest of the networks here, has 30 million."""
_SMALL_PICTURE = 128  # AlexNet looks at smaller ones in smaller steps


def shapes(network: str, arguments: Arguments) -> Shapes:
    """Name → shape of every weight, in the order of the network.

    Raises:
        ArgumentError: See `check_arguments`; or there are more than `MAX_WEIGHTS` numbers in all.
    """
    found = dict(_WEIGHTS[network](check_arguments(network, arguments)))
    count = sum(map(math.prod, found.values()))
    if count > MAX_WEIGHTS:
        raise ArgumentError(f"these arguments make a network of {count:,} weights; the limit is {MAX_WEIGHTS:,}")
    return found


def _dense(name: str, inputs: int, outputs: int) -> Weights:
    yield f"{name}/kernel", (inputs, outputs)
    yield f"{name}/bias", (outputs,)


def _norm(name: str, width: int, *parts: str) -> Weights:
    yield from ((f"{name}/{part}", (width,)) for part in ("gamma", "beta", *parts))


def _batch_norm(name: str, width: int) -> Weights:
    return _norm(name, width, "moving_mean", "moving_variance")


def _convolution(name: str, kernel: int, inputs: int, outputs: int) -> Weights:
    yield f"{name}_conv/kernel", (kernel, kernel, inputs, outputs)
    yield from _batch_norm(f"{name}_norm", outputs)


def _classifier(inputs: int, a: Arguments) -> Weights:
    for number, width in enumerate(a["dense"], start=1):
        yield from _dense(f"dense_{number}", inputs, width)
        inputs = width
    yield from _dense("probabilities", inputs, a["classes"])


def _symbol_lstm(a: Arguments) -> Weights:
    inputs = a["features"]
    for number, units in enumerate(a["units"], start=1):
        cell = f"lstm_{number}/lstm_cell"
        yield f"{cell}/kernel", (inputs, 4 * units)
        yield f"{cell}/recurrent_kernel", (units, 4 * units)
        yield f"{cell}/bias", (4 * units,)
        inputs = units
    yield from _dense("dense", inputs, a["dense"])
    yield from _dense("probabilities", a["dense"], a["classes"])


def _symbol_cnn(a: Arguments) -> Weights:
    inputs, side = 1, -(-a["size"] // 2)
    for stage, width in enumerate(a["filters"], start=1):
        yield from _convolution(f"stage_{stage}a", 5 if stage == 1 else 3, inputs, width)
        yield from _convolution(f"stage_{stage}b", 3, width, width)
        inputs, side = width, side // 2
    if side < 1:
        raise ArgumentError(f"pictures of {a['size']} pixels are too small for {len(a['filters'])} stages")
    yield from _dense("dense", side * side * inputs, a["dense"])
    yield from _dense("probabilities", a["dense"], a["classes"])


def _alexnet(a: Arguments) -> Weights:
    inputs = 1
    for stage, (kernel, width) in enumerate(zip((11, 5, 3, 3, 3), a["filters"], strict=True), start=1):
        yield from _convolution(f"stage_{stage}", kernel, inputs, width)
        inputs = width
    side = -(-a["size"] // (4 if a["size"] >= _SMALL_PICTURE else 2))
    for _ in range(3):
        side = -(-side // 2)
    yield from _classifier(side * side * inputs, a)


def _vgg19(a: Arguments) -> Weights:
    inputs = 3
    for block, (width, count) in enumerate(((64, 2), (128, 2), (256, 4), (512, 4), (512, 4)), start=1):
        for number in range(1, count + 1):
            yield f"block{block}_conv{number}/kernel", (3, 3, inputs, width)
            yield f"block{block}_conv{number}/bias", (width,)
            inputs = width
    yield from _classifier(inputs, a)


# Per block of MobileNetV3Small: expansion, width of its output, kernel, whether it squeezes and excites.
_BLOCKS = (
    (1, 16, 3, True), (72 / 16, 24, 3, False), (88 / 24, 24, 3, False), (4, 40, 5, True), (6, 40, 5, True),
    (6, 40, 5, True), (3, 48, 5, True), (3, 48, 5, True), (6, 96, 5, True), (6, 96, 5, True), (6, 96, 5, True),
)  # fmt: skip


def _mobilenet(a: Arguments) -> Weights:
    yield "conv/kernel", (3, 3, 3, 16)
    yield from _batch_norm("conv_bn", 16)
    inputs = 16
    for block, (expansion, width, kernel, squeezes) in enumerate(_BLOCKS):
        name = f"expanded_conv_{block}" if block else "expanded_conv"
        inner, outputs = _multiple_of_8(inputs * expansion), _multiple_of_8(width * a["width"])
        if block:
            yield f"{name}_expand/kernel", (1, 1, inputs, inner)
            yield from _batch_norm(f"{name}_expand_bn", inner)
        yield f"{name}_depthwise/kernel", (kernel, kernel, inner, 1)
        yield from _batch_norm(f"{name}_depthwise_bn", inner)
        if squeezes:
            squeezed = _multiple_of_8(inner * 0.25)
            yield f"{name}_squeeze_excite_conv/kernel", (1, 1, inner, squeezed)
            yield f"{name}_squeeze_excite_conv/bias", (squeezed,)
            yield f"{name}_squeeze_excite_conv_1/kernel", (1, 1, squeezed, inner)
            yield f"{name}_squeeze_excite_conv_1/bias", (inner,)
        yield f"{name}_project/kernel", (1, 1, inner, outputs)
        yield from _batch_norm(f"{name}_project_bn", outputs)
        inputs = outputs
    last = _multiple_of_8(inputs * 6)
    yield "conv_1/kernel", (1, 1, inputs, last)
    yield from _batch_norm("conv_1_bn", last)
    yield from _classifier(last, a)


def _multiple_of_8(value: float) -> int:
    """As Keras rounds widths: down by a tenth at most."""
    rounded = max(8, int(value + 4) // 8 * 8)
    return rounded + 8 if rounded < 0.9 * value else rounded


def _stroke_transformer(a: Arguments) -> Weights:
    for name, shape in _encoder(a):
        yield f"stroke_transformer/encoder/{name}", shape
    for name, shape in _decoder(a):
        yield f"stroke_transformer/decoder/{name}", shape
    width, geometry = a["width"], a["geometry"]
    yield from _dense("stroke_transformer/symbol", width, a["symbols"])
    for name, inputs, outputs in (
        ("parent", width, geometry), ("child", width, geometry), ("lying", geometry, geometry),
        ("out", geometry, a["relations"] + 2),
    ):  # fmt: skip
        yield from _dense(f"stroke_transformer/pair/{name}", inputs, outputs)


def _encoder(a: Arguments) -> Weights:
    width, geometry = a["width"], a["geometry"]
    yield from _dense("shape_1", 3 * 4 * a["point_features"], 64)
    yield from _dense("shape_2", 3 * 64, 96)
    yield from _dense("shape_3", a["points"] // 4 * 96, width)
    yield from _dense("place_1", a["stroke_features"], width)
    yield from _dense("place_2", width, width)
    yield from _dense("geometry_1", a["pair_features"], geometry)
    yield from _dense("geometry_2", geometry, geometry)
    yield from _dense("biases", geometry, a["encoder_layers"] * a["heads"])
    for layer in range(a["encoder_layers"]):
        yield from _attention(f"attention_{layer}", width, a["heads"] * geometry)
        yield from _feed_forward(f"mlp_{layer}", width, a["expansion"])
    yield from _norm("norm", width)


def _decoder(a: Arguments) -> Weights:
    width, heads, seen = a["width"], a["heads"], a["geometry"] + 2
    for name, count in (("previous", a["tokens"]), ("relation", a["relations"] + 1), ("row", a["relations"] + 1)):
        yield f"{name}/embeddings", (count, width)
    yield from _dense("anchor", width, width)
    for layer in range(a["decoder_layers"]):
        yield from _attention(f"self_{layer}", width)
        yield from _dense(f"look_{layer}/seek", width, heads * seen)
        yield from _attention(f"cross_{layer}", width, heads * seen)
        yield from _feed_forward(f"mlp_{layer}", width, a["expansion"])
    yield from _norm("norm", width)
    yield from _dense("pointer_query", width, width)
    yield from _dense("pointer_key", width, width)
    yield from _dense("pointer_look/seek", width, seen)
    yield from _dense("token_in", 2 * width, width)
    yield from _dense("token", width, a["tokens"])


def _attention(name: str, width: int, edges: int = 0) -> Weights:
    yield from _norm(f"{name}/norm", width)
    yield from _dense(f"{name}/query", width, width)
    yield from _dense(f"{name}/key_value", width, 2 * width)
    yield from _dense(f"{name}/out", width, width)
    if edges:
        yield f"{name}/edge/kernel", (edges, width)


def _feed_forward(name: str, width: int, expansion: int) -> Weights:
    yield from _norm(f"{name}/norm", width)
    yield from _dense(f"{name}/inner", width, expansion * width)
    yield from _dense(f"{name}/out", expansion * width, width)


_WEIGHTS: dict[str, Callable[[Arguments], Weights]] = {
    "symbol_lstm": _symbol_lstm,
    "symbol_cnn": _symbol_cnn,
    "alexnet": _alexnet,
    "vgg19": _vgg19,
    "mobilenet": _mobilenet,
    "stroke_transformer": _stroke_transformer,
}
