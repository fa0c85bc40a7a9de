"""What symbols look like speaks against a reading: unlike each other, or unlike their class."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

import crohme
from crohme.expressions.appearance import IN_CELLS, improbabilities
from crohme.expressions.ranking import CLOSE, best_readings
from crohme.expressions.recognizer import prepare
from crohme.expressions.rescoring import ClassScores
from crohme.expressions.shapes import Looks, ShapeNetwork
from crohme.expressions.side_by_side import alone
from crohme.ink import image_files
from crohme.notation.alphabet import GRID, OTHER
from crohme.notation.tree import Node, Relation, SymbolTree
from crohme.types import Strokes
from inkml_parser import Ink

ANGLES = np.linspace(0, 1.5 * np.pi, 32)
CURVE = np.stack([np.cos(ANGLES), np.sin(ANGLES)], axis=1)
LINE = np.stack([np.linspace(-1, 1, 32), np.zeros(32)], axis=1)
UNLIKE = {
    frozenset(kinds): value
    for kinds, value in {
        ("curve",): 0.0, ("line",): 0.0, ("hook",): 0.0, ("curve", "line"): 3.0, ("curve", "hook"): 1.0,
        ("line", "hook"): 0.4,
    }.items()
}  # fmt: skip
HOOK = np.concatenate([LINE[:16], LINE[15] + np.stack([np.zeros(16), np.linspace(0, 1, 16)], axis=1)])


INDEX = {"c": 0, "-": 1, "h": 2}
CLASSES = {"curve": (-0.1, -6.0, -3.0), "line": (-5.0, -0.2, -4.0), "hook": (-2.0, -3.0, -0.3)}


class Shapes(ShapeNetwork):
    """A network that sees curves, lines and hooks, and how many symbols it was asked of."""

    def __init__(self) -> None:
        self.asked: list[int] = []

    def look(self, symbols: Sequence[Strokes]) -> Looks:
        self.asked.append(len(symbols))
        kinds = [self._kind(symbol[0]) for symbol in symbols]
        unlike = np.array([[UNLIKE[frozenset((one, other))] for other in kinds] for one in kinds])
        return Looks(np.zeros((len(kinds), 1), np.float32), unlike, np.array([CLASSES[kind] for kind in kinds]), INDEX)

    @staticmethod
    def _kind(stroke: np.ndarray) -> str:
        low, high = stroke.min(axis=0), stroke.max(axis=0)
        return "line" if high[1] - low[1] < 0.1 else "curve" if low[1] < stroke[0, 1] - 0.1 else "hook"


class Apart(ShapeNetwork):
    """A network to which no symbol looks like another, and each like all classes."""

    def __init__(self) -> None:
        pass

    def look(self, symbols: Sequence[Strokes]) -> Looks:
        n = len(symbols)
        return Looks(np.eye(n, dtype=np.float32), 0.9 * (1 - np.eye(n)), np.zeros((n, 1)), {})


def points(*strokes: np.ndarray) -> np.ndarray:
    return np.stack([stroke + (5 * i, 0) for i, stroke in enumerate(strokes)]).astype(np.float32)


def row(labels: str) -> SymbolTree:
    return SymbolTree(tuple(Node(label, (i,)) for i, label in enumerate(labels)))


def unlike(ink: np.ndarray, *readings: str) -> list[float]:
    return improbabilities([row(labels) for labels in readings], ink, Shapes())[0].tolist()


def strange(ink: np.ndarray, *readings: SymbolTree) -> list[float]:
    return improbabilities(readings, ink, Shapes())[1].tolist()


def grid(labels: str) -> SymbolTree:
    """A matrix of a line, `c` before it."""
    cells = (tuple((Node(label, (i,)),) for i, label in enumerate(labels[1:], start=1)),)
    return SymbolTree((Node(labels[0], (0,)), Node(GRID, cells=cells)))


def test_unlike_symbols_of_one_label_are_counted_and_alike_ones_are_not() -> None:
    ink = points(CURVE, LINE, CURVE)
    assert unlike(ink, "c-c", "cc-") == pytest.approx([0, 2 * 3])
    assert unlike(ink, "c-c", "c-C") == pytest.approx([0, 0])
    ink = points(CURVE, HOOK, LINE)
    assert unlike(ink, "cc-", "c--") == pytest.approx([2 * 1, 2 * 0.4])


def test_each_symbol_is_held_against_the_mean_of_the_others() -> None:
    ink = points(CURVE, CURVE, CURVE, LINE)
    assert unlike(ink, "cccc", "ccc-") == pytest.approx([3 * 3 / 3 + 3, 0])


def test_labels_that_all_readings_give_the_same_strokes_are_not_looked_at() -> None:
    shapes = Shapes()
    ink = points(CURVE, LINE, CURVE, HOOK)
    readings = [row("aabb"), row("aabc")]
    assert improbabilities(readings, ink, shapes)[0].tolist() == pytest.approx([2 * 1, 0])
    assert shapes.asked == [2]
    assert not improbabilities([row("aabc")] * 2, ink, shapes).any() and shapes.asked == [2]
    assert not improbabilities([row("abcd"), row("abce")], ink, shapes).any() and shapes.asked == [2]


@pytest.mark.parametrize("label", [".", r"\cdot", r"\bullet", OTHER])
def test_dots_and_unknown_signs_need_not_look_alike(label: str) -> None:
    def reading(*labels: str) -> SymbolTree:
        return SymbolTree(tuple(Node(one, (i,)) for i, one in enumerate(labels)))

    ink, shapes = points(CURVE, LINE, CURVE, HOOK), Shapes()
    assert not improbabilities([reading(label, label, "a", "b"), row("cdab")], ink, shapes).any() and not shapes.asked
    readings = [reading(label, label, "c", "c"), reading(label, "a", "c", "b")]
    assert improbabilities(readings, ink, shapes)[0].tolist() == pytest.approx([2 * 1, 0])


def test_scripts_count_as_well_and_so_do_other_strokes_for_one_label() -> None:
    ink = points(CURVE, LINE, CURVE)
    script = SymbolTree((Node("c", (0,), {Relation.SUP: (Node("c", (1,)),)}), Node("c", (2,))))
    other = SymbolTree((Node("c", (0,), {Relation.SUP: (Node("-", (1,)),)}), Node("c", (2,))))
    joined = SymbolTree((Node("c", (0, 1)), Node("c", (2,))))
    assert improbabilities([script, other, joined], ink, Shapes())[0].tolist() == pytest.approx([2 * 3 / 2 + 3, 0, 0])


def test_in_cells_and_alone_the_class_counts_and_elsewhere_not() -> None:
    ink = points(CURVE, LINE, HOOK)
    assert strange(ink, grid("c-h"), grid("c--"), grid("c-c")) == pytest.approx(
        [0.3 * IN_CELLS, 3.0 * IN_CELLS, 2.0 * IN_CELLS]
    )
    assert strange(ink, grid("c-h"), grid("--h")) == [0, 0]  # the one before the matrix
    assert strange(ink, row("c-h"), row("c--")) == [0, 0]
    [ink] = points(CURVE)[None]
    assert strange(ink, row("c"), row("-"), row("h")) == pytest.approx([0.1, 6.0, 3.0])


def test_a_label_that_is_no_class_counts_as_the_likeliest() -> None:
    ink = points(CURVE)
    assert strange(ink, row("c"), row("q"), row("-")) == pytest.approx([0.1, 0.1, 6.0])


def test_a_reading_that_is_no_matrix_loses_as_much_by_the_same_symbols_as_one_that_is() -> None:
    ink = points(CURVE, LINE, HOOK)
    assert strange(ink, grid("c-h"), row("c-h")) == [0, 0]
    assert strange(ink, grid("c-h"), row("c--"), grid("hhh")) == pytest.approx(
        [IN_CELLS * (0.2 + 0.3), IN_CELLS * (0.2 + 3.0), IN_CELLS * (4.0 + 0.3)]
    )


def test_the_ranking_takes_its_weights_from_the_constants_of_the_bundle() -> None:
    recognizer = crohme.load("expressions")
    strokes = prepare(Ink.from_arrays([CURVE * 10, HOOK * 10 + (40, 0), CURVE * 10 + (80, 0), LINE * 10 + (120, 0)]))
    memory = recognizer.network.encode(strokes)
    shapes = Apart()

    def scores(weight: float, shapes: ShapeNetwork | None) -> dict[str, tuple[float, SymbolTree]]:
        decoding = replace(recognizer.decoding, consistency_weight=weight, shape_weight=weight / 2)
        network, vocabulary = recognizer.network, recognizer.vocabulary
        classes = ClassScores(network, memory, vocabulary)
        read = best_readings(network, memory, strokes, vocabulary, classes, decoding, beam=5, shapes=shapes)
        return {c.latex: (c.score, c.tree) for c in alone(network, read)}

    plain, weighed = scores(4.0, None), scores(4.0, shapes)
    assert {latex: score for latex, (score, _) in scores(0.0, shapes).items()} == {
        latex: score for latex, (score, _) in plain.items()
    }
    best = max(score for score, _ in plain.values())
    close = [latex for latex, (score, _) in plain.items() if score >= best - CLOSE]
    lost = np.array([4, 2]) @ improbabilities([plain[latex][1] for latex in close], strokes, shapes)
    assert len(close) > 1 and np.ptp(lost) > 0.01
    for latex, beside in zip(close, lost - lost.min(), strict=True):
        assert weighed[latex][0] == pytest.approx(plain[latex][0] - beside, abs=1e-4)
    for latex in plain.keys() - set(close):
        assert weighed[latex][0] == pytest.approx(plain[latex][0] - np.ptp(lost), abs=1e-4)


def test_two_unknown_signs_are_read_as_such() -> None:
    around = np.linspace(0, 2 * np.pi, 60)
    corners = np.arange(8) * 6 * np.pi / 7
    star = np.stack([np.sin(corners), -np.cos(corners)], axis=1)
    lobes = 13 * np.cos(around) - 5 * np.cos(2 * around) - 2 * np.cos(3 * around) - np.cos(4 * around)
    heart = np.stack([np.sin(around) ** 3, -lobes / 16], axis=1)
    plus = [np.array([[31.0, 0], [49, 0]]), np.array([[40.0, -9], [40, 9]])]
    for first, second in ((star, heart), (heart, star)):
        strokes = [first * 15, *plus, second * 15 + (80, 0)]
        assert crohme.load("math").recognize(Ink.from_arrays(strokes)).latex == "? + ?"


def test_traced_strokes_are_not_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    recognizer = crohme.load("expressions")
    shapes = Shapes()
    monkeypatch.setattr(recognizer, "shapes", shapes)
    ink = Ink.from_arrays([CURVE * 10, HOOK * 10 + (40, 0), CURVE * 10 + (80, 0), LINE * 10 + (120, 0)])
    recognizer.recognize(replace(ink, annotations=image_files.TRACED))
    assert not shapes.asked
    recognizer.recognize(ink)
    assert shapes.asked
