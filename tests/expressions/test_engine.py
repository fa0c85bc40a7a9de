"""The compiled engine reads as numpy does; without its library, one line says what to install."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import crohme
from crohme import extras
from crohme.expressions.engine import EngineError
from crohme.expressions.recognizer import prepare
from crohme.extras import MissingExtra
from inkml_parser import read

FILES = sorted((Path(__file__).parents[2] / "data" / "sample" / "test").glob("*.inkml"))[:6]


@pytest.fixture(scope="module")
def numpy_engine() -> crohme.Recognizer:
    return crohme.load()


@pytest.fixture(scope="module")
def compiled_engine() -> crohme.Recognizer:
    pytest.importorskip("numba")
    return crohme.load(engine="numba")


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_compiled_engine_reads_a_file_as_numpy_does(
    file: Path, numpy_engine: crohme.Recognizer, compiled_engine: crohme.Recognizer
) -> None:
    expected, found = numpy_engine.recognize(file), compiled_engine.recognize(file)
    assert [one.latex for one in found.readings] == [one.latex for one in expected.readings]
    assert found.tree == expected.tree
    confidences = [[one.confidence for one in answer.readings] for answer in (found, expected)]
    np.testing.assert_allclose(*confidences, atol=1e-4)


def test_the_compiled_encoder_sees_what_numpy_sees(
    numpy_engine: crohme.Recognizer, compiled_engine: crohme.Recognizer
) -> None:
    for file in FILES:
        ink = prepare(read(file))
        expected, found = numpy_engine.network.encode(ink), compiled_engine.network.encode(ink)
        classes = [one.network.classify(memory) for one, memory in ((numpy_engine, expected), (compiled_engine, found))]
        np.testing.assert_allclose(*classes, atol=2e-3)
        pairs = [one.network.relate(memory) for one, memory in ((numpy_engine, expected), (compiled_engine, found))]
        np.testing.assert_allclose(*pairs, atol=2e-3)


def test_files_read_side_by_side_read_as_alone(compiled_engine: crohme.Recognizer) -> None:
    together = [answer.latex for answer in compiled_engine.recognize_many(FILES)]  # type: ignore[union-attr]
    assert together == [compiled_engine.recognize(file).latex for file in FILES]


def test_an_engine_that_there_is_not_is_named_with_those_that_there_are() -> None:
    with pytest.raises(EngineError, match="no engine is called 'abacus'; there are numpy and numba"):
        crohme.load(engine="abacus")


def test_an_engine_that_is_not_installed_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extras, "find_spec", lambda name: None if name == "numba" else object())
    with pytest.raises(MissingExtra) as caught:
        crohme.load(engine="numba")
    assert str(caught.value) == 'the compiled engine needs numba, which is not installed: pip install -e ".[fast]"'
