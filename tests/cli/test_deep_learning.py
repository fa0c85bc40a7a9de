"""What the deep-learning libraries themselves write to the terminal."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from crohme.cli import main
from crohme.training.run_folder import held

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


@pytest.fixture
def no_keras(monkeypatch: pytest.MonkeyPatch) -> None:
    """Training fails where it loads Keras."""
    monkeypatch.setattr("crohme.cli.train.shared.load_keras", lambda: pytest.fail("Keras was loaded"))


@pytest.mark.usefixtures("no_keras")
@pytest.mark.parametrize(
    ("arguments", "cause"),
    [
        ("train --data {here}/nothing", "no such folder"),
        ("train symbols --data {here} --data {here}", "pictures are for alexnet"),
        ("train symbols --network cnn --data {ink} --label-table {here}/table.csv", "is for pictures"),
        ("train symbols --network cnn --data {here} --label-table {here}/table.csv", "No such file"),
        ("train symbols --network cnn --data {ink} --data {ink}", "merged as pictures"),
        ("train expressions --data {here}", "no InkML files under"),
        ("train expressions --data {ink} --data {ink}", "several --data are for symbols"),
    ],
)
def test_data_that_cannot_be_trained_on_are_refused_before_keras_is_loaded(
    arguments: str, cause: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = arguments.format(here=tmp_path, ink=FILE.parents[1]).split()
    assert main([*given, "--out", str(tmp_path / "run")]) == 1
    assert cause in capsys.readouterr().err


@pytest.mark.usefixtures("no_keras")
@pytest.mark.parametrize("task", ["expressions", "symbols"])
@pytest.mark.parametrize(
    ("arguments", "cause"),
    [
        ("--config {here}/pipe", "pipe: Not a regular file"),
        ("--config {here}/missing.toml", "missing.toml: No such file"),
        ("--config {here}/deep.toml", "deep.toml: nested too deep"),
        ("--set settings.precision=half", "settings.precision is 'half'"),
        ("--set settings.network=resnet", "settings.network is 'resnet'"),
        ("--set settings.seed=-1", "settings.seed is -1, which is below 0"),
        ("--set settings.seed=4294967296", "settings.seed is 4294967296, which is above"),
        ("--set settings.averaging=1.5", "settings.averaging is 1.5, which is not between 0 and 1"),
        ("--set settings.learning_rate=nan", "settings.learning_rate is nan"),
        ("--set settings.learning_rate=inf", "settings.learning_rate is inf"),
        (f"--set settings.learning_rate=1{'0' * 400}", "settings.learning_rate is too large a number"),
        ("--set settings.interpolation=0", "settings.interpolation is 0"),
        ("--from nothing", "nothing: no such bundle"),
        ("--from {here}", "config.json: No such file"),
        ("--resume", "nothing to resume"),
        ("--out {here}/old", "old holds a run: continue it (--resume)"),
        ("--out {here}/old --resume", "is not of type"),
        ("--out {here}/deep.toml", "deep.toml"),
        ("--out {here}/held", "another run is using this folder"),
        ("--out {here}/held --resume", "another run is using this folder"),
    ],
)
def test_what_is_asked_of_a_run_is_checked_before_keras_is_loaded(
    task: str, arguments: str, cause: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "deep.toml").write_text("a = " + "[" * 100_000)
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "state-before.npz").write_bytes(b"")
    (tmp_path / "old" / "settings.json").write_text('{"settings": {"seed": "x"}}')
    given = ["train", task, "--data", str(FILE.parents[1]), "--out", str(tmp_path / "run")]
    with held(tmp_path / "held"):
        assert main([*given, *arguments.format(here=tmp_path).split()]) == 1
    assert cause in capsys.readouterr().err.splitlines()[-1]
    assert not (tmp_path / "old" / ".lock").exists()


def test_what_a_training_is_asked_for_can_be_read_without_keras() -> None:
    program = "import sys, crohme.symbols.recipe, crohme.expressions.run_settings; sys.exit('keras' in sys.modules)"
    subprocess.run([sys.executable, "-c", program], check=True)


@pytest.mark.usefixtures("no_keras")
@pytest.mark.parametrize(
    ("assignments", "cause"),
    [
        ("settings.dropout=2", "settings.dropout is 2.0, which is not between 0 and 1"),
        ("recipe.one_hand=-0.1", "recipe.one_hand is -0.1, which is not between 0 and 1"),
        ("recipe.strongest=0.5", "recipe.weakest is 0.6, which is above recipe.strongest"),
        ("recipe.texts=nothing.txt", "nothing.txt: no such file or folder"),
        ("recipe.drawn=nothing,more", "nothing: no such file or folder"),
    ],
)
def test_so_is_what_only_expressions_have(
    assignments: str, cause: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = ["train", "expressions", "--data", str(FILE.parents[1]), "--out", str(tmp_path / "run")]
    assert main([*given, "--set", assignments]) == 1
    assert cause in capsys.readouterr().err.splitlines()[-1]


@pytest.mark.parametrize("option", ["--seed=-1", "--seed=4294967296", "--seed=x", "--workers=1000000"])
def test_a_number_that_none_can_be_is_an_error_of_usage(option: str) -> None:
    with pytest.raises(SystemExit):
        main(["train", "expressions", option])
