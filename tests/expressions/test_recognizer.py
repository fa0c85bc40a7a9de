"""What a user imports, fed with ink of every kind. The network is of toy size and random: what it says is nonsense."""

from __future__ import annotations

import asyncio
import io
import json
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from lxml import etree
from PIL import Image

import crohme
from crohme import bundle
from crohme.bundle import BundleError
from crohme.datasets.location import inkml_files, sample_folder
from crohme.expressions.recognizer import Recognizer, prepare
from crohme.expressions.vocabulary import Vocabulary
from crohme.ink.sources import MAX_STROKES, NothingToRecognize
from crohme.ink.trace import read_traced
from crohme.notation import MAX_DEPTH, Alphabet, from_latex, to_latex
from crohme.recognition import AlphabetError, Recognition
from inkml_parser import EmptyInk, Ink, OversizedInk, read, write

FILE = inkml_files(sample_folder() / "test")[3]


@pytest.fixture(scope="module")
def recognizer(expression_bundle: Path) -> Recognizer:
    return crohme.load(expression_bundle)


def strokes(n: int, seed: int = 0) -> list[np.ndarray]:
    """n scribbles on lines of 30."""
    rng = np.random.default_rng(seed)
    return [rng.normal(size=(12, 2)).cumsum(axis=0) + [k % 30 * 8, k // 30 * 30] for k in range(n)]


def check(found: Recognition, n: int) -> None:
    """All that must hold whatever the network says."""
    assert found.readings
    confidences = [reading.confidence for reading in found.readings]
    assert confidences == sorted(confidences, reverse=True)
    assert all(0 <= confidence <= 1 for confidence in confidences) and sum(confidences) <= 1 + 1e-9
    assert len({reading.latex for reading in found.readings}) == len(found.readings)
    for reading in found.readings:
        assert " ".join(to_latex(from_latex(reading.latex))) == reading.latex
        used = [stroke for node in reading.tree.nodes() for stroke in node.strokes]
        assert len(used) == len(set(used)) and set(used) <= set(range(n))
        assert etree.fromstring(reading.mathml).tag == "{http://www.w3.org/1998/Math/MathML}math"
        assert [(s.label, s.strokes) for s in reading.symbols] == [(n.label, n.strokes) for n in reading.tree.nodes()]
        for symbol in reading.symbols:
            assert reading.confidence <= symbol.confidence <= 1
            points = np.concatenate([found.ink.strokes[i] for i in symbol.strokes])
            assert symbol.box == (*points.min(axis=0), *points.max(axis=0))
            assert symbol.trace_ids == tuple(found.ink.trace_ids[i] for i in symbol.strokes)
    again = Recognition.from_dict(json.loads(found.to_json()), found.ink)
    assert again == found and again.to_dict() == found.to_dict()
    assert [reading.symbols for reading in again.readings] == [reading.symbols for reading in found.readings]


def test_sources_of_all_kinds_are_read_alike(recognizer: Recognizer) -> None:
    ink = read(FILE)
    expected = recognizer.recognize(FILE).readings
    with FILE.open("rb") as file:
        for source in (str(FILE), FILE.read_bytes(), file, io.BytesIO(FILE.read_bytes()), ink, ink.strokes):
            assert recognizer.recognize(source).readings == expected
    arrays = [stroke.tolist() for stroke in ink.strokes]
    assert recognizer.recognize(arrays).readings == expected


@pytest.mark.parametrize("beam", [1, 5])
@pytest.mark.parametrize("n", [1, 2, 3, 8, 40])
def test_readings_are_well_formed_and_ranked(recognizer: Recognizer, n: int, beam: int) -> None:
    for seed in range(4):
        check(recognizer.recognize(strokes(n, seed), beam=beam), n)


def test_top_is_the_beginning_of_more(recognizer: Recognizer) -> None:
    all_of_them = recognizer.recognize(FILE, top=50, beam=8).readings
    assert len(all_of_them) > 3
    for top in (1, 3):
        assert recognizer.recognize(FILE, top=top, beam=8).readings == all_of_them[:top]
    found = recognizer.recognize(FILE, top=1)
    assert (str(found), found.confidence, found.best) == (found.latex, found.best.confidence, found.readings[0])


def test_place_and_size_do_not_matter(recognizer: Recognizer) -> None:
    ink = read(FILE)
    expected = recognizer.recognize(ink)
    for scale, shift in ((1.0, 1e4), (1e-3, 0.0), (7.3, -250.0), (1e250, 0.0), (1e-250, 0.0)):
        found = recognizer.recognize([stroke * scale + shift for stroke in ink.strokes])
        assert found.latex == expected.latex, (scale, shift)
        assert found.confidence == pytest.approx(expected.confidence, rel=1e-2)


UNUSUAL = {
    "a dot": [[[1, 1]]],
    "a dot of two points": [[[1, 1], [1, 1]]],
    "two dots": [[[1, 1]], [[2, 1]]],
    "one line": [[[0, 0], [1, 0]]],
    "points that repeat": [np.repeat(stroke, 4, axis=0) for stroke in strokes(5)],
    "from right to left": strokes(6)[::-1],
    "a stroke far off": [*strokes(6), strokes(1)[0] + 1e9],
    "tiny": [stroke * 1e-300 for stroke in strokes(6)],
    "tinier": [stroke * 5e-322 for stroke in strokes(6)],
    "huge": [stroke * 1e300 for stroke in strokes(6)],
    "the largest there is": [stroke * (1.7e308 / 240) for stroke in strokes(6)],
    "tiny beside huge": [[[0, 0], [1e-300, 0]], [[1e300, 1e300], [1e300, 0]]],
    "tiny far off": [stroke * 1e-3 + 1e9 for stroke in strokes(6)],
    "one stroke of 20,000 points": [np.stack([np.arange(20_000), 5e3 * np.sin(np.arange(20_000) / 4e3)], axis=1)],
}


@pytest.mark.parametrize("name", UNUSUAL)
def test_unusual_ink_is_answered(recognizer: Recognizer, name: str) -> None:
    ink = UNUSUAL[name]
    assert np.isfinite(prepare(Ink.from_arrays(ink))).all()
    check(recognizer.recognize(ink), len(ink))


@pytest.mark.parametrize("ink", [[], [[[1, 1]], [[1, 1]]], [[[3, 4], [3, 4]], [[3, 4]]], [[[1e300, -1e300]]] * 4])
def test_ink_that_shows_nothing_is_refused(recognizer: Recognizer, ink: list) -> None:
    with pytest.raises(NothingToRecognize):
        recognizer.recognize(ink)


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff"])
def test_pictures_of_all_kinds_are_traced(recognizer: Recognizer, tmp_path: Path, suffix: str) -> None:
    picture = np.full((60, 60), 255, np.uint8)
    cv2.line(picture, (10, 30), (50, 30), 0, 3)
    path = tmp_path / f"minus{suffix.upper()}"
    Image.fromarray(picture).save(path)
    check(recognizer.recognize(path), 1)
    assert recognizer.recognize(path.read_bytes()).readings == recognizer.recognize(path).readings


def test_confidence_of_pictures_has_a_calibration_of_its_own(recognizer: Recognizer, tmp_path: Path) -> None:
    calibration = {"ink": [0.02, -5.0], "traced": [0.02, -7.0]}  # less than a symbol alone has by its shape
    careful = Recognizer(replace(recognizer.bundle, calibration=calibration))
    picture = np.full((80, 160), 255, np.uint8)
    cv2.line(picture, (20, 40), (60, 40), 0, 3)
    cv2.ellipse(picture, (120, 40), (15, 25), 0, 0, 360, 0, 3)
    cv2.imwrite(str(tmp_path / "a.png"), picture)
    traced = read_traced(tmp_path / "a.png")
    of_picture, of_its_ink = careful.recognize(tmp_path / "a.png"), careful.recognize(traced)
    of_written_ink = careful.recognize(Ink(traced.strokes))
    assert of_picture.readings == of_its_ink.readings
    assert of_picture.latex == of_written_ink.latex
    odds = [c / (1 - c) for c in (of_picture.confidence, of_written_ink.confidence)]
    assert np.log(odds[0]) == pytest.approx(np.log(odds[1]) - 2)
    write(traced, tmp_path / "kept.inkml")
    assert careful.recognize(tmp_path / "kept.inkml").confidence == pytest.approx(of_picture.confidence, rel=0.01)


def test_files_that_are_no_ink_are_refused(recognizer: Recognizer) -> None:
    with pytest.raises(EmptyInk):
        recognizer.recognize(b"")
    with pytest.raises(FileNotFoundError):
        recognizer.recognize("nowhere.inkml")


def wanting(trained: bundle.Bundle, *tokens: str) -> Recognizer:
    """A network that writes these wherever it may, the first the most, takes stroke by stroke, and never ends."""
    weights = {path: np.array(array) for path, array in trained.weights.items()}
    bias = next(path for path in weights if path.endswith("decoder/token/bias"))
    for rank, token in enumerate(tokens[::-1]):
        weights[bias][Vocabulary.crohme().token_index[token]] += 30 + 20 * rank
    weights[bias][Vocabulary.crohme().token_index["<end>"]] -= 200
    weights[next(path for path in weights if path.endswith("pointer_query/kernel"))] *= 400
    return Recognizer(replace(trained, weights=weights))


@pytest.mark.parametrize("tokens", [("^", "x"), (r"\sqrt", "x"), ("_", "^", "x"), ("x",)])
def test_a_page_of_strokes_is_bounded_even_for_a_network_that_never_ends(
    recognizer: Recognizer, tokens: tuple[str, ...]
) -> None:
    found = wanting(recognizer.bundle, *tokens).recognize(strokes(300), beam=1)
    check(found, 300)
    assert 12 + 6 * 300 > len(found.latex.split()) > MAX_DEPTH


def test_more_strokes_than_an_expression_has_are_refused(recognizer: Recognizer) -> None:
    every = recognizer.vocabulary.alphabet  # asked for it, however little is read
    check(recognizer.recognize(strokes(MAX_STROKES), beam=1, symbols=every), MAX_STROKES)
    with pytest.raises(OversizedInk, match=f"{MAX_STROKES + 1} strokes, more than {MAX_STROKES}"):
        recognizer.recognize(strokes(MAX_STROKES + 1))


def test_bundles_that_do_not_fit_are_refused(recognizer: Recognizer) -> None:
    with pytest.raises(BundleError, match="symbol_cnn does not read whole expressions"):
        Recognizer(replace(recognizer.bundle, network="symbol_cnn"))
    with pytest.raises(BundleError, match="vocabulary"):
        Recognizer(replace(recognizer.bundle, vocabulary=("x",)))


@pytest.mark.parametrize("symbols", ["digits", ["1", "+", "\\sqrt", "-"], Alphabet(["x", "y", "\\nabla"])])
def test_an_answer_keeps_to_the_symbols_asked_for(recognizer: Recognizer, symbols: object) -> None:
    allowed = set("0123456789") if symbols == "digits" else set(symbols)
    for beam in (1, 4):
        found = recognizer.recognize(FILE, symbols=symbols, beam=beam)
        check(found, len(found.ink.strokes))
        assert {symbol.label for reading in found.readings for symbol in reading.symbols} <= allowed
    everything = recognizer.recognize(FILE)
    assert {symbol.label for symbol in everything.symbols} - allowed
    assert recognizer.recognize(FILE, symbols="crohme").readings == everything.readings


def test_symbols_that_cannot_be_asked_for_are_named(recognizer: Recognizer) -> None:
    for symbols, cause in (
        ("greek", "no alphabet is called 'greek'"),
        (["x", "\\nabla"], r"does not know \\nabla"),
        ([], "no symbol that"),
    ):
        with pytest.raises(AlphabetError, match=cause):
            recognizer.recognize(FILE, symbols=symbols)


def test_the_shipped_network_reads_digits_where_it_saw_letters() -> None:
    """One stroke like a zero: the letter o where all may stand, and a digit with a digit's confidence where not."""
    angles = np.linspace(0, 2 * np.pi, 30)
    ring = [np.stack([10 * np.sin(angles), -14 * np.cos(angles)], axis=1)]
    digit = crohme.load().recognize(ring, symbols="digits")
    assert digit.latex == "0" and digit.confidence > 0.9
    assert crohme.load().recognize(ring, symbols=["o", "x"]).latex == "o"


def test_many_sources_are_answered_or_refused_in_order(recognizer: Recognizer) -> None:
    found = list(recognizer.recognize_many([FILE, b"", "nowhere.inkml", strokes(2)], beam=1, top=1))
    assert [type(one) for one in found] == [Recognition, EmptyInk, FileNotFoundError, Recognition]
    assert found[0].latex == recognizer.recognize(FILE, beam=1, top=1).latex


def test_it_can_be_awaited_and_given_up(recognizer: Recognizer) -> None:
    async def both() -> list[Recognition]:
        return await asyncio.gather(*(recognizer.recognize_async(FILE, beam=beam) for beam in (1, 2)))

    one, two = asyncio.run(both())
    assert (one, two) == (recognizer.recognize(FILE, beam=1), recognizer.recognize(FILE, beam=2))

    async def impatient() -> None:
        await asyncio.wait_for(recognizer.recognize_async(strokes(MAX_STROKES), beam=8), timeout=0.2)

    with pytest.raises(TimeoutError):
        asyncio.run(impatient())
