"""Accents lie over what they are of, grids stand in rows and columns, drawings made alone fit into a row."""

from __future__ import annotations

import numpy as np
import pytest

from crohme.augment.arrangements import arrange_grid, put_over
from crohme.augment.blocks import Block
from crohme.augment.drawn_alone import Stand, in_row
from crohme.augment.ink import NoInk
from crohme.augment.one_hand import OneHand
from crohme.augment.pool import Pool
from crohme.augment.typeset import typeset
from crohme.expressions.features import POINTS
from crohme.ink.expression import Expression
from crohme.notation import from_latex
from crohme.notation.tree import Node, SymbolTree


def boxed(width: float, height: float, middle: float = 0.0) -> Block:
    """A zigzag of this size, as it stands in a row."""
    t = np.linspace(0, 1, POINTS)
    ink = np.stack([width * t, middle + height * (np.abs((t * 3) % 2 - 1) - 0.5)], axis=-1)
    return Block.of_ink("x", ink[None].astype(np.float32))


@pytest.mark.parametrize(("width", "height"), [(1.0, 0.5), (40.0, 1.0), (0.1, 0.1), (3.0, 0.0)])
@pytest.mark.parametrize("wide", [True, False])
@pytest.mark.parametrize("under", [True, False])
def test_marks_lie_over_or_under_their_content(width, height, wide, under):
    for seed in range(40):
        mark, content = boxed(width, height), boxed(4.0 if wide else 1.0, 1.6).move(3, -2)
        before = (content.left, content.top, content.right, content.bottom)
        put_over(mark, content, np.random.default_rng(seed), wide=wide, under=under)
        assert (content.left, content.top, content.right, content.bottom) == before
        gap = mark.top - content.bottom if under else content.top - mark.bottom
        assert 0.1 <= gap <= 0.4
        assert content.left < (mark.left + mark.right) / 2 < content.right
        assert mark.height <= 0.6 + 1e-6
        if wide and width > 3 * height:
            assert 0.85 * content.width < mark.width < 1.3 * content.width and mark.height <= 0.15 + 1e-6
        if not wide:
            assert mark.width <= 1.2


def test_rows_and_columns_of_a_grid():
    for seed in range(30):
        rng = np.random.default_rng(seed)
        cells = [[boxed(*rng.uniform(0.3, 3, 2)) for _ in range(3)] for _ in range(4)]
        arrange_grid(cells, rng)
        for upper, lower in zip(cells, cells[1:], strict=False):
            assert max(c.bottom for c in upper) < min(c.top for c in lower)
        columns = list(zip(*cells, strict=True))
        for left, right in zip(columns, columns[1:], strict=False):
            assert max(c.right for c in left) < min(c.left for c in right)
            middles = [(c.left + c.right) / 2 for c in left]
            assert np.ptp(middles) < 0.5
        everything = [c for row in cells for c in row]
        assert min(c.left for c in everything) == pytest.approx(0, abs=1e-6)
        assert min(c.top for c in everything) + max(c.bottom for c in everything) == pytest.approx(-0.2, abs=1e-5)


def test_grids_with_gaps_are_aligned_as_asked():
    rng = np.random.default_rng(0)
    cells = [[boxed(2, 1), None], [boxed(1, 1), boxed(1, 1), boxed(3, 1)], []]
    arrange_grid(cells, rng, align="l")
    assert abs(cells[0][0].left - cells[1][0].left) < 0.4
    assert cells[1][0].right < cells[1][1].left < cells[1][2].left
    for wrong in ([], [[None]]):
        with pytest.raises(ValueError, match="0 cells"):
            arrange_grid(wrong, rng)
    with pytest.raises(ValueError, match="'r'"):
        arrange_grid(cells, rng, align="r")


@pytest.mark.parametrize("stand", list(Stand))
def test_a_drawing_stands_in_its_row(stand):
    height, size, middle = stand.value
    for drawing in (boxed(300, 400), boxed(90, 400), boxed(400, 300)):
        ink = drawing.glyphs[0].ink + (1000, 70)
        stood = in_row(ink, stand)
        low, high = stood.min(axis=(0, 1)), stood.max(axis=(0, 1))
        assert (low[1] + high[1]) / 2 == pytest.approx(middle, abs=1e-3)
        assert (low[0] + high[0]) / 2 == pytest.approx(0, abs=1e-3)
        assert (high - low)[1] == pytest.approx(height, rel=1e-3) if height else max(high - low) == pytest.approx(size)
    assert np.isfinite(in_row(np.zeros((1, POINTS, 2), np.float32), stand)).all()
    assert np.ptp(in_row(boxed(1, 1e-9).glyphs[0].ink, stand)[..., 0]) <= 2.5 * max(height, size) + 1e-6


def test_drawings_join_a_pool_and_one_hand_keeps_to_one():
    zigzag = boxed(1.0, 1.0).glyphs[0].ink
    pool = Pool([Expression(zigzag, (Node("x", (0,)),))], ["ann"])
    tree = SymbolTree((Node(r"\partial"), Node("x"), Node(r"\partial")))
    with pytest.raises(NoInk):
        typeset(tree, pool, np.random.default_rng(0))
    pool.add(r"\partial", [in_row(np.repeat(zigzag, k, axis=0), Stand.TALL) for k in range(1, 9)])
    counts = set()
    for seed in range(20):
        rng = np.random.default_rng(seed)
        written = typeset(tree, OneHand(pool, rng), rng)
        first, _, last = (len(node.strokes) for node in written.row)
        assert first == last
        counts.add(first)
        low, high = (f(written.points[list(written.row[0].strokes)][..., 1]) for f in (np.min, np.max))
        assert high - low == pytest.approx(1.6, rel=0.05)
    assert len(counts) > 4
    assert typeset(from_latex("x x"), pool, np.random.default_rng(0)).points.shape == (2, POINTS, 2)
