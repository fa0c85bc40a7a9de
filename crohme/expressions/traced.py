"""Expressions drawn as pictures and traced back into strokes, each assigned to the symbol that it lies on."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from dataclasses import dataclass, replace

import cv2
import numpy as np
from tqdm import tqdm

from crohme.datasets import cache
from crohme.errors import CrohmeError
from crohme.expressions.corpus import Corpus, pack, unpack
from crohme.expressions.features import resampled
from crohme.ink.expression import Expression, all_nodes
from crohme.ink.image_files import ImageError
from crohme.ink.raster import draw, to_pixels
from crohme.ink.trace import WAYS, Way, tracings
from crohme.notation.tree import Node
from crohme.types import Float32Array, Image, Int64Array
from inkml_parser import Ink

_HEIGHTS = (160, 320)  # pixels
_THICKNESSES = (1, 2, 2, 2, 3)
_OWN_SHARE = 0.8  # of a traced stroke that lies on one symbol; with less, symbols have grown together


class Untraceable(CrohmeError):
    """An expression whose traced strokes cannot be told apart by symbol. `str(error)` says why."""


@dataclass(frozen=True)
class Drawing:
    """How an expression is drawn and then traced.

    Args:
        height: int. Of the picture, pixels.
        thickness: int. Of the pen, as `raster.draw` takes it.
        blur: float. Standard deviation, pixels; 0 for none.
        noise: float. Standard deviation, grey levels.
        way: Way. In which it is traced.
    """

    height: int = 256
    thickness: int = 2
    blur: float = 0.0
    noise: float = 0.0
    way: Way = WAYS[0]

    @classmethod
    def drawn_from(cls, rng: np.random.Generator) -> Drawing:
        """A usual way to draw, and one of `WAYS` to trace."""
        return cls(
            int(rng.integers(*_HEIGHTS)),
            int(rng.choice(_THICKNESSES)),
            float(max(0.0, rng.uniform(-0.6, 0.8))),
            float(max(0.0, rng.uniform(-6.0, 6.0))),
            WAYS[int(rng.integers(len(WAYS)))],
        )


def load_traced(corpus: Corpus, seed: int = 0, *, progress: bool = True) -> Corpus:
    """The expressions of a corpus with traced strokes, from the cache where it has them.

    Each is drawn in its own way, the same for the same name and seed, and traced. Trees and
    writers are those of the corpus; the numbers of a symbol's strokes rise with their order.
    Expressions in which symbols have grown together are left out and listed in `skipped`.

    Args:
        corpus: Corpus. As read from InkML.
        seed: int. Another seed draws and traces the pictures in other ways.
        progress: bool. Whether to show a progress bar.
    """
    items = zip(corpus.names, corpus.writers, corpus.expressions, strict=True)
    content = (part for name, writer, e in items for part in (name, writer, repr(e.row), e.points.tobytes()))
    packed = cache.path_of("traced", cache.key(str(seed), repr(WAYS), cv2.__version__, content))
    return unpack(cache.arrays(packed, lambda: pack(trace_corpus(corpus, seed, progress=progress))))


def trace_corpus(corpus: Corpus, seed: int = 0, *, progress: bool = True) -> Corpus:
    """`load_traced` without the cache."""
    names, writers, expressions, skipped = [], [], [], []
    items: Iterable[tuple[str, str, Expression]] = zip(corpus.names, corpus.writers, corpus.expressions, strict=True)
    if progress:  # not `disable=not progress`: False would have the last word over TQDM_DISABLE
        items = tqdm(items, desc="tracing", unit="file", total=len(corpus.names))
    for name, writer, expression in items:
        rng = np.random.default_rng([seed, zlib.crc32(name.encode())])
        try:
            traced = redraw(expression, Drawing.drawn_from(rng), rng)
        except Untraceable as error:
            skipped.append(f"{name}: {error}")
            continue
        names.append(name)
        writers.append(writer)
        expressions.append(traced)
    return Corpus(tuple(names), tuple(writers), tuple(expressions), tuple(skipped))


def redraw(expression: Expression, drawing: Drawing, rng: np.random.Generator) -> Expression:
    """An expression drawn and traced, in pixels of the picture.

    Raises:
        Untraceable: A traced stroke lies on two symbols, or a symbol has got none.
    """
    strokes, shape = to_pixels(list(expression.points), drawing.height)
    picture = _develop(draw(strokes, shape, drawing.thickness), drawing, rng)
    try:
        ink = next(tracings(picture, [drawing.way]))
    except ImageError as error:
        raise Untraceable(error.cause) from None
    nodes = list(all_nodes(expression.row))
    owners = _owners(ink, strokes, shape, nodes)
    own = {id(node): tuple(np.flatnonzero(owners == i).tolist()) for i, node in enumerate(nodes)}
    for node in nodes:
        if not own[id(node)]:
            raise Untraceable(f"no stroke is left of {node.label}")
    points = resampled(ink.strokes).astype(np.float32)
    return Expression(points, tuple(_with_strokes(node, own) for node in expression.row))


def _develop(picture: Image, drawing: Drawing, rng: np.random.Generator) -> Image:
    if drawing.blur > 0:
        picture = np.asarray(cv2.GaussianBlur(picture, (0, 0), drawing.blur), np.uint8)
    if drawing.noise > 0:
        noise = np.empty(picture.shape, dtype=np.int16)
        cv2.setRNGSeed(int(rng.integers(2**31)))
        cv2.randn(noise, np.zeros(1), np.full(1, drawing.noise))
        picture = np.clip(picture + noise, 0, 255).astype(np.uint8)
    return picture


def _owners(ink: Ink, strokes: list[Float32Array], shape: tuple[int, int], nodes: list[Node]) -> Int64Array:
    """For each traced stroke the number of the symbol whose ink is nearest to most of it, -1 if to none's."""
    symbol_of = np.full(len(strokes), -1)
    for i, node in enumerate(nodes):
        symbol_of[list(node.strokes)] = i
    nearest = _nearest_stroke(strokes, shape)
    owners = np.empty(len(ink.strokes), dtype=np.int64)
    for k, stroke in enumerate(ink.strokes):
        x, y = np.rint(stroke).astype(int).T
        under = symbol_of[nearest[y.clip(0, shape[0] - 1), x.clip(0, shape[1] - 1)]]
        symbols, counts = np.unique(under, return_counts=True)
        best = int(counts.argmax())
        if counts[best] < _OWN_SHARE * len(under):
            raise Untraceable("symbols have grown together")
        owners[k] = symbols[best]
    return owners


def _nearest_stroke(strokes: list[Float32Array], shape: tuple[int, int]) -> Int64Array:
    """For each pixel the number of the stroke whose middle line is nearest, `(h, w)`."""
    lines = np.zeros(shape, dtype=np.int32)
    for number, stroke in enumerate(strokes, 1):
        cv2.polylines(lines, [np.rint(stroke).astype(np.int32)], False, number)
    _, labels = cv2.distanceTransformWithLabels(
        (lines == 0).astype(np.uint8), cv2.DIST_L2, 3, labelType=cv2.DIST_LABEL_PIXEL
    )
    number_of = np.zeros(int(labels.max()) + 1, dtype=np.int64)
    on_line = lines > 0
    number_of[labels[on_line]] = lines[on_line] - 1
    return number_of[labels]


def _with_strokes(node: Node, own: dict[int, tuple[int, ...]]) -> Node:
    traced = node if node.is_grid else replace(node, strokes=own[id(node)])
    return traced.with_rows(lambda row: tuple(_with_strokes(child, own) for child in row))
