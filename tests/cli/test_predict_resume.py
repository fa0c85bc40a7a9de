"""`crohme predict --resume`: the same command goes on, line by line."""

from __future__ import annotations

import json
import shutil
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from crohme.cli import main
from crohme.cli.errors import CommandError
from crohme.cli.predict import expressions
from crohme.cli.predict.readings import Candidate, Reading
from crohme.cli.predict.resumed import earlier, growing
from crohme.datasets.location import sample_folder
from inkml_parser.files import append_line

FILES = sorted((sample_folder() / "test").glob("*.inkml"))[:4]
Predict = Callable[..., int]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three files, the second of which cannot be read."""
    place = tmp_path / "in"
    place.mkdir()
    for name, file in zip(("a", "d"), FILES, strict=False):
        shutil.copy(file, place / f"{name}.inkml")
    (place / 'b "2",\n.inkml').touch()
    return place


@pytest.fixture
def predict(expression_bundle: Path) -> Predict:
    def run(*arguments: object) -> int:
        return main(["predict", *map(str, arguments), "--bundle", str(expression_bundle), "--beam", "1"])

    return run


@pytest.mark.parametrize("suffix", [".csv", ".jsonl"])
def test_wherever_it_was_killed_the_same_command_makes_the_same_file(
    suffix: str, folder: Path, predict: Predict, tmp_path: Path
) -> None:
    predict(folder, "--output", tmp_path / f"whole{suffix}")
    whole, out = (tmp_path / f"whole{suffix}").read_bytes(), tmp_path / f"out{suffix}"
    ends = [i for i in range(len(whole)) if whole[i : i + 1] == b"\n"]
    for size in sorted({0, 1, *ends, *(end + 1 for end in ends), *(end + 9 for end in ends), len(whole) // 2}):
        out.write_bytes(whole[:size])
        assert predict(folder, "--output", out, "--resume") == 1
        assert out.read_bytes() == whole
    out.unlink()
    assert predict(folder, "--output", out, "--resume") == 1
    assert out.read_bytes() == whole


def test_each_line_is_there_when_the_next_one_comes(
    folder: Path, predict: Predict, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from crohme import parallel

    out, read, lines = tmp_path / "out.jsonl", parallel.each, []

    def counting(*arguments: Any, **options: Any) -> Iterator[object]:
        for found in read(*arguments, **options):
            lines.append(out.read_bytes().count(b"\n") if out.exists() else 0)
            yield found

    monkeypatch.setattr(parallel, "each", counting)
    predict(folder / "a.inkml", "--output", out, "--resume")
    predict(folder, "--output", out, "--resume")
    assert lines == [0, 1, 2]
    assert "2 lines written to" in (told := capsys.readouterr().out) and "out.jsonl; 1 were there" in told
    predict(folder, "--output", out, "--resume")
    assert len(lines) == 3 and len({json.loads(line)["file"] for line in out.open(encoding="utf-8")}) == 3


def test_the_symbols_of_a_file_are_read_again_if_more_might_have_come(
    tmp_path: Path, bundle_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["predict", "symbols", *map(str, FILES), "--bundle", str(bundle_folder), "--output"]
    main([*arguments, str(tmp_path / "whole.csv")])
    whole = (tmp_path / "whole.csv").read_bytes()
    assert whole.count(b"\n") > 8
    lines = whole.splitlines(keepends=True)
    for kept in (1, 2, len(lines) // 2, len(lines)):
        (tmp_path / "out.csv").write_bytes(b"".join(lines[:kept]))
        assert main([*arguments, str(tmp_path / "out.csv"), "--resume"]) == 0
        assert (tmp_path / "out.csv").read_bytes() == whole


def test_another_kind_of_output_is_refused_and_stays(
    folder: Path, predict: Predict, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.csv"
    for content, cause in (("file,latex\r\na,x\r\n", "its columns are file, latex, and would be file, symbol"),
                           ("a book\n", "its columns are a book")):  # fmt: skip
        out.write_text(content, newline="")
        assert predict(folder, "--output", out, "--resume") == 1
        assert cause in capsys.readouterr().err
        assert out.read_bytes() == content.encode()
    (tmp_path / "out.jsonl").write_text('{"id": 1}\n[]\n')
    assert predict(folder, "--output", tmp_path / "out.jsonl", "--resume") == 1
    assert "line 1 names no file" in capsys.readouterr().err
    for arguments in ([], ["--output", tmp_path / "out.json"]):
        assert predict(folder, *arguments, "--resume") == 1
        assert "--resume needs an --output that has lines" in capsys.readouterr().err


@pytest.mark.parametrize("resume", [[], ["--resume"]])
def test_readings_are_forgotten_when_they_are_written(
    resume: list[str], folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alive: weakref.WeakSet[Candidate] = weakref.WeakSet()
    most = 0

    def many(*_: object) -> Iterator[Reading]:
        nonlocal most
        for number in range(50):
            candidate = Candidate("x", 0.5)
            alive.add(candidate)
            most = max(most, len(alive))
            yield Reading(str(number), candidates=(candidate,))

    monkeypatch.setattr(expressions, "read_expressions", many)
    assert main(["predict", str(folder), "--output", str(tmp_path / "o.jsonl"), *resume]) == 0
    assert len((tmp_path / "o.jsonl").read_text().splitlines()) == 50 and most <= 2


@pytest.mark.parametrize("suffix", ["csv", "jsonl"])
def test_an_output_that_another_process_writes_is_left_to_it(
    suffix: str, folder: Path, tmp_path: Path, predict: Predict, capsys: pytest.CaptureFixture[str]
) -> None:
    fcntl = pytest.importorskip("fcntl")
    output = tmp_path / f"out.{suffix}"
    with output.open("wb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        assert predict(folder, "--output", output, "--resume") == 1
        assert capsys.readouterr().err == f"crohme: error: {output}: another process is writing to it\n"
    assert output.read_bytes() == b""
    assert predict(folder, "--output", output, "--resume") == 1  # one of its files cannot be read
    assert len(output.read_text(encoding="utf-8").splitlines()) >= 3


def test_what_came_to_an_output_meanwhile_stays(tmp_path: Path) -> None:
    output = tmp_path / "out.jsonl"
    output.write_text('{"file": "a"}\n', encoding="utf-8")
    found = earlier(output, [])
    append_line(output, '{"file": "b"}')
    with pytest.raises(CommandError, match="meanwhile"), growing(output, found):
        pass
    assert len(output.read_text(encoding="utf-8").splitlines()) == 2
