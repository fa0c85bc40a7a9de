"""What is opened as a picture, and what never is: by content, whatever a file is called; and within its memory."""

from __future__ import annotations

import io
import subprocess
import sys
import tracemalloc
import zlib
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow
from PIL import ImageOps

from crohme.ink.image_files import MAX_FILE_BYTES, WORKING_PIXELS, ImageError, read_picture, read_pixels
from crohme.ink.image_formats import FORMATS, format_of, webp_size
from crohme.ink.image_parts import MAX_PARTS, MAX_RUN_LENGTH_PIXELS, jpeg_scans

EPS = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 100 100\n%%EndComments\n0 0 moveto 9 9 lineto stroke\nshowpage\n"
FOREIGN = ("EPS", "PDF", "ICO", "ICNS", "PPM", "TGA", "PCX", "SGI", "DDS", "JPEG2000", "XBM", "MSP", "SPIDER")
COLOURS = np.random.default_rng(5).integers(0, 255, (40, 64, 3), dtype=np.uint8)


def encoded(pixels: np.ndarray | Pillow.Image, kind: str, **options: object) -> bytes:
    image = pixels if isinstance(pixels, Pillow.Image) else Pillow.fromarray(pixels)
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


@lru_cache
def foreign() -> dict[str, bytes]:
    files = {"ghostscript": EPS, "binary eps": b"\xc5\xd0\xd3\xc6" + bytes(28) + EPS, "psd": b"8BPS\0\1" + bytes(40)}
    files["fits"] = b"SIMPLE  =                    T".ljust(2880)
    files["html"] = b"<html><img src=x></html>"
    files["wave"] = b"RIFF\x24\0\0\0WAVEfmt "
    for kind in FOREIGN:
        options = {"ICO": {"sizes": [(32, 32)]}, "XBM": {}, "MSP": {}}.get(kind, {})
        image = Pillow.fromarray(COLOURS).resize((64, 64))
        files[kind] = encoded(image.convert({"XBM": "1", "MSP": "1", "SPIDER": "F"}.get(kind, "RGB")), kind, **options)
    return files


@pytest.mark.parametrize("name", foreign())
def test_no_other_reader_is_ever_reached(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither by the name of the file nor by its content; and no program is started."""

    def reached(*_: object, **__: object) -> None:
        raise AssertionError("another reader was reached")

    Pillow.init()
    allowed = {known.name.upper() for known in FORMATS}
    for kind, (_, accept) in list(Pillow.OPEN.items()):
        if kind not in allowed:
            monkeypatch.setitem(Pillow.OPEN, kind, (reached, accept))
    monkeypatch.setattr(subprocess, "Popen", reached)
    for suffix in (".png", ".jpg", ".tiff", ".eps"):
        file = tmp_path / f"picture{suffix}"
        file.write_bytes(foreign()[name])
        with pytest.raises(ImageError, match=rf"picture\{suffix}: is not an image that can be read"):
            read_pixels(file)


def test_a_foreign_format_is_named() -> None:
    with pytest.raises(ImageError, match="but PostScript; PNG, JPEG, BMP, GIF, WebP and TIFF can"):
        read_pixels(EPS)
    with pytest.raises(ImageError, match="but HEIC"):
        read_pixels(b"\0\0\0\x18ftypheic")


def test_pillow_is_not_asked_to_guess() -> None:
    """A fresh interpreter that has read all formats has loaded only their own readers."""
    program = (
        "import sys, io\nfrom PIL import Image\nfrom crohme.ink.image_files import read_pixels\n"
        "for kind in ('PNG', 'JPEG', 'BMP', 'GIF', 'WEBP', 'TIFF'):\n"
        "    s = io.BytesIO(); Image.new('RGB', (9, 9)).save(s, kind); read_pixels(s.getvalue())\n"
    )
    reading_only = "\nsys.modules.pop('PIL.EpsImagePlugin', None)\ntry:\n read_pixels(b'%!PS-Adobe-3.0 EPSF-3.0')\n"
    program += reading_only + "except ValueError: pass\nprint('PIL.EpsImagePlugin' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "BMP", "GIF", "WEBP", "TIFF"])
def test_content_decides_and_not_the_name(kind: str, tmp_path: Path) -> None:
    data = encoded(COLOURS, kind)
    assert format_of(data) is not None
    file = tmp_path / "picture.bmp"
    file.write_bytes(data)
    np.testing.assert_array_equal(read_pixels(file), read_pixels(data))


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "WEBP", "JPEG"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_way_to_hold_a_camera(kind: str, orientation: int) -> None:
    exif = Pillow.Exif()
    exif[0x0112] = orientation
    data = encoded(COLOURS, kind, exif=exif, **({"lossless": True} if kind == "WEBP" else {}))
    upright = ImageOps.exif_transpose(Pillow.open(io.BytesIO(data))).convert("RGB")
    np.testing.assert_array_equal(read_pixels(data), np.asarray(upright)[..., ::-1])


def test_damage_is_told_without_the_insides_of_a_library() -> None:
    for kind in ("PNG", "JPEG", "GIF", "TIFF", "WEBP"):
        data = encoded(COLOURS, kind)
        for at in range(12, len(data), max(1, len(data) // 60)):
            try:
                read_pixels(data[:at] + b"\xff\0\x80" + data[at + 3 :])
            except ImageError as error:
                assert not any(word in str(error).lower() for word in ("object", "0x", "/tmp", "pil", "error", "-2"))


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGB", "RGBA", "I;16"])
def test_large_pictures_come_out_smaller_and_still_look_the_same(mode: str) -> None:
    side = 3000
    grey = np.full((side, side), 255, np.uint8)
    grey[1200:1800, 600:2400] = 0
    image = Pillow.fromarray(grey.astype(np.uint16) * 257) if mode == "I;16" else Pillow.fromarray(grey).convert(mode)
    picture = read_picture(encoded(image, "PNG"))
    assert picture.pixels[..., 0].size <= WORKING_PIXELS if picture.pixels.ndim == 3 else True
    assert picture.shrunk == pytest.approx(2.0)
    pixels = picture.pixels if picture.pixels.ndim == 2 else picture.pixels[..., 0]
    assert pixels.shape == (1500, 1500) and (pixels == np.asarray(grey)[::2, ::2]).all()


def test_a_large_jpeg_is_unpacked_small() -> None:
    image = Pillow.new("RGB", (8000, 6000), "white")
    image.paste("blue", (2000, 2000, 6000, 4000))
    for options in ({}, {"progressive": True}):
        picture = read_picture(encoded(image, "JPEG", **options))
        height, width = picture.pixels.shape[:2]
        assert picture.shrunk * width == pytest.approx(8000, abs=picture.shrunk)
        np.testing.assert_allclose(picture.pixels[height // 2, width // 2], (254, 0, 0), atol=2)
        np.testing.assert_allclose(picture.pixels[height // 5, width // 2], 255, atol=2)


def test_memory_is_refused_before_it_is_taken() -> None:
    """By the header: 64 megapixels in colour, and a progressive JPEG, which is unpacked as a whole."""
    colour = encoded(Pillow.new("RGB", (7900, 7900)), "PNG")
    whole = encoded(Pillow.new("RGB", (8000, 7900)), "JPEG", progressive=True, subsampling=0)
    tracemalloc.start()
    for data in (colour, whole):
        assert len(data) < 1_500_000
        with pytest.raises(ImageError, match="too much memory"):
            read_pixels(data)
    assert tracemalloc.get_traced_memory()[1] < 20_000_000
    tracemalloc.stop()
    with pytest.raises(ImageError, match="larger than 48 MiB"):
        read_pixels(encoded(COLOURS, "PNG") + bytes(MAX_FILE_BYTES))


def test_the_header_of_a_webp_is_read_before_its_reader() -> None:
    for options in ({}, {"lossless": True}, {"lossless": True, "exif": b"Exif\0\0II*\0\x08\0\0\0\0\0"}):
        assert webp_size(encoded(COLOURS, "WEBP", **options)) == (64, 40)
    gigantic = bytearray(encoded(Pillow.new("RGBA", (64, 40)), "WEBP", exif=b"Exif\0\0II*\0\x08\0\0\0\0\0"))
    assert gigantic[12:16] == b"VP8X"
    gigantic[24:30] = b"\xfe\x3f\0\xfe\x3f\0"
    with pytest.raises(ImageError, match="16383 x 16383"):
        read_pixels(bytes(gigantic))


def test_scans_of_a_jpeg_are_counted() -> None:
    plain, progressive = (encoded(COLOURS, "JPEG", progressive=way) for way in (False, True))
    assert jpeg_scans(plain) == 1 and jpeg_scans(progressive) > 5
    scan = progressive[progressive.rindex(b"\xff\xda") : -2]
    with pytest.raises(ImageError, match="more than 32 scans"):
        read_pixels(progressive[:-2] + 30 * scan + b"\xff\xd9")


def test_a_tile_larger_than_its_picture_is_counted() -> None:
    data = bytearray(encoded(COLOURS, "TIFF", compression="tiff_lzw"))
    with Pillow.open(io.BytesIO(bytes(data))) as image:
        assert image.tag_v2[278] == 40
    rows = data.index(b"\x16\x01\x03\0\x01\0\0\0")  # rows a strip becomes the width of a tile
    data[rows : rows + 12] = b"\x42\x01\x04\0\x01\0\0\0" + (60_000).to_bytes(4, "little")
    with pytest.raises(ImageError):
        read_pixels(bytes(data))


def test_bombs_of_text_are_refused() -> None:
    chunk = lambda kind, body: len(body).to_bytes(4, "big") + kind + body + zlib.crc32(kind + body).to_bytes(4, "big")  # noqa: E731
    data = encoded(COLOURS, "PNG")
    bomb = zlib.compress(bytes(200_000_000))
    for kind, body in ((b"zTXt", b"a\0\0" + bomb), (b"iTXt", b"a\0\1\0\0\0" + bomb), (b"iCCP", b"a\0\0" + bomb)):
        with pytest.raises(ImageError, match="damaged"):
            read_pixels(data[:33] + chunk(kind, body) + data[33:])


def chunks(kind: bytes, count: int) -> bytes:
    """Empty chunks of a PNG."""
    return (bytes(4) + kind + zlib.crc32(kind).to_bytes(4, "big")) * count


def in_runs(width: int, height: int, runs: bytes, *, four_bits: bool = False) -> bytes:
    """A BMP whose pixels are run-length encoded."""
    sizes = (40).to_bytes(4, "little") + width.to_bytes(4, "little") + height.to_bytes(4, "little")
    kind = b"\1\0\4\0\2\0\0\0" if four_bits else b"\1\0\x08\0\1\0\0\0"
    colours = b"".join(bytes((level, level, level, 0)) for level in range(16 if four_bits else 256))
    header = sizes + kind + len(runs).to_bytes(4, "little") + bytes(16) + colours
    start = 14 + len(header)
    return b"BM" + (start + len(runs)).to_bytes(4, "little") + bytes(4) + start.to_bytes(4, "little") + header + runs


@lru_cache
def in_parts() -> dict[str, bytes]:
    """Pictures of a few bytes to a part, of which Pillow would go through millions."""
    png, gif, jpeg = (encoded(COLOURS, kind) for kind in ("PNG", "GIF", "JPEG"))
    image = gif.index(b"\x2c", 13 + 768)
    line, wide, tall = b"\x40\xff\0\0", 32_000, 1 + MAX_RUN_LENGTH_PIXELS // 32_000
    return {
        "chunks before": png[:33] + chunks(b"zzZz", MAX_PARTS) + png[33:],
        "chunks behind": png[:-12] + chunks(b"zzZz", MAX_PARTS) + png[-12:],
        "comments": gif[:image] + b"\x21\xfe\x01a\0" * (MAX_PARTS // 2) + gif[image:],
        "a comment": gif[:image] + b"\x21\xfe" + b"\x01a" * MAX_PARTS + b"\0" + gif[image:],
        "image data": gif[:-2] + b"\x01a" * MAX_PARTS + b"\0;",
        "nothing": gif[:-1] + bytes(MAX_PARTS) + b";",
        "segments": jpeg[:2] + b"\xff\xe5\0\2" * MAX_PARTS + jpeg[2:],
        "between segments": jpeg[:20] + b"x" * MAX_PARTS + jpeg[20:],
        "padding": jpeg[:2] + b"\xff" * MAX_PARTS + jpeg[2:],
        "runs": in_runs(64, 40, line * 40 + b"\0\2\0\0" * 2_000_000),
        "lines": in_runs(wide, tall, b"\1\xff\0\0" * 3000),
        "lines of four bits": in_runs(
            32_000, 1 + MAX_RUN_LENGTH_PIXELS // 32_000, b"\1\xff\0\0" * 3000, four_bits=True
        ),
    }


@pytest.mark.parametrize("name", in_parts())
def test_a_file_of_too_many_parts_is_refused(name: str) -> None:
    with pytest.raises(ImageError, match="too many parts"):
        read_pixels(in_parts()[name])


def test_a_file_of_many_parts_is_read() -> None:
    png, gif, jpeg = (encoded(COLOURS, kind) for kind in ("PNG", "GIF", "JPEG"))
    image = gif.index(b"\x2c", 13 + 768)
    many = MAX_PARTS // 10
    for whole, parts in (
        (png, png[:33] + chunks(b"zzZz", many) + png[33:]),
        (gif, gif[:image] + b"\x21\xfe\x01a\0" * many + gif[image:]),
        (jpeg, jpeg[:2] + b"\xff\xe5\0\2" * (many // 4) + jpeg[2:]),
        *((picture, picture + bytes(12 * MAX_PARTS + 12)) for picture in (png, gif, jpeg)),
    ):
        assert (read_pixels(parts) == read_pixels(whole)).all()
    runs = in_runs(64, 40, b"\x20\xff\x20\0\0\0" * 40)
    assert (read_pixels(runs) == np.repeat([[255, 0]], 32, axis=1)).all()
