"""What a bundle says of preprocessing and decoding is what the recogniser goes by."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from crohme import bundle
from crohme.datasets.crohme import crohme_folder
from crohme.expressions.recognizer import NoReading, Recognizer
from crohme.expressions.settings import Decoding
from crohme.expressions.shapes import FILE as SHAPES

FILE = Path(__file__).resolve().parents[2] / "data" / "sample" / "test" / "sample7_00.inkml"


@pytest.fixture(scope="module")
def trained(expression_bundle: Path) -> bundle.Bundle:
    return bundle.load(expression_bundle)


def changed(trained: bundle.Bundle, table: str, **values: Any) -> Recognizer:
    return Recognizer(replace(trained, **{table: {**getattr(trained, table), **values}}))


def test_the_beam_of_the_bundle_is_used_unless_another_is_asked_for(trained: bundle.Bundle) -> None:
    usual, wide = Recognizer(trained), changed(trained, "decoding", beam=9)
    assert usual.decoding.beam == 5 and wide.decoding.beam == 9
    assert wide.recognize(FILE).readings == usual.recognize(FILE, beam=9).readings
    assert wide.recognize(FILE, beam=5).readings == usual.recognize(FILE).readings
    assert len(wide.recognize(FILE, top=50).readings) > len(usual.recognize(FILE, top=50).readings)


@pytest.mark.parametrize(
    ("table", "name", "value"),
    [
        ("decoding", "forward_weight", 0.1),
        ("decoding", "class_weight", 2.0),
        ("decoding", "same_symbol", 0.99),
        ("preprocessing", "smallest_stroke", 3.0),
        ("preprocessing", "likeness_scale", 3.0),
        ("calibration", "ink", (0.05, 0.0)),
    ],
)
def test_every_constant_of_the_bundle_changes_what_is_answered(
    table: str, name: str, value: Any, trained: bundle.Bundle
) -> None:
    usual = Recognizer(trained).recognize(FILE).readings
    assert changed(trained, table, **{name: value}).recognize(FILE).readings != usual
    assert changed(trained, table).recognize(FILE).readings == usual


@pytest.mark.skipif(crohme_folder() is None, reason="needs CROHME_DATA")
def test_no_stroke_goes_with_the_symbol_beside_it_for_want_of_a_gain_from_one_symbol_more() -> None:
    folder, math = crohme_folder(), bundle.load("math")
    assert folder is not None
    math = replace(math, files={name: content for name, content in math.files.items() if name != SHAPES})
    fewer, more = (changed(math, "decoding", symbol_weight=weight) for weight in (0.0, 1.0))
    for name, end in (("rit_420_1", r"i ^ { \prime } \lt 0"), ("106_em_105", "V . f ( p ) = N k T")):
        found = [one.recognize(folder / f"test2013/{name}.inkml", symbols="crohme") for one in (fewer, more)]
        assert found[1].latex.endswith(end) and not found[0].latex.endswith(end)


def test_a_reading_below_the_least_confidence_is_none(trained: bundle.Bundle) -> None:
    confidence = Recognizer(trained).recognize(FILE).confidence
    assert changed(trained, "decoding", least_confidence=confidence - 1e-6).recognize(FILE).confidence == confidence
    with pytest.raises(NoReading):
        changed(trained, "decoding", least_confidence=confidence + 1e-6).recognize(FILE)


def test_constants_can_be_given_beside_the_bundle(trained: bundle.Bundle) -> None:
    given = Recognizer(trained, Decoding(class_weight=2.0))
    assert given.recognize(FILE).readings == changed(trained, "decoding", class_weight=2.0).recognize(FILE).readings
