"""Tiny networks with random weights: they answer, and always the same."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("fastapi", reason="the extra [web] is not installed")

from fastapi.testclient import TestClient  # noqa: E402

from crohme import bundle  # noqa: E402
from crohme.bundle.kinds import Line  # noqa: E402
from crohme.expressions.recognizer import Recognizer  # noqa: E402
from crohme.expressions.vocabulary import Vocabulary  # noqa: E402
from crohme.notation import CLASSES  # noqa: E402
from crohme.web.app import create_app  # noqa: E402
from crohme.web.networks import Networks, choose_bundles  # noqa: E402
from tests.web.limits import LIMITS  # noqa: E402

if find_spec("selenium"):
    from tests.web.chromium import address, browser, page  # noqa: F401
    from tests.web.letters import notebook  # noqa: F401

TRANSFORMER = {
    **Vocabulary.crohme().dimensions(),
    "width": 24,
    "heads": 3,
    "encoder_layers": 1,
    "decoder_layers": 1,
    "geometry": 8,
}


@pytest.fixture(scope="session")
def bundle_folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Network → folder of a bundle."""
    import keras

    folders = {}
    symbols = {"classes": len(CLASSES)}
    for network, arguments, vocabulary in (
        ("stroke_transformer", TRANSFORMER, Vocabulary.crohme().tokens),
        ("symbol_lstm", symbols, CLASSES),
        ("symbol_cnn", symbols, CLASSES),
    ):
        keras.utils.set_random_seed(5)
        folder = tmp_path_factory.mktemp("bundles") / f"tiny-{network}"
        weights = bundle.weights_of(bundle.build(network, arguments))
        # So that random weights are sure enough to have a reading.
        unsure = {of: (0.1, 0.0) for of, (kind, _) in bundle.find(network).calibration.items() if kind == Line()}
        bundle.save(folder, network, arguments, vocabulary, weights, {}, {"top1": 0.5}, calibration=unsure)
        folders[network] = folder
    return folders


@pytest.fixture(scope="session")
def networks(bundle_folders: dict[str, Path]) -> Iterator[Networks]:
    networks = Networks(*choose_bundles(bundle_folders.values()), LIMITS)
    yield networks
    networks.close()


@pytest.fixture(scope="session")
def recognizer(bundle_folders: dict[str, Path]) -> Recognizer:
    """What the readers of `networks` read with."""
    return Recognizer.load(bundle_folders["stroke_transformer"])


@pytest.fixture
def client(networks: Networks) -> TestClient:
    # Not as a context manager: that would close the networks, which all tests share.
    return TestClient(create_app(networks, LIMITS), raise_server_exceptions=False)


@pytest.fixture
def cross() -> list[list[list[float]]]:
    """Strokes of a plus sign."""
    return [np.linspace((0, 10), (20, 10), 9).tolist(), np.linspace((10, 0), (10, 20), 9).tolist()]
