"""Checkpoints: whole, the last two of them, and of one run at a time."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import pytest

from crohme.expressions.run import Run
from crohme.training import checkpoint
from crohme.training.run_folder import CheckpointError, held

EXPECTED = {"step": 0, "unit": "seconds", "spent": 0.0}


def model(width: int = 3) -> keras.Model:
    built = keras.Sequential([keras.Input((2,)), keras.layers.Dense(width)])
    built.compile("adam", "mse")
    return built


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    """Two checkpoints, after step 1 and after step 2; each weight is the number of its step."""
    trained = model()
    for step in (1, 2):
        trained.set_weights([np.full(w.shape, step) for w in trained.get_weights()])
        checkpoint.save(tmp_path / "state.npz", trained, trained.get_weights(), EXPECTED | {"step": step})
    return tmp_path / "state.npz"


def change(path: Path, **changes: object) -> None:
    with np.load(path) as stored:
        arrays = dict(stored) | changes
    np.savez(path, **{name: array for name, array in arrays.items() if array is not None})


def bomb(path: Path) -> None:
    """Ten megabytes of zeros, packed."""
    with np.load(path) as stored:
        arrays = dict(stored)
    np.savez_compressed(path, **(arrays | {"variable_0": np.zeros(10_000_000, np.uint8)}))


def progress(**changes: object) -> np.ndarray:
    return np.array(json.dumps({name: v for name, v in (EXPECTED | {"step": 2} | changes).items() if v is not None}))


DAMAGES: dict[str, Callable[[Path], object]] = {
    "empty": lambda path: path.write_bytes(b""),
    "cut short": lambda path: path.write_bytes(path.read_bytes()[:-200]),
    "half": lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]),
    "no archive": lambda path: path.write_bytes(b"not an archive"),
    "missing": lambda path: path.unlink(),
    "no progress": lambda path: change(path, progress=None),
    "a variable less": lambda path: change(path, variable_1=None),
    "the last variables less": lambda path: change(path, **{f"variable_{i}": None for i in range(2, 20)}),
    "an average less": lambda path: change(path, average_0=None),
    "an average more": lambda path: change(path, average_9=np.zeros(2)),
    "another shape": lambda path: change(path, variable_0=np.zeros((7, 9), np.float32)),
    "another average": lambda path: change(path, average_0=np.zeros((7, 9), np.float32)),
    "complex": lambda path: change(path, variable_0=np.zeros((2, 3), complex)),
    "text": lambda path: change(path, average_0=np.full((2, 3), "x")),
    "not a number": lambda path: change(path, variable_1=np.array([0, np.nan, 0], np.float32)),
    "without end": lambda path: change(path, average_0=np.full((2, 3), np.inf, np.float32)),
    "objects": lambda path: change(path, variable_0=np.full((2, 3), None, dtype=object)),
    "progress that is no JSON": lambda path: change(path, progress=np.array("{")),
    "progress that is no table": lambda path: change(path, progress=np.array("[]")),
    "no step": lambda path: change(path, progress=progress(step=None)),
    "a step that is text": lambda path: change(path, progress=progress(step="2")),
    "half a step": lambda path: change(path, progress=progress(step=2.5)),
    "a step beyond all numbers": lambda path: change(path, progress=progress(step=10**400)),
    "a step of all numbers": lambda path: change(path, progress=progress(step=1e308)),
    "a bomb": lambda path: bomb(path),
    "endless": lambda path: change(path, progress=progress(spent=float("nan"))),
    "a folder": lambda path: (path.unlink(), path.mkdir()),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_of_a_damaged_checkpoint_the_one_before_it_is_used(
    damage: str, saved: Path, caplog: pytest.LogCaptureFixture
) -> None:
    DAMAGES[damage](saved)
    fresh = model()
    average, found = checkpoint.restore(saved, lambda _: fresh, EXPECTED)
    assert found["step"] == 1
    assert all((w == 1).all() for w in [*fresh.get_weights(), *average])
    assert f"going on from the checkpoint before it, {saved.with_name('state-before.npz')}" in caplog.text
    assert str(saved) in caplog.text


@pytest.mark.parametrize("damage", ["empty", "cut short", "an average less", "no step", "a folder"])
def test_if_both_are_damaged_it_is_an_error_that_names_them(damage: str, saved: Path) -> None:
    before = saved.with_name("state-before.npz")
    for path in (saved, before):
        DAMAGES[damage](path)
    with pytest.raises(CheckpointError) as raised:
        checkpoint.restore(saved, lambda _: model(), EXPECTED)
    assert str(saved) in str(raised.value) and str(before) in str(raised.value)


def test_the_newest_is_used_without_a_word(saved: Path, caplog: pytest.LogCaptureFixture) -> None:
    fresh = model()
    assert checkpoint.restore(saved, lambda _: fresh, EXPECTED)[1]["step"] == 2
    assert (fresh.get_weights()[0] == 2).all()
    assert not caplog.records
    with pytest.raises(CheckpointError, match="another network"):
        checkpoint.restore(saved, lambda _: model(4), EXPECTED)


def test_a_good_checkpoint_is_not_lost_to_the_next_one(saved: Path) -> None:
    DAMAGES["cut short"](saved)
    checkpoint.forget_damaged(saved, EXPECTED)
    checkpoint.save(saved, model(), model().get_weights(), EXPECTED | {"step": 3})
    DAMAGES["empty"](saved)
    assert checkpoint.restore(saved, lambda _: model(), EXPECTED)[1]["step"] == 1


@pytest.mark.parametrize("where", ["numpy.savez", "os.fsync"])
def test_a_checkpoint_that_cannot_be_written_leaves_the_last_two(
    where: str, saved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(where, full)
    with pytest.raises(OSError, match="No space left") as raised:
        checkpoint.save(saved, model(), [], EXPECTED)
    assert raised.value.filename == str(saved)
    monkeypatch.undo()
    assert {path.name for path in saved.parent.iterdir()} == {"state.npz", "state-before.npz"}
    assert checkpoint.restore(saved, lambda _: model(), EXPECTED)[1]["step"] == 2


def test_two_runs_cannot_have_one_folder_and_a_killed_one_has_none(tmp_path: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path; from crohme.training.run_folder import held\n"
        "with held(Path(sys.argv[1])): print('held', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", program, str(tmp_path / "run")], stdout=subprocess.PIPE) as other:
        assert other.stdout is not None and other.stdout.readline() == b"held\n"
        with pytest.raises(CheckpointError, match="another run"), held(tmp_path / "run"):
            pass
        other.send_signal(signal.SIGKILL)
    with held(tmp_path / "run"), pytest.raises(CheckpointError, match="another run"), held(tmp_path / "run"):
        pass
    with held(tmp_path / "run"):
        pass


def test_what_a_killed_run_had_begun_to_write_is_removed_and_nothing_else(tmp_path: Path) -> None:
    program = (
        "import os, signal, sys; from inkml_parser.files import filling, replacing\n"
        "with replacing(sys.argv[1] + '/state.npz') as a, filling(sys.argv[1] + '/bundle') as b:\n"
        "    a.write(b'half'); a.flush(); (b / 'weights.npz').touch(); os.kill(os.getpid(), signal.SIGKILL)"
    )
    kept = [tmp_path / name for name in (".lock", ".mine.part", "x.part", "state.npz", "bundle/config.json")]
    (tmp_path / "bundle").mkdir()
    for file in kept:
        file.touch()
    assert subprocess.run([sys.executable, "-c", program, str(tmp_path)]).returncode == -signal.SIGKILL
    begun = list(tmp_path.rglob(".*.part"))
    assert len(begun) == 3
    for each in begun:
        os.utime(each, (0, 0))
    with held(tmp_path):
        assert {file for file in tmp_path.rglob("*") if file.is_file()} == set(kept)
        assert len(list(tmp_path.rglob(".*.part"))) == 1


def test_a_damaged_log_is_no_reason_to_stop(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    run = Run.__new__(Run)
    run.folder, run.progress, run.board = tmp_path, {"step": 1, "samples": 8}, None
    run.log("training", {"loss": 1.5})
    whole = (tmp_path / "log.jsonl").read_bytes()
    (tmp_path / "log.jsonl").write_bytes(whole + b"\xff\n[]\n{}\n" + whole[:20])
    assert [row["loss"] for row in run.history()] == [1.5]
    assert "damaged lines left out: 4" in caplog.text


@pytest.mark.parametrize("content", ["", "{", "[]", '{"settings": 3}', '{"settings": {"learning_rate": "x"}}',
                                     '{"settings": {"size": "huge"}}', '{"settings": {"wings": 2}}'])  # fmt: skip
def test_damaged_settings_are_an_error_that_names_the_file(content: str, tmp_path: Path) -> None:
    from crohme.expressions.run_settings import stored_settings

    (tmp_path / "settings.json").write_text(content, encoding="utf-8")
    with pytest.raises(CheckpointError, match=r"settings\.json: not the settings"):
        stored_settings(tmp_path)


def test_a_line_that_does_not_fit_leaves_nothing_of_itself(tmp_path: Path) -> None:
    if sys.platform != "linux" or shutil.which("mount") is None:
        pytest.skip("needs a small disk")
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=8k", "tmpfs", str(disk)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a file system can be mounted by root only")
    try:
        run = Run.__new__(Run)
        run.folder, run.progress, run.board = disk, {"step": 1, "samples": 8}, None
        with pytest.raises(OSError, match="No space left") as raised:
            for _ in range(1000):
                run.log("training", {"loss": 1.5, "text": "x" * 300})
        assert raised.value.filename == str(disk / "log.jsonl")
        lines = (disk / "log.jsonl").read_text(encoding="utf-8").splitlines()
        assert len(lines) == len(run.history()) > 5
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)
