"""An ONNX graph that is written node by node, and its values, which numpy's operators make nodes of.

Operators: https://onnx.ai/onnx/operators/
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from crohme.graphs.sizes import Shape, Size, broadcast

OPSET = 18
_IR_VERSION = 8
TYPES = {"float32": TensorProto.FLOAT, "int64": TensorProto.INT64}


class Array:
    """A value of a graph: its name, and its shape as far as it is known.

    Args:
        graph: Graph. Where it is computed.
        name: str.
        shape: Shape.
    """

    __array_ufunc__ = None  # numpy leaves `array + Array` to this class

    def __init__(self, graph: Graph, name: str, shape: Shape) -> None:
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


class Graph:
    """A graph that is being written."""

    def __init__(self) -> None:
        self._nodes: list[onnx.NodeProto] = []
        self._inputs: list[onnx.ValueInfoProto] = []
        self._constants: dict[str, onnx.TensorProto] = {}
        self._by_value: dict[tuple[Any, ...], Array] = {}
        self._sizes: dict[str, Array] = {}

    def input(self, name: str, shape: Sequence[int | str], dtype: str = "float32") -> Array:
        """An input; sizes that are names are dynamic."""
        array = Array(self, name, tuple(map(Size.of, shape)))
        self._inputs.append(helper.make_tensor_value_info(name, TYPES[dtype], shape))
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
        used = {name for node in self._nodes for name in node.input}
        constants = [constant for name, constant in self._constants.items() if name in used]
        graph = helper.make_graph(self._nodes, name, self._inputs, infos, constants, doc_string=documentation)
        opset = helper.make_opsetid("", OPSET)
        model = helper.make_model(graph, opset_imports=[opset], ir_version=_IR_VERSION, producer_name="crohme")
        onnx.checker.check_model(model, full_check=True)
        return model

    def node(self, kind: str, inputs: Sequence[Array], shape: Shape, **attributes: Any) -> Array:
        """A node with one output of that shape."""
        return self.nodes(kind, inputs, [shape], **attributes)[0]

    def nodes(self, kind: str, inputs: Sequence[Array], shapes: Sequence[Shape], **attributes: Any) -> list[Array]:
        """A node with several outputs of those shapes."""
        names = [f"{kind}_{len(self._nodes)}_{number}" for number in range(len(shapes))]
        self._nodes.append(helper.make_node(kind, [one.name for one in inputs], names, name=names[0], **attributes))
        return [Array(self, name, shape) for name, shape in zip(names, shapes, strict=True)]

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

    def array(self, value: Any) -> Array:
        """A value of the graph from one, or from numbers."""
        return value if isinstance(value, Array) else self.constant(np.asarray(value, np.float32))

    def elementwise(self, kind: str, one: Any, other: Any) -> Array:
        one, other = self.array(one), self.array(other)
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

    def vector(self, shape: Sequence[Size]) -> Array:
        """A shape as a value of the graph."""
        if all(size.known for size in shape):
            return self.constant(np.array([size.factor for size in shape]))
        return self.node("Concat", [self.value_of(size) for size in shape], (Size(len(shape)),), axis=0)

    def value_of(self, size: Size) -> Array:
        """A size as a value of the graph, `(1,)`."""
        value = self.constant(np.array([size.factor]))
        for name in size.names:
            of_name = self._sizes.get(name) or self._sum(name)
            value = of_name if size.factor == 1 and len(size.names) == 1 else self.elementwise("Mul", value, of_name)
        return value

    def _sum(self, name: str) -> Array:
        one, other = (self._sizes[part] for part in name.split(" + "))
        return self.elementwise("Add", one, other)
