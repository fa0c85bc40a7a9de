"""What the deep-learning libraries themselves write to the terminal."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
FILE = REPOSITORY / "data" / "sample" / "test" / "sample7_00.inkml"


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own, which has not yet loaded anything."""
    command = [sys.executable, "crohme.py", *arguments]
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("TF_")}
    return subprocess.run(
        command, cwd=REPOSITORY, env=inherited | environment, capture_output=True, text=True, check=False, timeout=300
    )


@pytest.fixture(scope="module")
def alexnet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle of a network that runs in Keras, of toy size and with random weights."""
    from crohme import bundle

    folder, arguments = tmp_path_factory.mktemp("bundles") / "alexnet", {"classes": 2, "filters": [2] * 5, "dense": [2]}
    weights = bundle.weights_of(bundle.build("alexnet", arguments))
    bundle.save(folder, "alexnet", arguments, ("a", "b"), weights, {})
    return folder


@pytest.mark.parametrize("command", ["predict", "evaluate"])
def test_only_our_own_lines_are_printed(command: str, alexnet: Path) -> None:
    own = ["predict", "symbols", str(FILE)]
    if command == "evaluate":
        own = ["evaluate", "symbols", "--data", str(FILE.parent)]
    done = run(*own, "--bundle", str(alexnet))
    assert done.returncode == 0
    assert ("read right" if command == "predict" else "top-5") in done.stdout
    bars = [line for line in done.stderr.splitlines() if line.startswith("symbols of test")]
    assert [line for line in done.stderr.splitlines() if line and line not in bars] == []


def test_a_backend_that_cannot_be_loaded_is_a_users_error() -> None:
    done = run("train", "--data", str(FILE.parents[1]), KERAS_BACKEND="abacus")
    assert done.returncode == 1
    assert done.stderr.startswith("crohme: error: Keras cannot be loaded: ") and "abacus" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_the_shipped_symbol_networks_do_not_ask_for_it() -> None:
    done = run("predict", "symbols", str(FILE), KERAS_BACKEND="abacus")
    assert (done.returncode, done.stderr) == (0, "")
