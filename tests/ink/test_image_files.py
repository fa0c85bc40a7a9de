"""Files that may be anything, opened as images."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image as Pillow

from crohme.ink.image_files import ImageError, read_pixels

RAMP = np.tile(np.arange(0, 240, 8, dtype=np.uint8), (20, 1))


def encoded(image: Pillow.Image, kind: str, **options: object) -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def colours() -> Pillow.Image:
    return Pillow.fromarray(np.dstack([RAMP, np.full_like(RAMP, 40), 255 - RAMP]))


@pytest.mark.parametrize("kind", ["PNG", "BMP", "TIFF", "GIF", "WEBP"])
def test_grey_is_read_from_every_format(kind: str) -> None:
    options = {"lossless": True} if kind == "WEBP" else {}
    pixels = read_pixels(encoded(Pillow.fromarray(RAMP), kind, **options))
    np.testing.assert_array_equal(pixels if pixels.ndim == 2 else pixels[..., 0], RAMP)


def test_colours_come_in_the_order_of_opencv() -> None:
    pixels = read_pixels(encoded(colours(), "PNG"))
    np.testing.assert_array_equal(pixels[..., 2], RAMP)
    np.testing.assert_array_equal(pixels[..., 0], 255 - RAMP)


def test_cmyk_becomes_colour() -> None:
    pixels = read_pixels(encoded(colours().convert("CMYK"), "JPEG", quality=95))
    assert pixels.shape == (20, 30, 3)
    assert np.abs(pixels[..., 2].astype(int) - RAMP).mean() < 8


def test_palette_with_a_clear_colour_has_alpha() -> None:
    image = Pillow.fromarray(np.array([[0, 1, 0], [1, 1, 1], [0, 1, 0]], dtype=np.uint8)).convert("P")
    image.putpalette([255, 255, 255, 200, 10, 0])
    pixels = read_pixels(encoded(image, "PNG", transparency=0))
    assert pixels[0, 0, 3] == 0 and pixels[1, 1].tolist() == [0, 10, 200, 255]


def test_grey_with_alpha_and_one_bit() -> None:
    two = np.dstack([RAMP, 255 - RAMP])
    np.testing.assert_array_equal(read_pixels(encoded(Pillow.fromarray(two), "PNG"))[..., 3], 255 - RAMP)
    bit = read_pixels(encoded(Pillow.fromarray(RAMP > 100), "PNG"))
    np.testing.assert_array_equal(bit, np.where(RAMP > 100, 255, 0))


@pytest.mark.parametrize("deep", [RAMP.astype(np.uint16) * 257, RAMP.astype(np.uint16) * 4 + 9, RAMP / np.float32(255)])
def test_more_than_eight_bits_are_stretched_over_eight(deep: np.ndarray) -> None:
    pixels = read_pixels(encoded(Pillow.fromarray(deep), "TIFF"))
    assert pixels.dtype == np.uint8 and pixels.min() == 0 and pixels.max() == 255
    np.testing.assert_allclose(pixels, RAMP * (255 / 232), atol=1)


def test_a_picture_is_turned_as_its_camera_was_held() -> None:
    exif = Pillow.Exif()
    exif[0x0112] = 6  # turned a quarter
    assert read_pixels(encoded(colours(), "JPEG", exif=exif)).shape == (30, 20, 3)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "BMP", "GIF"])
def test_a_file_cut_short_is_refused(kind: str) -> None:
    noise = Pillow.fromarray(np.random.default_rng(1).integers(0, 255, (60, 60), dtype=np.uint8))
    whole = encoded(noise, kind)
    for share in (0.3, 0.6, 0.9):
        with pytest.raises(ImageError):
            read_pixels(whole[: int(len(whole) * share)])


@pytest.mark.parametrize("kind", ["GIF", "PNG", "TIFF"])
def test_an_animation_is_refused_by_name(kind: str) -> None:
    frames = [Pillow.fromarray(np.roll(RAMP, i, axis=1)) for i in range(3)]
    with pytest.raises(ImageError, match="animated"):
        read_pixels(encoded(frames[0], kind, save_all=True, append_images=frames[1:]))


def test_a_bomb_is_refused_unopened() -> None:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    for side, cause in ((9_000, "has 9000 x 9000 pixels; the limit"), (60_000, "60000 x 60000")):
        header = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0))
        with pytest.raises(ImageError, match=cause):
            read_pixels(b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b""))


@pytest.mark.parametrize(("size", "cause"), [((1, 1), "1 x 1 pixels"), ((200, 2), "200 x 2 pixels")])
def test_too_small_to_show_anything(size: tuple[int, int], cause: str) -> None:
    with pytest.raises(ImageError, match=cause):
        read_pixels(encoded(Pillow.new("L", size), "PNG"))


@pytest.mark.parametrize(
    ("data", "cause"), [(b"", "is empty"), (b"<html>", "not an image"), (b"GIF89a", "no|not|damaged")]
)
def test_what_is_no_image(data: bytes, cause: str) -> None:
    with pytest.raises(ImageError, match=cause):
        read_pixels(data)


@given(st.sampled_from(["PNG", "JPEG", "BMP", "GIF"]), st.integers(0, 10**6), st.integers(0, 255))
@settings(deadline=None, max_examples=150)
def test_a_damaged_byte_gives_pixels_or_an_image_error(kind: str, at: int, byte: int) -> None:
    data = bytearray(encoded(Pillow.fromarray(RAMP), kind))
    data[at % len(data)] = byte
    try:
        assert read_pixels(bytes(data)).dtype == np.uint8
    except ImageError as error:
        assert error.cause
