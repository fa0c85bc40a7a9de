"""Strokes that a reading leaves out count against it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from crohme.expressions.odd_strokes import coiled, jumps
from crohme.expressions.recognizer import NoReading, Recognizer, prepare
from crohme.expressions.rescoring import ClassScores
from crohme.expressions.stroke_limits import limits, swings
from crohme.expressions.unread import (
    alone_factor,
    coverage_factor,
    dot_factor,
    ink_weights,
    joined_factor,
    known_factor,
    lines_factor,
    seen_shares,
    spiral_factor,
    swing_factor,
    unread_shares,
)
from crohme.expressions.vocabulary import Vocabulary
from crohme.notation import from_latex
from crohme.notation.alphabet import OTHER
from crohme.notation.tree import Node, Relation, SymbolTree
from crohme.recognition import RecognizedSymbol
from inkml_parser import Ink, read, resample


@pytest.fixture(scope="module")
def shipped() -> Recognizer:
    return Recognizer.load("expressions")


SAMPLE = Path(__file__).resolve().parents[2] / "data" / "sample" / "test"
LINE, DOT = [[0, 0], [10, 0]], [[4, 4], [4, 4]]


def weights_of(*strokes: list, is_traced: bool = False) -> np.ndarray:
    return ink_weights(prepare(Ink.from_arrays(strokes)), is_traced=is_traced)


def factor(tree: SymbolTree, weights: np.ndarray) -> float:
    """Of strokes that no limit concerns."""
    n = len(weights)
    return coverage_factor(weights, unread_shares([tree], prepare(Ink.from_arrays([LINE] * n)), np.ones(n))[0])


def test_a_complete_reading_loses_nothing() -> None:
    weights = weights_of(LINE, DOT, LINE)
    assert weights.sum() == pytest.approx(1)
    assert factor(SymbolTree((Node("x", (0, 2)), Node(".", (1,)))), weights) == 1.0


def test_a_contact_of_the_pen_costs_little_a_stroke_more_and_most_of_the_ink_everything() -> None:
    strokes = [LINE] * 9 + [DOT]
    weights = weights_of(*strokes)
    lost = {n: factor(SymbolTree(tuple(Node("1", (i,)) for i in range(n))), weights) for n in range(1, 10)}
    assert 0.95 < lost[9] < 1
    assert 0.6 < lost[8] < 0.75
    assert lost[5] < 0.2 and lost[1] < 0.002
    assert list(lost.values()) == sorted(lost.values())


def test_specks_of_a_picture_cost_nothing_but_traced_strokes_do() -> None:
    weights = weights_of(*[LINE] * 4, *[DOT] * 30, is_traced=True)
    assert factor(SymbolTree(tuple(Node("1", (i,)) for i in range(4))), weights) == pytest.approx(1)
    assert factor(SymbolTree((Node("1", (0,)),)), weights) < 0.02
    assert factor(SymbolTree((Node(".", (0,)),)), weights_of(DOT, [[5, 5]], [[6, 6]], is_traced=True)) < 0.05


def test_a_symbol_of_more_strokes_than_any_has_is_not_read() -> None:
    weights = weights_of(*[LINE] * 30)
    assert factor(SymbolTree((Node("h", tuple(range(10))), Node(".", tuple(range(10, 30))))), weights) < 0.04


def test_a_sign_of_no_known_class_makes_a_reading_doubtful_wherever_it_stands() -> None:
    plain = Node("x", (0,), {Relation.SUP: (Node("2", (1,)),)})
    unknown = Node("x", (0,), {Relation.SUP: (Node(OTHER, (1,)),)})
    assert known_factor(SymbolTree((plain,))) == 1.0 and known_factor(SymbolTree((plain, unknown))) <= 0.1
    sign = RecognizedSymbol(OTHER, (0,), ("0",), None, 0.99)
    assert sign.is_doubtful and not replace(sign, label="x").is_doubtful
    assert replace(sign, label="x", confidence=0.4).is_doubtful


def test_a_symbol_alone_is_no_surer_than_its_class_by_its_strokes() -> None:
    alone, beside = from_latex("x"), from_latex("x y")
    for share, of_class, expected in ((0.8, 0.2, 0.25), (0.2, 0.8, 1.0), (0.0, 0.0, 1.0)):
        assert alone_factor(alone, share, lambda _, p=of_class: np.log(p) if p else -np.inf) == pytest.approx(expected)
    assert alone_factor(beside, 0.8, lambda _: -9.0) == 1.0


def test_a_doubtful_shape_that_stands_alone_lowers_the_confidence_of_all_readings(default: Recognizer) -> None:
    turns = np.linspace(0, 13, 60)
    hook = np.c_[np.cos(turns) * (9 - 0.7 * turns), np.sin(turns) * 4 + turns]  # a sign of no alphabet
    answer = default.recognize([hook])
    assert len(answer.best.symbols) == 1
    classes = ClassScores(default.network, default.network.encode(prepare(Ink.from_arrays([hook]))), default.vocabulary)
    by_shape = np.exp(classes.of(next(answer.best.tree.nodes())))
    assert answer.confidence == answer.best.symbols[0].confidence <= by_shape + 1e-6
    assert by_shape < 0.5 and sum(reading.confidence for reading in answer.readings) <= 1

    written = default.recognize([[[0, 0], [10, 12]], [[10, 0], [0, 12]]])
    assert written.latex in ("x", r"\times", "X") and written.confidence == written.best.symbols[0].confidence


def test_of_a_stroke_that_its_points_hardly_show_hardly_anything_is_read() -> None:
    line, tangle = np.array(LINE, float), np.random.default_rng(0).uniform(size=(5000, 2))
    shown = np.stack([resample(stroke, count=32) for stroke in (line, tangle)])
    seen = seen_shares([line, tangle], shown)
    assert seen[0] == 1 and seen[1] < 0.02
    read = 1 - unread_shares([SymbolTree((Node("-", (0, 1)),))], prepare(Ink.from_arrays([line, line])), seen)[0]
    assert read == pytest.approx(seen)


@pytest.mark.parametrize(("label", "turns", "is_read"), [("0", 1, True), ("0", 4, False), ("-", 2, False)])
def test_a_stroke_more_tangled_than_its_symbol_ever_is_counts_as_unread(label: str, turns: int, is_read: bool) -> None:
    angle = np.linspace(0, 2 * np.pi * turns, 60)
    points = prepare(Ink.from_arrays([np.stack([np.cos(angle), np.sin(angle)], axis=1)]))
    unread = unread_shares([SymbolTree((Node(label, (0,)),))], points, np.ones(1))[0][0]
    assert unread == 0 if is_read else 0.2 < unread < 1


def circle(x: float, size: float) -> list:
    angle = np.linspace(0, 2 * np.pi, 20)
    return (size / 2 * np.stack([np.cos(angle), np.sin(angle)], axis=1) + [x, 0]).tolist()


@pytest.mark.parametrize("label", [".", r"\cdot", r"\bullet"])
def test_a_dot_as_large_as_all_else_makes_a_reading_doubtful(label: str) -> None:
    def factor(*sizes: float, labels: str) -> float:
        ink = Ink.from_arrays([circle(15 * i, size) for i, size in enumerate(sizes)])
        names = [label if one == "." else one for one in labels]
        tree = SymbolTree(tuple(Node(name, (i,)) for i, name in enumerate(names)))
        return dot_factor(tree, prepare(ink))

    assert factor(10, labels=".") == factor(10, 8, labels="..") == factor(10, 12, labels=".x") < 0.4
    assert factor(10, labels="x") == factor(10, 3, labels="x.") == factor(1, 1, 1, labels="...") == 1
    assert factor(10, 5, 10, labels="x.x") == 1  # a bullet between letters


def tangles() -> dict[str, list[np.ndarray]]:
    """What a network calls a dot, for it has no letter for it."""
    rng, turn = np.random.default_rng(5), np.linspace(0, 1, 200)
    found = {f"zigzag of {n} points": [rng.uniform(size=(n, 2)) * [200, 100]] for n in (12, 16, 20)}
    for n in (3, 4, 5):
        angle = 2 * np.pi * n * turn
        found[f"spiral of {n} turns"] = [(turn * np.stack([np.cos(angle), np.sin(angle)])).T]
        found[f"closing spiral of {n} turns"] = [(np.exp(-2 * turn) * np.stack([np.cos(angle), np.sin(angle)])).T]
    walk = rng.normal(size=(400, 2)) + [0.3, 0.1]
    found["drift"] = [np.cumsum(walk, axis=0)]
    return found


@pytest.fixture(scope="module")
def default() -> Recognizer:
    return Recognizer.load()


@pytest.mark.parametrize("name", tangles())
def test_the_default_network_is_not_confident_of_a_tangle(default: Recognizer, name: str) -> None:
    assert default.recognize(tangles()[name]).confidence < 0.3


def scribbles() -> dict[str, list[np.ndarray]]:
    """What nobody would write for mathematics."""
    rng, turn = np.random.default_rng(0), np.linspace(0, 1, 2000)
    walk = np.cumsum(rng.normal(size=(5000, 2)), axis=0)
    sweep = np.array([[x if y % 2 else 8 - x, y] for y in range(8) for x in range(9)], float)
    return {
        "random points": [rng.uniform(size=(5000, 2))],
        "few random points": [rng.uniform(size=(40, 2))],
        "a walk": [walk],
        "three walks": [walk[:300] + [80 * i, 0] for i in range(3)],
        "a spiral": [(turn * np.stack([np.cos(90 * turn), np.sin(90 * turn)])).T],
        "circles": [np.stack([np.cos(40 * turn), np.sin(40 * turn)], axis=1)],
        "a zigzag": [np.array([[i, 100 * (i % 2)] for i in range(100)], float)],
        "a wide zigzag": [np.array([[10 * i, 30 * (i % 2)] for i in range(200)], float)],
        "points in one spot": [np.round(rng.normal(size=(3000, 2)))],
        "swept dots": [sweep + [30 * i, 0] for i in range(2)],
        "a row of swept dots": [sweep + [30 * i, 0] for i in range(8)],
        "hatching": [np.array([[10 * i, 0], [10 * i + 20, 100]], float) for i in range(12)],
    }


@pytest.mark.parametrize("name", scribbles())
def test_the_shipped_network_is_not_confident_of_a_scribble(shipped: Recognizer, name: str) -> None:
    try:
        assert shipped.recognize(scribbles()[name]).confidence < 0.3
    except NoReading as error:
        assert "no reading" in str(error)


def zigzag(points: int, height: float, width: float = 5) -> np.ndarray:
    return np.array([[width * i, height * (i % 2)] for i in range(points)], float)


def wave(points: int, width: float) -> np.ndarray:
    turn = np.linspace(0, np.pi * (points - 1), 150)
    return np.column_stack([width * turn / np.pi, -5 * np.cos(turn)])


@pytest.mark.parametrize("points", [2, 5, 8, 12])
def test_swings_are_counted_along_the_axis_that_has_more(points: int) -> None:
    tall = zigzag(points, 20)
    some = [resample(stroke, count=64) for stroke in (tall, tall[:, ::-1], wave(points, 5), tall * [1, -1])]
    assert swings(np.stack(some)).tolist() == [points - 1] * 4


def test_a_line_that_trembles_swings_no_more_than_a_line() -> None:
    line = np.column_stack([np.linspace(0, 10, 32), 0.4 * (np.arange(32) % 2)])
    assert swings(np.stack([line, np.zeros((32, 2))])).tolist() == [1, 0]


@pytest.mark.parametrize("points", [9, 10, 12, 14, 16])
@pytest.mark.parametrize("width", [3, 5, 10])
def test_the_default_network_is_not_confident_of_a_zigzag_or_a_wave(
    default: Recognizer, points: int, width: float
) -> None:
    for stroke in (zigzag(points, 10, width), wave(points, width)):
        assert default.recognize([stroke]).confidence < 0.5


def test_an_m_with_strokes_that_lead_in_and_out_is_not_doubted() -> None:
    eight, nine = (prepare(Ink.from_arrays([zigzag(points, 10)])) for points in (8, 9))
    assert swing_factor(eight) == 1 and swing_factor(nine) < 0.5


@pytest.mark.parametrize("lines", [3, 4, 5, 7, 10])
def test_the_default_network_is_not_confident_of_hatching(default: Recognizer, lines: int) -> None:
    upright = [[[8 * i, 0], [8 * i, 30]] for i in range(lines)]
    slanting = [[[8 * i + 8, 0], [8 * i, 30]] for i in range(lines)]
    for strokes in (upright, slanting):
        assert default.recognize(strokes).confidence < 0.5


@pytest.mark.parametrize("lines", [5, 8, 12])
def test_hatching_is_doubted_where_there_are_no_norms_to_read(default: Recognizer, lines: int) -> None:
    found = default.recognize([[[8 * i, 0], [8 * i, 30]] for i in range(lines)], symbols=["|", "x"])
    assert found.latex == " ".join("|" * lines) and found.confidence < 0.3


def test_norms_around_something_and_signs_of_as_many_lines_as_they_have_are_not_doubted(default: Recognizer) -> None:
    norm = SymbolTree((Node(r"\|", (0, 1)), Node("x", (2,)), Node(r"\|", (3, 4))))
    assert lines_factor(norm) == 1 and lines_factor(SymbolTree((Node(r"\equiv", (0, 1, 2)),))) == 1
    assert lines_factor(SymbolTree((Node(r"\equiv", (0, 1, 2, 3)),))) < 0.5
    assert lines_factor(SymbolTree((Node(r"\|", (0,)), Node(r"\|", (1,))))) < 0.5
    bars = tuple(Node("|", (i,)) for i in range(4))
    assert lines_factor(SymbolTree(bars)) < 0.5 and lines_factor(SymbolTree(bars[:3])) == 1
    assert lines_factor(SymbolTree((*bars, Node("x", (4,))))) == 1
    assert default.recognize([[[0, 8 * i], [40, 8 * i]] for i in range(3)]).confidence > 0.5


def spiral(turns: float, way: int = 1, shape: float = 1.0) -> np.ndarray:
    along = np.linspace(0, 1, 80)
    angle = way * 2 * np.pi * turns * along
    return np.outer(5 + 95 * along**shape, [1, 1]) * np.column_stack([np.cos(angle), np.sin(angle)])


@pytest.mark.parametrize("shape", [0.7, 1.0, 1.5])
@pytest.mark.parametrize("turns", [1.5, 1.75, 2.0, 2.5])
def test_the_default_network_is_not_confident_of_a_spiral(default: Recognizer, turns: float, shape: float) -> None:
    for way in (-1, 1):
        for stroke in (spiral(turns, way, shape), spiral(turns, way, shape)[::-1]):
            assert default.recognize([stroke]).confidence < 0.5


def test_a_spiral_is_measured_by_its_turns_beside_others() -> None:
    def measured(stroke: np.ndarray) -> float:
        return coiled(resample(stroke, count=64))

    assert [measured(spiral(turns)) for turns in (1.5, 2, 2.5)] == pytest.approx([0.5, 1.0, 1.5], abs=0.12)
    circle = np.column_stack([np.cos(np.linspace(0, 14, 90)), np.sin(np.linspace(0, 14, 90))])
    assert [measured(stroke) for stroke in (circle, zigzag(8, 10), np.array([[0.0, 0], [9, 0]]))] == [0, 0, 0]


def test_only_a_spiral_by_itself_is_doubted() -> None:
    alone = prepare(Ink.from_arrays([spiral(2)]))
    beside = prepare(Ink.from_arrays([spiral(2), [[150, 0], [150, 50]]]))
    assert spiral_factor(alone) < 0.5 and spiral_factor(beside) == 1


def square(x: float) -> np.ndarray:
    corners = np.array([[x, 0], [x + 10, 0], [x + 10, 10], [x, 10], [x, 0]], float)
    return resample(corners, count=40)


def test_ink_whose_strokes_were_joined_is_doubted() -> None:
    apart = [square(x) for x in (0, 30, 60)]
    joined = np.concatenate(apart)
    assert jumps([*apart, joined, np.array([[0.0, 0], [1, 0], [50, 0]])]).tolist() == [0, 0, 0, 2, 0]
    assert joined_factor([joined], np.ones(1)) < 0.5
    assert joined_factor([joined, *apart], np.array([0.6, 0.1, 0.1, 0.2])) < 0.5
    assert joined_factor([joined, *apart], np.array([0.4, 0.2, 0.2, 0.2])) == 1
    assert joined_factor(apart, np.full(3, 1 / 3)) == 1


@pytest.mark.parametrize("name", ["sample8_09", "sample7_00", "sample8_03"])
def test_the_default_network_is_not_confident_of_joined_strokes(default: Recognizer, name: str) -> None:
    ink = read(SAMPLE / f"{name}.inkml")
    try:
        assert default.recognize([np.concatenate(ink.strokes)]).confidence < 0.5
    except NoReading:
        pass


@pytest.mark.parametrize("label", [OTHER, "\\overbrace", "\\boxed", "\\aleph", "a"])
def test_unknown_signs_may_be_tangled_and_frames_long(label: str) -> None:
    path, curl, _ = limits(label)
    assert np.isinf(path) == (label not in ("\\aleph", "a")) and np.isinf(curl) == (label == OTHER)


def certain(trained: Recognizer, bias: float) -> Recognizer:
    """Confident of whatever it reads, and ends as soon as it may."""
    weights = {path: np.array(array) for path, array in trained.bundle.weights.items()}
    path = next(path for path in weights if path.endswith("decoder/token/bias"))
    weights[path][Vocabulary.crohme().token_index["<end>"]] += bias
    calibration = {"ink": [1e-9, 4.0]}
    return Recognizer(replace(trained.bundle, weights=weights, calibration=calibration))


def test_a_page_of_several_expressions_is_told_to_be_one(shipped: Recognizer) -> None:
    page = Path(__file__).resolve().parents[2] / "docs" / "reading.png"
    with pytest.raises(NoReading, match="no reading: 193 strokes are more than one expression has"):
        shipped.recognize(page, beam=1)


@pytest.mark.parametrize("beam", [1, 4])
def test_ink_of_which_hardly_anything_is_read_has_no_reading(expression_bundle: Path, beam: int) -> None:
    hasty = certain(Recognizer.load(expression_bundle), 60.0)
    lines = [[[0, 20 * i], [10, 20 * i + 3]] for i in range(60)]
    assert hasty.recognize(lines[:1], beam=beam).confidence > 0.0005
    with pytest.raises(NoReading, match=r"no reading: \d\d of 60 strokes stay unread"):
        hasty.recognize(lines, beam=beam)
    answer = hasty.recognize(lines, beam=beam, symbols="digits")  # asked for: an answer however small its confidence
    assert answer.confidence < 0.0005
    assert [r.confidence for r in answer.readings] == sorted((r.confidence for r in answer.readings), reverse=True)
