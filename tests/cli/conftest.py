"""What the tests of several commands need."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from inkml_parser import Ink, Symbol, write

LABELS = ("+", "1", "x")


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CROHME_CACHE", str(tmp_path / "cache"))


@pytest.fixture(scope="session")
def bundle_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A CNN with three classes and first weights: it answers, and always the same."""
    import keras

    from crohme import bundle

    keras.utils.set_random_seed(3)
    folder = tmp_path_factory.mktemp("bundles") / "tiny"
    arguments = {"classes": len(LABELS)}
    weights = bundle.weights_of(bundle.build("symbol_cnn", arguments))
    bundle.save(folder, "symbol_cnn", arguments, LABELS, weights, {"data": "none"}, {"top1": 0.25})
    (folder / "README.md").write_text("# tiny\n\nLicence: MIT\n\nFor tests.\n", encoding="utf-8")
    return folder


@pytest.fixture
def write_ink() -> Callable[..., Path]:
    """Writes InkML of `1 + x` at a path: with its symbols marked and its truth, or without."""

    def write_one(path: Path, is_marked: bool = True) -> Path:
        strokes = ([[0, 0], [0, 10]], [[10, 5], [20, 5]], [[15, 0], [15, 10]], [[30, 0], [40, 10]], [[40, 0], [30, 10]])
        symbols = (Symbol("1", (0,), "a"), Symbol("+", (1, 2), "b"), Symbol("x", (3, 4), "c"))
        mathml = '<math><mrow><mn xml:id="a">1</mn><mo xml:id="b">+</mo><mi xml:id="c">x</mi></mrow></math>'
        arrays = tuple(np.array(stroke, dtype=float) for stroke in strokes)
        ink = Ink(arrays, symbols=symbols, mathml=mathml, latex="1+x") if is_marked else Ink(arrays)
        path.parent.mkdir(parents=True, exist_ok=True)
        write(ink, path)
        return path

    return write_one


@pytest.fixture
def terminal() -> Iterator[None]:
    """As in a terminal, whose end commands hear of: with `nohup` neither they nor these tests would."""
    if not hasattr(signal, "SIGHUP"):
        pytest.skip("there is no SIGHUP here")
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)
