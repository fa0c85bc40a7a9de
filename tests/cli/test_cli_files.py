"""Output that cannot be written, pipes, signals, odd names: one line each, and nothing half done."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from crohme.cli import main
from crohme.cli.errors import one_line
from tests.processes import descendants, is_running, wait_until

REPOSITORY = Path(__file__).resolve().parents[2]
needs_proc = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks at /proc")


@pytest.fixture
def ink(tmp_path: Path, write_ink: Callable[..., Path]) -> Path:
    return write_ink(tmp_path / "in" / "a.inkml")


@pytest.fixture
def predict(expression_bundle: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Runs `crohme predict` in this process; gives exit code, output and errors."""

    def run(*arguments: object) -> tuple[int, str, str]:
        code = main(["predict", *map(str, arguments), "--bundle", str(expression_bundle), "--beam", "1"])
        told = capsys.readouterr()
        return code, told.out, told.err

    return run


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
def test_a_full_disk_is_told_in_one_line_that_names_the_file(
    ink: Path, predict: Callable[..., tuple[int, str, str]], tmp_path: Path
) -> None:
    full = tmp_path / "full.csv"
    full.symlink_to("/dev/full")
    assert predict(ink, "--output", full)[::2] == (1, f"crohme: error: {full}: No space left on device\n")
    with open("/dev/full", "w", encoding="utf-8") as out:
        command = [sys.executable, "crohme.py", "--help"]
        told = subprocess.run(command, cwd=REPOSITORY, stdout=out, stderr=subprocess.PIPE, text=True, check=False)
    assert "Traceback" not in told.stderr


def test_what_cannot_be_written_leaves_the_old_file(
    ink: Path, predict: Callable[..., tuple[int, str, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    output = tmp_path / "out" / "r.json"
    assert predict(ink, "--output", output)[0] == 0
    before = output.read_bytes()
    monkeypatch.setattr("inkml_parser.files.os.fsync", full)
    assert predict(ink, "--output", output)[::2] == (1, f"crohme: error: {output}: No space left on device\n")
    assert output.read_bytes() == before
    assert list(output.parent.iterdir()) == [output]


@pytest.mark.usefixtures("terminal")
def test_interrupted_before_anything_was_read_the_old_output_stays(
    ink: Path, predict: Callable[..., tuple[int, str, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from crohme import parallel

    def ended(*arguments: Any, **options: Any) -> Iterator[object]:
        os.kill(os.getpid(), signal.SIGHUP)
        yield from ()

    output = tmp_path / "r.csv"
    assert predict(ink, "--output", output)[0] == 0
    before = output.read_bytes()
    monkeypatch.setattr(parallel, "each", ended)
    assert predict(ink, "--output", output)[::2] == (129, "\ncrohme: hung up; 0 lines read\n")
    assert output.read_bytes() == before and {file.name for file in tmp_path.iterdir()} >= {"in", "r.csv"}
    assert not list(tmp_path.glob(".*.part")) and signal.getsignal(signal.SIGHUP) == signal.SIG_DFL


@pytest.mark.parametrize("suffix", ["csv", "json", "jsonl"])
def test_interrupted_the_output_has_what_was_read_and_is_whole(
    suffix: str, ink: Path, predict: Callable[..., tuple[int, str, str]], tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, write_ink: Callable[..., Path],
) -> None:  # fmt: skip
    from crohme import parallel

    write_ink(ink.with_name("b.inkml"))
    read = parallel.each

    def ended(*arguments: Any, **options: Any) -> Iterator[object]:
        found = read(*arguments, **options)
        yield next(found)
        os.kill(os.getpid(), signal.SIGTERM)
        yield from found

    monkeypatch.setattr(parallel, "each", ended)
    output = tmp_path / f"r.{suffix}"
    code, _, errors = predict(ink.parent, "--output", output)
    assert (code, errors.strip()) == (143, "crohme: terminated; 1 line read")
    text = output.read_text(encoding="utf-8")
    rows = {"csv": lambda: list(csv.DictReader(text.splitlines())), "json": lambda: json.loads(text),
            "jsonl": lambda: [json.loads(line) for line in text.splitlines()]}[suffix]()  # fmt: skip
    assert [Path(row["file"]).name for row in rows] == ["a.inkml"]
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL


def test_a_pipe_that_nobody_writes_to_is_refused_by_name(
    ink: Path, predict: Callable[..., tuple[int, str, str]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("pipe.inkml", "pipe.png"):
        pipe = tmp_path / name
        os.mkfifo(pipe)
        code, _, errors = predict(pipe)
        assert (code, errors.splitlines()[-1]) == (1, f"  {pipe}: Not a regular file")
        assert main(["convert", str(pipe), "--to", "svg", "--output", str(tmp_path / "o")]) == 1
        assert "Not a regular file" in capsys.readouterr().err
        assert main(["score", str(pipe), str(pipe)]) == 1
        assert str(pipe) in capsys.readouterr().err


def test_output_may_be_a_pipe(ink: Path, expression_bundle: Path, tmp_path: Path) -> None:
    pipe = tmp_path / "r.csv"
    os.mkfifo(pipe)
    with subprocess.Popen(["cat", pipe], stdout=subprocess.PIPE, text=True) as reader:
        assert main(["predict", str(ink), "--bundle", str(expression_bundle), "--output", str(pipe)]) == 0
        assert reader.stdout is not None
        assert [row["error"] for row in csv.DictReader(reader.stdout)] == [""]
    assert pipe.is_fifo()


@pytest.mark.parametrize("name", ["a\nb", os.fsdecode(b"\xff\xfe"), "x" * 240, "\x1b[31m"])
def test_names_of_any_kind(
    name: str, predict: Callable[..., tuple[int, str, str]], tmp_path: Path, write_ink: Callable[..., Path]
) -> None:
    good = write_ink(tmp_path / "in" / f"{name}.inkml")
    bad = tmp_path / "in" / f"{name}2.inkml"
    bad.touch()
    code, out, errors = predict(good.parent, "--write", "lg,inkml", "--to-dir", tmp_path / "o")
    assert code == 1
    assert len(errors.splitlines()) == 2 and one_line(str(bad)) in errors.splitlines()[1]
    assert len([line for line in out.splitlines() if ".inkml" in line]) == 2
    assert (tmp_path / "o" / f"{name}.lg").exists()
    for suffix in ("csv", "json"):
        assert predict(good.parent, "--output", tmp_path / f"r.{suffix}")[0] == 1
    assert len(json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))) == 2


def test_outputs_that_are_one_file_or_an_input_are_refused(
    ink: Path, tmp_path: Path, write_ink: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "t.csv"
    table.write_text("file,latex\na,x\n", encoding="utf-8")
    assert main(["score", str(table), str(table), "--json", str(table)]) == 1
    assert "is an input" in capsys.readouterr().err
    report = tmp_path / "r"
    arguments = ["evaluate", "symbols", "--data", str(ink.parent), "--json", str(report / "metrics.json")]
    assert main([*arguments, "--report", str(report)]) == 1
    assert "--report would be written over what --json writes" in capsys.readouterr().err
    # b/a.inkml would come to lie on in/a.inkml, which is read as well.
    other, before = write_ink(tmp_path / "b" / "a.inkml"), ink.read_bytes()
    assert main(["convert", str(ink), str(other), "--to", "inkml", "--output", str(ink.parent)]) == 1
    errors = capsys.readouterr().err
    assert "would be overwritten" in errors and f"would overwrite the input {ink}" in errors
    assert ink.read_bytes() == before


@pytest.mark.parametrize("name", ["file/r.csv", "folder.csv", "x" * 300 + ".csv", "file/x/r.csv"])
def test_where_no_output_can_be(
    name: str, ink: Path, predict: Callable[..., tuple[int, str, str]], tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "folder.csv").mkdir()
    code, _, errors = predict(ink, "--output", tmp_path / name)
    assert code == 1
    assert errors.count("\n") == 1 and errors.startswith(f"crohme: error: {tmp_path / name.split('/')[0]}")


def test_a_folder_that_cannot_be_read_is_told(
    ink: Path, predict: Callable[..., tuple[int, str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = ink.parent / "closed"
    closed.mkdir()
    scan = os.scandir

    def refuse(path: object) -> object:
        if str(path) == str(closed):  # a superuser may read everything: no permission bits would do
            raise PermissionError(13, "Permission denied", str(closed))
        return scan(path)  # type: ignore[call-overload]

    monkeypatch.setattr(os, "scandir", refuse)
    assert predict(ink.parent)[::2] == (1, f"crohme: error: {closed}: Permission denied\n")


@needs_proc
@pytest.mark.usefixtures("terminal")
@pytest.mark.parametrize(("end", "code"), [("KILL", -signal.SIGKILL), ("TERM", 143), ("HUP", 129)])
@pytest.mark.parametrize("command", ["predict", "evaluate"])
def test_no_worker_is_left(end: str, code: int, command: str, expression_bundle: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    sample = sorted((REPOSITORY / "data" / "sample" / "train").rglob("*.inkml"))[:20]
    for number in range(400):
        (data / f"{number}.inkml").symlink_to(sample[number % 20])
    output = tmp_path / "r.jsonl"
    arguments = ["predict", str(data), "--output", str(output)]
    if command == "evaluate":
        arguments = ["evaluate", "expressions", "--data", str(data)]
    line = [sys.executable, "crohme.py", *arguments, "--bundle", str(expression_bundle)]
    environment = {**os.environ, "TQDM_DISABLE": "1"}
    with subprocess.Popen(
        line, cwd=REPOSITORY, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    ) as process:
        if not wait_until(lambda: len(descendants(process.pid)) >= 3 or process.poll() is not None):
            process.kill()
            pytest.fail("no workers")
        if process.poll() is not None:
            pytest.skip("one core: no workers")
        workers = descendants(process.pid)
        process.send_signal(signal.Signals[f"SIG{end}"])
        _, errors = process.communicate(timeout=60)
    assert process.returncode == code
    assert b"Traceback" not in errors
    assert wait_until(lambda: not any(map(is_running, workers)), 15)
    for row in output.read_text(encoding="utf-8").splitlines() if output.exists() else ():
        assert json.loads(row)["file"]


def test_what_a_killed_predict_had_begun_to_write_is_removed_by_the_next(
    ink: Path, tmp_path: Path, predict: Callable[..., tuple[int, str, str]]
) -> None:
    left, foreign = tmp_path / ".0123456789abcdef.part", tmp_path / ".mine.part"
    for file in (left, foreign):
        file.write_text("half", encoding="utf-8")
        os.utime(file, (0, 0))
    assert predict(ink, "--output", tmp_path / "out.csv")[0] == 0
    assert {file.name for file in tmp_path.iterdir()} == {"in", "out.csv", foreign.name} | {
        folder.name for folder in tmp_path.iterdir() if folder.is_dir()
    }


@pytest.mark.parametrize("command", ["evaluate expressions --data", "evaluate symbols --data", "score {here}/t.csv"])
def test_links_in_a_circle_are_a_users_error(command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "t.csv").write_text("file,latex\na,x\n")
    (tmp_path / "circle").symlink_to("circle")
    assert main([*command.format(here=tmp_path).split(), str(tmp_path / "circle")]) == 1
    assert capsys.readouterr().err.startswith("crohme: error: ")
