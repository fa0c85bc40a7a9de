"""Arrays that write the nodes of an ONNX graph while a function computes with them.

`OnnxArrays` has those functions of `keras.ops`, most of them numpy's, that the networks here need, so that one function
of arrays serves all engines: `f(numpy, …)` computes, `f(OnnxArrays(…), …)` writes the graph. Operators:
https://onnx.ai/onnx/operators/
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from crohme.graphs.sizes import Shape, Size, broadcast, product

OPSET = 18
_IR_VERSION = 8
_TYPES = {"float32": TensorProto.FLOAT, "int64": TensorProto.INT64}


class Array:
    """A value of a graph: its name, and its shape as far as it is known.

    Args:
        graph: OnnxArrays. Where it is computed.
        name: str.
        shape: Shape.
    """

    __array_ufunc__ = None  # numpy leaves `array + Array` to this class

    def __init__(self, graph: OnnxArrays, name: str, shape: Shape) -> None:
        self._graph, self.name, self.shape = graph, name, shape

    @property
    def ndim(self) -> int:
        return len(self.shape)

    def __add__(self, other: Any) -> Array:
        return self._graph.elementwise("Add", self, other)

    def __radd__(self, other: Any) -> Array:
        return self._graph.elementwise("Add", other, self)

    def __sub__(self, other: Any) -> Array:
        return self._graph.elementwise("Sub", self, other)

    def __rsub__(self, other: Any) -> Array:
        return self._graph.elementwise("Sub", other, self)

    def __mul__(self, other: Any) -> Array:
        return self._graph.elementwise("Mul", self, other)

    def __rmul__(self, other: Any) -> Array:
        return self._graph.elementwise("Mul", other, self)

    def __truediv__(self, other: Any) -> Array:
        return self._graph.elementwise("Div", self, other)

    def __pow__(self, power: int) -> Array:
        if power != 2:
            raise NotImplementedError(f"the power {power}")
        return self * self

    def __neg__(self) -> Array:
        return self._graph.node("Neg", [self], self.shape)

    def __getitem__(self, index: Any) -> Array:
        return self._graph.indexed(self, index if isinstance(index, tuple) else (index,))


class OnnxArrays:
    """A graph that is being written. Its methods are called as those of `keras.ops`."""

    def __init__(self) -> None:
        self._nodes: list[onnx.NodeProto] = []
        self._inputs: list[onnx.ValueInfoProto] = []
        self._constants: dict[str, onnx.TensorProto] = {}
        self._by_value: dict[tuple[Any, ...], Array] = {}
        self._sizes: dict[str, Array] = {}

    def input(self, name: str, shape: Sequence[int | str], dtype: str = "float32") -> Array:
        """An input; sizes that are names are dynamic."""
        array = Array(self, name, tuple(map(Size.of, shape)))
        self._inputs.append(helper.make_tensor_value_info(name, _TYPES[dtype], shape))
        for axis, size in enumerate(array.shape):
            if size.names and str(size) not in self._sizes:
                whole = self.node("Shape", [array], (Size(array.ndim),))
                self._sizes[str(size)] = self.node(
                    "Gather", [whole, self.constant(np.array([axis]))], (Size(1),), axis=0
                )
        return array

    def model(self, name: str, outputs: dict[str, Array], documentation: str) -> onnx.ModelProto:
        """The finished model, checked.

        Args:
            name: str.
            outputs: dict of name → Array.
            documentation: str. What its inputs and outputs are.
        """
        infos = []
        for own, array in outputs.items():
            self._nodes.append(helper.make_node("Identity", [array.name], [own]))
            shape = [size.factor if size.known else str(size) for size in array.shape]
            infos.append(helper.make_tensor_value_info(own, TensorProto.FLOAT, shape))
        constants = list(self._constants.values())
        graph = helper.make_graph(self._nodes, name, self._inputs, infos, constants, doc_string=documentation)
        opset = helper.make_opsetid("", OPSET)
        model = helper.make_model(graph, opset_imports=[opset], ir_version=_IR_VERSION, producer_name="crohme")
        onnx.checker.check_model(model, full_check=True)
        return model

    def node(
        self, kind: str, inputs: Sequence[Array | None], shape: Shape, output: int = 0, **attributes: Any
    ) -> Array:
        """A node; None stands for an input that is left out, `output` for the number of the output that is taken."""
        names = ["" if one is None else one.name for one in inputs]
        name = f"{kind}_{len(self._nodes)}"
        self._nodes.append(helper.make_node(kind, names, [""] * output + [name], name=name, **attributes))
        return Array(self, name, shape)

    def constant(self, value: Any) -> Array:
        """A number or an array; equal ones are stored once."""
        array = np.asarray(value)
        array = array.astype(np.int64 if array.dtype.kind in "iu" else np.float32)
        key = (array.dtype.str, array.shape, array.tobytes())
        if key not in self._by_value:
            name = f"constant_{len(self._constants)}"
            self._constants[name] = numpy_helper.from_array(array, name)
            self._by_value[key] = Array(self, name, tuple(map(Size, array.shape)))
        return self._by_value[key]

    def _array(self, value: Any) -> Array:
        return value if isinstance(value, Array) else self.constant(np.asarray(value, np.float32))

    def elementwise(self, kind: str, one: Any, other: Any) -> Array:
        one, other = self._array(one), self._array(other)
        return self.node(kind, [one, other], broadcast(one.shape, other.shape))

    def indexed(self, x: Array, index: tuple[Any, ...]) -> Array:
        """Slices, None, whole numbers, and one `...`."""
        if Ellipsis in index:
            at = index.index(Ellipsis)
            missing = x.ndim - sum(one is not None and one is not Ellipsis for one in index)
            index = (*index[:at], *[slice(None)] * missing, *index[at + 1 :])
        shape, axis = list(x.shape), 0
        taken: list[int] = []
        new: list[int] = []
        for one in index:
            if one is None:
                new.append(axis - len(taken) + len(new))
                continue
            if one != slice(None):
                first, last, step = (
                    (one, one + 1 or None, 1) if isinstance(one, int) else (one.start, one.stop, one.step)
                )
                bounds = [first or 0, np.iinfo(np.int64).max if last is None else last, step or 1]
                operands = [self.constant(np.array([bound])) for bound in (bounds[0], bounds[1], axis, bounds[2])]
                count = Size(1) if isinstance(one, int) else Size(len(range(shape[axis].factor)[one]))
                if not isinstance(one, int) and not shape[axis].known:
                    raise NotImplementedError("a slice of an axis whose size is dynamic")
                shape[axis] = count
                x = self.node("Slice", [x, *operands], tuple(shape))
            if isinstance(one, int):
                taken.append(axis)
            axis += 1
        if taken:
            left = tuple(size for number, size in enumerate(shape) if number not in taken)
            x = self.node("Squeeze", [x, self.constant(np.array(taken))], left)
        if new:
            shape = list(x.shape)
            for number in new:
                shape.insert(number, Size(1))
            x = self.node("Unsqueeze", [x, self.constant(np.array(new))], tuple(shape))
        return x

    def shape(self, x: Array) -> Shape:
        return x.shape

    def _vector(self, shape: Sequence[Size]) -> Array:
        """A shape as a value of the graph."""
        if all(size.known for size in shape):
            return self.constant(np.array([size.factor for size in shape]))
        return self.node("Concat", [self._value(size) for size in shape], (Size(len(shape)),), axis=0)

    def _value(self, size: Size) -> Array:
        value = self.constant(np.array([size.factor]))
        for name in size.names:
            of_name = self._sizes.get(name) or self._sum(name)
            value = of_name if size.factor == 1 and len(size.names) == 1 else self.elementwise("Mul", value, of_name)
        return value

    def _sum(self, name: str) -> Array:
        one, other = (self._sizes[part] for part in name.split(" + "))
        return self.elementwise("Add", one, other)

    def reshape(self, x: Array, shape: Sequence[int | Size]) -> Array:
        sizes = [Size.of(size) for size in shape]
        if Size(-1) in sizes:
            sizes[sizes.index(Size(-1))] = product(x.shape) // product(size for size in sizes if size != Size(-1))
        return self.node("Reshape", [x, self._vector(sizes)], tuple(sizes))

    def arange(self, start: int | Size, stop: int | Size | None = None, dtype: str = "float32") -> Array:
        first, last = (Size(0), Size.of(start)) if stop is None else (Size.of(start), Size.of(stop))
        ends = [self.node("Squeeze", [self._value(end), self.constant(np.array([0]))], ()) for end in (first, last)]
        count = last if first == Size(0) else Size.of(str(last).removeprefix(f"{first} + "))
        numbers = self.node("Range", [*ends, self.constant(np.int64(1))], (count,))
        return numbers if dtype == "int64" else self.node("Cast", [numbers], (count,), to=_TYPES[dtype])

    def transpose(self, x: Array, axes: Sequence[int]) -> Array:
        return self.node("Transpose", [x], tuple(x.shape[axis] for axis in axes), perm=list(axes))

    def swapaxes(self, x: Array, one: int, other: int) -> Array:
        axes = list(range(x.ndim))
        axes[one], axes[other] = axes[other], axes[one]
        return self.transpose(x, axes)

    def concatenate(self, arrays: Sequence[Any], axis: int) -> Array:
        arrays = [self._array(one) for one in arrays]
        axis %= arrays[0].ndim
        size = arrays[0].shape[axis]
        for one in arrays[1:]:
            size = size + one.shape[axis]
        shape = (*arrays[0].shape[:axis], size, *arrays[0].shape[axis + 1 :])
        return self.node("Concat", arrays, shape, axis=axis)

    def stack(self, arrays: Sequence[Array], axis: int = 0) -> Array:
        axis %= arrays[0].ndim + 1
        return self.concatenate([one[(slice(None),) * axis + (None,)] for one in arrays], axis)

    def flip(self, x: Array, axis: int) -> Array:
        ends = [self.constant(np.array([bound])) for bound in (-1, np.iinfo(np.int64).min, axis, -1)]
        return self.node("Slice", [x, *ends], x.shape)

    def take(self, x: Any, indices: Array, axis: int = 0) -> Array:
        x = self._array(x)
        shape = (*x.shape[:axis], *indices.shape, *x.shape[axis + 1 :])
        return self.node("Gather", [x, indices], shape, axis=axis)

    def matmul(self, one: Any, other: Any) -> Array:
        one, other = self._array(one), self._array(other)
        shape = (*broadcast(one.shape[:-2], other.shape[:-2]), one.shape[-2], other.shape[-1])
        return self.node("MatMul", [one, other], shape)

    def zeros_like(self, x: Array) -> Array:
        return x * 0.0

    def minimum(self, one: Any, other: Any) -> Array:
        return self.elementwise("Min", one, other)

    def maximum(self, one: Any, other: Any) -> Array:
        return self.elementwise("Max", one, other)

    def clip(self, x: Array, low: float, high: float) -> Array:
        return self.minimum(self.maximum(x, low), high)

    def min(self, x: Array, axis: int | tuple[int, ...]) -> Array:
        return self._reduced("ReduceMin", x, axis, False)

    def max(self, x: Array, axis: int | tuple[int, ...]) -> Array:
        return self._reduced("ReduceMax", x, axis, False)

    def sum(self, x: Array, axis: int | tuple[int, ...], keepdims: bool = False) -> Array:
        return self._reduced("ReduceSum", x, axis, keepdims)

    def _reduced(self, kind: str, x: Array, axis: int | tuple[int, ...], keepdims: bool) -> Array:
        axes = [one % x.ndim for one in (axis if isinstance(axis, tuple) else (axis,))]
        shape = [Size(1) if number in axes else size for number, size in enumerate(x.shape)]
        if not keepdims:
            shape = [size for number, size in enumerate(x.shape) if number not in axes]
        return self.node(kind, [x, self.constant(np.array(axes))], tuple(shape), keepdims=int(keepdims))

    def sqrt(self, x: Array) -> Array:
        return self.node("Sqrt", [x], x.shape)

    def exp(self, x: Array) -> Array:
        return self.node("Exp", [x], x.shape)

    def log(self, x: Array) -> Array:
        return self.node("Log", [x], x.shape)

    def sin(self, x: Array) -> Array:
        return self.node("Sin", [x], x.shape)

    def cos(self, x: Array) -> Array:
        return self.node("Cos", [x], x.shape)

    def abs(self, x: Array) -> Array:
        return self.node("Abs", [x], x.shape)

    def arcsinh(self, x: Array) -> Array:
        return self.node("Asinh", [x], x.shape)

    def silu(self, x: Array) -> Array:
        return x * self.node("Sigmoid", [x], x.shape)

    def softmax(self, x: Array) -> Array:
        return self.node("Softmax", [x], x.shape, axis=-1)

    def layer_normalization(self, x: Array, gamma: Any, beta: Any, epsilon: float) -> Array:
        parts = [x, self._array(gamma), self._array(beta)]
        return self.node("LayerNormalization", parts, x.shape, axis=-1, epsilon=epsilon)
