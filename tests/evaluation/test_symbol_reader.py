"""A recogniser of expressions is measured on single symbols, as the networks for symbols are."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import numpy as np
import pytest

import crohme
from crohme.cli import main
from crohme.evaluation.symbol_reader import NO_SYMBOL, SymbolReader
from crohme.evaluation.symbols import SymbolResults, evaluate
from crohme.ink.image_files import ImageError
from crohme.ink.strokes import StrokeBatch

PLUS = [[[0, 5], [10, 5]], [[5, 0], [5, 10]]]
MINUS = [[[0, 0], [10, 0]]]
ROW = [*MINUS, [[20, -5], [30, 5]], [[20, 5], [30, -5]], [[40, 0], [50, 0]], [[45, -5], [45, 5]]]


@pytest.fixture(scope="module")
def reader() -> SymbolReader:
    return SymbolReader(crohme.load("expressions"))


@pytest.fixture
def drawings(tmp_path: Path) -> Path:
    """Held-out drawings, which the hash of their source chooses: of a known sign, and of one unknown to the bundle."""
    with gzip.open(tmp_path / "detexify.jsonl.gz", "wt") as file:
        for number in range(60):
            for label, strokes in (("+", PLUS), ("\\textminus", MINUS), ("\\nabla", PLUS)):
                file.write(json.dumps({"label": label, "src": f"{label}{number}", "strokes": strokes}) + "\n")
    return tmp_path


def test_answers_are_single_symbols_by_confidence_and_several_symbols_are_none(reader: SymbolReader) -> None:
    found = reader.from_strokes(StrokeBatch.from_symbols([PLUS, ROW, [[[3, 3]]]]))
    assert found.shape == (3, 102) and (found.sum(axis=1) <= 1 + 1e-6).all()
    assert [reader.classes[i] for i in found.argmax(axis=1)] == ["+", NO_SYMBOL, "."]
    with pytest.raises(ImageError, match="reads strokes"):
        reader.from_pictures(np.zeros((1, 8, 8), np.uint8))


def test_of_drawings_the_held_out_ones_are_taken_and_unknown_classes_counted_apart(
    reader: SymbolReader, drawings: Path
) -> None:
    everything = evaluate(reader, drawings)
    assert set(everything.truth) <= {"+", "\\textminus", "\\nabla"} and 6 <= len(everything.truth) <= 40
    known = evaluate(reader, drawings, known_only=True)
    assert set(known.truth) == {"+"} and known.top(1) == 1.0
    assert known.left_out == len(everything.truth) - len(known.truth) > 0
    assert everything.summary()["unknown_labels"] == known.left_out


def test_what_was_not_answered_is_no_hit_however_many_answers_count(reader: SymbolReader, drawings: Path) -> None:
    results = evaluate(reader, drawings)
    assert results.top(5) == results.top(102) == np.mean(results.truth == "+")


def test_signs_that_only_size_and_place_tell_apart_are_counted_as_one_beside() -> None:
    classes = ("x", "X", "\\times", "\\chi", "\\cap", "\\bigcap", "\\ldots", "\\cdots", "y")
    truth = ["x", "\\chi", "\\cap", "\\cdots", "y", "x"]
    read_as = ["X", "\\times", "\\bigcap", "\\ldots", "x", "\\cap"]
    probabilities = np.array([[label == one for one in classes] for label in read_as], float)
    pictures, files = np.zeros((6, 8, 8), np.uint8), np.array([*"abcdef"])
    results = SymbolResults(classes, np.array(truth), probabilities, pictures, files)
    assert (results.top(1), results.summary()["top1_shapes"]) == (0.0, round(4 / 6, 5))


def test_the_command_takes_either_kind_of_bundle(drawings: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["evaluate", "symbols", "--data", str(drawings), "--known", "--bundle"]
    assert main([*arguments, "expressions"]) == 0
    output = capsys.readouterr().out
    assert output.count("top-1  100.00%") == 2 and "left out, of classes that the recogniser does not know: " in output
    assert main([*arguments, "symbol-lstm"]) == 0
    assert "top-1" in capsys.readouterr().out
