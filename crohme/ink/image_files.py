"""Picture files as pixels: the one place where files that may be anything are opened as images.

What unpacking takes is known from the header, and bounded before it begins; large pictures come out smaller.
"""

from __future__ import annotations

import math
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from crohme.errors import CrohmeError
from crohme.extras import MissingExtra, needed_by
from crohme.ink.image_formats import FORMATS, NAMES, decoding_bytes, foreign_name, format_of, webp_size
from crohme.ink.image_parts import has_too_many, jpeg_scans
from crohme.types import Image
from inkml_parser.files import open_regular

if TYPE_CHECKING:
    from PIL import Image as Pillow


SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".avif", ".heic", ".heif"})
"""What files are taken for pictures by their names, in lower case, whether or not they can be read."""
SIGNATURES = tuple(start for known in FORMATS for start in known.signatures)
"""What pictures begin with."""
TRACED = {"origin": "traced from a picture"}
"""The annotation of ink that nobody wrote as such."""
WITH_MARKS = {"doubt": "something beside the writing may be none"}
"""The annotation of traced ink, some of which may be a tick, a staple, a cursor or the like."""
MAX_FILE_BYTES = 48 * 1024 * 1024
MAX_PIXELS = 64_000_000
"""More than most cameras of telephones have."""
MAX_SIDE = 32_000
MAX_DECODING_BYTES = 208 * 1024 * 1024
"""Memory for unpacking one picture: a colour PNG of 50 megapixels, a JPEG of any size."""
MAX_SCANS = 32
"""Of a progressive JPEG, which are gone through one after the other; usual are ten."""
WORKING_PIXELS = 6_000_000
"""Pictures come out no larger: of a page photographed with 12 megapixels, a pen line is still 4 pixels wide."""
MIN_SIDE = 3
_LARGE = 16 * 1024 * 1024  # bytes: pictures that take more are unpacked one after the other
_BAND_BYTES = 8 * 1024 * 1024  # converted at once
_DEEP = ("I;16", "I;16B", "I;16L", "I;16N", "I", "F")
_MODES = {"1": "L", "L": "L", "LA": "RGBA", "La": "RGBA", "PA": "RGBA", "RGBa": "RGBA", "RGBA": "RGBA"}
_ORIENTATION = 0x0112  # tag of Exif 2.32
_unpacking = threading.Lock()
# Of doubtful files Pillow warns on the screen; they are read or refused, and that is told.
warnings.filterwarnings("ignore", module=r"PIL\.")


class ImageError(CrohmeError, ValueError):
    """An image that cannot be used."""


@dataclass(frozen=True, eq=False)
class Picture:
    """The pixels of a picture file.

    Args:
        pixels: `(h, w)` grey, `(h, w, 3)` colour or `(h, w, 4)` colour and alpha, uint8, channels in OpenCV's order
            (blue, green, red).
        shrunk: float, ≥ 1. Pixels of the file's picture for one of these, along a side.
    """

    pixels: Image
    shrunk: float = 1.0


def read_pixels(source: str | Path | bytes) -> Image:
    """`read_picture(source).pixels`."""
    return read_picture(source).pixels


def read_picture(source: str | Path | bytes) -> Picture:
    """The pixels of a picture file, upright where a camera noted how it was held.

    More than eight bits are stretched over eight, CMYK and palettes become colour, pictures of more than
    `WORKING_PIXELS` come out smaller by a whole number. The suffix of the file's name is of no account.

    Args:
        source: path or bytes of a picture in one of `image_formats.FORMATS`.

    Raises:
        ImageError: No such picture; one that is cut short or damaged, animated, or narrower than `MIN_SIDE`;
            more than `MAX_PIXELS`, `MAX_SIDE`, `MAX_FILE_BYTES` or `MAX_SCANS`, or than
            `MAX_DECODING_BYTES` would be needed to unpack it.
    """
    with naming(source):
        return _decode(source if isinstance(source, bytes) else _read_bytes(Path(source)))


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


def _read_bytes(path: Path) -> bytes:
    try:
        with open_regular(path) as file:
            return file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise ImageError(error.strerror or "cannot be read") from None


def _decode(data: bytes) -> Picture:
    if len(data) > MAX_FILE_BYTES:
        raise ImageError(f"is larger than {MAX_FILE_BYTES // 1024**2} MiB")
    found = format_of(data)
    if found is None:
        foreign = foreign_name(data)
        what = "is empty" if not data else "is not an image that can be read"
        raise ImageError(f"{what}, but {foreign}; {NAMES} can" if foreign else what)
    if has_too_many(found.name, data):
        raise ImageError("consists of too many parts")
    if found.name == "WebP":
        _check_size(*webp_size(data))
    # Pillow's readers raise almost anything on damaged files, and tell of their insides; one thing follows of it all.
    try:
        with found.open(data) as image:
            size = image.size
            _check(image)
            shrink = math.ceil(math.sqrt(size[0] * size[1] / WORKING_PIXELS))
            if found.name == "JPEG":
                image.draft(None, (max(1, size[0] // shrink), max(1, size[1] // shrink)))
                if jpeg_scans(data) > MAX_SCANS:
                    raise ImageError(f"has more than {MAX_SCANS} scans")
            needed = decoding_bytes(image, data, size)
            if needed > MAX_DECODING_BYTES:
                raise ImageError(f"has {size[0]} x {size[1]} pixels of a kind that takes too much memory to unpack")
            # One large picture at a time, whoever asks for them.
            with _unpacking if needed > _LARGE else nullcontext():
                image.load()
                drafted = -(-size[0] // image.width)
                pixels = _eight_bits(image, math.ceil(shrink / drafted))
            return Picture(_upright(pixels, image), max(size) / max(pixels.shape[:2]))
    except ImageError:
        raise
    except MemoryError:
        raise ImageError("takes too much memory to unpack") from None
    except Exception as error:
        raise ImageError("is damaged or cut short") from error


def _check(image: Pillow.Image) -> None:
    _check_size(*image.size)
    if getattr(image, "is_animated", False):
        raise ImageError("is animated, or has several pages")


def _check_size(width: int, height: int) -> None:
    """By the header alone: a few kilobytes may claim to be gigapixels."""
    if width * height > MAX_PIXELS or max(width, height) > MAX_SIDE:
        raise ImageError(f"has {width} x {height} pixels; the limit is {MAX_PIXELS}, and {MAX_SIDE} a side")
    if min(width, height) < MIN_SIDE:
        raise ImageError(f"has {width} x {height} pixels, too few to show a symbol")


def _eight_bits(image: Pillow.Image, shrink: int) -> Image:
    """The pixels of a loaded picture, band by band, each side divided by a whole number."""
    mode = "RGBA" if "transparency" in image.info else _MODES.get(image.mode, "RGB")
    low, high = _range(image) if image.mode in _DEEP else (0.0, 0.0)
    bands = []
    for band in _bands(image, shrink):
        if image.mode in _DEEP:
            values = np.asarray(band).astype(np.float64)
            pixels = np.rint((values - low) * (255 / max(high - low, 1e-12))).astype(np.uint8)
            bands.append(pixels if shrink == 1 else np.asarray(_image(pixels).reduce(shrink)))
            continue
        converted = band.convert(mode)
        if shrink > 1 and mode == "RGBA":  # premultiplied: what is behind the clear must not show
            converted = converted.convert("RGBa").reduce(shrink).convert("RGBA")
        elif shrink > 1:
            converted = converted.reduce(shrink)
        pixels = np.asarray(converted)
        bands.append(pixels if mode == "L" else pixels[..., [2, 1, 0, 3][: pixels.shape[2]]])
    return np.ascontiguousarray(np.concatenate(bands))


def _bands(image: Pillow.Image, multiple: int) -> Iterator[Pillow.Image]:
    """A picture in bands of rows, each but the last of a multiple of rows."""
    rows = max(1, _BAND_BYTES // (4 * image.width * multiple)) * multiple
    for top in range(0, image.height, rows):
        yield image.crop((0, top, image.width, min(top + rows, image.height)))


def _range(image: Pillow.Image) -> tuple[float, float]:
    """Darkest and lightest: twelve bits in a file of sixteen would else be all but black."""
    ends = np.array([[float(values.min()), float(values.max())] for values in map(np.asarray, _bands(image, 1))])
    if not np.isfinite(ends).all():
        raise ImageError("has pixels that are not numbers")
    return float(ends[:, 0].min()), float(ends[:, 1].max())


def _image(pixels: Image) -> Pillow.Image:
    from PIL import Image

    return Image.fromarray(pixels)


def _upright(pixels: Image, image: Pillow.Image) -> Image:
    """Turned and mirrored as the camera says, see Exif 2.32, tag Orientation; as it is if that cannot be read."""
    try:
        orientation = image.getexif().get(_ORIENTATION, 1)
    except Exception:
        return pixels
    if orientation in (5, 6, 7, 8):
        pixels = np.swapaxes(pixels, 0, 1)
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    return np.ascontiguousarray(pixels)
