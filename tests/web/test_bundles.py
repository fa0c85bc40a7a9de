"""The page and the API answer with any bundle: of any network, of any classes, of pictures of any size."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("fastapi", reason="the extra [web] is not installed")

from fastapi.testclient import TestClient  # noqa: E402

from crohme import bundle  # noqa: E402
from crohme.bundle import BundleError  # noqa: E402
from crohme.bundle.kinds import Line  # noqa: E402
from crohme.expressions.vocabulary import Vocabulary  # noqa: E402
from crohme.ink.export import symbol_to_png  # noqa: E402
from crohme.notation import Alphabet  # noqa: E402
from crohme.web.app import create_app  # noqa: E402
from crohme.web.networks import Networks, choose_bundles  # noqa: E402
from inkml_parser import Ink  # noqa: E402
from tests.web.conftest import TRANSFORMER  # noqa: E402
from tests.web.limits import LIMITS  # noqa: E402

LABELS = ("\\nabla", "smiley", "☂")


def made(folder: Path, network: str, arguments: dict[str, Any], vocabulary: tuple[str, ...]) -> Path:
    """A bundle with random weights."""
    rng = np.random.default_rng(3)
    known = bundle.find(network)
    weights = {
        path: np.abs(rng.normal(0, 0.3, shape)) if path.endswith("moving_variance") else rng.normal(0, 0.3, shape)
        for path, shape in known.shapes(arguments).items()
    }
    unsure = {of: (0.02, 0.0) for of, (kind, _) in known.calibration.items() if kind == Line()}
    bundle.save(folder, network, arguments, vocabulary, weights, {}, calibration=unsure)
    return folder


@pytest.fixture(scope="module")
def own_symbols(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """An LSTM, and two networks that read pictures of different sizes, one of them in Keras."""
    pytest.importorskip("keras")  # so that it is loaded before the time of a request runs
    folder = tmp_path_factory.mktemp("own")
    small = {"classes": 3, "units": [4, 4], "dense": 4}
    return [
        made(folder / "lstm", "symbol_lstm", small, LABELS),
        made(folder / "cnn", "symbol_cnn", {"classes": 3, "size": 24, "filters": [2], "dense": 4}, LABELS),
        made(folder / "alexnet", "alexnet", {"classes": 3, "size": 20, "filters": [2] * 5, "dense": []}, LABELS),
    ]


def test_own_symbols_and_an_own_alphabet_are_served(own_symbols: list[Path], tmp_path: Path, cross) -> None:
    vocabulary = Vocabulary(Alphabet(["\\nabla", "+", "smiley"]))
    arguments = {**TRANSFORMER, **vocabulary.dimensions()}
    expressions = made(tmp_path / "own", "stroke_transformer", arguments, vocabulary.tokens)
    networks = Networks(*choose_bundles([*own_symbols, expressions]), LIMITS, 2)
    try:
        client = TestClient(create_app(networks, LIMITS))
        names = [b["name"] for b in client.get("/v1/bundles").json()["bundles"]]
        assert names == ["own", "lstm", "alexnet", "cnn"]
        of_ink = client.post("/v1/symbol", json={"strokes": cross}).json()["networks"]
        assert [one["title"] for one in of_ink] == [
            "LSTM: the strokes", "AlexNet: the picture", "CNN: the picture", "The mean of all",
        ]  # fmt: skip
        assert all({c["latex"] for c in one["candidates"]} == set(LABELS) for one in of_ink)
        picture = symbol_to_png(Ink.from_arrays(cross))
        of_picture = client.post("/v1/symbol", content=picture, headers={"Content-Type": "image/png"}).json()[
            "networks"
        ]
        assert [one["network"] for one in of_picture] == ["alexnet", "symbol_cnn", "both"]
        read = client.post("/v1/recognize", json={"strokes": cross}).json()["readings"]
        written = {token for reading in read for token in reading["latex"].split()}
        assert written <= set(vocabulary.tokens) and written & {"\\nabla", "+", "smiley"}
    finally:
        networks.close()


def test_shipped_networks_stand_beside_a_chosen_one_of_the_same_classes_only(
    own_symbols: list[Path], bundle_folders: dict[str, Path]
) -> None:
    own = [found.path for found in choose_bundles(own_symbols[:1])[1]]
    assert own == own_symbols[:1]
    beside = choose_bundles([bundle_folders["symbol_cnn"]])[1]
    assert [found.path.name for found in beside] == ["symbol-lstm", "tiny-symbol_cnn"]


def test_two_bundles_for_the_same_are_refused(bundle_folders: dict[str, Path], own_symbols: list[Path]) -> None:
    for first, second in (("expressions", bundle_folders["stroke_transformer"]), ("symbol-lstm", own_symbols[0])):
        with pytest.raises(BundleError, match=f"{first} and {second} are for the same"):
            choose_bundles([first, second])
