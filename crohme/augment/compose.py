"""New expressions of real ink: fragments of different expressions set beside, over and into each other.

The training set has 8,835 expressions but only 4,840 different LaTeX strings: a decoder learns them
by heart. Composed expressions are new every time, and everything in them is handwriting.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from crohme.augment.letters import NAMES
from crohme.augment.metrics import measure
from crohme.augment.one_hand import OneHand
from crohme.augment.pool import Pool
from crohme.ink.expression import Expression, cut, join
from crohme.notation.tree import Node, Relation
from crohme.types import Strokes

MAX_STROKES = 56
_INDICES = "2 3 4 5 6 7 8 n m k".split()
_NO_SCRIPTS = frozenset(
    "+ - = / | , . ! ( [ \\{ \\times \\div \\pm \\lt \\gt \\leq \\geq \\neq \\in \\ldots "
    "\\rightarrow \\prime \\forall \\exists".split()
)


def compose(pool: Pool | OneHand, rng: np.random.Generator, steps: int) -> Expression:
    """A new expression from `steps` + 1 fragments of real ink, or fewer where one more would be too long."""
    expression = fragment(pool, rng, longest=12)
    for _ in range(steps):
        step = _STEPS[rng.choice(len(_STEPS), p=_SHARES)]
        composed = step(expression, pool, rng)
        if len(composed.points) <= MAX_STROKES:
            expression = composed
    return expression


def fragment(pool: Pool | OneHand, rng: np.random.Generator, longest: int) -> Expression:
    """A piece of at most `longest` symbols of some row of a real expression, at x-height 1 around y 0.

    Most pieces are drawn for one symbol in them, so that rare classes are seen often enough:
    what is rare in the training set need not be rare in what people write.
    """
    if rng.random() < 0.1 and (written := word(pool, rng)) is not None:
        return written
    if rng.random() < 0.7:
        place = pool.place(rng)
        expression, row, index = place.expression, place.row, place.index
    else:
        expression, row = pool.row(rng)
        index = int(rng.integers(len(row)))
    length = min(len(row), int(rng.geometric(0.3)), longest)
    start = rng.integers(max(0, index - length + 1), min(index, len(row) - length) + 1)
    return _to_unit(cut(expression, row[start : start + length]))


def word(pool: Pool | OneHand, rng: np.random.Generator) -> Expression | None:
    """Two to four letters or digits that nobody wrote together, such as products, names and units are.

    Few words stand in the training set; a decoder that knows only them reads `calc` as a function's name.
    """
    parts = []
    for _ in range(int(rng.integers(2, 5))):
        label = pool.label(NAMES, rng)
        if label is None:
            return None
        parts.append(_of_one(label, pool.symbol(label, rng)))
    gap, left, placed = rng.uniform(0.05, 0.35), 0.0, []
    for part in parts:
        low, high = part.box()
        placed.append(part.moved(1.0, (left - low[0], rng.normal(0, 0.05))))
        left += float(high[0] - low[0]) + gap * rng.uniform(0.5, 1.5)
    points, rows = join(*placed)
    return Expression(points, tuple(node for row in rows for node in row))


def beside(expression: Expression, pool: Pool | OneHand, rng: np.random.Generator) -> Expression:
    """One more fragment on the same base line, before or after."""
    other = _vary(fragment(pool, rng, longest=10), rng)
    left, right = (expression, other) if rng.random() < 0.6 else (other, expression)
    return _side_by_side(_to_unit(left), _to_unit(right), rng)


def script(expression: Expression, pool: Pool | OneHand, rng: np.random.Generator) -> Expression:
    """A fragment as superscript, subscript or both on the last symbol of the base line."""
    base = expression.row[-1]
    if base.label in _NO_SCRIPTS or base.rows:
        return beside(expression, pool, rng)
    relations = rng.permutation([Relation.SUB, Relation.SUP])
    for relation in relations[: 1 + (rng.random() < 0.15)]:
        expression = _with_script(_to_unit(expression), fragment(pool, rng, longest=4), Relation(relation), rng)
    return expression


def fraction(expression: Expression, pool: Pool | OneHand, rng: np.random.Generator) -> Expression:
    """The expression over or under another one, with a real fraction bar between."""
    if not pool.bars:
        return beside(expression, pool, rng)
    other = _vary(fragment(pool, rng, longest=6), rng)
    over, under = (expression, other) if rng.random() < 0.5 else (other, expression)
    over, under = _to_unit(over), _to_unit(under)
    (o_low, o_high), (u_low, u_high) = over.box(), under.box()
    width = max(o_high[0] - o_low[0], u_high[0] - u_low[0]) * rng.uniform(1.0, 1.35) + 0.2
    bar = pool.bars[rng.integers(len(pool.bars))]
    bar = _fit(bar, width, None)
    over = over.moved(1.0, (-(o_low[0] + o_high[0]) / 2 + rng.normal(0, 0.15), -o_high[1] - rng.uniform(0.15, 0.7)))
    under = under.moved(1.0, (-(u_low[0] + u_high[0]) / 2 + rng.normal(0, 0.15), -u_low[1] + rng.uniform(0.15, 0.7)))
    line = _of_one("-", bar)
    if rng.random() < 0.8:
        points, (above, bars, below) = join(over, line, under)
    else:
        points, (bars, above, below) = join(line, over, under)
    node = Node("-", bars[0].strokes, {Relation.ABOVE: above, Relation.BELOW: below})
    return Expression(points, (node,))


def root(expression: Expression, pool: Pool | OneHand, rng: np.random.Generator) -> Expression:
    """The expression under a real root sign, its hook kept in shape and its roof stretched."""
    if not pool.roots:
        return beside(expression, pool, rng)
    expression = _to_unit(expression)
    sign = pool.roots[rng.integers(len(pool.roots))]
    low, high = expression.box()
    s_low, s_high = sign.points.min(axis=(0, 1)), sign.points.max(axis=(0, 1))
    top, bottom = low[1] - rng.uniform(0.1, 0.45), high[1] + rng.uniform(-0.1, 0.2)
    by_height = (bottom - top) / max(s_high[1] - s_low[1], 1e-3)
    corner = float(np.clip(sign.content_left, s_low[0] + 1e-3, s_high[0] - 1e-3))
    left, right = low[0] - rng.uniform(0.0, 0.2), high[0] + rng.uniform(-0.1, 0.4)
    hook = min(by_height * (corner - s_low[0]), 2.5)
    x = np.interp(sign.points[..., 0], (s_low[0], corner, s_high[0]), (left - hook, left, right))
    y = (sign.points[..., 1] - s_low[1]) * by_height + top
    points = np.stack([x, y], axis=-1).astype(np.float32)
    written = _of_one(r"\sqrt", points)
    if rng.random() < 0.75:
        points, (signs, inside) = join(written, expression)
    else:
        points, (inside, signs) = join(expression, written)
    radical = Expression(points, (Node(r"\sqrt", signs[0].strokes, {Relation.INSIDE: inside}),))
    return _with_index(radical, pool, rng) if rng.random() < 0.15 else radical


def _with_index(radical: Expression, pool: Pool | OneHand, rng: np.random.Generator) -> Expression:
    """A root with a small symbol over its hook, left of where the sign turns upwards."""
    label = _INDICES[rng.integers(len(_INDICES))]
    if label not in pool.symbols:
        return radical
    points = pool.symbol(label, rng)
    low, high = points.min(axis=(0, 1)), points.max(axis=(0, 1))
    scale = rng.uniform(0.55, 1.0) / max(float((high - low).max()), 1e-3)
    sign = radical.points[list(radical.row[0].strokes)].reshape(-1, 2)
    top, turn = float(sign[:, 1].min()), sign[sign[:, 1].argmax()]
    right = float(turn[0]) + rng.uniform(-0.25, 0.15)
    middle = top + rng.uniform(-0.1, 0.45) * (float(turn[1]) - top)
    shift = (right - high[0] * scale, middle - (low[1] + high[1]) / 2 * scale)
    index = _of_one(label, points).moved(scale, shift)
    points, (above, (node,)) = join(index, radical)
    return Expression(points, (Node(node.label, node.strokes, {Relation.ABOVE: above, **node.rows}),))


def brackets(expression: Expression, pool: Pool | OneHand, rng: np.random.Generator) -> Expression:
    """The expression between a real pair of brackets, stretched to its height."""
    if not pool.brackets:
        return beside(expression, pool, rng)
    expression = _to_unit(expression)
    (opening, left), (closing, right) = pool.brackets[rng.integers(len(pool.brackets))]
    low, high = expression.box()
    height = max((high[1] - low[1]) * rng.uniform(0.9, 1.3), 1.2)
    middle = (low[1] + high[1]) / 2 + rng.normal(0, 0.1)
    parts = []
    for label, points in ((opening, left), (closing, right)):
        fitted = _fit(points, None, height)
        parts.append(_of_one(label, fitted + np.array((0, middle), np.float32)))
    before = parts[0].moved(1.0, (low[0] - parts[0].box()[1][0] - rng.uniform(0.05, 0.5), 0))
    after = parts[1].moved(1.0, (high[0] - parts[1].box()[0][0] + rng.uniform(0.05, 0.5), 0))
    points, rows = join(before, expression, after)
    return Expression(points, tuple(node for row in rows for node in row))


_STEPS: tuple[Callable[[Expression, Pool | OneHand, np.random.Generator], Expression], ...] = (
    beside,
    script,
    fraction,
    root,
    brackets,
)
_SHARES = (0.48, 0.20, 0.14, 0.06, 0.12)


def _of_one(label: str, points: Strokes) -> Expression:
    """One symbol as an expression."""
    return Expression(points, (Node(label, tuple(range(len(points)))),))


def _side_by_side(left: Expression, right: Expression, rng: np.random.Generator) -> Expression:
    gap = rng.uniform(0.1, 1.0)
    shift = left.box()[1][0] + gap - right.box()[0][0]
    points, rows = join(left, right.moved(1.0, (shift, rng.normal(0, 0.08))))
    return Expression(points, rows[0] + rows[1])


def _with_script(
    expression: Expression, hanging: Expression, relation: Relation, rng: np.random.Generator
) -> Expression:
    base = expression.row[-1]
    own = expression.points[list(base.strokes)]
    low, high = own.min(axis=(0, 1)), own.max(axis=(0, 1))
    hanging = hanging.moved(rng.uniform(0.45, 0.85), (0, 0))
    h_low, h_high = hanging.box()
    x = high[0] - h_low[0] + rng.uniform(-0.05, 0.35)
    if relation is Relation.SUP:
        y = min(low[1] + rng.uniform(-0.3, 0.35), high[1] - 0.6) - h_high[1] * rng.uniform(0.4, 1.0)
    else:
        y = max(high[1] + rng.uniform(-0.35, 0.3), low[1] + 0.6) - h_low[1] * rng.uniform(0.4, 1.0)
    points, (row, script_row) = join(expression, hanging.moved(1.0, (x, y)))
    node = row[-1]
    return Expression(points, (*row[:-1], Node(node.label, node.strokes, {**node.rows, relation: script_row})))


def _to_unit(expression: Expression) -> Expression:
    height, middle = measure(expression.points, expression.row)
    return expression.moved(1.0, (0, -middle)).moved(1.0 / max(height, 1e-3), (0, 0))


def _vary(expression: Expression, rng: np.random.Generator) -> Expression:
    return expression.moved(float(np.exp(rng.normal(0, 0.12))), (0, 0))


def _fit(points: Strokes, width: float | None, height: float | None) -> Strokes:
    """Strokes about the origin, of this width or height; the other extent grows by the root of the ratio."""
    low, high = points.min(axis=(0, 1)), points.max(axis=(0, 1))
    extent = np.maximum(high - low, 1e-3)
    if width is not None:
        scale = np.array([width / extent[0], min(width / extent[0], 0.3 / extent[1], 3.0)])
    else:
        by_height = height / extent[1]
        scale = np.array([min(by_height, 1.2 / extent[0]), by_height])
    fitted: Strokes = ((points - (low + high) / 2) * scale).astype(np.float32)
    return fitted
