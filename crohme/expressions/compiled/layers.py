"""Layers as the kernels take them; the structures of kernels/."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from typing import Any

import numpy as np

from crohme.expressions.layers import Table
from crohme.types import Float32Array

Pointer = ctypes.c_void_p
Whole = ctypes.c_int64


def address(array: np.ndarray) -> int:
    """Where the numbers of an array lie; whoever passes it on keeps the array."""
    assert array.flags.c_contiguous
    return int(array.__array_interface__["data"][0])


class Layer(ctypes.Structure):
    """A dense layer, see kernels/dense.h."""

    _fields_ = (
        *((name, Pointer) for name in ("kernel", "bias")),
        *((name, Whole) for name in ("inputs", "outputs", "is_half")),
        ("scale", ctypes.c_double),
    )


class Norm(ctypes.Structure):
    """A layer norm."""

    _fields_ = (("gamma", Pointer), ("beta", Pointer))


class Weights:
    """Weights in the order of the kernels; it keeps the arrays whose addresses structures hold.

    Args:
        table: Table. Path of a weight → the weight.
        kernels: ctypes.CDLL. See `build.library`; an attribute, too.
    """

    def __init__(self, table: Table, kernels: ctypes.CDLL) -> None:
        self.kernels, self._table = kernels, table
        self._panel, self._reads_halves = kernels.panel(), bool(kernels.reads_halves())
        self._kept: list[Any] = []

    def array(self, values: Float32Array) -> int:
        """The address of an array."""
        return self._keep(np.ascontiguousarray(values, np.float32))

    def norm(self, name: str) -> Norm:
        """A layer norm by its path."""
        return Norm(self.array(self._table[f"{name}/gamma"]), self.array(self._table[f"{name}/beta"]))

    def layer(self, name: str, scale: float = 1.0) -> Layer:
        """A dense layer by its path."""
        return self.dense(self._table[f"{name}/kernel"], self._table[f"{name}/bias"], scale)

    def dense(self, kernel: Float32Array, bias: Float32Array, scale: float = 1.0) -> Layer:
        """A dense layer of `(in, out)` and `(out,)`."""
        inputs, outputs = kernel.shape
        wide = np.zeros((inputs + 1, -(-outputs // self._panel) * self._panel), np.float32)
        wide[:-1, :outputs], wide[-1, :outputs] = kernel, bias
        by_panel = np.ascontiguousarray(wide[:-1].reshape(inputs, -1, self._panel).transpose(1, 0, 2))
        with np.errstate(over="ignore"):
            halves = by_panel.astype(np.float16)
        is_half = self._reads_halves and np.array_equal(halves, by_panel)  # as those of a bundle are
        return Layer(self._keep(halves if is_half else by_panel), self.array(wide[-1]), inputs, outputs, is_half, scale)

    def multiplied(self, layer: Layer, x: Float32Array) -> Float32Array:
        """A layer of `(…, in)`."""
        if x.shape[-1] != layer.inputs:
            raise ValueError(f"a layer takes {layer.inputs} numbers, not {x.shape[-1]}")
        rows = np.ascontiguousarray(x, np.float32).reshape(-1, layer.inputs)
        out = np.empty((len(rows), layer.outputs), np.float32)
        self.kernels.layer(ctypes.byref(layer), Pointer(address(rows)), Whole(len(rows)), Pointer(address(out)))
        return out.reshape(*x.shape[:-1], -1)

    def structures(self, several: Sequence[ctypes.Structure]) -> int:
        """The address of some structures of one kind behind each other."""
        array = (type(several[0]) * len(several))(*several)
        self._kept.append(array)
        return ctypes.addressof(array)

    def _keep(self, array: np.ndarray) -> int:
        self._kept.append(array)
        return address(array)
