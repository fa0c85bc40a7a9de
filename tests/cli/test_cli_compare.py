"""`crohme compare`, and what `evaluate` refuses before it begins."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from crohme.cli import main

COLUMNS = ("file", "truth", "read", "errors")


@pytest.fixture
def write_report(tmp_path: Path) -> Callable[..., Path]:
    """Writes the two files of a report that are compared."""

    def write(name: str, *rows: tuple[str, str, str, str]) -> Path:
        folder = tmp_path / name
        folder.mkdir()
        about = {"bundle": f"bundle-{name}", "data": "/data", "beam": 5, "version": "1"}
        (folder / "metrics.json").write_text(json.dumps({"metric": "token edits", "about": about}))
        with (folder / "outcomes.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([COLUMNS, *rows])
        return folder

    return write


def test_compare_prints_and_writes(
    write_report: Callable[..., Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    a = write_report("a", ("1.inkml", "x", "y", "1"), ("2.inkml", "2", "2", "0"), ("3.inkml", "3", "", ""))
    b = write_report("b", ("3.inkml", "3", "8", "1"), ("2.inkml", "2", "2", "0"), ("1.inkml", "x", "x", "0"))
    page, figures = tmp_path / "deep" / "c.html", tmp_path / "deep" / "c.json"
    assert main(["compare", str(a), str(b), "--html", str(page), "--json", str(figures)]) == 0
    told = capsys.readouterr().out
    assert "(bundle-a, beam 5, /data)" in told and "3 files; token edits" in told
    assert "ExpRate              33.33   66.67   +33.33" in told
    assert "McNemar's exact test of 1 against 0: p = 1" in told
    assert "right in B only: 1\n  1.inkml\n    truth  x\n    A      y\n    B      x\n" in told
    assert "right in A only" not in told
    assert "wrong in both, in different ways: 1\n  3.inkml\n    truth  3\n    A      \n    B      8\n" in told
    found = json.loads(figures.read_text())
    assert found["won_files"] == [{"file": "1.inkml", "truth": "x", "a": "y", "b": "x"}]
    assert (found["lost_files"], [row["file"] for row in found["wrong_in_both_files"]]) == ([], ["3.inkml"])
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")


def test_compare_says_what_it_cannot_compare(
    write_report: Callable[..., Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    a, b = write_report("a", ("1.inkml", "x", "y", "1")), write_report("b", ("2.inkml", "2", "2", "0"))
    for other, said in ((b, "different files: 1 of"), (tmp_path, "no report of"), (tmp_path / "c", "no such folder")):
        assert main(["compare", str(a), str(other)]) == 1
        told = capsys.readouterr()
        assert said in told.err and told.err.count("\n") == 1 and not told.out
    assert main(["compare", str(a), str(a), "--json", str(a)]) == 1
    assert "Is a directory" in capsys.readouterr().err


@pytest.mark.parametrize("task", ["symbols", "expressions"])
def test_evaluate_says_before_it_begins_that_it_cannot_write(
    task: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def never(*_: object, **__: object) -> None:
        raise AssertionError("the evaluation began")

    monkeypatch.setattr(f"crohme.evaluation.{task}.evaluate", never)
    file = tmp_path / "file"
    file.touch()
    for options, said in (
        (["--json", str(tmp_path)], f"{tmp_path}: Is a directory"),
        (["--json", str(file / "f.json")], f"{file}: File exists"),
        (["--report", str(file)], f"{file}: not a folder"),
        (["--report", str(file / "report")], f"{file / 'report'}: Not a directory"),
        (["--report", "/proc/report"], "/proc/report: "),
    ):
        assert main(["evaluate", task, "--data", str(tmp_path), *options]) == 1
        told = capsys.readouterr().err
        assert told.startswith(f"crohme: error: {said}") and told.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_file_that_could_be_written_is_as_it_was(tmp_path: Path) -> None:
    from crohme.cli.files import check_file, check_folder

    kept, new = tmp_path / "kept.json", tmp_path / "deep" / "new.json"
    kept.write_text("{}")
    check_file(kept)
    check_file(new)
    check_folder(tmp_path / "report")
    assert kept.read_text() == "{}" and not new.exists()
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["deep", "kept.json", "report"]
