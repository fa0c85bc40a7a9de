from __future__ import annotations

import asyncio
import weakref
from pathlib import Path

import cv2
import keras
import numpy as np
import pytest

import crohme.symbols.recognizer
from crohme import bundle
from crohme.bundle import BundleError
from crohme.ink.image_files import ImageError
from crohme.ink.raster import render
from crohme.ink.sources import NothingToRecognize
from crohme.ink.strokes import StrokeBatch
from crohme.notation import canonical_label
from crohme.recognition import AlphabetError, Recognition
from crohme.symbols.recognizer import SymbolRecognizer
from inkml_parser import Ink, InkError, InvalidInk, read, write

LABELS = ("a", "b", "c", "d")
HOOK = [np.array([[0.0, 0], [0, 10], [5, 12]]), np.array([[9.0, 1]])]
STAR = [np.array([[0.0, 0], [9, 9]]), np.array([[9.0, 0], [0, 9]]), np.array([[4.0, 0], [4, 9]])]


@pytest.fixture(scope="module")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bundle.Bundle]:
    """Untrained networks: their answers are arbitrary but fixed."""
    folder = tmp_path_factory.mktemp("bundles")
    keras.utils.set_random_seed(1)
    return {
        network: bundle.save(
            folder / network, network, {"classes": 4}, LABELS,
            bundle.weights_of(bundle.build(network, {"classes": 4})), {},
        )
        for network in ("symbol_lstm", "symbol_cnn")
    }  # fmt: skip


def shares(found: Recognition) -> dict[str, float]:
    """Label → probability."""
    return {reading.latex: reading.confidence for reading in found.readings}


@pytest.fixture(scope="module")
def both(bundles: dict[str, bundle.Bundle]) -> SymbolRecognizer:
    return SymbolRecognizer(list(bundles.values()))


def test_labels_come_best_first_with_probabilities(both: SymbolRecognizer) -> None:
    found = both.recognize(HOOK, top=4)
    assert sorted(shares(found)) == list(LABELS)
    ranked = [reading.confidence for reading in found.readings]
    assert ranked == sorted(ranked, reverse=True) and sum(ranked) == pytest.approx(1, abs=1e-5)
    assert both.recognize(HOOK, top=2).readings == found.readings[:2]
    assert (found.latex, found.confidence) == (found.readings[0].latex, ranked[0])


def test_the_symbol_is_all_of_the_ink(both: SymbolRecognizer) -> None:
    found = both.recognize(HOOK)
    (symbol,) = found.symbols
    assert (symbol.label, symbol.strokes, symbol.trace_ids) == (found.latex, (0, 1), ("0", "1"))
    assert (symbol.box, symbol.confidence) == ((0.0, 0.0, 9.0, 12.0), found.confidence)
    assert [node.strokes for node in found.tree.nodes()] == [(0, 1)]
    assert Recognition.from_json(found.to_json(), found.ink) == found


def test_the_labels_to_choose_from_share_the_probability(both: SymbolRecognizer) -> None:
    whole, part = shares(both.recognize(HOOK, top=4)), shares(both.recognize(HOOK, symbols=["d", "b"]))
    assert part.keys() == {"b", "d"}
    assert part["b"] == pytest.approx(whole["b"] / (whole["b"] + whole["d"]))
    with pytest.raises(AlphabetError, match="no symbol that the recogniser may answer with"):
        both.recognize(HOOK, symbols="digits")
    with pytest.raises(AlphabetError, match="does not know e"):
        both.recognize(HOOK, symbols=["a", "e"])


def test_many_sources_are_answered_or_refused_in_order(both: SymbolRecognizer, tmp_path: Path) -> None:
    path = tmp_path / "star.png"
    cv2.imwrite(str(path), render(StrokeBatch.from_symbols([STAR]), 64)[0])
    sources = [HOOK, [], path, tmp_path / "missing.inkml", *[STAR] * 65]
    found = list(both.recognize_many(sources))
    assert [type(one) for one in found[:4]] == [Recognition, NothingToRecognize, Recognition, FileNotFoundError]
    assert shares(found[0]) == pytest.approx(shares(both.recognize(HOOK)), abs=1e-5)
    assert len(found) == len(sources) and {one.latex for one in found[4:]} == {both.recognize(STAR).latex}


def test_pictures_that_are_refused_are_not_kept(both: SymbolRecognizer, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    def refuse(*_: object) -> None:
        pixels = np.zeros(9)
        seen.append(weakref.ref(pixels))
        raise ImageError("is damaged")

    monkeypatch.setattr(crohme.symbols.recognizer, "_load", refuse)
    found = list(both.recognize_many([b"", b""]))
    assert [str(one) for one in found] == ["is damaged"] * 2
    assert [reference() for reference in seen] == [None] * 2


def test_it_can_be_awaited(both: SymbolRecognizer) -> None:
    assert shares(asyncio.run(both.recognize_async(HOOK, symbols=["a"]))) == {"a": 1.0}


def test_both_is_the_mean(bundles: dict[str, bundle.Bundle], both: SymbolRecognizer) -> None:
    ink = StrokeBatch.from_symbols([HOOK, STAR])
    singles = [SymbolRecognizer([part]).from_strokes(ink) for part in bundles.values()]
    assert not np.allclose(singles[0], singles[1])
    np.testing.assert_allclose(both.from_strokes(ink), (singles[0] + singles[1]) / 2, atol=1e-6)


def test_every_way_in_gives_the_same(both: SymbolRecognizer, tmp_path: Path) -> None:
    ink = Ink.from_arrays(HOOK)
    write(ink, tmp_path / "hook.inkml")
    expected = shares(both.recognize(HOOK, top=4))
    for source in (ink, tmp_path / "hook.inkml", str(tmp_path / "hook.inkml")):
        assert shares(both.recognize(source, top=4)) == pytest.approx(expected, abs=1e-5)


def test_pictures_are_for_the_cnn(bundles: dict[str, bundle.Bundle], both: SymbolRecognizer, tmp_path: Path) -> None:
    path = tmp_path / "star.png"
    cv2.imwrite(str(path), render(StrokeBatch.from_symbols([STAR]), 64)[0])
    found = both.recognize(path)
    assert found == SymbolRecognizer([bundles["symbol_cnn"]]).recognize(path)
    assert (found.ink, found.symbols[0].strokes, found.symbols[0].box) == (None, (), None)
    assert Recognition.from_json(found.to_json()) == found
    with pytest.raises(ImageError, match="pictures"):
        SymbolRecognizer([bundles["symbol_lstm"]]).recognize(path)


def test_a_mixed_batch_keeps_its_order(both: SymbolRecognizer, tmp_path: Path) -> None:
    path = tmp_path / "star.png"
    cv2.imwrite(str(path), render(StrokeBatch.from_symbols([STAR]), 64)[0])
    sources = [HOOK, path, Ink.from_arrays(STAR)]
    for got, source in zip(both.recognize_batch(sources, top=4), sources, strict=True):
        assert shares(got) == pytest.approx(shares(both.recognize(source, top=4)), abs=1e-5)
    assert both.recognize_batch([]) == []


def test_errors_are_typed(both: SymbolRecognizer, tmp_path: Path) -> None:
    (tmp_path / "empty.inkml").touch()
    with pytest.raises(InkError, match="empty.inkml"):
        both.recognize(tmp_path / "empty.inkml")
    with pytest.raises(ImageError, match="missing.png"):
        both.recognize(tmp_path / "missing.png")
    with pytest.raises(BundleError, match="no such bundle"):
        SymbolRecognizer.load(tmp_path / "nothing")


def test_different_classes_do_not_mix(bundles: dict[str, bundle.Bundle]) -> None:
    other = bundle.Bundle(Path("other"), "symbol_cnn", {"classes": 4}, ("w", "x", "y", "z"), {})
    with pytest.raises(BundleError, match="different classes"):
        SymbolRecognizer([bundles["symbol_lstm"], other])


@pytest.mark.parametrize(("name", "at_least"), [("symbol-lstm", 0.82), ("symbol-cnn", 0.83), ("both", 0.84)])
def test_the_shipped_ones_read_real_ink(name: str, at_least: float, crohme_data: Path) -> None:
    inks = [read(path) for path in sorted((crohme_data / "test2013").glob("*.inkml"))[::8]]
    cut = [(canonical_label(s.label), ink.select(s.strokes)) for ink in inks for s in ink.symbols]
    assert len(cut) > 600
    read_as = SymbolRecognizer.load(name).recognize_batch([ink for _, ink in cut], top=1)
    hits = [best.latex == label for best, (label, _) in zip(read_as, cut, strict=True)]
    assert sum(hits) / len(hits) >= at_least


@pytest.mark.parametrize("strokes", [[[[0.0, 0.0], [float("nan"), 1.0]]], [[[0.0, 1.0, 2.0, 3.0]]]])
def test_strokes_that_are_none_are_refused(strokes: list) -> None:
    with pytest.raises(InkError):
        SymbolRecognizer.load("symbol-lstm").recognize([np.array(stroke) for stroke in strokes])


def test_every_source_of_ink_is_taken_as_by_the_recogniser_of_expressions(tmp_path: Path) -> None:
    recognizer = SymbolRecognizer.load("symbol-lstm")
    strokes = [[[0, 5], [10, 5]], [[5, 0], [5, 10]]]
    path = tmp_path / "plus.inkml"
    write(Ink.from_arrays(strokes), path)
    with path.open("rb") as file:
        found = [recognizer.recognize(s).latex for s in (strokes, path, str(path), path.read_bytes(), file)]
    assert found == ["+"] * 5
    for nothing in ([], Ink(())):
        with pytest.raises(NothingToRecognize, match="no strokes"):
            recognizer.recognize(nothing)
    with pytest.raises(InvalidInk, match="not int"):
        recognizer.recognize(5)
    with pytest.raises(IsADirectoryError):
        recognizer.recognize(tmp_path)
