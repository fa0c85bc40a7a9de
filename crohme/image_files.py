"""Picture files as pixels: the one place where files that may be anything are opened as images."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from crohme.extras import MissingExtra, needed_by

if TYPE_CHECKING:
    from PIL import Image as Pillow

SUFFIXES = frozenset(
    {".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".avif", ".heic", ".heif"}
)
"""What files are taken for pictures by their names, in lower case, whether or not they can be read."""
SIGNATURES = (b"\x89PNG", b"\xff\xd8\xff", b"BM", b"GIF8", b"RIFF", b"II*\0", b"MM\0*")
"""What pictures begin with."""
TRACED = {"origin": "traced from a picture"}
"""The annotation of ink that nobody wrote as such."""
MAX_PIXELS = 40_000_000
MIN_SIDE = 3
_DEEP = ("I;16", "I;16B", "I;16L", "I;16N", "I", "F")
_MODES = {"1": "L", "L": "L", "LA": "RGBA", "La": "RGBA", "PA": "RGBA", "RGBa": "RGBA", "RGBA": "RGBA"}


class ImageError(ValueError):
    """An image that cannot be used. `str(error)` names the file, where there is one, and the cause."""

    def __init__(self, cause: str, source: str | None = None) -> None:
        super().__init__(cause if source is None else f"{source}: {cause}")
        self.cause = cause
        self.source = source


def read_pixels(source: str | Path | bytes, max_pixels: int = MAX_PIXELS) -> NDArray[np.uint8]:
    """The pixels of a picture file, upright where a camera noted how it was held.

    More than eight bits are stretched over eight, CMYK and palettes become colour. The suffix of the
    file's name is of no account.

    Args:
        source: path or bytes of a PNG, JPEG, BMP or whatever else Pillow reads.
        max_pixels: int. Larger pictures are refused before they are unpacked.

    Returns:
        `(h, w)` grey, `(h, w, 3)` colour or `(h, w, 4)` colour and alpha, uint8, channels in OpenCV's order
        (blue, green, red).

    Raises:
        ImageError: No image; one that is cut short or damaged, animated, or narrower than `MIN_SIDE`;
            or more than `max_pixels`.
    """
    with naming(source):
        return _decode(source if isinstance(source, bytes) else _read_bytes(Path(source)), max_pixels)


@contextmanager
def naming(source: str | Path | bytes) -> Iterator[None]:
    """Errors raised inside name the file that they are about; bytes have no name."""
    try:
        yield
    except ImageError as error:
        raise ImageError(error.cause, None if isinstance(source, bytes) else str(source)) from None


@contextmanager
def libraries() -> Iterator[None]:
    """For the import of what reads pictures: where a library is missing, the ImageError says what to install."""
    try:
        with needed_by("reading pictures"):
            yield
    except MissingExtra as error:
        raise ImageError(str(error)) from None


def opaque(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A picture without its alpha channel: laid on white, or where only the alpha was drawn, that as ink.

    Args:
        pixels: See `read_pixels`.

    Returns:
        `(h, w)` or `(h, w, 3)` uint8.
    """
    if pixels.ndim == 2 or pixels.shape[2] == 3:
        return pixels
    alpha = pixels[..., 3:].astype(np.float32) / 255
    if alpha.min() < alpha.max() and np.ptp(pixels[..., :3][alpha[..., 0] > 0]) < 32:
        return 255 - pixels[..., 3]  # drawn in one colour on nothing: the alpha is the drawing
    return (pixels[..., :3] * alpha + 255 * (1 - alpha)).astype(np.uint8)


def _read_bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ImageError(error.strerror or "cannot be read") from None


def _decode(data: bytes, max_pixels: int) -> NDArray[np.uint8]:
    from PIL import Image as Pillow  # here: who reads ink alone starts without it
    from PIL import ImageOps

    # Pillow's readers raise almost anything on damaged files; of all of it one thing follows.
    try:
        with Pillow.open(io.BytesIO(data)) as image:
            _check(image, max_pixels)
            image.load()
            return _eight_bits(ImageOps.exif_transpose(image))
    except ImageError:
        raise
    except Pillow.DecompressionBombError:
        raise ImageError("is larger than any picture of handwriting") from None
    except Pillow.UnidentifiedImageError:
        raise ImageError("is not an image that can be read" if data else "is empty") from None
    except Exception as error:
        raise ImageError(f"is damaged: {str(error) or type(error).__name__}") from None


def _check(image: Pillow.Image, max_pixels: int) -> None:
    """By the header alone: a few kilobytes may claim to be gigapixels."""
    width, height = image.size
    if width * height > max_pixels:
        raise ImageError(f"has {width} x {height} pixels; the limit is {max_pixels}")
    if min(width, height) < MIN_SIDE:
        raise ImageError(f"has {width} x {height} pixels, too few to show a symbol")
    # The JPEG of many cameras (MPO) carries a second, smaller picture of the same.
    if getattr(image, "is_animated", False) and image.format != "MPO":
        raise ImageError("is animated, or has several pages")


def _eight_bits(image: Pillow.Image) -> NDArray[np.uint8]:
    if image.mode in _DEEP:
        return _stretched(np.asarray(image))
    mode = "RGBA" if "transparency" in image.info else _MODES.get(image.mode, "RGB")
    pixels = np.asarray(image.convert(mode))
    return pixels if mode == "L" else np.ascontiguousarray(pixels[..., [2, 1, 0, 3][: pixels.shape[2]]])


def _stretched(values: NDArray[np.number]) -> NDArray[np.uint8]:
    """Darkest to 0, lightest to 255: twelve bits in a file of sixteen would else be all but black."""
    low, high = float(values.min()), float(values.max())
    if not np.isfinite([low, high]).all():
        raise ImageError("has pixels that are no numbers")
    return np.rint((values.astype(np.float64) - low) * (255 / max(high - low, 1e-12))).astype(np.uint8)
