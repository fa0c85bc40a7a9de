"""Fixtures that several packages' tests share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

# Property tests say what is right, not how fast: a busy machine must not fail them.
settings.register_profile("no deadline", deadline=None)
settings.load_profile("no deadline")

# Threads of linear algebra wait for each other where the cores are busy. Before numpy and TensorFlow are imported.
for _name in ("OPENBLAS_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"):
    os.environ.setdefault(_name, "1")

REPOSITORY = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def crohme_data() -> Path:
    """The CROHME folder: `$CROHME_DATA`, or `../shared/data/crohme` beside the repository."""
    candidates = [os.environ.get("CROHME_DATA"), REPOSITORY.parent / "shared" / "data" / "crohme"]
    for candidate in candidates:
        if candidate and (Path(candidate) / "train").is_dir():
            return Path(candidate)
    pytest.skip("CROHME data not found: set CROHME_DATA to run this test")


@pytest.fixture(scope="session")
def expression_bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle of whole expressions, of toy size and with random weights: it answers nonsense, always the same."""
    import numpy as np

    from crohme import bundle
    from crohme.expressions.vocabulary import Vocabulary

    arguments = {**Vocabulary.crohme().dimensions(), "width": 24, "heads": 3, "encoder_layers": 2, "decoder_layers": 2}
    rng = np.random.default_rng(4)
    network = bundle.build("stroke_transformer", arguments)
    weights = {weight.path: rng.normal(0, 0.25, tuple(weight.shape)) for weight in network.weights}
    folder = tmp_path_factory.mktemp("bundles") / "expressions"
    tokens, unsure = Vocabulary.crohme().tokens, {"ink": (0.02, 0.0), "traced": (0.02, 0.0)}  # yet it refuses nothing
    metrics = {"exprate": 0.0}
    bundle.save(folder, "stroke_transformer", arguments, tokens, weights, {}, metrics, calibration=unsure)
    return folder


@pytest.fixture
def few_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Training of expressions step by step: compiling would take longer than the few steps of a test."""
    from crohme.expressions.run import FromInk

    monkeypatch.setattr(FromInk, "jit_compile", property(lambda _: False, lambda *_: None))
    monkeypatch.setattr(FromInk, "run_eagerly", property(lambda _: True, lambda *_: None))
