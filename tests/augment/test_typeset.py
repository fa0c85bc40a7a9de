"""What is typeset says what its tree says, in real ink, and lies as people lay it out."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from crohme.augment.blocks import Block, joined, to_expression
from crohme.augment.ink import NoInk
from crohme.augment.kinds import end_of, kind_of, shape_of
from crohme.augment.manner import DEVIATES, Manner, Measured, find, table
from crohme.augment.one_hand import OneHand
from crohme.augment.pool import Pool
from crohme.augment.typeset import typeset
from crohme.datasets.location import sample_folder
from crohme.expressions.corpus import load
from crohme.expressions.features import POINTS
from crohme.ink.expression import Expression, all_nodes
from crohme.notation import from_latex, to_latex
from crohme.notation.tree import Node, Relation

TEXTS = (
    r"x ^ { 2 } + y _ { 1 } = 3",
    r"\frac { a + b } { 2 } - \frac { 1 } { x ^ { 2 } }",
    r"\sqrt { x + \frac { 1 } { 2 } } = \sqrt [ 3 ] { 2 a }",
    r"\sum _ { n = 1 } ^ { 3 } x _ { n } ^ { 2 }",
    r"\int _ { 0 } ^ { 1 } ( x + 1 ) ^ { n } d x",
    r"( ( a + \frac { b } { 2 } ) x ) ^ { 2 }",
    r"2 ^ { 2 ^ { x _ { n } } }",
    r"[ 0 , 1 )",
    r") x ( ] [",
)


@pytest.fixture(scope="module")
def pool() -> Pool:
    corpus = load(sample_folder() / "train", progress=False)
    return Pool(corpus.expressions, corpus.writers)


@pytest.fixture(scope="module")
def writable(pool) -> list[str]:
    """The texts whose every symbol is in the sample."""
    found = []
    for text in TEXTS:
        labels = {n.label for n in from_latex(text).nodes() if not n.is_fraction and n.label != r"\sqrt"}
        if all(pool.symbols.get(label) for label in labels):
            found.append(text)
    return found


def box(expression: Expression, *nodes: Node, deep: bool = True) -> tuple[float, float, float, float]:
    strokes = [s for n in (all_nodes(nodes) if deep else nodes) for s in n.strokes]
    points = expression.points[strokes]
    return (*points.min(axis=(0, 1)).tolist(), *points.max(axis=(0, 1)).tolist())


def many(latex: str, pool: Pool, count: int = 60) -> list[Expression]:
    tree = from_latex(latex)
    return [typeset(tree, OneHand(pool, rng := np.random.default_rng(seed)), rng) for seed in range(count)]


def test_the_sample_can_write_most_of_the_texts(writable):
    assert len(writable) >= 6


def test_strokes_nodes_and_tree_stay_in_step(pool, writable):
    for text in writable:
        for expression in many(text, pool, 12):
            strokes = Counter(s for n in all_nodes(expression.row) for s in n.strokes)
            assert strokes == Counter(range(len(expression.points)))
            assert expression.points.shape[1:] == (POINTS, 2) and expression.points.dtype == np.float32
            assert np.isfinite(expression.points).all()
            assert " ".join(to_latex(expression.tree)) == text


def test_the_same_seed_writes_the_same(pool, writable):
    for text in writable:
        first, again, other = (
            typeset(from_latex(text), pool, np.random.default_rng(seed)).points for seed in (5, 5, 6)
        )
        assert np.array_equal(first, again)
        assert first.shape != other.shape or not np.array_equal(first, other)


def test_all_ink_is_from_the_pool(pool):
    def shape(points: np.ndarray) -> bytes:
        low, high = points.min(axis=(0, 1)), points.max(axis=(0, 1))
        return np.round((points - low) / np.maximum(high - low, 1e-6), 2).tobytes()

    known = {shape(ink) for label in "x2+y1=3" for ink in pool.symbols[label]}
    for expression in many("x ^ { 2 } + y _ { 1 } = 3", pool, 20):
        for node in all_nodes(expression.row):
            # Rounding may tip a digit either way: most must be found, and none be of another shape.
            ink = expression.points[list(node.strokes)]
            assert shape(ink) in known or len(ink) in {len(i) for i in pool.symbols[node.label]}
        found = [shape(expression.points[list(n.strokes)]) in known for n in all_nodes(expression.row)]
        assert np.mean(found) > 0.5


def test_numerator_above_bar_above_denominator(pool):
    for expression in many(r"a - \frac { x + 1 } { 2 }", pool):
        (bar,) = [n for n in expression.row if n.is_fraction]
        left, top, right, bottom = box(expression, bar, deep=False)
        over, under = (box(expression, *bar.rows[r]) for r in (Relation.ABOVE, Relation.BELOW))
        assert (over[1] + over[3]) / 2 < top and (under[1] + under[3]) / 2 > bottom
        assert left < (over[0] + over[2]) / 2 < right and left < (under[0] + under[2]) / 2 < right
        assert right - left > 0.6 * (over[2] - over[0])


def test_scripts_are_smaller_and_at_their_side(pool):
    sizes = []
    for expression in many("x ^ { 2 } x _ { 2 }", pool):
        raised, lowered = expression.row
        base, sup = box(expression, raised, deep=False), box(expression, *raised.rows[Relation.SUP])
        assert (sup[1] + sup[3]) / 2 < (base[1] + base[3]) / 2 and (sup[0] + sup[2]) / 2 > (base[0] + base[2]) / 2
        base, sub = box(expression, lowered, deep=False), box(expression, *lowered.rows[Relation.SUB])
        assert (sub[1] + sub[3]) / 2 > (base[1] + base[3]) / 2 and (sub[0] + sub[2]) / 2 > (base[0] + base[2]) / 2
        sizes.append((sup[3] - sup[1]) / (base[3] - base[1]))
    assert np.median(sizes) < 1.0  # a script's 2 beside an x: a digit is half as high again as an x


def test_a_tall_script_grows_away_from_the_line(pool):
    for expression in many(r"x ^ { \frac { 1 } { 2 } }", pool, 30):
        (x,) = expression.row
        base, sup = box(expression, x, deep=False), box(expression, *x.rows[Relation.SUP])
        assert sup[3] <= base[3] and sup[1] < base[1]


def test_content_is_under_the_roof_and_right_of_the_hook(pool):
    for expression in many(r"\sqrt { x + 2 }", pool):
        (root,) = expression.row
        sign, inside = box(expression, root, deep=False), box(expression, *root.rows[Relation.INSIDE])
        assert sign[1] < inside[1] and sign[0] < inside[0]
        assert sign[2] > inside[0] + 0.6 * (inside[2] - inside[0])


def test_brackets_reach_over_what_they_enclose(pool):
    ratios = []
    for expression in many(r"( \frac { x } { 2 } ) ( x )", pool):
        for opening, content, closing in (expression.row[:3], expression.row[3:]):
            inner = box(expression, content)
            for fence in (opening, closing):
                outer = box(expression, fence)
                assert min(outer[3], inner[3]) - max(outer[1], inner[1]) > 0.5 * (inner[3] - inner[1])
            ratios.append((outer[3] - outer[1]) / (inner[3] - inner[1]))
            assert box(expression, opening)[0] < inner[0] and inner[2] < box(expression, closing)[2]
    tall, plain = ratios[0::2], ratios[1::2]
    assert 0.8 < np.median(tall) < np.median(plain)


def test_neighbours_stand_in_a_row_and_do_not_cover_each_other(pool):
    for expression in many("1 2 + x y = 3", pool):
        boxes = [box(expression, node) for node in expression.row]
        for a, b in zip(boxes, boxes[1:], strict=False):
            assert (a[0] + a[2]) / 2 < (b[0] + b[2]) / 2
            assert a[2] - b[0] <= 0.36 * min(a[2] - a[0], b[2] - b[0]) + 1e-3


def test_limits_lie_over_and_under_or_beside(pool):
    ways = Counter()
    for expression in many(r"\int _ { 0 } ^ { 1 } x", pool):
        rows = expression.row[0].rows
        ways[Relation.BELOW in rows] += 1
        assert (Relation.BELOW in rows) == (Relation.ABOVE in rows)
        assert to_latex(expression.tree) == r"\int _ { 0 } ^ { 1 } x".split()
        low, high = (rows.get(a, rows.get(b)) for a, b in
                     ((Relation.SUB, Relation.BELOW), (Relation.SUP, Relation.ABOVE)))  # fmt: skip
        assert box(expression, *high)[1] < box(expression, *low)[1]
    assert min(ways[True], ways[False]) > 10  # 51 % of the training set's have them over and under


def test_most_fractions_are_written_from_top_to_bottom(pool):
    orders = Counter()
    for expression in many(r"\frac { x } { 2 }", pool, 200):
        (bar,) = expression.row
        firsts = [(min(bar.strokes), "-")]
        firsts += [(min(row[0].strokes), r.value[0]) for r, row in bar.rows.items()]
        orders["".join(name for _, name in sorted(firsts))] += 1
    assert 0.6 < orders["A-B"] / 200 < 0.85 and orders["-AB"] > 10


def test_a_sign_as_script_is_as_large_as_such_signs_are_measured(pool):
    sizes = []
    for expression in many("x ^ { + }", pool):
        (x,) = expression.row
        left, top, right, bottom = box(expression, *x.rows[Relation.SUP])
        base = box(expression, x, deep=False)
        sizes.append(max(bottom - top, 0.6 * (right - left)) / 1.6 / (base[3] - base[1]))
    assert 0.35 < np.median(sizes) < 0.75


def test_a_point_is_low_between_digits():
    t = np.linspace(0, 1, POINTS)
    upright = np.stack([0 * t, 1.6 * t - 1.1], axis=-1)
    dots = [np.stack([0.1 * t + 1, 0 * t + y], axis=-1) for y in (0.0, 0.5)]
    expressions = [
        Expression(np.stack([upright, dot, upright + (2, 0)]).astype(np.float32),
                   (Node("1", (0,)), Node(".", (1,)), Node("1", (2,))))
        for dot in dots
    ]  # fmt: skip
    pool, low = Pool(expressions), []
    for seed in range(40):
        decimal = typeset(from_latex("1 . 1"), pool, np.random.default_rng(seed))
        low.append(box(decimal, decimal.row[1])[1] > box(decimal, decimal.row[0])[1] + 1.2)
    assert np.mean(low) > 0.8  # by chance alone it would be half


def test_what_has_no_ink_is_refused_by_name(pool):
    without = Pool([e for e in pool.expressions if all(n.label != "x" for n in all_nodes(e.row))])
    with pytest.raises(NoInk, match="'x'") as caught:
        typeset(from_latex("2 + x"), without, np.random.default_rng(0))
    assert caught.value.label == "x"
    for latex, name in ((r"\frac { 1 } { 2 }", "-"), (r"\sqrt { 2 }", r"\sqrt")):
        bare = Pool([e for e in pool.expressions if not any(n.rows for n in all_nodes(e.row))])
        with pytest.raises(NoInk) as caught:
            typeset(from_latex(latex), bare, np.random.default_rng(0))
        assert caught.value.label == name


def test_one_hand_writes_a_symbol_in_one_persons_ink(pool):
    tree = from_latex("x + x + x")
    for seed in range(10):
        rng = np.random.default_rng(seed)
        hand = OneHand(pool, rng)
        counts = {len(n.strokes) for n in typeset(tree, hand, rng).row if n.label == "x"}
        assert counts <= {len(ink) for ink in hand._pool_of["x"].symbols["x"]}


# The measured layout


def test_the_table_holds_what_people_do():
    rows = table()
    assert find("order", "numerator before bar").mean > 0.7 and find("order", "root before content").mean > 0.8
    assert 0.4 < find("sup size", "small").at(0) < 0.7
    assert find("gap line", "operator digit").at(0) > find("gap line", "digit digit").at(0) > 0
    assert all(len(m.quantiles) == len(DEVIATES) and list(m.quantiles) == sorted(m.quantiles) for m in rows.values())
    assert all(0 <= m.shared <= 1 for m in rows.values())


def test_rare_kinds_fall_back_to_more_frequent_ones():
    assert find("gap line", "integral nothing") == find("gap line", "* *")
    assert find("gap line", "digit nothing") == find("gap line", "digit *") != find("gap line", "* *")
    assert find("gap script", "digit slash") in table().values()
    with pytest.raises(KeyError, match="no figure"):
        find("no figure", "*")


def test_quantiles_are_interpolated_and_end():
    measured = Measured(0.0, (0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0), 0.0)
    assert measured.at(0) == pytest.approx(3) and measured.at(1 / 3) == pytest.approx(3.5)
    assert measured.at(-9) == 0 and measured.at(9) == pytest.approx(6)


def test_a_manner_is_of_one_person():
    means = [np.mean([manner.draw("fence up", "plain") for _ in range(30)])
             for manner in (Manner(np.random.default_rng(seed)) for seed in range(80))]  # fmt: skip
    one = Manner(np.random.default_rng(0))
    within = np.std([one.draw("fence up", "plain") for _ in range(400)])
    assert np.std(means) > 0.6 * within  # were all places alike it would be 0.18 of it


def test_kinds():
    row = from_latex(r"x _ { 1 } + \frac { 1 } { 2 } \sin ( y , 3 ) \sqrt { 2 } \int").row
    assert [kind_of(n) for n in row] == ["letter", "operator", "fraction", "function", "opening", "letter", "mark",
                                         "digit", "closing", "root", "big"]  # fmt: skip
    assert end_of(row[0]) == "scripted" and end_of(row[1]) == "operator"
    assert [shape_of(row[i]) for i in (0, 5, 7, 10)] == ["small", "deep", "tall", "integral"]
    assert kind_of(Node(r"\unheard")) == "letter"


# Blocks


def square(left: float, top: float, size: float) -> Block:
    return Block.of_ink("x", np.array([[[left, top], [left + size, top + size]]], dtype=np.float32))


def test_blocks_move_their_ink_and_their_box_alike():
    a, b = square(0, 0, 1), square(1, 2, 3).move(1, -1, 0.5)
    assert (b.left, b.top, b.right, b.bottom) == (1.5, 0.0, 3.0, 1.5)
    a.hang(Relation.SUP, b)
    a.move(10, 0, 2)
    expression = to_expression(joined([square(0, 0, 1), a]))
    assert expression.points[:, :, 0].tolist() == [[0, 1], [10, 12], [13, 16]]
    assert (a.left, a.top, a.right, a.bottom) == (10, 0, 16, 3)
    assert expression.row[1].rows[Relation.SUP][0].strokes == (2,)


def test_what_is_written_first_has_the_first_strokes():
    a = square(0, 0, 1)
    a.hang(Relation.SUB, square(1, 1, 1), before=True)
    expression = to_expression(a)
    assert expression.row[0].strokes == (1,) and expression.row[0].rows[Relation.SUB][0].strokes == (0,)
