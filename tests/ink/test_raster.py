from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image as Pillow

from crohme.ink.image_files import ImageError
from crohme.ink.raster import PAPER, render, render_ink
from crohme.ink.strokes import StrokeBatch
from crohme.ink.symbol_pictures import normal_form, read_image

SEVEN = [np.array([[0.0, 0], [60, 0], [25, 100]]), np.array([[10.0, 50], [55, 50]])]


def picture(strokes: list[np.ndarray], size: int = 48) -> np.ndarray:
    return render(StrokeBatch.from_symbols([strokes]), size)[0]


def box(image: np.ndarray) -> tuple[int, int, int, int]:
    rows, columns = np.flatnonzero((image < 128).any(axis=1)), np.flatnonzero((image < 128).any(axis=0))
    return int(rows[0]), int(rows[-1]), int(columns[0]), int(columns[-1])


@pytest.mark.parametrize("size", [45, 48, 96, 200])
def test_dark_on_white_centred_with_margin_and_aspect(size: int) -> None:
    image = picture(SEVEN, size)
    assert image.shape == (size, size) and image.dtype == np.uint8
    assert image.max() == PAPER and image.min() == 0
    top, bottom, left, right = box(image)
    assert abs(top - size / 12) <= 1.5 and abs(size - 1 - bottom - size / 12) <= 1.5
    assert abs(left - (size - 1 - right)) <= 1
    pen = size / 14
    assert abs((right - left + 1 - pen) / (bottom - top + 1 - pen) - 0.6) < 0.05


def test_lines_are_as_wide_as_documented_and_anti_aliased() -> None:
    upright = picture([np.array([[0.0, 0], [0, 1]])], 96)
    assert (255 - upright[48].astype(float)).sum() / 255 == pytest.approx(96 / 14, abs=1)
    slanted = picture([np.array([[0.0, 0], [0.3, 1]])], 96)
    assert ((slanted > 0) & (slanted < PAPER)).any()


def test_a_dot_is_a_dot() -> None:
    top, bottom, left, right = box(picture([np.array([[5.0, 5]])]))
    assert 0 <= bottom - top <= 3 and 0 <= right - left <= 3
    assert top in (22, 23, 24) and left in (22, 23, 24)


@given(st.floats(1e-3, 1e6), st.floats(-1e6, 1e6))
@settings(deadline=None)
def test_neither_scale_nor_offset_matter(scale: float, offset: float) -> None:
    moved = [stroke * scale + offset * scale for stroke in SEVEN]
    difference = np.abs(picture(moved).astype(int) - picture(SEVEN))
    assert difference.max() <= 40  # the last sixteenth of a pixel may round the other way


def test_each_symbol_of_a_batch_as_alone() -> None:
    others = [[np.array([[0.0, 0], [1, 1]])], SEVEN, [np.array([[3.0, 3]])]]
    for image, strokes in zip(render(StrokeBatch.from_symbols(others)), others, strict=True):
        np.testing.assert_array_equal(image, picture(strokes))


def test_a_whole_ink_has_its_aspect_and_its_size_in_pixels() -> None:
    wide = [np.array([[0.0, 0], [500, 100]]), np.array([[0.0, 100], [500, 0]])]
    image = render_ink(wide, height=120)
    assert image.shape == (120, 520)
    top, bottom, left, right = box(image)
    assert (right - left) / (bottom - top) == pytest.approx(5, rel=0.05)
    assert render_ink(wide, height=120, max_width=300).shape[1] == 300


@pytest.mark.parametrize("flat", [[[0, 0]], [[0, 0], [100, 0]], [[0, 0], [0, 100]]])
def test_flat_inks_are_drawn_too(flat: list[list[int]]) -> None:
    image = render_ink([np.array(flat, dtype=float)], height=100)
    assert (image < 128).any()
    assert not (np.concatenate([image[0], image[-1], image[:, 0], image[:, -1]]) < 128).any()


def variants() -> dict[str, np.ndarray]:
    plain = picture(SEVEN, 160)
    wide_canvas = np.pad(plain, ((30, 200), (90, 10)), constant_values=PAPER)
    ink = 255 - plain
    colours = np.stack([np.full_like(plain, 200), 255 - ink // 2, np.full_like(plain, 240)], axis=2)
    clear = np.zeros((160, 160, 4), dtype=np.uint8)
    clear[..., 3] = ink
    white_on_clear = np.full((160, 160, 4), 255, dtype=np.uint8)
    white_on_clear[..., 3] = ink
    opaque = np.dstack([plain, plain, plain, np.full_like(plain, 255)])
    return {
        "grey": plain, "inverted": ink, "off-centre": wide_canvas, "coloured": colours, "faint": 255 - ink // 6,
        "black on transparent": clear, "white on transparent": white_on_clear, "opaque alpha": opaque,
    }  # fmt: skip


@pytest.mark.parametrize("kind", list(variants()))
def test_polarity_colour_alpha_and_place_do_not_matter(kind: str, tmp_path: Path) -> None:
    expected = picture(SEVEN).astype(float)
    path = tmp_path / "seven.png"
    cv2.imwrite(str(path), variants()[kind])
    got = read_image(path)
    assert got.shape == (48, 48)
    assert np.corrcoef(got.astype(float).ravel(), expected.ravel())[0, 1] > 0.85
    np.testing.assert_allclose(box(got), box(picture(SEVEN)), atol=2)


def test_jpeg_and_bytes() -> None:
    data = cv2.imencode(".jpg", picture(SEVEN, 160))[1].tobytes()
    np.testing.assert_allclose(box(read_image(data)), box(picture(SEVEN)), atol=2)


def test_sixteen_bits_palette_and_one_bit(tmp_path: Path) -> None:
    plain = picture(SEVEN, 160)
    cv2.imwrite(str(tmp_path / "deep.png"), plain.astype(np.uint16) * 257)
    Pillow.fromarray(plain).convert("P").save(tmp_path / "palette.png")
    Pillow.fromarray(plain).convert("1").save(tmp_path / "bit.png")
    for name in ("deep", "palette", "bit"):
        np.testing.assert_allclose(box(read_image(tmp_path / f"{name}.png")), box(picture(SEVEN)), atol=2)


def test_a_blob_stays_a_dot() -> None:
    blob = np.full((45, 45), PAPER, dtype=np.uint8)
    cv2.circle(blob, (20, 25), 3, 0, -1)
    top, bottom, left, right = box(normal_form(blob))
    assert bottom - top <= 5 and right - left <= 5


@pytest.mark.parametrize("pen", [2, 6, 14, 30])
def test_pens_of_any_width_look_alike(pen: int) -> None:
    drawn = np.full((300, 300), PAPER, dtype=np.uint8)
    for ends in np.array([[[60, 60], [230, 60]], [[230, 60], [120, 240]]]):
        cv2.line(drawn, *map(tuple, ends.tolist()), 0, pen, cv2.LINE_AA)
    pictures = normal_form(drawn), render(StrokeBatch.from_symbols([[np.array([[60, 60], [230, 60], [120, 240]])]]))[0]
    inked = [int((255 - picture.astype(int)).sum()) for picture in pictures]
    assert inked[0] / inked[1] == pytest.approx(1.1, abs=0.15)
    np.testing.assert_allclose(box(pictures[0]), box(pictures[1]), atol=2)


@pytest.mark.parametrize("shade", [0, 127, 255])
def test_an_empty_picture_is_refused(shade: int) -> None:
    with pytest.raises(ImageError, match="nothing is drawn"):
        normal_form(np.full((30, 30), shade, dtype=np.uint8))


def test_unreadable_files_are_named(tmp_path: Path) -> None:
    for name, content in {"text.png": b"not an image", "empty.png": b"", "cut.png": _png(8, 8)[:60]}.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(ImageError, match=name):
            read_image(tmp_path / name)
    with pytest.raises(ImageError, match="missing.png: No such file"):
        read_image(tmp_path / "missing.png")


def test_a_decompression_bomb_is_refused_unopened() -> None:
    with pytest.raises(ImageError, match="pixels|larger"):
        read_image(_png(60_000, 60_000, rows=0))


def test_every_format_that_pillow_writes_is_read_or_refused() -> None:
    for kind in ("PNG", "JPEG", "BMP", "GIF", "WEBP"):
        stream = io.BytesIO()
        Pillow.fromarray(picture(SEVEN, 160)).save(stream, kind)
        try:
            assert box(read_image(stream.getvalue()))[0] in (3, 4, 5)
        except ImageError:
            assert kind not in ("PNG", "JPEG")


def _png(width: int, height: int, rows: int | None = None) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    body = zlib.compress(b"\0" * ((width + 1) * (height if rows is None else rows)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
