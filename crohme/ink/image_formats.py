"""The picture formats that are read: told by what a file begins with, and what decoding one will cost in memory."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

from crohme.ink.image_parts import jpeg_scans

if TYPE_CHECKING:
    from PIL import ImageFile

NAMES = "PNG, JPEG, BMP, GIF, WebP and TIFF"
_BYTES_PER_PIXEL = {"1": 1, "L": 1, "P": 1, "I;16": 2, "I;16B": 2, "I;16L": 2, "I;16N": 2}  # all others: 4, as Pillow
_WEBP_COPIES = 4  # the two canvases of the decoder, the bytes that it returns, and the picture
_TIFF_COPIES = 2  # a TIFF that says how it is to be turned is copied
_COEFFICIENTS = 64 * 2  # bytes of a JPEG block
_TILE_WIDTH, _TILE_HEIGHT, _ROWS_PER_STRIP = 322, 323, 278  # tags of TIFF 6.0


@dataclass(frozen=True)
class Format:
    """A picture format.

    Args:
        name: str. As people call it.
        signatures: tuple of bytes. What its files begin with.
        reader: str. Module and class of the one reader of Pillow that is given such files. It is called by itself:
            `PIL.Image.open` tries what is registered, and one of those starts Ghostscript.
        also: bytes. What stands at the ninth byte.
    """

    name: str
    signatures: tuple[bytes, ...]
    reader: str
    also: bytes = b""

    def fits(self, data: bytes) -> bool:
        """Whether a file begins as this format's do."""
        return data.startswith(self.signatures) and data.startswith(self.also, 8 if self.also else 0)

    def open(self, data: bytes) -> ImageFile.ImageFile:
        """The picture of a file, its header read and no more. Pillow's readers raise almost anything."""
        module, _, name = self.reader.partition(".")
        reader: Callable[[io.BytesIO], ImageFile.ImageFile] = getattr(import_module(f"PIL.{module}"), name)
        return reader(io.BytesIO(data))


FORMATS = (
    Format("PNG", (b"\x89PNG\r\n\x1a\n",), "PngImagePlugin.PngImageFile"),
    # Of the JPEG of many cameras (MPO) this reads the first picture; the others are smaller ones of the same.
    Format("JPEG", (b"\xff\xd8\xff",), "JpegImagePlugin.JpegImageFile"),
    Format("BMP", (b"BM",), "BmpImagePlugin.BmpImageFile"),
    Format("GIF", (b"GIF87a", b"GIF89a"), "GifImagePlugin.GifImageFile"),
    Format("WebP", (b"RIFF",), "WebPImagePlugin.WebPImageFile", also=b"WEBP"),
    Format("TIFF", (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"), "TiffImagePlugin.TiffImageFile"),
)
_FOREIGN = (
    ("HEIC", 4, (b"ftyphei", b"ftyphev", b"ftypmif1", b"ftypmsf1")),
    ("AVIF", 4, (b"ftypavi",)),
    ("PDF", 0, (b"%PDF",)),
    ("PostScript", 0, (b"%!PS", b"\xc5\xd0\xd3\xc6", b"%!")),
    ("Photoshop", 0, (b"8BPS",)),
    ("JPEG 2000", 0, (b"\0\0\0\x0cjP  ", b"\xff\x4f\xff\x51")),
    ("icon", 0, (b"\0\0\1\0", b"icns")),
    ("SVG", 0, (b"<svg",)),
)
"""Formats that people try, to be named when they are refused."""


def format_of(data: bytes) -> Format | None:
    """The format that a file begins as, whatever its name says."""
    return next((known for known in FORMATS if known.fits(data)), None)


def foreign_name(data: bytes) -> str | None:
    """What a file is that is none of `FORMATS`, if that is known."""
    return next((name for name, at, starts in _FOREIGN if data.startswith(starts, at)), None)


def webp_size(data: bytes) -> tuple[int, int]:
    """Width and height by the header of a WebP: its reader takes memory for all of them as it opens a file.

    Source: RFC 9649, section 2. `(0, 0)` for what is none.
    """
    chunk, body = data[12:16], data[20:30].ljust(10, b"\0")
    if chunk == b"VP8X":
        return int.from_bytes(body[4:7], "little") + 1, int.from_bytes(body[7:10], "little") + 1
    if chunk == b"VP8L":
        bits = int.from_bytes(body[1:5], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if chunk == b"VP8 ":
        return int.from_bytes(body[6:8], "little") & 0x3FFF, int.from_bytes(body[8:10], "little") & 0x3FFF
    return 0, 0


def decoding_bytes(image: ImageFile.ImageFile, data: bytes, full_size: tuple[int, int]) -> int:
    """The memory that unpacking takes, by the header alone.

    Args:
        image: An opened picture, a JPEG at the scale that `draft` has set.
        data: bytes. The file.
        full_size: pair of int. Width and height that the file says.
    """
    width, height = image.size
    flat = width * height * _BYTES_PER_PIXEL.get(image.mode, 4)
    match image.format:
        case "WEBP":
            return width * height * 4 * _WEBP_COPIES
        case "TIFF":
            return _TIFF_COPIES * flat + 4 * _block_pixels(image)
        case "JPEG":
            return flat + (_coefficient_bytes(image, full_size) if jpeg_scans(data) > 1 else 0)
    return flat


def _coefficient_bytes(image: ImageFile.ImageFile, full_size: tuple[int, int]) -> int:
    width, height = full_size
    layers: list[tuple[int, int, int, int]] = getattr(image, "layer", [])
    widest, highest = (max((layer[axis] for layer in layers), default=1) or 1 for axis in (1, 2))
    blocks = (-(-width * w // (8 * widest)) * -(-height * h // (8 * highest)) for _, w, h, _ in layers)
    return sum(blocks) * _COEFFICIENTS


def _block_pixels(image: ImageFile.ImageFile) -> int:
    """Pixels of one tile or strip of a TIFF, which is unpacked as a whole; a tile may be larger than its picture."""
    width, height = image.size
    tags = getattr(image, "tag_v2", {})
    numbers = [tags.get(tag) for tag in (_TILE_WIDTH, _TILE_HEIGHT, _ROWS_PER_STRIP)]
    tile_width, tile_height, rows = (value if isinstance(value, int) else 0 for value in numbers)
    return max(tile_width * tile_height, width * min(rows or height, height))
