"""The recogniser in JavaScript computes and reads what the one in Python does."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from crohme.expressions.features import featurize
from crohme.expressions.fixed import FixedSymbol, FixedSymbolError
from crohme.expressions.recognizer import Recognizer, prepare
from crohme.notation import to_text, to_typst
from crohme.recognition import Recognition
from inkml_parser import Ink, InkError
from tests.browser.conftest import REPOSITORY, in_node, needs_node, strokes_of

READER = REPOSITORY / "scripts/read_in_node.mjs"
pytestmark = needs_node


def steps_of(recognizer: Recognizer, n: int) -> list[dict[str, Any]]:
    """The start, and two symbols of one stroke and of the rest."""
    index = recognizer.vocabulary.token_index
    first, others = [0], list(range(1, n))
    written = [[0] * n, [1] + [0] * (n - 1), [1] * n]
    tokens = [index["<start>"], index["x"], index["2"]]
    return [
        {"previous": token, "anchor": anchor, "written": done, "relation": relation, "row": 0}
        for token, anchor, done, relation in zip(tokens, [[], first, others], written, [0, 1, 2], strict=True)
    ]


@pytest.mark.parametrize("flags", [[], ["--plain"]], ids=["vectors", "plain"])
def test_features_and_logits_are_those_of_numpy(
    rounded_recognizer: Recognizer, exported: Path, inks: list[Ink], flags: list[str]
) -> None:
    some = inks[::40]
    steps = [steps_of(rounded_recognizer, len(ink.strokes)) for ink in some]
    asked = [{"strokes": strokes_of(ink), "steps": one} for ink, one in zip(some, steps, strict=True)]
    network: Any = rounded_recognizer.network
    for ink, own, found in zip(some, steps, in_node(READER, [exported, "--logits", *flags], asked), strict=True):
        assert found["vectors"] == (not flags)
        points = prepare(ink)
        memory, n = network.encode(points), len(points)
        anchors = np.zeros((1, len(own), n), np.float32)
        for i, step in enumerate(own):
            anchors[0, i, step["anchor"]] = 1
        numbers = (np.array([[step[name] for step in own]]) for name in ("previous", "relation", "row"))
        previous, relations, rows = numbers
        written = np.array([[step["written"] for step in own]], np.float32)
        tokens, pointers, _ = network.read(memory, network.start(), previous, anchors, written, relations, rows)
        features = featurize(points[None], preprocessing=network.preprocessing)
        expected = {
            "points": points, "classes": network.classify(memory), "pairs": network.relate(memory), "tokens": tokens,
            "pointers": pointers,
            **{f"features_{name}": f for name, f in zip(("points", "strokes", "pairs"), features, strict=True)},
        }  # fmt: skip
        for name, values in expected.items():
            # numpy subtracts large squares in single precision to find how near two strokes come.
            tolerance = 0.02 if name == "features_pairs" else 1e-3
            np.testing.assert_allclose(found[name], np.ravel(values), rtol=0, atol=tolerance, err_msg=name)


@pytest.mark.parametrize(("every", "beam"), [(3, 1), (20, None)], ids=["greedy", "with-the-usual-beam"])
def test_readings_are_those_of_python(
    rounded_recognizer: Recognizer, exported: Path, inks: list[Ink], every: int, beam: int | None
) -> None:
    some = inks[::every]
    asked = [{"strokes": strokes_of(ink)} | ({} if beam is None else {"beam": beam}) for ink in some]
    for ink, found in zip(some, in_node(READER, [exported], asked), strict=True):
        answer = rounded_recognizer.recognize(ink, beam=beam)
        assert_equal(answer, found["readings"])


def assert_equal(answer: Recognition, readings: list[dict[str, Any]]) -> None:
    best, found = answer.best, readings[0]
    assert (found["latex"], len(readings)) == (best.latex, len(answer.readings))
    assert [one["confidence"] for one in readings] == pytest.approx([r.confidence for r in answer.readings], abs=2e-3)
    assert (found["text"], found["typst"]) == (to_text(best.tree), to_typst(best.tree))
    for symbol, own in zip(best.symbols, found["symbols"], strict=True):
        assert own["candidates"][:2] == list(symbol.candidates[:2])
        assert (own["label"], tuple(own["strokes"])) == (symbol.label, symbol.strokes)
        assert own["confidence"] == pytest.approx(symbol.confidence, abs=2e-3)
        assert own["box"] == pytest.approx(symbol.box)


def test_zigzags_and_hatching_are_doubted_as_in_python(rounded_recognizer: Recognizer, exported: Path) -> None:
    inks = [[[[5 * i, 10 * (i % 2)] for i in range(points)]] for points in (8, 9, 12)]
    inks += [[[[8 * i + 8, 0], [8 * i, 30]] for i in range(lines)] for lines in (2, 3, 5)]
    asked = [{"strokes": strokes} for strokes in inks]
    for strokes, found in zip(inks, in_node(READER, [exported], asked), strict=True):
        assert_equal(rounded_recognizer.recognize(strokes), found["readings"])


def test_joined_strokes_and_spirals_are_doubted_as_in_python(
    rounded_recognizer: Recognizer, exported: Path, inks: list[Ink]
) -> None:
    drawn = [[spiral(turns, way).tolist()] for turns in (1.2, 1.6, 2.0) for way in (-1, 1)]
    drawn += [[np.concatenate(ink.strokes).tolist()] for ink in inks if 2 <= len(ink.strokes) <= 5][:6]
    for strokes, found in zip(drawn, in_node(READER, [exported], [{"strokes": one} for one in drawn]), strict=True):
        assert_equal(rounded_recognizer.recognize(strokes), found["readings"])


def test_fixed_symbols_are_read_as_in_python(rounded_recognizer: Recognizer, exported: Path, inks: list[Ink]) -> None:
    some = [ink for ink in inks if 4 <= len(ink.strokes) <= 12][::12]
    given = [
        [([1], "α"), ([0, 2], None)],
        [([0], "\\sqrt"), ([3], "1")],
        [([2], "-"), ([0, 1, 3], "neq")],
    ]
    pairs = [(ink, given[i % len(given)]) for i, ink in enumerate(some)]
    asked = [
        {"strokes": strokes_of(ink), "fixed": [{"strokes": strokes, "label": label} for strokes, label in fixed]}
        for ink, fixed in pairs
    ]
    for (ink, fixed), found in zip(pairs, in_node(READER, [exported], asked), strict=True):
        symbols = [FixedSymbol(tuple(strokes), label) for strokes, label in fixed]
        answer = rounded_recognizer.recognize(ink, fixed=symbols)
        assert_equal(answer, found["readings"])
        assert {tuple(strokes) for strokes, _ in fixed} <= {symbol.strokes for symbol in answer.symbols}


FIXED_PROBLEMS = [
    [([], "x")],
    [([9], "x")],
    [([0, 1], "x"), ([1], "y")],
    [([0], "\\nosuchsign")],
    [([0, 1], "\\sqrt")],
]


def test_fixed_symbols_that_cannot_be_are_refused(recognizer: Recognizer, exported: Path) -> None:
    cross = [[[0, 5], [10, 5]], [[5, 0], [5, 10]]]
    asked = [
        {"strokes": cross, "fixed": [{"strokes": strokes, "label": label} for strokes, label in fixed]}
        for fixed in FIXED_PROBLEMS
    ]
    for fixed, answer in zip(FIXED_PROBLEMS, in_node(READER, [exported], asked), strict=True):
        with pytest.raises(FixedSymbolError) as error:
            recognizer.recognize(cross, fixed=[FixedSymbol(tuple(strokes), label) for strokes, label in fixed])
        assert (answer.get("code"), answer.get("error")) == ("invalid", error.value.cause)


def spiral(turns: float, way: int) -> np.ndarray:
    along = np.linspace(0, 1, 80)
    angle = way * 2 * np.pi * turns * along
    return np.outer(5 + 95 * along, [1, 1]) * np.column_stack([np.cos(angle), np.sin(angle)])


SCRIBBLE = [[[np.cos(2.4 * i) * (i % 7), np.sin(3.1 * i) * (i % 5)] for i in range(300)] for _ in range(4)]
PROBLEMS: dict[str, tuple[Any, str]] = {
    "no-strokes": ([], "nothing_to_recognise"),
    "one-place": ([[[3, 4], [3, 4]], [[3, 4]]], "nothing_to_recognise"),
    "a-stroke-without-points": ([[[1, 2]], []], "unusable_ink"),
    "a-point-that-is-none": ([[[1, 2], [3]]], "unusable_ink"),
    "text-for-a-number": ([[[1, "2"], [3, 4]]], "unusable_ink"),
    "too-many": ([[[i, 0], [i, 1]] for i in range(401)], "too_large"),
    "a-scribble": (SCRIBBLE, "nothing_to_recognise"),
}


def test_what_cannot_be_read_is_refused(recognizer: Recognizer, exported: Path) -> None:
    answers = in_node(READER, [exported], [{"strokes": strokes} for strokes, _ in PROBLEMS.values()])
    for (name, (strokes, code)), answer in zip(PROBLEMS.items(), answers, strict=True):
        with pytest.raises(InkError):
            recognizer.recognize(strokes)
        assert answer.get("code") == code, name


def test_coordinates_of_any_unit_are_read_alike(exported: Path, inks: list[Ink]) -> None:
    strokes = [np.array(stroke) for stroke in inks[0].strokes]
    scaled = [
        [(stroke * scale + shift).tolist() for stroke in strokes] for scale, shift in ((1, 0), (1e-6, 0), (1e4, 7e3))
    ]
    huge = [(stroke / np.abs(stroke).max() * 1.7e308).tolist() for stroke in strokes]
    timed = [[[*point, i] for i, point in enumerate(stroke)] for stroke in scaled[0]]
    asked = [{"strokes": one, "beam": 1} for one in (*scaled, huge, timed)]
    answers = [answer["readings"][0]["latex"] for answer in in_node(READER, [exported], asked)]
    assert answers[1:3] == answers[:1] * 2
    assert answers[4] == answers[0]
    assert answers[3]


def test_damaged_weights_are_refused(exported: Path, tmp_path: Path) -> None:
    shutil.copytree(exported, tmp_path / "damaged")
    weights = tmp_path / "damaged/weights.bin"
    content = bytearray(weights.read_bytes())
    content[1000] ^= 1
    weights.write_bytes(content)
    with pytest.raises(AssertionError, match="BundleError: the weights are damaged"):
        in_node(READER, [tmp_path / "damaged"], [])


def test_another_format_is_refused(exported: Path, tmp_path: Path) -> None:
    shutil.copytree(exported, tmp_path / "other")
    tables = json.loads((exported / "recognizer.json").read_text())
    (tmp_path / "other/recognizer.json").write_text(json.dumps(tables | {"format": 99}))
    with pytest.raises(AssertionError, match="BundleError: its format is 99"):
        in_node(READER, [tmp_path / "other"], [])
