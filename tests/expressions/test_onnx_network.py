"""The stroke transformer in ONNX computes and reads what the one in numpy does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from crohme import bundle
from crohme.bundle import Bundle
from crohme.expressions.recognizer import Recognizer, prepare
from crohme.expressions.settings import Preprocessing
from inkml_parser import read

pytest.importorskip("onnxruntime")
pytest.importorskip("onnx")

from crohme.expressions.onnx_network import OnnxTransformer, graphs  # noqa: E402

SAMPLE = sorted((Path(__file__).parents[2] / "data/sample").rglob("*.inkml"))


@pytest.fixture(scope="module")
def trained() -> Bundle:
    return bundle.load("math")


@pytest.fixture(scope="module")
def network(trained: Bundle) -> OnnxTransformer:
    models = graphs(trained.weights, trained.arguments, Preprocessing(**trained.preprocessing))
    return OnnxTransformer(*(model.SerializeToString() for model in models.values()))


def test_logits_are_those_of_numpy_for_several_hypotheses_and_tokens(trained: Bundle, network: OnnxTransformer) -> None:
    numpy: Any = Recognizer(trained).network
    rng = np.random.default_rng(3)
    for file in SAMPLE[::60]:
        points = prepare(read(file))
        n, k = len(points), 3
        memory, own = network.encode(points), numpy.encode(points)
        assert len(memory) == n
        np.testing.assert_allclose(network.classify(memory), numpy.classify(own), atol=1e-3)
        np.testing.assert_allclose(network.relate(memory), numpy.relate(own), atol=2e-3)
        states = network.start(k), numpy.start(k)
        for q in (2, 1, 3):
            numbers = [rng.integers(0, top, (k, q)) for top in (trained.arguments["tokens"], 7, 7)]
            masks = [(rng.random((k, q, n)) < 0.3).astype(np.float32) for _ in range(2)]
            told = numbers[0], *masks, *numbers[1:]
            tokens, pointers, state = network.read(memory, states[0], *told)
            expected_tokens, expected_pointers, expected_state = numpy.read(own, states[1], *told)
            np.testing.assert_allclose(tokens, expected_tokens, atol=2e-3)
            np.testing.assert_allclose(pointers, expected_pointers, atol=2e-3)
            states = state.select([2, 0, 0]), expected_state.select([2, 0, 0])
            if q == 2:
                states = states[0].cut(1), states[1].cut(1)


def test_a_recogniser_reads_with_it(trained: Bundle, network: OnnxTransformer) -> None:
    reference = Recognizer(trained)
    network.alphabet = reference.vocabulary.alphabet.entries  # type: ignore[attr-defined]
    recognizer = Recognizer(network, reference.decoding)  # type: ignore[arg-type]
    for file in SAMPLE[::60]:
        ink = read(file)
        assert recognizer.recognize(ink, beam=2).latex == reference.recognize(ink, beam=2).latex
