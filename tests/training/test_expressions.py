"""The training loop of the expression recogniser, on the embedded sample, with a network of toy size."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import pytest

from crohme import bundle
from crohme.corpus import location
from crohme.corpus.location import DataNotFound
from crohme.recognizer import Recognizer
from crohme.training import batches, expressions
from crohme.training.batches import Bucket
from crohme.training.checkpoint import CheckpointError
from crohme.training.expression_run import SIZES
from crohme.training.expressions import Run, Settings, stored_settings, train

SAMPLE = location.sample_folder()
TOY = Settings(size="toy", warm_up=4, dropout=0.0, average=0.5)


@pytest.fixture(autouse=True)
def toy(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """A network that trains in seconds, one shape of batches, and chunks of five batches or so."""
    monkeypatch.setenv("CROHME_CACHE", str(tmp_path_factory.getbasetemp() / "cache"))
    monkeypatch.setitem(SIZES, "toy", {"width": 24, "heads": 3, "encoder_layers": 1, "decoder_layers": 1})
    monkeypatch.setattr(batches, "BUCKETS", (Bucket(16, 28, 8),))
    monkeypatch.setattr(expressions, "stream", partial(batches.stream, size=60))


@pytest.fixture(scope="module")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("run")


def test_it_learns_and_leaves_a_bundle_that_recognises(tmp_path: Path) -> None:
    figures = train(SAMPLE, tmp_path, epochs=4, settings=TOY, workers=0, validate_every=0)
    rows = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    losses = [row["loss"] for row in rows if row["kind"] == "training"]
    assert len(losses) > 4 and losses[-1] < 0.8 * losses[0]
    validated = [row for row in rows if row["kind"] == "validation"]
    assert validated[-1]["stroke_class"] > validated[0]["stroke_class"]
    assert figures == {name: validated[-1][name] for name in figures}
    assert not any(name.startswith("held_out") for name in figures)  # no writer of the sample is held out
    assert rows[-1]["samples"] == rows[-1]["spent"] == 4 * 140
    assert cv2.imread(str(tmp_path / "curves.png")) is not None
    assert bundle.load(tmp_path / "bundle").metrics == figures
    assert Recognizer.load(tmp_path / "bundle").recognize(SAMPLE / "test" / "sample7_00.inkml").latex
