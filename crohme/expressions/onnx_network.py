"""The stroke transformer in ONNX: its two graphs, and a network that runs them with onnxruntime."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from crohme.expressions.features import POINTS
from crohme.expressions.graph import Encoded, Step, Transformer
from crohme.expressions.settings import Preprocessing
from crohme.types import Float32Array, IntegerArray

if TYPE_CHECKING:
    import onnx

ENCODER, DECODER = "encoder", "decoder"
_ENCODER_TEXT = """\
Strokes of one expression, n of them, as points at even distances along them, in typical strokes, to what the decoder
needs, to logits of each stroke's class and of how stroke j lies to stroke i."""
_DECODER_TEXT = """\
q more tokens of each of k hypotheses to the logits of the token after each and of the strokes that it writes. `keys`
and `values` are those of the t tokens before, with t = 0 at the start; `new_keys` and `new_values` replace them."""


def graphs(
    weights: Mapping[str, Float32Array], arguments: Mapping[str, Any], preprocessing: Preprocessing
) -> dict[str, onnx.ModelProto]:
    """Encoder and decoder step as ONNX models; the numbers of strokes, hypotheses and tokens are dynamic.

    Args:
        weights, arguments, preprocessing: see `crohme.expressions.graph.Transformer`.
    """
    from crohme.graphs.onnx_arrays import OnnxArrays

    xp = OnnxArrays()
    strokes = xp.input("strokes", ["n", POINTS, 2])
    encoded = Transformer(xp, weights, arguments, preprocessing).encode(strokes)
    encoder = xp.model(ENCODER, encoded._asdict(), _ENCODER_TEXT)
    xp = OnnxArrays()
    width, heads, layers, geometry = (int(arguments[name]) for name in ("width", "heads", "decoder_layers", "geometry"))
    cross: list[int | str] = [layers, heads, "n", width // heads]
    past: list[int | str] = [layers, "k", heads, "t", width // heads]
    memory = Encoded(
        xp.input("encoded", ["n", width]),
        xp.input("geometry", ["n", "n", geometry]),
        xp.input("cross_keys", cross),
        xp.input("cross_values", cross),
        xp.input("pointer_keys", ["n", width]),
        None,
        None,
    )
    step = Step(
        xp.input("previous", ["k", "q"], "int64"),
        xp.input("anchors", ["k", "q", "n"]),
        xp.input("written", ["k", "q", "n"]),
        xp.input("relations", ["k", "q"], "int64"),
        xp.input("rows", ["k", "q"], "int64"),
    )
    state = xp.input("keys", past), xp.input("values", past)
    before, new = state[0].shape[3], step.previous.shape[1]

    def added(old: Any, own: Any) -> tuple[Any, Any]:
        return xp.concatenate([old, own], 2), xp.arange(before + new)

    transformer = Transformer(xp, weights, arguments, preprocessing)
    tokens, pointers, keys, values = transformer.read(memory, step, state, xp.arange(before, before + new), added)
    outputs = {"tokens": tokens, "pointers": pointers, "new_keys": keys, "new_values": values}
    return {ENCODER: encoder, DECODER: xp.model(DECODER, outputs, _DECODER_TEXT)}


@dataclass(frozen=True, eq=False)
class OnnxMemory:
    """One encoded expression: the outputs of the encoder by name."""

    outputs: dict[str, Float32Array]

    def __len__(self) -> int:
        return len(self.outputs["encoded"])


@dataclass(frozen=True, eq=False)
class OnnxState:
    """Keys and values of the tokens read so far, `(decoder layers, k, heads, t, width / heads)`."""

    keys: Float32Array
    values: Float32Array

    def select(self, hypotheses: Any) -> OnnxState:
        """The state of some of the hypotheses, in the given order, repeats allowed."""
        return OnnxState(self.keys[:, hypotheses], self.values[:, hypotheses])

    def cut(self, tokens: int) -> OnnxState:
        """The state as it was before the last tokens that each hypothesis has read."""
        left = self.keys.shape[3] - tokens
        return OnnxState(self.keys[..., :left, :], self.values[..., :left, :])


class OnnxTransformer:
    """A network for `Recognizer`, see `crohme.expressions.protocol`, that runs the two graphs.

    Args:
        encoder, decoder: str or bytes. Files, or their contents.
        threads: int. Of onnxruntime; one expression gives little to share out.
    """

    def __init__(self, encoder: str | bytes, decoder: str | bytes, threads: int = 1) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 3
        self._encoder, self._decoder = (
            onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
            for model in (encoder, decoder)
        )
        self._needed = [one.name for one in self._decoder.get_inputs()][:5]
        shape = {one.name: one.shape for one in self._decoder.get_inputs()}["keys"]
        self._state_shape = (shape[0], shape[2], shape[4])

    def encode(self, ink: Float32Array) -> OnnxMemory:
        """Encode one expression, `(n, POINTS, 2)` in the unit of `features.to_unit_scale`."""
        names = [one.name for one in self._encoder.get_outputs()]
        return OnnxMemory(dict(zip(names, self._encoder.run(names, {"strokes": ink}), strict=True)))

    def classify(self, memory: OnnxMemory) -> Float32Array:
        """Logits of each stroke's symbol class, `(n, symbols)`."""
        return memory.outputs["classes"]

    def relate(self, memory: OnnxMemory) -> Float32Array:
        """Logits of the relation of stroke j to stroke i, `(n, n, relations + 2)`."""
        return memory.outputs["pairs"]

    def start(self, hypotheses: int = 1) -> OnnxState:
        """The state before the first token."""
        layers, heads, size = self._state_shape
        empty = np.zeros((layers, hypotheses, heads, 0, size), np.float32)
        return OnnxState(empty, empty)

    def read(
        self,
        memory: OnnxMemory,
        state: OnnxState,
        previous: IntegerArray,
        anchors: Float32Array,
        written: Float32Array,
        relations: IntegerArray,
        rows: IntegerArray,
    ) -> tuple[Float32Array, Float32Array, OnnxState]:
        """Read q more tokens of each of k hypotheses, see `crohme.expressions.protocol`."""
        numbers = {"previous": previous, "relations": relations, "rows": rows}
        inputs = {name: memory.outputs[name] for name in self._needed}
        inputs |= {name: np.asarray(one, np.int64) for name, one in numbers.items()}
        inputs |= {"anchors": np.asarray(anchors, np.float32), "written": np.asarray(written, np.float32)}
        inputs |= {"keys": state.keys, "values": state.values}
        outputs: Sequence[Any] = self._decoder.run(["tokens", "pointers", "new_keys", "new_values"], inputs)
        return outputs[0], outputs[1], OnnxState(outputs[2], outputs[3])
