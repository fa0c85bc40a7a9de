"""Layers of the stroke transformer, compiled by numba for the processor that it runs on.

A kernel is kept in panels of `COLUMNS` columns, `(panels, k, COLUMNS)`, so that a product reads it once from its
beginning to its end; the columns beyond its own are zeros. Weights of half precision, as bundles hold them, are kept
so, as the bits of them: what takes time is to bring them from memory.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from llvmlite import binding, ir
from numba import njit, types
from numba.core import cgutils
from numba.extending import intrinsic

from crohme.types import Float32Array, UInt16Array

_FEATURES, _IS_ARM = binding.get_host_cpu_features(), "aarch64" in binding.get_process_triple()
_HAS_HALVES = _IS_ARM or bool(_FEATURES.get("f16c"))
COLUMNS, _ROWS = (32, 10) if _IS_ARM or _FEATURES.get("avx512f") else (16, 5)
"""Sums that are kept in registers: those of a panel's columns, for so many rows at a time."""
FAST = {"contract", "reassoc", "nsz", "arcp"}
"""What compiled code may change in the order of sums. Infinities stay what they are."""
compiled = njit(cache=True, fastmath=FAST, error_model="numpy", nogil=True)


Kernel = Float32Array | UInt16Array
"""In panels: numbers, or the bits of halves."""


def are_halves(weights: Iterable[Float32Array]) -> bool:
    """Whether all weights are of half precision, and this processor knows that."""
    with np.errstate(over="ignore"):
        return _HAS_HALVES and all((weight == weight.astype(np.float16)).all() for weight in weights)


def panels(kernels: Sequence[Float32Array], halves: bool) -> Kernel:
    """Kernels `(k, n)` in panels, as one array `(kernels, panels, k, COLUMNS)`."""
    k, n = kernels[0].shape
    count = -(-n // COLUMNS)
    padded = np.zeros((len(kernels), k, count * COLUMNS), np.float32)
    padded[..., :n] = kernels
    whole = np.ascontiguousarray(padded.reshape(len(kernels), k, count, COLUMNS).transpose(0, 2, 1, 3))
    return whole.astype(np.float16).view(np.uint16) if halves else whole


def _tile(rows: int) -> Any:
    """The product of some rows of x with one panel: LLVM does not find by itself that the sums fit into registers."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        x, kernel, out = (
            context.make_array(kind)(context, builder, value)
            for kind, value in zip(signature.args[:3], arguments[:3], strict=True)
        )
        first, panel = arguments[3:]
        _, size = cgutils.unpack_tuple(builder, x.shape)
        _, width = cgutils.unpack_tuple(builder, out.shape)
        columns = ir.Constant(size.type, COLUMNS)
        vector = ir.VectorType(ir.FloatType(), COLUMNS)
        is_half = signature.args[1].dtype == types.uint16
        stored = ir.VectorType(ir.HalfType(), COLUMNS) if is_half else vector
        sums = [cgutils.alloca_once_value(builder, ir.Constant(vector, [0.0] * COLUMNS)) for _ in range(rows)]
        for one in sums:
            builder.store(ir.Constant(vector, [0.0] * COLUMNS), one)
        own = [builder.gep(x.data, [builder.mul(builder.add(first, first.type(i)), size)]) for i in range(rows)]
        start = builder.gep(kernel.data, [builder.mul(builder.mul(panel, size), columns)])
        with cgutils.for_range(builder, size) as loop:
            at = builder.gep(start, [builder.mul(loop.index, columns)])
            weights = builder.load(builder.bitcast(at, stored.as_pointer()), align=2)
            if is_half:
                weights = builder.fpext(weights, vector)
            for one, row in zip(sums, own, strict=True):
                value = builder.load(builder.gep(row, [loop.index]))
                single = builder.insert_element(ir.Constant(vector, ir.Undefined), value, ir.IntType(32)(0))
                mask = ir.Constant(ir.VectorType(ir.IntType(32), COLUMNS), [0] * COLUMNS)
                everywhere = builder.shuffle_vector(single, single, mask)
                term = builder.fmul(everywhere, weights, flags=("contract",))
                builder.store(builder.fadd(builder.load(one), term, flags=("contract",)), one)
        for i, one in enumerate(sums):
            at = builder.add(builder.mul(builder.add(first, first.type(i)), width), builder.mul(panel, columns))
            into = builder.bitcast(builder.gep(out.data, [at]), vector.as_pointer())
            builder.store(builder.load(one), into, align=4)
        return context.get_dummy_value()

    @intrinsic
    def tile(_context: Any, x: Any, kernel: Any, out: Any, first: Any, panel: Any) -> Any:
        return types.void(x, kernel, out, types.intp, types.intp), generate

    return tile


@intrinsic
def _as_float(_context: Any, bits: Any) -> Any:
    """The number whose bits those of an int32 are."""
    return types.float32(types.int32), lambda _, builder, __, values: builder.bitcast(values[0], ir.FloatType())


_tile_1, _tile_2, _tile_3, _tile_4, _tile_5 = map(_tile, range(1, 6))
_tile_all = _tile(_ROWS)


@compiled
def product(x: Float32Array, kernel: Kernel, out: Float32Array) -> None:
    """`(m, k)` times a kernel in panels, into `(m, panels * COLUMNS)`; both are contiguous."""
    m = x.shape[0]
    for panel in range(kernel.shape[0]):
        row = 0
        while m - row >= _ROWS:
            _tile_all(x, kernel, out, row, panel)
            row += _ROWS
        while m - row >= 5:
            _tile_5(x, kernel, out, row, panel)
            row += 5
        rest = m - row
        if rest == 4:
            _tile_4(x, kernel, out, row, panel)
        elif rest == 3:
            _tile_3(x, kernel, out, row, panel)
        elif rest == 2:
            _tile_2(x, kernel, out, row, panel)
        elif rest == 1:
            _tile_1(x, kernel, out, row, panel)


@compiled
def exponential(x: Any) -> Any:
    """exp of a float32, within two units of its last place (Cephes' expf), so that loops of it become vectors."""
    x = min(max(x, np.float32(-87.0)), np.float32(88.0))
    power = np.floor(x * np.float32(1.44269504088896341) + np.float32(0.5))
    x -= power * np.float32(0.693359375)
    x -= power * np.float32(-2.12194440e-4)
    y = np.float32(1.9875691500e-4)
    y = y * x + np.float32(1.3981999507e-3)
    y = y * x + np.float32(8.3334519073e-3)
    y = y * x + np.float32(4.1665795894e-2)
    y = y * x + np.float32(1.6666665459e-1)
    y = y * x + np.float32(5.0000001201e-1)
    y = y * x * x + x + np.float32(1.0)
    return y * _as_float((np.int32(power) + np.int32(127)) << np.int32(23))


@compiled
def silu(x: Float32Array) -> None:
    """x · sigmoid(x), of a row in its place."""
    for i in range(x.size):
        x[i] = x[i] / (np.float32(1) + exponential(-x[i]))


@compiled
def softmax(x: Float32Array) -> None:
    """Logits of a row as probabilities, in their place."""
    largest = x[0]
    for i in range(x.size):
        largest = max(largest, x[i])
    total = np.float32(0)
    for i in range(x.size):
        x[i] = exponential(x[i] - largest)
        total += x[i]
    share = np.float32(1) / total
    for i in range(x.size):
        x[i] *= share


@compiled
def normalise(x: Float32Array, gamma: Float32Array, beta: Float32Array, out: Float32Array) -> None:
    """Layer norm of each row."""
    m, width = x.shape
    for r in range(m):
        row, into = x[r], out[r]
        total, squares = np.float32(0), np.float32(0)
        for i in range(width):
            total += row[i]
        mean = total / np.float32(width)
        for i in range(width):
            squares += (row[i] - mean) * (row[i] - mean)
        inverse = np.float32(1) / np.sqrt(squares / np.float32(width) + np.float32(1e-5))
        for i in range(width):
            into[i] = (row[i] - mean) * inverse * gamma[i] + beta[i]


@compiled
def shift(x: Float32Array, bias: Float32Array) -> None:
    """Add a bias to each row."""
    for r in range(x.shape[0]):
        into = x[r]
        for i in range(bias.size):
            into[i] += bias[i]


@compiled
def add(x: Float32Array, more: Float32Array, bias: Float32Array) -> None:
    """Add rows and a bias to x."""
    for r in range(x.shape[0]):
        into, row = x[r], more[r]
        for i in range(into.size):
            into[i] += row[i] + bias[i]
