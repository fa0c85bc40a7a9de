from __future__ import annotations

from pathlib import Path

import cv2
import keras
import numpy as np
import pytest

from crohme import bundle
from crohme.bundle import BundleError
from crohme.ink.image_files import ImageError
from crohme.ink.raster import render
from crohme.ink.strokes import StrokeBatch
from crohme.notation import canonical_label
from crohme.symbols.recognizer import SymbolRecognizer
from inkml_parser import Ink, InkError, read, write

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


@pytest.fixture(scope="module")
def both(bundles: dict[str, bundle.Bundle]) -> SymbolRecognizer:
    return SymbolRecognizer(list(bundles.values()))


def test_labels_come_best_first_with_probabilities(both: SymbolRecognizer) -> None:
    ranked = both.recognize(HOOK, top=4)
    assert sorted(label for label, _ in ranked) == list(LABELS)
    shares = [share for _, share in ranked]
    assert shares == sorted(shares, reverse=True) and sum(shares) == pytest.approx(1, abs=1e-5)
    assert both.recognize(HOOK, top=2) == ranked[:2]


def test_both_is_the_mean(bundles: dict[str, bundle.Bundle], both: SymbolRecognizer) -> None:
    ink = StrokeBatch.from_symbols([HOOK, STAR])
    singles = [SymbolRecognizer([part]).from_strokes(ink) for part in bundles.values()]
    assert not np.allclose(singles[0], singles[1])
    np.testing.assert_allclose(both.from_strokes(ink), (singles[0] + singles[1]) / 2, atol=1e-6)


def test_every_way_in_gives_the_same(both: SymbolRecognizer, tmp_path: Path) -> None:
    ink = Ink.from_arrays(HOOK)
    write(ink, tmp_path / "hook.inkml")
    expected = dict(both.recognize(HOOK, top=4))
    for source in (ink, tmp_path / "hook.inkml", str(tmp_path / "hook.inkml")):
        assert dict(both.recognize(source, top=4)) == pytest.approx(expected, abs=1e-5)


def test_pictures_are_for_the_cnn(bundles: dict[str, bundle.Bundle], both: SymbolRecognizer, tmp_path: Path) -> None:
    path = tmp_path / "star.png"
    cv2.imwrite(str(path), render(StrokeBatch.from_symbols([STAR]), 64)[0])
    assert both.recognize(path) == SymbolRecognizer([bundles["symbol_cnn"]]).recognize(path)
    with pytest.raises(ImageError, match="pictures"):
        SymbolRecognizer([bundles["symbol_lstm"]]).recognize(path)


def test_a_mixed_batch_keeps_its_order(both: SymbolRecognizer, tmp_path: Path) -> None:
    path = tmp_path / "star.png"
    cv2.imwrite(str(path), render(StrokeBatch.from_symbols([STAR]), 64)[0])
    sources = [HOOK, path, Ink.from_arrays(STAR)]
    for got, source in zip(both.recognize_batch(sources, top=4), sources, strict=True):
        assert dict(got) == pytest.approx(dict(both.recognize(source, top=4)), abs=1e-5)
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
    hits = [best[0][0] == label for best, (label, _) in zip(read_as, cut, strict=True)]
    assert sum(hits) / len(hits) >= at_least


@pytest.mark.parametrize("strokes", [[[[0.0, 0.0], [float("nan"), 1.0]]], [[[0.0, 1.0, 2.0]]]])
def test_strokes_that_are_none_are_refused(strokes: list) -> None:
    with pytest.raises(InkError):
        SymbolRecognizer.load("symbol-lstm").recognize([np.array(stroke) for stroke in strokes])
