"""The compiled engine: it computes what numpy does, and says what it lacks."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import crohme
from crohme import EngineError, bundle
from crohme.datasets.location import inkml_files
from crohme.expressions.compiled.decoder import CompiledMemory
from crohme.expressions.forward import NumpyTransformer
from crohme.expressions.networks import stroke_transformer
from crohme.expressions.recognizer import Recognizer, prepare
from inkml_parser import read

RNG = np.random.default_rng(7)
SIZES = {
    "as shipped": {},
    "nothing a whole number of lanes": {"width": 42, "heads": 3, "geometry": 5, "expansion": 2, "symbols": 11},
    "one head": {"width": 20, "heads": 1, "encoder_layers": 1, "decoder_layers": 1, "geometry": 9},
    "wide": {"width": 288, "heads": 8, "expansion": 3, "encoder_layers": 1, "decoder_layers": 1},
}


def networks(**sizes: int) -> tuple[NumpyTransformer, NumpyTransformer]:
    """Two of the same random weights, one of them compiled."""
    arguments = stroke_transformer.NETWORK.complete({**bundle.load("expressions").arguments, **sizes})
    shapes = stroke_transformer.NETWORK.shapes(arguments)
    weights = {path: RNG.normal(0, 0.3 * shape[0] ** -0.5, shape).astype(np.float32) for path, shape in shapes.items()}
    plain, compiled = (NumpyTransformer(weights, arguments) for _ in range(2))
    compiled.compile()
    return plain, compiled


@pytest.mark.parametrize("sizes", SIZES.values(), ids=SIZES)
@pytest.mark.parametrize("n", [1, 8, 37])
def test_it_computes_what_numpy_does(sizes: dict[str, int], n: int) -> None:
    plain, compiled = networks(**sizes)
    ink = RNG.normal(0, 0.2, (n, plain.arguments["points"], 2)).astype(np.float32).cumsum(axis=1)
    memories = [network.encode(ink) for network in (plain, compiled)]
    np.testing.assert_allclose(memories[1].encoded, memories[0].encoded, atol=2e-4)
    for answer in ("classify", "relate"):
        one, other = (getattr(net, answer)(memory) for net, memory in zip((plain, compiled), memories, strict=True))
        np.testing.assert_allclose(other, one, atol=2e-4)
    states = [plain.start(3), compiled.start(3)]
    for q in (1, 3, 1, 60):  # tokens at once; more than a chunk of rows, in the end
        relations = plain.arguments["relations"] + 1
        numbers = [RNG.integers(0, most, (3, q)) for most in (plain.arguments["tokens"], relations, relations)]
        anchors, written = (RNG.random((2, 3, q, n)) < 0.2).astype(np.float32)
        given = (numbers[0], anchors, written, numbers[1], numbers[2])
        one = plain.read(memories[0], states[0], *given)
        other = compiled.read(memories[1], states[1], *given)
        for expected, found in zip(one[:2], other[:2], strict=True):
            np.testing.assert_allclose(found, expected, atol=5e-4)
        states = [answer[2].select([2, 0, 2]) for answer in (one, other)]


def test_several_expressions_are_read_at_once_as_alone() -> None:
    _, compiled = networks()
    inks = [RNG.normal(0, 0.2, (n, compiled.arguments["points"], 2)).astype(np.float32).cumsum(axis=1) for n in (3, 9)]
    for ink, memory in zip(inks, compiled.encode_many(inks), strict=True):
        np.testing.assert_allclose(memory.encoded, compiled.encode(ink).encoded, atol=1e-5)


def test_real_ink_is_read_token_for_token_as_by_numpy(crohme_data: Path) -> None:
    files = inkml_files(crohme_data / "test2013")[::25]
    by_engine = [list(crohme.load("math", engine=name).recognize_many(files)) for name in ("numpy", "compiled")]
    for one, other in zip(*by_engine, strict=True):
        assert [reading.latex for reading in one.readings] == [reading.latex for reading in other.readings]
        confidences = [[reading.confidence for reading in found.readings] for found in (one, other)]
        np.testing.assert_allclose(confidences[1], confidences[0], atol=1e-4)


def test_a_session_gives_what_the_whole_ink_gives(crohme_data: Path) -> None:
    ink = read(inkml_files(crohme_data / "test2013")[40])
    recognizer = crohme.load(engine="compiled")
    for beam in (1, None):
        session = recognizer.session(beam=beam)
        for stroke in ink.strokes:
            session.add(stroke)
        assert session.recognition is not None
        assert session.recognition.latex == recognizer.recognize(ink, beam=beam).latex


def test_the_environment_chooses_and_what_is_asked_for_comes_before_it(monkeypatch: pytest.MonkeyPatch) -> None:
    ink = prepare(read(inkml_files(Path("data/sample"))[0]))

    def kind(recognizer: Recognizer) -> str:
        return type(recognizer.network.encode(ink)).__name__

    assert kind(crohme.load()) == "Memory"
    monkeypatch.setenv("CROHME_ENGINE", "compiled")
    assert kind(crohme.load()) == "CompiledMemory"
    assert kind(crohme.load(engine="numpy")) == "Memory"


@pytest.mark.parametrize("given", ["argument", "environment"])
def test_an_engine_that_there_is_not_is_named(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(EngineError) as raised:
        if given == "argument":
            crohme.load(engine="compild")
        else:
            monkeypatch.setenv("CROHME_ENGINE", "compild")
            crohme.load()
    of = " (CROHME_ENGINE)" if given == "environment" else ""
    assert str(raised.value) == f"'compild'{of} is no engine: numpy or compiled; did you mean compiled?"


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda one: pickle.loads(pickle.dumps(one))])
def test_a_copy_is_compiled_as_well(copied: Callable[[Any], Any]) -> None:
    recognizer = crohme.load(engine="compiled")
    ink = read(inkml_files(Path("data/sample"))[0])
    other = copied(recognizer)
    assert other.recognize(ink).latex == recognizer.recognize(ink).latex
    assert type(other.network.encode(prepare(ink))).__name__ == "CompiledMemory"


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda one: pickle.loads(pickle.dumps(one))])
def test_a_copied_memory_has_its_own_arrays(copied: Callable[[Any], Any]) -> None:
    _, compiled = networks()
    memory = compiled.encode(RNG.normal(size=(9, compiled.arguments["points"], 2)).astype(np.float32))
    some = (RNG.random((1, 1, 9)) < 0.5).astype(np.float32)
    none = np.zeros((1, 1), np.int64)
    before = compiled.read(memory, compiled.start(), none, some, some, none, none)
    other = copied(memory)
    assert isinstance(memory, CompiledMemory)
    for array in (memory.encoded, memory.geometry, *memory.arrays.values()):
        if copied is not copy.copy:
            array.fill(np.nan)
    after = compiled.read(other, compiled.start(), none, some, some, none, none)
    np.testing.assert_array_equal(after[0], before[0])
    np.testing.assert_array_equal(after[1], before[1])


def test_weights_that_are_zero_are_no_fault() -> None:
    arguments = bundle.load("expressions").arguments
    shapes = stroke_transformer.NETWORK.shapes(arguments)
    NumpyTransformer({path: np.zeros(shape, np.float32) for path, shape in shapes.items()}, arguments).compile()


def test_what_reaches_beyond_the_tables_is_refused() -> None:
    _, compiled = networks()
    memory = compiled.encode(RNG.normal(size=(2, compiled.arguments["points"], 2)).astype(np.float32))
    none = np.zeros((1, 1), np.int64)
    nowhere = np.zeros((1, 1, 2), np.float32)
    for far in (none - 1, none + 100_000):
        with pytest.raises(IndexError):
            compiled.read(memory, compiled.start(), far, nowhere, nowhere, none, none)


def test_arrays_of_other_shapes_are_refused_as_by_numpy() -> None:
    """The kernels would read what lies behind them."""
    nets = networks()
    points = nets[0].arguments["points"]
    none, some, fewer = np.zeros((1, 1), np.int64), np.zeros((1, 1, 5), np.float32), np.zeros((1, 1, 2), np.float32)
    for net in nets:
        memory = net.encode(RNG.normal(size=(5, points, 2)).astype(np.float32))
        with pytest.raises(ValueError):
            net.encode(RNG.normal(size=(5, points - 4, 2)).astype(np.float32))
        with pytest.raises(ValueError):
            net.classify(replace(memory, encoded=memory.encoded[:, 1:]))
        for given in (
            (none, fewer, fewer, none, none),
            (none, some, fewer, none, none),
            (none[:0], some, some, none, none),
            (none, some, some, none[:0], none),
            (none, some, some, none, none[:0]),
        ):
            with pytest.raises(ValueError):
                net.read(memory, net.start(), *given)


def test_more_heads_than_it_takes_are_named() -> None:
    with pytest.raises(EngineError, match="the compiled engine takes 32 heads at most, not 48"):
        networks(width=96, heads=48, encoder_layers=1, decoder_layers=1)
