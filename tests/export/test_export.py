"""`crohme export`: what is written answers as numpy does, or nothing is written."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from crohme import bundle
from crohme.browser.weights import unpacked
from crohme.bundle import Bundle, find
from crohme.cli import main
from crohme.export import formats
from crohme.export.checking import ExportError, check_expressions, check_symbols
from crohme.export.formats import export
from crohme.export.samples import expressions
from crohme.expressions.recognizer import Recognizer
from crohme.expressions.vocabulary import Vocabulary
from crohme.extras import MissingExtra
from crohme.notation import Alphabet

pytest.importorskip("onnxruntime")
pytest.importorskip("onnx")

FILES = {
    ("math", "onnx"): {"encoder.onnx", "decoder.onnx"},
    ("math", "json"): {"weights.bin"},
    ("symbol-cnn", "onnx"): {"network.onnx"},
    ("symbol-lstm", "onnx"): {"network.onnx"},
    ("symbol-cnn", "json"): {"weights.bin"},
}
SMALL = {"width": 8, "heads": 2, "encoder_layers": 1, "decoder_layers": 1, "geometry": 4, "expansion": 1}


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    """A stroke transformer of a few random weights."""
    vocabulary = Vocabulary(Alphabet(("x", "1", "+", "-")))
    network = find("stroke_transformer")
    arguments = network.complete({**vocabulary.dimensions(), **SMALL})
    rng = np.random.default_rng(5)
    weights = {name: rng.normal(0, 0.3, shape).astype(np.float32) for name, shape in network.shapes(arguments).items()}
    return Bundle(tmp_path_factory.mktemp("toy"), network.name, arguments, vocabulary.tokens, weights)


@pytest.mark.parametrize(("name", "to"), FILES, ids=lambda value: value if isinstance(value, str) else None)
def test_a_bundle_is_written_with_its_tables_and_its_licence(
    name: str, to: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "exported"
    assert main(["export", name, "--to", to, str(folder)]) == 0
    assert {file.name for file in folder.iterdir()} == FILES[name, to] | {"recognizer.json", "README.md"}
    assert "CC BY-NC-SA" in (folder / "README.md").read_text()
    size = sum(file.stat().st_size for file in folder.iterdir())
    assert f"{name} written to {folder} as {to}, {size / 1e6:.1f} MB" in capsys.readouterr().out
    tables = json.loads((folder / "recognizer.json").read_text())
    labels = tables["vocabulary"]["tokens"] if name == "math" else tables["labels"]
    assert tuple(labels) == bundle.load(name).vocabulary
    assert tables["preprocessing"] == bundle.load(name).preprocessing


@pytest.mark.parametrize("to", ["onnx", "json"])
def test_a_network_that_answers_otherwise_is_an_error_and_nothing_is_left(
    to: str, toy: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write, check = formats.FORMATS[to]
    name = "stroke_transformer/decoder/token/bias"
    other = replace(toy, weights={**toy.weights, name: toy.weights[name] + np.float32(0.1)})
    monkeypatch.setitem(formats.FORMATS, to, (lambda _, strokes: write(other, strokes), check))
    with pytest.raises(ExportError, match=r"gives other tokens: they differ by 0\.1"):
        export(toy, to, tmp_path / "exported")
    assert not (tmp_path / "exported").exists()
    monkeypatch.undo()
    export(toy, to, tmp_path / "exported")
    assert (tmp_path / "exported/recognizer.json").exists()


def test_probabilities_of_symbols_that_differ_are_an_error() -> None:
    trained = bundle.load("symbol-cnn")
    with pytest.raises(ExportError, match="probabilities"):
        check_symbols(trained, lambda pictures: np.full((len(pictures), 101), 1 / 101, np.float32))
    with pytest.raises(ExportError, match=r"shape \(18, 3\), not \(18, 101\)"):
        check_symbols(trained, lambda pictures: np.zeros((len(pictures), 3), np.float32))


def test_litert_answers_as_numpy_does_padded(toy: Bundle, tmp_path: Path) -> None:
    pytest.importorskip("tensorflow")
    from crohme.export.litert_network import LiteTransformer

    export(toy, "litert", tmp_path, strokes=20)
    parts = [(tmp_path / f"{part}.tflite").read_bytes() for part in ("encoder", "decoder")]
    exported = LiteTransformer(*parts)
    other = replace(toy, weights={name: array * np.float32(1.2) for name, array in toy.weights.items()})
    with pytest.raises(ExportError):
        check_expressions(other, exported)
    with pytest.raises(ExportError, match="the least is 16"):
        export(toy, "litert", tmp_path / "few", strokes=15)
    assert not (tmp_path / "few").exists()


def test_json_can_be_read_back(toy: Bundle, tmp_path: Path) -> None:
    export(toy, "json", tmp_path)
    layout = json.loads((tmp_path / "recognizer.json").read_text())["weights"]
    content = (tmp_path / "weights.bin").read_bytes()
    found = unpacked(content, layout)
    for name, array in toy.weights.items():
        np.testing.assert_allclose(found[name.removeprefix("stroke_transformer/")], array, atol=0.02)
    with pytest.raises(ValueError, match="damaged"):
        unpacked(content[:-1], layout)


def test_networks_that_run_in_keras_alone_are_refused(tmp_path: Path) -> None:
    trained = Bundle(tmp_path, "alexnet", {"classes": 2}, ("a", "b"), {})
    for to in formats.FORMATS:
        with pytest.raises(ExportError, match=f"there is no alexnet in {to}"):
            export(trained, to, tmp_path / "exported")
    assert not (tmp_path / "exported").exists()


@pytest.mark.parametrize("library", ["onnx", "onnxruntime"])
def test_a_missing_library_is_named_with_its_extra(
    library: str, toy: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, library, None)  # type: ignore[arg-type]
    for module in [name for name in sys.modules if name.startswith("crohme.graphs.onnx")]:
        monkeypatch.delitem(sys.modules, module)
    with pytest.raises(MissingExtra, match=rf"writing onnx needs {library}, .*\[export\]"):
        export(toy, "onnx", tmp_path / "exported")
    assert not (tmp_path / "exported").exists()


def test_the_samples_are_ten_different_expressions_that_are_read() -> None:
    recognizer = Recognizer.load()
    # Two straight lines that cross are a small letter as well as a capital.
    read: list[Any] = [recognizer.recognize(ink, beam=1).latex.replace("X", "x") for ink in expressions()]
    assert len(set(read)) == 10
    assert {"x + 1", r"\frac { 1 } { x }", r"\sqrt { x }"} <= set(read)
