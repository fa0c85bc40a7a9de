"""The stroke transformer: its arguments and weights. `expressions.network` builds it, `expressions.forward` runs it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crohme.bundle.kinds import REQUIRED, Number, Table, TableError, Whole
from crohme.bundle.network import Reads, Weights, dense, norm
from crohme.expressions import language_model, shapes
from crohme.expressions.description import ExpressionArchitecture
from crohme.expressions.forward import NumpyTransformer
from crohme.expressions.settings import CALIBRATION, DECODING, PREPROCESSING
from crohme.expressions.vocabulary import FIRST_RELATIONS, PLACES

if TYPE_CHECKING:
    import keras


def _build(**arguments: Any) -> keras.Model:
    from crohme.expressions.network import stroke_transformer

    return stroke_transformer(**arguments)


def _check(a: Table) -> None:
    if a["width"] % a["heads"]:
        raise TableError(f"{a['heads']} heads do not divide a width of {a['width']}")
    if a["width"] % 2:
        raise TableError(f"a width of {a['width']} is odd")
    if a["points"] % 4:
        raise TableError(f"{a['points']} points are no multiple of 4")


def _weights(a: Table) -> Weights:
    for name, shape in _encoder(a):
        yield f"stroke_transformer/encoder/{name}", shape
    for name, shape in after_encoder(a):
        yield f"stroke_transformer/{name}", shape


def after_encoder(a: Table) -> Weights:
    """The weights of the decoder and of the other heads, for any encoder."""
    for name, shape in _decoder(a):
        yield f"decoder/{name}", shape
    width, geometry = a["width"], a["geometry"]
    yield from dense("symbol", width, a["symbols"])
    for name, inputs, outputs in (
        ("parent", width, geometry), ("child", width, geometry), ("lying", geometry, geometry),
        ("out", geometry, a["relations"] + 2),
    ):  # fmt: skip
        yield from dense(f"pair/{name}", inputs, outputs)


def _encoder(a: Table) -> Weights:
    width, geometry = a["width"], a["geometry"]
    yield from dense("shape_1", 3 * 4 * a["point_features"], 64)
    yield from dense("shape_2", 3 * 64, 96)
    yield from dense("shape_3", a["points"] // 4 * 96, width)
    yield from dense("place_1", a["stroke_features"], width)
    yield from dense("place_2", width, width)
    yield from dense("geometry_1", a["pair_features"], geometry)
    yield from dense("geometry_2", geometry, geometry)
    yield from dense("biases", geometry, a["encoder_layers"] * a["heads"])
    for layer in range(a["encoder_layers"]):
        yield from _attention(f"attention_{layer}", width, a["heads"] * geometry)
        yield from _feed_forward(f"mlp_{layer}", width, a["expansion"])
    yield from norm("norm", width)


def _decoder(a: Table) -> Weights:
    width, heads, seen = a["width"], a["heads"], a["geometry"] + 2
    for name, count in (("previous", a["tokens"]), ("relation", a["relations"] + 1), ("row", a["relations"] + 1)):
        yield f"{name}/embeddings", (count, width)
    yield from dense("anchor", width, width)
    for layer in range(a["decoder_layers"]):
        yield from _attention(f"self_{layer}", width)
        yield from dense(f"look_{layer}/seek", width, heads * seen)
        yield from _attention(f"cross_{layer}", width, heads * seen)
        yield from _feed_forward(f"mlp_{layer}", width, a["expansion"])
    yield from norm("norm", width)
    yield from dense("pointer_query", width, width)
    yield from dense("pointer_key", width, width)
    yield from dense("pointer_look/seek", width, seen)
    yield from dense("token_in", 2 * width, width)
    yield from dense("token", width, a["tokens"])


def _attention(name: str, width: int, edges: int = 0) -> Weights:
    yield from norm(f"{name}/norm", width)
    yield from dense(f"{name}/query", width, width)
    yield from dense(f"{name}/key_value", width, 2 * width)
    yield from dense(f"{name}/out", width, width)
    if edges:
        yield f"{name}/edge/kernel", (edges, width)


def _feed_forward(name: str, width: int, expansion: int) -> Weights:
    yield from norm(f"{name}/norm", width)
    yield from dense(f"{name}/inner", width, expansion * width)
    yield from dense(f"{name}/out", expansion * width, width)


NETWORK = ExpressionArchitecture(
    "stroke_transformer",
    Reads.EXPRESSIONS,
    _build,
    _weights,
    {
        "tokens": (Whole(5, 20_000), REQUIRED),
        "symbols": (Whole(1, 20_000), REQUIRED),
        "points": (Whole(4, 256), REQUIRED),
        "point_features": (Whole(1, 64), REQUIRED),
        "stroke_features": (Whole(1, 256), REQUIRED),
        "pair_features": (Whole(1, 256), REQUIRED),
        "width": (Whole(2, 2048), 192),
        "heads": (Whole(1, 64), 6),
        "encoder_layers": (Whole(1, 48), 6),
        "decoder_layers": (Whole(1, 48), 3),
        "expansion": (Whole(1, 16), 3),
        "geometry": (Whole(1, 512), 32),
        "relations": (Whole(FIRST_RELATIONS, len(PLACES)), FIRST_RELATIONS),
        "dropout": (Number(0, 1), 0.1),
    },
    outputs="tokens",
    check=_check,
    preprocessing=PREPROCESSING,
    decoding=DECODING,
    calibration=CALIBRATION,
    files={language_model.FILE: language_model.check_content, shapes.FILE: shapes.check_content},
    added_later={
        "likeness_weight": 0.0,
        "language_weight": 0.0,
        "symbol_weight": 0.0,
        "consistency_weight": 0.0,
        "shape_weight": 0.0,
        "uneven_line": 0.0,
        "ink_margin": (),
        "traced_margin": (),
        "both": (),
        "both_margin": (),
    },  # fmt: skip
    forward=NumpyTransformer,
    sizes={
        "small": {"width": 192, "heads": 6, "encoder_layers": 6, "decoder_layers": 3},
        "base": {"width": 224, "heads": 7, "encoder_layers": 7, "decoder_layers": 3},
    },
)
