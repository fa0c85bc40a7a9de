"""Expressions read side by side read as they do alone, in order, and what ends one leaves the others alone."""

from __future__ import annotations

import gc
import time
import weakref
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from crohme.expressions.protocol import Read
from crohme.expressions.recognizer import Recognizer, prepare
from crohme.expressions.side_by_side import Encode, Steps, alone, side_by_side
from crohme.ink.sources import NothingToRecognize
from crohme.recognition import Recognition
from inkml_parser import Ink, InvalidInk, read


@pytest.fixture(scope="module")
def shipped() -> Recognizer:
    return Recognizer.load()


@pytest.mark.parametrize("beam", [1, None])
def test_files_of_crohme_read_token_for_token_as_alone(
    beam: int | None, shipped: Recognizer, crohme_data: Path
) -> None:
    files = sorted((crohme_data / "test2013").glob("*.inkml"))[3::35]
    found = list(shipped.recognize_many(files, beam=beam))
    assert len(found) == len(files) > 16
    for file, together in zip(files, found, strict=True):
        by_itself = shipped.recognize(file, beam=beam)
        assert isinstance(together, Recognition)
        assert [one.latex for one in together.readings] == [one.latex for one in by_itself.readings]
        assert [one.tree for one in together.readings] == [one.tree for one in by_itself.readings]
        confidences = [[one.confidence for one in found.readings] for found in (together, by_itself)]
        np.testing.assert_allclose(*confidences, atol=1e-4)
        of_symbols = [[symbol.confidence for symbol in found.best.symbols] for found in (together, by_itself)]
        np.testing.assert_allclose(*of_symbols, atol=1e-4)


@pytest.mark.parametrize("count", [15, 16, 17, 32, 40, 64, 65, 100])
def test_many_that_cannot_be_read_do_not_end_the_others(count: int, expression_bundle: Path) -> None:
    recognizer = Recognizer.load(expression_bundle)
    cross = [[[0, 5], [10, 5]], [[5, 0], [5, 10]]]
    for sources in ([b""] * count, [*[b""] * count, cross], [cross, *[b""] * count, cross]):
        found = list(recognizer.recognize_many(sources, beam=1))
        assert len(found) == len(sources)
        assert [isinstance(one, Recognition) for one in found] == [source is cross for source in sources]


def test_what_ends_one_leaves_its_neighbours_alone(expression_bundle: Path) -> None:
    recognizer = Recognizer.load(expression_bundle)
    cross = [[[0, 5], [10, 5]], [[5, 0], [5, 10]]]

    def faulty() -> Ink:
        raise ZeroDivisionError

    sources = [cross, b"", faulty, cross, [[[1, 1]]] * 3, Ink.from_arrays(cross), lambda: cross]
    began = time.perf_counter()
    outcomes = list(recognizer.outcomes(sources, beam=2))  # type: ignore[arg-type]
    elapsed = time.perf_counter() - began
    kinds = [type(outcome.found).__name__ for outcome in outcomes]
    answer = "Recognition"
    assert kinds == [answer, "EmptyInk", "ZeroDivisionError", answer, "NothingToRecognize", answer, answer]
    assert all(outcome.seconds > 0 for outcome in outcomes)
    assert sum(outcome.seconds for outcome in outcomes) <= elapsed
    expected = recognizer.recognize(cross, beam=2)
    for outcome in outcomes:
        if isinstance(outcome.found, Recognition):
            assert outcome.found.latex == expected.latex
            assert outcome.found.confidence == pytest.approx(expected.confidence, abs=1e-5)
    with pytest.raises(ZeroDivisionError):
        list(recognizer.recognize_many(sources, beam=2))  # type: ignore[arg-type]


def test_what_one_had_in_hand_is_let_go_when_it_ends() -> None:
    seen = []

    def steps() -> Steps[int]:
        pixels = np.zeros(9)
        seen.append(weakref.ref(pixels))
        yield Encode(pixels)
        raise InvalidInk("no ink")

    gc.disable()
    try:
        found = list(side_by_side(_Sums(), [steps() for _ in range(3)]))  # type: ignore[arg-type]
        assert [str(one.found) for one in found] == ["no ink"] * 3
        assert [reference() for reference in seen] == [None] * 3
    finally:
        gc.enable()


class _Sums:
    """A network that adds up the numbers that it has read, and cannot read 13."""

    def __init__(self) -> None:
        self.sizes: list[int] = []

    def encode_many(self, inks: Sequence[np.ndarray]) -> list[int]:
        return [int(ink.sum()) for ink in inks]

    def read_many(self, reads: Sequence[Read[int, int]]) -> list[Any]:
        self.sizes.append(len(reads))
        if any(read.previous[0, 0] == 13 for read in reads):
            raise ValueError("13")
        return [read.memory + read.state + int(read.previous[0, 0]) for read in reads]


def _steps(numbers: Sequence[int], strokes: int = 1) -> Steps[int]:
    memory = yield Encode(np.array([100]))
    total = 0
    for number in numbers:
        if number < 0:
            raise IndexError(number)
        none = np.zeros((1, 1, strokes), np.float32)
        token = np.array([[number]])
        total = yield Read(memory, total, token, none, none, token, token)
    return total


@pytest.mark.parametrize("at_once", [1, 3, 16, 100])
def test_each_gets_its_own_answers_in_order(at_once: int) -> None:
    rng = np.random.default_rng(at_once)
    many = [rng.integers(0, 12, size=rng.integers(0, 9)).tolist() for _ in range(70)]
    many[20] += [13, 1]
    many[21] += [4, -1]
    network: Any = _Sums()
    outcomes = list(side_by_side(network, map(_steps, many), at_once))
    for i, (numbers, (found, _)) in enumerate(zip(many, outcomes, strict=True)):
        if i in (20, 21):
            assert isinstance(found, ValueError if i == 20 else IndexError)
        else:
            assert found == sum(numbers) + 100 * len(numbers)
    assert max(network.sizes) == min(at_once, max(network.sizes)) > at_once / 8
    assert alone(network, _steps([1, 2])) == 203
    with pytest.raises(ValueError, match="13"):
        alone(network, _steps([13]))


def test_no_more_is_read_at_once_than_fits_into_memory() -> None:
    network: Any = _Sums()
    outcomes = list(side_by_side(network, (_steps([1, 2], strokes=40_000) for _ in range(8))))
    assert [outcome.found for outcome in outcomes] == [203] * 8
    assert set(network.sizes) == {2}


def test_sources_are_taken_as_they_are_needed() -> None:
    taken = []

    def readings() -> Iterator[Steps[int]]:
        for i in range(10_000):
            taken.append(i)
            yield _steps([1] * (3000 if i == 0 else 2))

    network: Any = _Sums()
    outcomes = side_by_side(network, readings())
    assert next(outcomes).found == 3000 + 100 * 3000  # the longest, for which the others wait
    assert 1 < len(taken) <= 64
    for _ in range(200):
        assert next(outcomes).found == 202
    assert len(taken) <= 300


def test_a_network_that_reads_one_at_a_time_is_asked_in_turn(expression_bundle: Path) -> None:
    recognizer = Recognizer.load(expression_bundle)
    inks = [[[[0, 5], [10, 5]], [[5, 0], [5, 10 + i]]] for i in range(5)]
    symbols = recognizer.vocabulary.alphabet  # so that there is an answer, however small its confidence
    expected = [recognizer.recognize(ink, beam=3, symbols=symbols).latex for ink in inks]
    network: Any = recognizer.network

    class _OneAtATime:
        alphabet = recognizer.vocabulary.alphabet.entries
        encode, read, start = network.encode, network.read, network.start
        classify, relate = network.classify, network.relate

    slow = Recognizer(_OneAtATime(), recognizer.decoding)
    found = list(slow.recognize_many(inks, beam=3, symbols=symbols))
    assert [one.latex for one in found if isinstance(one, Recognition)] == expected


def test_strokes_of_several_expressions_are_encoded_at_once_as_alone(shipped: Recognizer, crohme_data: Path) -> None:
    inks = [prepare(read(file)) for file in sorted((crohme_data / "test2013").glob("*.inkml"))[:4]]
    network: Any = shipped.network
    for ink, memory in zip(inks, network.encode_many(inks), strict=True):
        by_itself = network.encode(ink)
        assert len(memory) == len(ink)
        np.testing.assert_allclose(memory.encoded, by_itself.encoded, atol=1e-4)
        np.testing.assert_allclose(network.relate(memory), network.relate(by_itself), atol=1e-3)


def test_errors_are_those_of_recognize(expression_bundle: Path) -> None:
    recognizer = Recognizer.load(expression_bundle)
    nothing, invalid = recognizer.outcomes([[[[1, 1]]] * 3, [[[np.nan, 1], [2, 2]]]])
    assert isinstance(nothing.found, NothingToRecognize) and isinstance(invalid.found, InvalidInk)
