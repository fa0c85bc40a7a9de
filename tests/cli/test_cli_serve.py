"""`crohme serve`: starts, answers, stops when told to, and says why it cannot start."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("uvicorn", reason="the extra [web] is not installed")

from crohme import bundle  # noqa: E402
from crohme.cli import main  # noqa: E402
from crohme.expressions.vocabulary import Vocabulary  # noqa: E402

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def expressions_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle that loads; it is not asked to read anything."""
    folder = tmp_path_factory.mktemp("bundles") / "tiny"
    vocabulary = Vocabulary.crohme()
    arguments = {**vocabulary.dimensions(), "width": 6, "heads": 3, "encoder_layers": 1, "decoder_layers": 1}
    rng = np.random.default_rng(0)
    shapes = bundle.find("stroke_transformer").shapes(arguments)
    weights = {name: rng.normal(0, 0.3, shape) for name, shape in shapes.items()}
    bundle.save(folder, "stroke_transformer", arguments, vocabulary.tokens, weights, {})
    return folder


@pytest.mark.usefixtures("terminal")
@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_it_serves_until_it_is_stopped(expressions_folder: Path, stop: signal.Signals) -> None:
    command = [sys.executable, "crohme.py", "serve", "--port", "0", "--bundle", str(expressions_folder)]
    with subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as server:
        try:
            address = server.stdout.readline().split()[2]
            with urllib.request.urlopen(f"{address}/v1/health", timeout=60) as answer:
                assert json.load(answer)["status"] == "ok"
            with urllib.request.urlopen(f"{address}/", timeout=60) as answer:
                assert b'<canvas id="pad"' in answer.read()
            server.send_signal(stop)
            _, complaints = server.communicate(timeout=60)
        finally:
            server.kill()
    assert "Traceback" not in complaints
    assert server.returncode == 128 + stop


def children_of(process: int) -> set[int]:
    """All processes below one (Linux)."""
    found: set[int] = set()
    for task in Path(f"/proc/{process}/task").iterdir():
        for child in map(int, (task / "children").read_text().split()):
            found |= {child} | children_of(child)
    return found


def is_running(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.skipif(not Path(f"/proc/self/task/{os.getpid()}/children").exists(), reason="looks at /proc")
@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM])
def test_no_process_is_left(expressions_folder: Path, end: signal.Signals) -> None:
    pytest.importorskip("sympy", reason="the solver needs SymPy")
    command = [sys.executable, "crohme.py", "serve", "--port", "0", "--bundle", str(expressions_folder)]
    with subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as server:
        try:
            address = server.stdout.readline().split()[2]
            body = b'{"latex": "\\\\sum _ { i = 1 } ^ { 1 0 ^ { 8 } } \\\\frac { 1 } { i }"}'
            request = urllib.request.Request(f"{address}/v1/solve", body, {"Content-Type": "application/json"})
            asking = threading.Thread(target=_ask, args=(request,))
            asking.start()
            children = children_of(server.pid)
            while len(children) < 4:  # two readers at least, and two solvers, one of which is at work
                time.sleep(0.05)
                children = children_of(server.pid)
            server.send_signal(end)
            server.communicate(timeout=60)
        finally:
            server.kill()
    asking.join(60)
    deadline = time.monotonic() + 30
    while any(map(is_running, children)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not [child for child in children if is_running(child)]


def _ask(request: urllib.request.Request) -> None:
    try:
        urllib.request.urlopen(request, timeout=60).close()
    except OSError:
        pass  # the server ends


def test_a_port_that_is_taken(expressions_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        assert main(["serve", "--port", port, "--bundle", str(expressions_folder)]) == 1
    assert f"cannot listen on 127.0.0.1:{port}: Address already in use" in capsys.readouterr().err


def test_a_bundle_that_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", "--port", "0", "--bundle", "nowhere"]) == 1
    assert "nowhere: no such bundle" in capsys.readouterr().err


@pytest.mark.parametrize("port", ["-1", "65536", "http"])
def test_what_is_no_port(port: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["serve", "--port", port])
    assert "is not a port" in capsys.readouterr().err
