"""Pictures that are damaged, foreign, odd or bombs: each is traced, or refused with an ImageError, within bounds.

python scripts/fuzz/pictures.py --seed 0 --count 10000
"""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
from harness import main
from PIL import Image as Pillow

from crohme.ink.image_files import MAX_DECODING_BYTES, WORKING_PIXELS, ImageError, read_picture
from crohme.ink.symbol_pictures import normal_form
from crohme.ink.trace import trace
from crohme.types import Image

ALLOWED = (ImageError,)
_KINDS = ("PNG", "JPEG", "BMP", "GIF", "WEBP", "TIFF")
_MODES = ("1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16", "I", "F")
_STARTS = (
    *(b"%!PS-Adobe-3.0 EPSF-3.0\n", b"%PDF-1.7\n", b"8BPS\0\1", b"SIMPLE  = ", b"icns", b"\0\0\1\0", b"P6 9 9 255\n"),
    *(b"<svg ", b"II*\0", b"MM\0+", b"RIFF....WEBPVP8X", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"GIF89a", b"BM"),
)
_WORDS = (b"\0\0\0\0", b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\0\0\xff\xff", b"\x80\0\0\0", b"\0\x01\0\0")


def make(rng: np.random.Generator) -> bytes:
    """The bytes of a file: mostly a valid picture of some kind with some bytes changed."""
    if rng.random() < 0.05:
        return bytes(rng.choice(_STARTS)) + rng.bytes(int(rng.integers(0, 400)))
    data = _encoded(rng)
    for _ in range(int(rng.choice([0, 0, 0, 1, 1, 2, 8]))):
        data = _CHANGES[rng.integers(len(_CHANGES))](data, rng)
    return data


def attempt(data: bytes) -> str | None:
    """Trace the picture, and read it as a symbol."""
    picture = read_picture(data)
    pixels = picture.pixels
    assert pixels.dtype == np.uint8 and pixels.shape[0] * pixels.shape[1] <= WORKING_PIXELS
    assert pixels.nbytes <= MAX_DECODING_BYTES and picture.shrunk >= 1
    try:
        assert normal_form(pixels).shape == (48, 48)
    except ImageError:
        pass
    ink = trace(pixels)
    assert ink.strokes and all(np.isfinite(stroke).all() for stroke in ink.strokes)
    height, width = pixels.shape[:2]
    for stroke in ink.strokes:
        assert (stroke >= -2).all() and (stroke <= (width + 2, height + 2)).all()
    return None


def _encoded(rng: np.random.Generator) -> bytes:
    kind, mode = str(rng.choice(_KINDS)), str(rng.choice(_MODES))
    image = Pillow.fromarray(_drawing(rng))
    stream, options = io.BytesIO(), dict[str, Any]()
    if kind == "JPEG":
        options = {"progressive": bool(rng.random() < 0.4), "quality": int(rng.integers(5, 95))}
    if kind == "TIFF":
        options = {"compression": str(rng.choice(["raw", "tiff_lzw", "packbits", "tiff_adobe_deflate", "jpeg"]))}
    if rng.random() < 0.1:
        exif = Pillow.Exif()
        exif[0x0112] = int(rng.integers(0, 12))
        options["exif"] = exif
    if rng.random() < 0.05 and kind not in ("JPEG", "BMP"):
        options |= {"save_all": True, "append_images": [image.rotate(90)]}
    try:
        image.convert(mode).save(stream, kind, **options)
    except (OSError, ValueError, KeyError, RuntimeError):  # not every kind has every mode
        stream = io.BytesIO()
        image.save(stream, kind)
    return stream.getvalue()


def _drawing(rng: np.random.Generator) -> Image:
    height, width = (int(side) for side in rng.choice([3, 20, 60, 150, 250, 400], 2))
    page = np.full((height, width, 3), rng.integers(0, 256, 3), np.uint8)
    for _ in range(int(rng.integers(0, 8))):
        points = rng.integers(-10, [width + 10, height + 10], (int(rng.integers(1, 6)), 2)).astype(np.int32)
        cv2.polylines(page, [points], False, rng.integers(0, 256, 3).tolist(), int(rng.integers(1, 12)), cv2.LINE_AA)
    if rng.random() < 0.2:
        spacing = int(rng.integers(3, 40))
        page[::spacing] = rng.integers(0, 256)
        page[:, ::spacing] = rng.integers(0, 256)
    if rng.random() < 0.3:
        page = np.clip(page + rng.normal(0, rng.choice([2, 10, 60]), page.shape), 0, 255).astype(np.uint8)
    return page


def _flip(data: bytes, rng: np.random.Generator) -> bytes:
    changed = bytearray(data)
    changed[_at(data, rng)] = int(rng.integers(256))
    return bytes(changed)


def _cut(data: bytes, rng: np.random.Generator) -> bytes:
    return data[: int(rng.integers(1, len(data) + 1))]


def _word(data: bytes, rng: np.random.Generator) -> bytes:
    at = _at(data, rng)
    return data[:at] + bytes(rng.choice(_WORDS)) + data[at + 4 :]


def _insert(data: bytes, rng: np.random.Generator) -> bytes:
    at = _at(data, rng)
    return data[:at] + rng.bytes(int(rng.integers(1, 9))) + data[at:]


def _double(data: bytes, rng: np.random.Generator) -> bytes:
    a, b = sorted(rng.integers(0, len(data) + 1, 2).tolist())
    return data[:b] + data[a:b] * int(rng.integers(1, 4)) + data[b:]


def _at(data: bytes, rng: np.random.Generator) -> int:
    """Mostly in the header, where a byte changes most."""
    return int(rng.integers(len(data) if rng.random() < 0.6 else min(len(data), 120)))


_CHANGES: tuple[Callable[[bytes, np.random.Generator], bytes], ...] = (_flip, _flip, _cut, _word, _insert, _double)

if __name__ == "__main__":
    sys.exit(main(__doc__, make, attempt, ALLOWED))
