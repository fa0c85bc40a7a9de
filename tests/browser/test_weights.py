"""Weights in eight bits are near to those of the bundle, and so is what is read with them."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest

from crohme.browser.weights import Eighths, packed, rounded
from crohme.expressions.recognizer import Recognizer
from inkml_parser import Ink


@pytest.mark.parametrize("axis", [0, 1], ids=["columns", "rows"])
def test_no_weight_is_further_off_than_its_scale_allows(axis: int) -> None:
    matrix = np.random.default_rng(0).normal(size=(60, 90)).astype(np.float32)
    matrix[:, 3], matrix[5], matrix[:, 7] = 0, 0, 1e-30
    matrix[7, 9], matrix[9, 7] = 1e4, 1e4
    eighths = Eighths.nearest(matrix, axis)
    assert np.abs(eighths.numbers.astype(int)).max() == 127
    off = np.sqrt(((eighths.restored - matrix) ** 2).mean(axis=axis))
    assert (off <= np.abs(matrix).max(axis=axis) / 127 / np.sqrt(12) * 1.2).all()


def test_what_fits_into_eight_bits_stays_as_it_is() -> None:
    numbers = np.random.default_rng(1).integers(-127, 128, size=(64, 80)).astype(np.float32)
    numbers[0] = 127
    matrix = numbers * (2.0 ** np.arange(80) / 1e6).astype(np.float32)
    np.testing.assert_allclose(Eighths.nearest(matrix, 0).restored, matrix, rtol=1e-6)


def test_the_description_covers_every_byte_once(recognizer: Recognizer) -> None:
    assert recognizer.bundle is not None
    content, described = packed(recognizer.bundle.weights)
    assert described["sha256"] == hashlib.sha256(content).hexdigest()
    assert len(content) < 6_000_000
    at = 0
    for one in described["arrays"]:
        assert one["offset"] == at
        count = int(np.prod(one["shape"]))
        scales = {"rows": one["shape"][0], "columns": one["shape"][-1]}.get(one.get("scales"), 0)
        at += -(-(4 * scales + count * {"int8": 1, "float16": 2}[one["type"]]) // 4) * 4
    assert at == len(content)
    names = {path.partition("/")[2] for path in recognizer.bundle.weights if path.startswith("stroke_transformer/")}
    assert {one["name"] for one in described["arrays"]} >= names


def test_small_arrays_lose_nothing(recognizer: Recognizer) -> None:
    assert recognizer.bundle is not None
    weights = recognizer.bundle.weights
    for path, array in rounded(weights).items():
        if array.ndim == 1:
            np.testing.assert_array_equal(array, weights[path])


def test_readings_stay_the_same(recognizer: Recognizer, rounded_recognizer: Recognizer, inks: list[Ink]) -> None:
    some = inks[::3]
    pairs = [(one.recognize(ink, beam=1) for one in (recognizer, rounded_recognizer)) for ink in some]
    alike = [before.latex == after.latex for before, after in pairs]
    assert sum(alike) >= 0.95 * len(alike)
