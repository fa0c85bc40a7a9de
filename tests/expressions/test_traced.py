from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from crohme.datasets.location import inkml_files
from crohme.expressions.corpus import Corpus, load
from crohme.expressions.features import POINTS
from crohme.expressions.traced import Drawing, Untraceable, load_traced, redraw, trace_corpus
from crohme.ink.expression import Expression, all_nodes
from crohme.ink.trace import WAYS, Way
from crohme.notation.tree import Node, Relation
from inkml_parser.sequences import resample


def strokes(*lines: list[tuple[float, float]]) -> np.ndarray:
    return np.stack([resample(line, count=POINTS) for line in lines]).astype(np.float32)


# x with a superscript - over a +, all strokes in an order in which nobody writes.
X_TO_THE_MINUS_PLUS = Expression(
    strokes(
        [(0, 40), (40, 90)], [(60, 20), (90, 20)], [(40, 40), (0, 90)], [(120, 50), (120, 90)], [(100, 70), (140, 70)]
    ),
    (Node("x", (0, 2), {Relation.SUP: (Node("-", (1,)),)}), Node("+", (3, 4))),
)  # fmt: skip


def test_traced_strokes_belong_to_the_symbols_they_lie_on() -> None:
    traced = redraw(X_TO_THE_MINUS_PLUS, Drawing(blur=0.5, noise=4.0), np.random.default_rng(0))
    assert traced.points.shape == (5, POINTS, 2) and traced.points.dtype == np.float32
    (x, plus), (minus,) = traced.row, traced.row[0].rows[Relation.SUP]
    assert (x.label, minus.label, plus.label) == ("x", "-", "+")
    assert (x.strokes, minus.strokes, plus.strokes) == ((0, 1), (2,), (3, 4))
    # In its own unit the symbol lies where it was written.
    for node, written in ((x, (0, 2)), (minus, (1,)), (plus, (3, 4))):
        old, new = X_TO_THE_MINUS_PLUS.points[list(written)], traced.points[list(node.strokes)]
        (low, high), (old_low, old_high) = traced.box(), X_TO_THE_MINUS_PLUS.box()
        scale = (high - low) / (old_high - old_low)
        np.testing.assert_allclose(new.min(axis=(0, 1)), (old.min(axis=(0, 1)) - old_low) * scale + low, atol=4)
        np.testing.assert_allclose(new.max(axis=(0, 1)), (old.max(axis=(0, 1)) - old_low) * scale + low, atol=4)


def test_strokes_of_no_symbol_stay_of_none() -> None:
    with_tick = Expression(
        np.concatenate([X_TO_THE_MINUS_PLUS.points, strokes([(200, 40), (220, 90)])]), X_TO_THE_MINUS_PLUS.row
    )
    traced = redraw(with_tick, Drawing(), np.random.default_rng(0))
    assert len(traced.points) == 6
    assert sorted(s for node in all_nodes(traced.row) for s in node.strokes) == [0, 1, 2, 3, 4]


def test_symbols_that_have_grown_together_are_told() -> None:
    joined = Expression(strokes([(0, 0), (50, 0)], [(50, 0), (90, 40)]), (Node("-", (0,)), Node("1", (1,))))
    with pytest.raises(Untraceable, match="grown together"):
        redraw(joined, Drawing(), np.random.default_rng(0))
    dash, dot, one = [(0, 0), (50, 0)], [(20, 0), (24, 0)], [(70, -20), (70, 20)]
    hidden = Expression(strokes(dash, dot, one), (Node("-", (0,)), Node(".", (1,)), Node("1", (2,))))
    with pytest.raises(Untraceable, match=r"no stroke is left of \."):
        redraw(hidden, Drawing(), np.random.default_rng(0))
    corpus = Corpus(("a", "b"), ("k/w", "k/v"), (joined, X_TO_THE_MINUS_PLUS), ())
    traced = trace_corpus(corpus, progress=False)
    assert (traced.names, traced.writers) == (("b",), ("k/v",))
    assert traced.skipped == ("a: symbols have grown together",)


def test_every_file_is_drawn_in_its_own_way_and_always_alike(monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CROHME_CACHE", str(tmp_path))
    corpus = Corpus(("a", "b"), ("k/w", "k/w"), (X_TO_THE_MINUS_PLUS,) * 2, ())
    first = load_traced(corpus, progress=False)
    assert first.names == ("a", "b")
    assert not np.array_equal(first.expressions[0].points, first.expressions[1].points)
    monkeypatch.setattr("crohme.expressions.traced.trace_corpus", None)  # all comes from the cache now
    again = load_traced(corpus, progress=False)
    assert [e.row for e in again.expressions] == [e.row for e in first.expressions]
    np.testing.assert_array_equal(again.expressions[0].points, first.expressions[0].points)
    with pytest.raises(TypeError):
        load_traced(corpus, seed=1, progress=False)


def test_ink_is_traced_in_each_of_the_ways_in_which_pictures_are_read() -> None:
    drawings = [Drawing.drawn_from(np.random.default_rng(seed)) for seed in range(30)]
    assert {drawing.way for drawing in drawings} == set(WAYS)
    crossing = strokes([(0, 40), (50, 60), (60, 57), (110, 40)], [(50, 60), (50, 120)])
    sign = Expression(crossing, (Node("Y", (0, 1)),))
    counts = {
        smooth: len(redraw(sign, Drawing(way=Way(1.0, smooth)), np.random.default_rng(0)).points) for smooth in (5, 60)
    }
    assert counts[5] > counts[60]


def test_most_of_the_training_set_can_be_traced(crohme_data: Path, tmp_path: Path) -> None:
    files = [file for file in inkml_files(crohme_data / "train") if file.name != "MfrDB3088.inkml"]  # empty
    for i in np.random.default_rng(5).permutation(len(files))[:60]:
        (tmp_path / files[i].name).symlink_to(files[i])
    sample = load(tmp_path, progress=False)
    traced = trace_corpus(sample, progress=False)
    assert len(traced.names) + len(traced.skipped) == 60
    assert len(traced.names) >= 54
    expected = dict(zip(sample.names, sample.expressions, strict=True))
    for name, expression in zip(traced.names, traced.expressions, strict=True):
        labels = [node.label for node in all_nodes(expected[name].row)]
        assert [node.label for node in all_nodes(expression.row)] == labels
        owned = [s for node in all_nodes(expression.row) for s in node.strokes]
        assert len(set(owned)) == len(owned) <= len(expression.points)
