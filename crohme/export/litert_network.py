"""Exported LiteRT models, run: one hypothesis and one token at a time, padded."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np

from crohme.expressions.graph import Encoded
from crohme.types import Float32Array, IntegerArray


class Model:
    """A model whose inputs and outputs are given by name.

    Args:
        content: bytes. Of the file.
    """

    def __init__(self, content: bytes) -> None:
        import tensorflow as tf

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that the interpreter will move to another package
            self._interpreter = tf.lite.Interpreter(model_content=content, num_threads=1)
        self._run = self._interpreter.get_signature_runner()
        self.shapes = {name: tuple(one["shape"]) for name, one in self._run.get_input_details().items()}

    def __call__(self, **inputs: np.ndarray) -> dict[str, np.ndarray]:
        outputs: dict[str, np.ndarray] = self._run(**inputs)
        return outputs


@dataclass(frozen=True, eq=False)
class _Memory:
    outputs: dict[str, np.ndarray]
    is_stroke: Float32Array

    def __len__(self) -> int:
        return int(self.is_stroke.sum())


@dataclass(frozen=True, eq=False)
class _State:
    """Keys and values of each hypothesis, and how many tokens it has read."""

    parts: list[tuple[np.ndarray, np.ndarray]]
    length: int

    def select(self, hypotheses: Any) -> _State:
        return _State([self.parts[one] for one in hypotheses], self.length)


class LiteTransformer:
    """A network for `Recognizer`, see `crohme.expressions.protocol`, that runs the two models.

    Args:
        encoder, decoder: bytes. Of the files.
    """

    def __init__(self, encoder: bytes, decoder: bytes) -> None:
        self._encoder, self._decoder = Model(encoder), Model(decoder)
        self._most = self._encoder.shapes["is_stroke"][0]

    def encode(self, ink: Float32Array) -> _Memory:
        """Encode one expression, `(n, POINTS, 2)`."""
        padded = np.zeros((self._most, *ink.shape[1:]), np.float32)
        padded[: len(ink)] = ink
        is_stroke = (np.arange(self._most) < len(ink)).astype(np.float32)
        return _Memory(self._encoder(strokes=padded, is_stroke=is_stroke), is_stroke)

    def classify(self, memory: _Memory) -> Float32Array:
        """Logits of each stroke's symbol class, `(n, symbols)`."""
        return memory.outputs["classes"][: len(memory)]

    def relate(self, memory: _Memory) -> Float32Array:
        """Logits of the relation of stroke j to stroke i, `(n, n, relations + 2)`."""
        return memory.outputs["pairs"][: len(memory), : len(memory)]

    def start(self, hypotheses: int = 1) -> _State:
        """The state before the first token."""
        empty = np.zeros(self._decoder.shapes["keys"], np.float32)
        return _State([(empty, empty)] * hypotheses, 0)

    def read(
        self,
        memory: _Memory,
        state: _State,
        previous: IntegerArray,
        anchors: Float32Array,
        written: Float32Array,
        relations: IntegerArray,
        rows: IntegerArray,
    ) -> tuple[Float32Array, Float32Array, _State]:
        """Read q more tokens of each of k hypotheses, see `crohme.expressions.protocol`."""
        k, q, n = anchors.shape
        fixed = {name: memory.outputs[name] for name in Encoded._fields[:5]} | {"is_stroke": memory.is_stroke}
        parts = list(state.parts)
        answers = []
        for i in range(k):
            for j in range(q):
                numbers = {"previous": previous[i, j], "relations": relations[i, j], "rows": rows[i, j]}
                masks = {"anchors": anchors[i, j], "written": written[i, j]}
                answer = self._decoder(
                    **fixed,
                    **{name: np.array([[one]], np.int32) for name, one in numbers.items()},
                    **{name: np.pad(one, (0, self._most - n))[None, None] for name, one in masks.items()},
                    keys=parts[i][0],
                    values=parts[i][1],
                    position=np.array([state.length + j], np.float32),
                )
                parts[i] = answer["new_keys"], answer["new_values"]
                answers.append((answer["tokens"][0, 0], answer["pointers"][0, 0, :n]))
        tokens, pointers = (np.stack(one).reshape(k, q, -1) for one in zip(*answers, strict=True))
        return tokens, pointers, _State(parts, state.length + q)
