"""Nothing that a command reads is written over, whichever option names it and whatever folder it lies in."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from crohme import bundle
from crohme.cli import main


@pytest.fixture
def place(tmp_path: Path, write_ink: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of all that commands read, which is the current one."""
    monkeypatch.chdir(tmp_path)
    for name in "ab":
        write_ink(tmp_path / "in" / f"{name}.inkml")
    (tmp_path / "truth.csv").write_text("file,latex\na,1 + x\nb,x\n", encoding="utf-8")
    assert main(["score", "truth.csv", "truth.csv", "--report", "report"]) == 0
    shutil.copytree("report", "other")
    assert main(["convert", "in", "--to", "lg", "--output", "lg"]) == 0
    assert main(["convert", "in", "--to", "png", "--symbols", "--output", "pictures"]) == 0
    shutil.copytree(bundle.load("symbol-cnn").path, "network")
    (tmp_path / "texts.csv").write_text("x + 1\n", encoding="utf-8")
    (tmp_path / "read").mkdir()
    rows = [{"id": f"in/{name}.inkml", "latex": "1 + x", "error": None} for name in "ab"]
    Path("read/part-00000.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    Path("read/manifest.json").write_text("{}", encoding="utf-8")
    return tmp_path


def content(folder: Path) -> dict[str, str]:
    files = (file for file in folder.rglob("*") if file.is_file())
    return {str(file): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


SYMBOLS = "evaluate symbols --data pictures --bundle network"
EXPRESSIONS = "evaluate expressions --data in --batch read"


@pytest.mark.parametrize(
    ("command", "named"),
    [
        ("compare report other --latex report/report.html", "report/report.html"),
        ("compare report other --json other/metrics.json", "other/metrics.json"),
        ("compare report other --json t --latex t", "t"),
        ("score lg lg --json lg/a.lg", "lg/a.lg"),
        ("score in in --latex in/b.inkml", "in/b.inkml"),
        ("score truth.csv report --report report", "report/outcomes.csv"),
        ("score truth.csv report/outcomes.csv --report report", "report/outcomes.csv"),
        ("score truth.csv read --json read/part-00000.jsonl", "read/part-00000.jsonl"),
        (f"{EXPRESSIONS} --json in/a.inkml", "in/a.inkml"),
        (f"{EXPRESSIONS} --latex read/manifest.json", "read/manifest.json"),
        (f"{SYMBOLS} --json pictures/x/a_2.png", "pictures/x/a_2.png"),
        (f"{SYMBOLS} --latex network/config.json", "network/config.json"),
        (f"{SYMBOLS} --report network", "network"),
        (f"{EXPRESSIONS} --report network", "network"),
        ("evaluate texts texts.csv --report .", "texts.csv"),
        ("info network --alphabet network/weights.npz", "network/weights.npz"),
        ("predict symbols in --bundle network --output network/config.json", "network/config.json"),
        ("predict in --write lg --to-dir new.json --output new.json", "new.json"),
        ("predict in --write lg --to-dir report/metrics.json", "report/metrics.json"),
        ("convert in --to svg --output texts.csv", "texts.csv"),
    ],
)
def test_an_output_over_an_input_is_refused_by_name(
    command: str, named: str, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = content(place)
    capsys.readouterr()
    assert main(command.split()) == 1
    errors = capsys.readouterr().err
    assert errors.startswith(f"crohme: error: {named}: ") and errors.count("\n") == 1
    assert content(place) == before


def test_figures_beside_what_they_are_of_can_be_written_again(place: Path) -> None:
    for _ in range(2):
        assert main("score lg lg --json lg/scores.json --report scored".split()) == 0
        assert main(f"{SYMBOLS} --json pictures/figures.json --report figures".split()) == 0
        assert main(f"{EXPRESSIONS} --json in/figures.json --latex in/table.tex --report read".split()) == 0


def test_an_export_does_not_take_the_place_of_other_files(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("app").mkdir()
    for name, command in (("README.md", "export network app --to json"), ("index.html", "site app")):
        Path("app", name).write_text("mine", encoding="utf-8")
        assert main(command.split()) == 1
        assert capsys.readouterr().err.startswith(f"crohme: error: app: {name} is here, of something else")
        assert [file.read_text(encoding="utf-8") for file in Path("app").iterdir()] == ["mine"]
        Path("app", name).unlink()
        for _ in range(2):  # over its own it may be written
            assert main(command.split()) == 0
        shutil.rmtree("app")
        Path("app").mkdir()


def test_a_bundle_in_a_folder_whose_name_is_no_text_is_exported(place: Path) -> None:
    odd = Path(os.fsdecode(b"n\xff"))
    os.rename("network", odd)
    assert main(["export", str(odd), "out", "--to", "json"]) == 0
    assert json.loads(Path("out/recognizer.json").read_text(encoding="utf-8"))["bundle"] == "n\\udcff"
    os.chdir(odd)
    assert bundle.load(".").name == "n\\udcff"


@pytest.mark.parametrize("make", [lambda path: path.symlink_to("gone"), lambda path: os.mkfifo(path)])
@pytest.mark.parametrize(
    ("command", "name"),
    [("score lg lg", "lg/z.lg"), ("score in in", "in/z.inkml"), (SYMBOLS, "pictures/x/z.png"),
     ("evaluate symbols --data in --bundle network", "in/z.inkml"), (EXPRESSIONS, "in/z.inkml")],
)  # fmt: skip
def test_a_file_that_cannot_be_opened_is_not_passed_over(
    make: Callable[[Path], object], command: str, name: str, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make(place / name)
    assert main(command.split()) == 1
    errors = capsys.readouterr().err
    assert " failed:\n" in errors and re.search(
        rf"\b{Path(name).stem}\b.*: (No such file|Not a regular file|no row)", errors
    )
