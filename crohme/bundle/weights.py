"""The weights of a bundle: a `.npz` that must hold exactly the expected arrays.

The archive is untrusted: all that it declares is compared with the expected names and shapes before any of
its data are unpacked.
"""

from __future__ import annotations

import math
import re
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Mapping
from typing import Any, BinaryIO

import numpy as np

from crohme.bundle.network import Shapes
from crohme.errors import CrohmeError
from crohme.types import Float32Array, FloatingArray

LARGEST = 65504.0
"""The largest number of half precision, in which weights are stored."""
_MAX_INDEX = 1 << 20  # bytes of the archive's table of contents
_END = struct.Struct("<4s4H2LH")  # the end of an archive: signature, counts, size and place of that table, comment
_HEADER = re.compile(
    rb"\x93NUMPY\x01\x00..\{'descr': '<f([24])', 'fortran_order': False, 'shape': \(([0-9, ]{0,60})\), \} *\n",
    re.DOTALL,
)
_HEADER_SIZE = 128
_UNPACKED, _RATIO = 16 << 20, 8  # trained weights can hardly be compressed: what swells more than that is a bomb


class WeightsError(CrohmeError):
    """Weights that are not those expected. `str(error)` says how."""


def read_weights(file: BinaryIO, expected: Shapes) -> dict[str, Float32Array]:
    """Read half- or single-precision arrays.

    Args:
        file: binary file, seekable.
        expected: dict of name → shape. All that the file must hold.

    Raises:
        WeightsError: Anything that `write_weights` would not have written.
    """
    try:
        _check_end(file)
        with zipfile.ZipFile(file) as archive:
            _check_members(archive, expected)
            return {name: _read(archive, name, shape) for name, shape in expected.items()}
    except WeightsError:
        raise
    except (
        zipfile.BadZipFile, zlib.error, struct.error, OSError, EOFError, ValueError, KeyError, RuntimeError,
        NotImplementedError,
    ) as error:  # fmt: skip
        raise WeightsError(f"cannot be read: {error}") from None


def write_weights(file: BinaryIO, weights: Mapping[str, FloatingArray]) -> None:
    """Write arrays in half precision.

    Raises:
        WeightsError: A weight is too large for half precision, or no number.
    """
    with np.errstate(over="ignore"):
        half: dict[str, Any] = {
            name: np.asarray(array).astype(np.float16, order="C") for name, array in weights.items()
        }
    for name, array in half.items():
        if not np.isfinite(array).all():
            raise WeightsError(f"weight {name} does not fit into half precision")
        _check_values(name, array)
    np.savez_compressed(file, **half)


def _check_end(file: BinaryIO) -> None:
    """The table of contents is held in memory whole, so its size comes first."""
    size = file.seek(0, 2)
    file.seek(max(0, size - _END.size - 20))
    tail = file.read()
    if len(tail) < _END.size:
        raise WeightsError("is cut short, or not an archive")
    signature, *_, index, at, comment = _END.unpack(tail[-_END.size :])
    is_plain = signature == b"PK\5\6" and comment == 0 and not tail.startswith(b"PK\6\7")
    if not is_plain or at + index > size:
        raise WeightsError("is cut short, or not a plain archive")
    if index > _MAX_INDEX:
        raise WeightsError(f"has a table of contents of {index:,} bytes")
    file.seek(0)


def _check_members(archive: zipfile.ZipFile, expected: Shapes) -> None:
    members = archive.infolist()
    names = [member.filename for member in members]
    wanted = {f"{name}.npy" for name in expected}
    foreign = next((name for name in names if name not in wanted), None)
    if foreign is not None:
        raise WeightsError(f"holds {_shown(foreign)}, which is not one of the network's weights")
    if len(names) > len(set(names)):
        raise WeightsError(f"holds {_shown(Counter(names).most_common(1)[0][0])} twice")
    missing = sorted(wanted.difference(names))
    if missing:
        raise WeightsError(f"lacks {_shown(missing[0])}" + (f" and {len(missing) - 1} more" if missing[1:] else ""))
    for member in members:
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) or member.flag_bits & 0x41:
            raise WeightsError(f"{_shown(member.filename)} is packed by an unsupported method")
        count = math.prod(expected[member.filename.removesuffix(".npy")])
        if member.file_size - _HEADER_SIZE not in (2 * count, 4 * count):
            raise WeightsError(f"{_shown(member.filename)} does not have the {count:,} numbers of the network's weight")
    unpacked, packed = (sum(getattr(m, size) for m in members) for size in ("file_size", "compress_size"))
    if unpacked > _UNPACKED and unpacked > _RATIO * packed:
        raise WeightsError(f"would unpack {packed:,} bytes to {unpacked:,}")


def _read(archive: zipfile.ZipFile, name: str, shape: tuple[int, ...]) -> Float32Array:
    with archive.open(f"{name}.npy") as member:
        header = _HEADER.fullmatch(member.read(_HEADER_SIZE))
        if header is None or header[0][8:10] != struct.pack("<H", _HEADER_SIZE - 10):
            raise WeightsError(f"{_shown(name)} is not an array of half or single precision in C order")
        if tuple(int(side) for side in header[2].split(b",") if side.strip()) != shape:
            raise WeightsError(f"{_shown(name)} has the shape ({header[2].decode()}), and the network's {shape}")
        size = int(header[1])
        data = member.read(size * math.prod(shape) + 1)  # to its end, where the checksum is compared
    if len(data) != size * math.prod(shape):
        raise WeightsError(f"{_shown(name)} does not have the {math.prod(shape):,} numbers of the network's weight")
    array = np.frombuffer(data, dtype=f"<f{size}").astype(np.float32).reshape(shape)
    if not (np.abs(array) <= LARGEST).all():
        raise WeightsError(f"{_shown(name)} holds a value that is not a number, or too large")
    _check_values(name, array)
    return array


def _check_values(name: str, array: FloatingArray) -> None:
    """Numbers that no training ends with: what such an array is multiplied with is lost."""
    if name.endswith("moving_variance") and (array < 0).any():
        raise WeightsError(f"{_shown(name)} holds a variance below zero")
    if array.ndim > 1 and array.size > 1 and array.min() == array.max():
        raise WeightsError(f"{_shown(name)} holds nothing but the number {float(array.flat[0]):g}")
    if name.endswith(("gamma", "moving_variance")) and not array.any():
        raise WeightsError(f"{_shown(name)} holds nothing but zeros")


def _shown(name: str) -> str:
    return ascii(name if len(name) <= 100 else f"{name[:100]}…")[1:-1]
