"""A graph computes what numpy computes, whatever the sizes of its dynamic axes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

onnxruntime = pytest.importorskip("onnxruntime")
pytest.importorskip("onnx")

from crohme.graphs.onnx_arrays import OnnxArrays  # noqa: E402

CASES: dict[str, Callable[[Any, Any], Any]] = {
    "index": lambda xp, x: x[:, 1],
    "index-from-the-end": lambda xp, x: x[..., -1],
    "slice-with-a-step": lambda xp, x: x[:, 1::2],
    "slice-from-the-end": lambda xp, x: x[:, -1:, :2],
    "new-axes": lambda xp, x: x[None, :, None, 0, :, None],
    "flip": lambda xp, x: xp.flip(x, axis=1),
    "reduce-two-axes": lambda xp, x: xp.max(x, axis=(0, 2)),
    "reduce-and-keep": lambda xp, x: xp.sum(x, axis=-1, keepdims=True) - x,
    "reshape": lambda xp, x: xp.reshape(x, (-1, xp.shape(x)[0] * 2, 6)),
    "arange": lambda xp, x: x[:, 0, 0] + xp.arange(xp.shape(x)[0], dtype="float32"),
    "stack": lambda xp, x: xp.stack([x[:, 0], 2.0 - x[:, 1]], axis=-1),
    "concatenate": lambda xp, x: xp.concatenate([x, x[:, :1]], axis=1),
    "concatenate-dynamic": lambda xp, x: xp.concatenate([x, x * 2.0], axis=0),
    "matmul": lambda xp, x: xp.matmul(x, xp.transpose(x, (0, 2, 1))),
    "functions": lambda xp, x: xp.arcsinh(xp.exp(xp.sin(x)) / 3.0) + xp.log(xp.abs(x) + 1.0) - xp.sqrt(x**2),
    "clip": lambda xp, x: -xp.clip(x, -0.5, 0.25) + xp.maximum(xp.minimum(x, 0.1), xp.zeros_like(x)),
}


@pytest.mark.parametrize("name", CASES)
def test_a_function_of_arrays_gives_a_graph_that_computes_it(name: str) -> None:
    xp = OnnxArrays()
    output = CASES[name](xp, xp.input("x", ["n", 4, 3]))
    model = xp.model("case", {"y": output}, "")
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    rng = np.random.default_rng(1)
    for n in (1, 2, 5):
        x = rng.normal(size=(n, 4, 3)).astype(np.float32)
        (found,) = session.run(["y"], {"x": x})
        expected = CASES[name](np, x)
        np.testing.assert_allclose(found, expected, atol=1e-5)
        assert found.shape == expected.shape
        assert [one.factor for one in output.shape if one.known] == [
            size for size, one in zip(expected.shape, output.shape, strict=True) if one.known
        ]


def test_a_slice_of_a_dynamic_axis_is_refused() -> None:
    xp = OnnxArrays()
    with pytest.raises(NotImplementedError, match="dynamic"):
        xp.input("x", ["n", 4])[1:]
