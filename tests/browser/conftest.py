"""The recogniser in JavaScript, run by node."""

from __future__ import annotations

import json
import shutil
import subprocess
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from crohme import bundle
from crohme.browser.export import export
from crohme.browser.shapes import rounded_shapes
from crohme.browser.site import write_site
from crohme.browser.weights import rounded
from crohme.expressions.recognizer import Recognizer
from crohme.expressions.shapes import FILE
from inkml_parser import Ink, read

REPOSITORY = Path(__file__).resolve().parents[2]
SAMPLE = sorted((REPOSITORY / "data/sample").rglob("*.inkml"))
NODE = shutil.which("node")
needs_node = pytest.mark.skipif(NODE is None, reason="node is not installed")


def strokes_of(ink: Ink) -> list[list[list[float]]]:
    return [stroke.tolist() for stroke in ink.strokes]


def in_node(script: Path, arguments: Sequence[str | Path], asked: Sequence[Any]) -> list[Any]:
    """What a script answers to lines of JSON, one for each."""
    assert NODE is not None
    lines = "".join(f"{json.dumps(one)}\n" for one in asked)
    done = subprocess.run([NODE, script, *arguments], input=lines, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture(scope="session")
def recognizer() -> Recognizer:
    return Recognizer(bundle.load("math"))


@pytest.fixture(scope="session")
def rounded_recognizer(recognizer: Recognizer) -> Recognizer:
    """The one in Python with the weights as a browser has them."""
    assert recognizer.bundle is not None
    trained = recognizer.bundle
    files = {**trained.files, FILE: rounded_shapes(trained.files[FILE])}
    return Recognizer(replace(trained, weights=rounded(trained.weights), files=files))


@pytest.fixture(scope="session")
def exported(recognizer: Recognizer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("exported")
    assert recognizer.bundle is not None
    export(recognizer.bundle, folder)
    return folder


@pytest.fixture(scope="session")
def inks() -> list[Ink]:
    return [read(file) for file in SAMPLE]


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    write_site(bundle.load("math"), folder)
    return folder


@pytest.fixture
def host(site: Path) -> Iterator[ThreadingHTTPServer]:
    """A host of files, and nothing else, with the site in one of its folders."""

    class Files(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    handler = partial(Files, directory=str(site.parent))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield running
        running.shutdown()
        thread.join()
