"""Ink as people photograph, scan and export it: pens, papers, tables, light, highlighters, squared paper."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import cv2
import numpy as np

from crohme.ink.raster import draw, to_pixels
from crohme.ink.trace import WAYS, tracings
from inkml_parser import Ink

Colour = tuple[int, int, int]  # blue, green, red
Strokes = Sequence[np.ndarray]
Photo = Callable[[Strokes, np.random.Generator], np.ndarray]
WHITE, BLACK = (255, 255, 255), (0, 0, 0)
BLUE, RED, GREEN = (190, 60, 20), (30, 20, 200), (40, 140, 20)
YELLOW, LIGHT_BLUE = (0, 220, 240), (250, 200, 140)
DARK_TABLE, WOOD, BEIGE = (35, 38, 40), (50, 80, 120), (170, 200, 220)
PAPER, DESK = (228, 235, 238), (205, 210, 212)
HEIGHT, PEN, ROOM = 256, 2, 30


def shown(picture: np.ndarray) -> Ink:
    """The tracing that is shown. The others take twice as long and say nothing of what is ink and what is not."""
    return next(tracings(picture, WAYS[:1]))


def write(
    strokes: Strokes, inks: Sequence[Colour] = (BLACK,), paper: Colour = WHITE, height: int = HEIGHT, pen: int = PEN
) -> np.ndarray:
    """Strokes on paper, `(h, w, 3)` uint8; the inks change along the line, from left to right."""
    page = np.full((*_coverage(strokes, height, pen, 0, 1).shape, 3), paper, dtype=np.float32)
    for number, ink in enumerate(inks):
        share = _coverage(strokes, height, pen, number, len(inks))[..., None]
        page = page * (1 - share) + np.array(ink, np.float32) * share
    return page.astype(np.uint8)


def alternating(strokes: Strokes, inks: Sequence[Colour], paper: Colour = WHITE) -> np.ndarray:
    """Strokes written with several pens in turn, `(h, w, 3)` uint8."""
    pixels, (h, w) = to_pixels(strokes, HEIGHT)
    size = h + 2 * ROOM, w + 2 * ROOM
    page = np.full((*size, 3), paper, dtype=np.float32)
    for number, ink in enumerate(inks):
        own = [stroke + ROOM for stroke in pixels[number :: len(inks)]]
        share = (1 - draw(own, size, PEN).astype(np.float32) / 255)[..., None]
        page = page * (1 - share) + np.array(ink, np.float32) * share
    return page.astype(np.uint8)


def on_nothing(strokes: Strokes, inks: Sequence[Colour], height: int = HEIGHT) -> np.ndarray:
    """Strokes on a clear ground, `(h, w, 4)` uint8."""
    shares = [_coverage(strokes, height, PEN, number, len(inks)) for number in range(len(inks))]
    alpha = np.max(shares, axis=0)
    colour = np.array(inks, np.float32)[np.argmax(shares, axis=0)]
    return np.dstack([colour * (alpha[..., None] > 0), 255 * alpha]).astype(np.uint8)


def _coverage(strokes: Strokes, height: int, pen: int, number: int, of: int) -> np.ndarray:
    """How much of each pixel is ink, 0 to 1; of the strokes of one of so many parts of the line."""
    pixels, (h, w) = to_pixels(strokes, height)
    middles = np.array([stroke[:, 0].mean() for stroke in pixels])
    part = np.minimum((middles - middles.min()) / max(np.ptp(middles), 1e-6) * of, of - 1).astype(int)
    own = [stroke + ROOM for stroke, its in zip(pixels, part, strict=True) if its == number]
    return (
        1 - draw(own, (h + 2 * ROOM, w + 2 * ROOM), pen).astype(np.float32) / 255
        if own
        else np.zeros((h + 2 * ROOM, w + 2 * ROOM), np.float32)
    )


def frame(page: np.ndarray, width: int, colour: Colour = BLACK) -> np.ndarray:
    page = page.copy()
    page[:width] = page[-width:] = colour
    page[:, :width] = page[:, -width:] = colour
    return page


def on_table(page: np.ndarray, table: Colour, sides: str, rng: np.random.Generator, noise: float = 3) -> np.ndarray:
    """A page on a table that shows on the left, right, top or bottom (`lrtb`)."""
    h, w = page.shape[:2]
    room = {side: (int(rng.integers(h // 6, h // 2)) if side in sides else 0) for side in "tblr"}
    wide = cv2.copyMakeBorder(page, room["t"], room["b"], room["l"], room["r"], cv2.BORDER_CONSTANT, value=table)
    return noisy(wide, noise, rng)


def noisy(page: np.ndarray, sigma: float, rng: np.random.Generator, quality: int = 85) -> np.ndarray:
    noise = rng.normal(0, sigma, page.shape[:2])[..., None]
    return jpeg(np.clip(page + noise, 0, 255).astype(np.uint8), quality)


def jpeg(page: np.ndarray, quality: int = 80) -> np.ndarray:
    return cv2.imdecode(cv2.imencode(".jpg", page, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], cv2.IMREAD_COLOR)


def highlighted(page: np.ndarray, marker: Colour, rng: np.random.Generator) -> np.ndarray:
    """One band of a marker over a part of the page; ink shows through it."""
    h, w = page.shape[:2]
    left, right = sorted(rng.uniform([0.02, 0.5], [0.4, 0.98]) * w)
    top = rng.uniform(0.1, 0.4) * h
    band = np.zeros((h, w), np.float32)
    y = np.interp(np.arange(int(left), int(right)), [left, right], [top, top + rng.uniform(-10, 10)])
    deep = rng.uniform(0.3, 0.6) * h
    for x, begin in zip(range(int(left), int(right)), y, strict=True):
        band[int(begin) : int(begin + deep), x] = 1
    band = cv2.GaussianBlur(band, (0, 0), 0.8)[..., None]
    return (page * (1 - band + band * np.array(marker, np.float32) / 255)).astype(np.uint8)


def shaded(page: np.ndarray, rng: np.random.Generator, soft: float, dark: float = 0.55) -> np.ndarray:
    """A shadow with a straight edge across."""
    h, w = page.shape[:2]
    y, x = np.mgrid[:h, :w]
    angle = rng.uniform(0, 2 * np.pi)
    side = (x - w * rng.uniform(0.3, 0.7)) * np.cos(angle) + (y - h * rng.uniform(0.3, 0.7)) * np.sin(angle)
    light = cv2.GaussianBlur(np.where(side > 0, dark, 1.0).astype(np.float32), (0, 0), soft)
    return (page * light[..., None]).astype(np.uint8)


def ruled(
    strokes: Strokes, grey: int, width: int, spacing: int, squared: bool, offset: int = 7, ink: Colour = BLACK
) -> np.ndarray:
    """Strokes on ruled or squared paper."""
    page = write(strokes, [WHITE])
    for line in range(width):
        page[offset + line :: spacing] = np.minimum(page[offset + line :: spacing], grey)
        if squared:
            page[:, offset + line :: spacing] = np.minimum(page[:, offset + line :: spacing], grey)
    share = _coverage(strokes, HEIGHT, PEN, 0, 1)[..., None]
    return (page * (1 - share) + np.array(ink) * share).astype(np.uint8)


def notebook(strokes: Strokes, ink: Colour = (120, 40, 20)) -> np.ndarray:
    """Strokes on ruled paper with a red line down its left margin."""
    page = write(strokes, [WHITE])
    for top in range(20, page.shape[0], 42):
        page[top : top + 2] = (235, 200, 170)
    page[:, 14:16] = (170, 170, 240)
    share = _coverage(strokes, HEIGHT, PEN, 0, 1)[..., None]
    return (page * (1 - share) + np.array(ink) * share).astype(np.uint8)


def tilted(page: np.ndarray, degrees: float) -> np.ndarray:
    return _turned(page, degrees, borderMode=cv2.BORDER_REPLICATE)


def tilted_on(page: np.ndarray, degrees: float, around: Colour) -> np.ndarray:
    """Tilted, with another ground in the corners."""
    return _turned(page, degrees, borderValue=around)


def _turned(page: np.ndarray, degrees: float, **border: object) -> np.ndarray:
    h, w = page.shape[:2]
    turn = cv2.getRotationMatrix2D((w / 2, h / 2), degrees, 1.0)
    cos, sin = abs(turn[0, 0]), abs(turn[0, 1])
    size = (int(w * cos + h * sin), int(w * sin + h * cos))
    turn[:, 2] += (np.array(size) - (w, h)) / 2
    return cv2.warpAffine(page, turn, size, **border)


def photograph(strokes: Strokes, rng: np.random.Generator, table: Colour = DARK_TABLE, scale: float = 3) -> np.ndarray:
    """A page on a table, not quite straight, in uneven light, with a camera's noise."""
    page = cv2.resize(write(strokes, [(70, 40, 35)], (225, 232, 235)), None, fx=scale, fy=scale)
    room = int(60 * scale)
    wide = cv2.copyMakeBorder(page, room, room, room, room, cv2.BORDER_CONSTANT, value=table)
    h, w = wide.shape[:2]
    corners = np.array([[0, 0], [w, 0], [w, h], [0, h]], np.float32)
    moved = corners + rng.uniform(-0.03, 0.03, (4, 2)).astype(np.float32) * h
    wide = cv2.warpPerspective(wide, cv2.getPerspectiveTransform(corners, moved), (w, h), borderValue=table)
    light = np.linspace(1, rng.uniform(0.6, 0.9), w, dtype=np.float32)[None, :, None]
    return noisy((wide * light).astype(np.uint8), 5, rng)


def on_paper_like_desk(page: np.ndarray, sides: str, rng: np.random.Generator, shade: float = 0.3) -> np.ndarray:
    """A page on a desk nearly as light, with a line of shadow along its edges."""
    h, w = page.shape[:2]
    room = {side: (h // 4 if side in sides else 0) for side in "tblr"}
    inside = cv2.copyMakeBorder(np.ones((h, w), np.float32), *room.values(), cv2.BORDER_CONSTANT, value=0)
    wide = cv2.copyMakeBorder(page, *room.values(), cv2.BORDER_CONSTANT, value=PAPER)
    shadow = 1 - shade * cv2.GaussianBlur(inside, (0, 0), 5)[..., None]
    on_page = cv2.GaussianBlur(inside, (0, 0), 1)[..., None]
    desk = np.full(wide.shape, DESK, np.float32) + rng.normal(0, 2, inside.shape)[..., None]
    mixed = np.clip(desk * (1 - on_page) * shadow + wide * on_page, 0, 255)
    return noisy(mixed.astype(np.uint8), 3, rng)


def marked_across(page: np.ndarray, marker: Colour, width: int) -> np.ndarray:
    """One stroke of a marker with round ends from left to right; ink shows through it."""
    h, w = page.shape[:2]
    band = np.zeros((h, w), np.uint8)
    way = np.array([[0.05 * w, 0.45 * h], [0.5 * w, 0.5 * h], [0.95 * w, 0.4 * h]], np.int32)
    share = cv2.polylines(band, [way], False, 255, width, cv2.LINE_AA)[..., None] / 255
    return (page * (1 - share + share * np.array(marker) / 255)).astype(np.uint8)
