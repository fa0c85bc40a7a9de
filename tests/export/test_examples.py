"""The examples of docs/ read with onnxruntime what `crohme` reads."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from crohme import bundle
from crohme.export.formats import export
from crohme.expressions.recognizer import Recognizer
from inkml_parser import Ink, read

pytest.importorskip("onnxruntime")
pytest.importorskip("onnx")

REPOSITORY = Path(__file__).resolve().parents[2]
EXAMPLES = REPOSITORY / "docs/examples"
FILE = sorted((REPOSITORY / "data/sample").rglob("*.inkml"))[2]
NODE, MODULES = shutil.which("node"), REPOSITORY / "node_modules"
ENGINE = "onnxruntime-node"


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("exported")
    export(bundle.load("math"), "onnx", folder)
    return folder


@pytest.fixture(scope="module")
def ink() -> Ink:
    return read(FILE)


def test_the_example_in_python_reads(exported: Path, ink: Ink) -> None:
    command = [sys.executable, str(EXAMPLES / "read_with_onnxruntime.py"), str(exported), str(FILE)]
    environment = os.environ | {"PYTHONPATH": str(REPOSITORY)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == Recognizer.load().recognize(ink).latex, done.stderr


@pytest.mark.skipif(NODE is None, reason="node is not installed")
@pytest.mark.skipif(not (MODULES / ENGINE).is_dir(), reason=f"no {ENGINE}: npm install --no-save {ENGINE}")
def test_the_example_in_javascript_reads(exported: Path, ink: Ink, tmp_path: Path) -> None:
    modules = tmp_path / "node_modules"
    modules.mkdir()
    (modules / "crohme").symlink_to(REPOSITORY / "js")
    (modules / ENGINE).symlink_to(MODULES / ENGINE)
    script = shutil.copy(EXAMPLES / "read_with_onnxruntime.mjs", tmp_path)
    strokes = tmp_path / "strokes.json"
    strokes.write_text(json.dumps([stroke.tolist() for stroke in ink.strokes]))
    done = subprocess.run([str(NODE), script, exported, strokes], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == Recognizer.load().recognize(ink, beam=1).latex, done.stderr


@pytest.mark.parametrize("file", sorted(EXAMPLES.iterdir()), ids=lambda file: file.suffix)
def test_an_example_is_short(file: Path) -> None:
    assert len(file.read_text(encoding="utf-8").splitlines()) <= 64
