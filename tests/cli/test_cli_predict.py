"""`crohme predict symbols`, `evaluate symbols` and `info`, with a bundle whose weights were never trained."""

from __future__ import annotations

import csv
import json
import logging
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from crohme.cli import main

WriteInk = Callable[..., Path]


@pytest.fixture
def folder(tmp_path: Path, write_ink: WriteInk) -> Path:
    """A marked ink, an unmarked one, a picture, and three files that cannot be read."""
    write_ink(tmp_path / "in" / "a.inkml")
    write_ink(tmp_path / "in" / "b.inkml", is_marked=False)
    picture = np.full((30, 20, 3), 255, np.uint8)
    cv2.line(picture, (10, 4), (10, 26), (200, 0, 0), 2)
    cv2.imwrite(str(tmp_path / "in" / "c.png"), picture)
    (tmp_path / "in" / "d.jpg").write_bytes(b"no picture")
    (tmp_path / "in" / "e.inkml").write_text("<ink><trace>1 2, 3")
    cv2.imwrite(str(tmp_path / "in" / "f.png"), np.full((30, 20), 255, np.uint8))
    (tmp_path / "in" / "notes.txt").write_text("not looked at")
    return tmp_path / "in"


def test_csv_has_a_row_for_every_symbol_and_every_bad_file(
    folder: Path, bundle_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = folder.parent / "deep" / "out.csv"
    arguments = ["--bundle", str(bundle_folder), "--top", "2", "--output", str(out)]
    assert main(["predict", "symbols", str(folder), *arguments]) == 1
    rows = list(csv.DictReader(out.open(encoding="utf-8")))
    assert [(Path(r["file"]).name, r["symbol"], r["truth"]) for r in rows] == [
        ("a.inkml", "0", "1"), ("a.inkml", "1", "+"), ("a.inkml", "2", "x"), ("b.inkml", "", ""), ("c.png", "", ""),
        ("d.jpg", "", ""), ("e.inkml", "", ""), ("f.png", "", ""),
    ]  # fmt: skip
    for row in rows[:5]:
        assert row["latex"] in ("+", "1", "x") and row["latex_2"] in ("+", "1", "x") and row["error"] == ""
        assert 1 >= float(row["confidence"]) >= float(row["confidence_2"]) > 0
    assert all(row["error"] and not row["latex"] and not row["confidence"] for row in rows[5:])
    error = capsys.readouterr().err
    assert "3 of 6 files failed" in error and "d.jpg: " in error and "f.png: " in error


def test_json_and_json_lines_say_the_same(folder: Path, bundle_folder: Path) -> None:
    one, lines = folder.parent / "o.json", folder.parent / "o.jsonl"
    for out in (one, lines):
        main(["predict", "symbols", str(folder), "--bundle", str(bundle_folder), "--top", "3", "--output", str(out)])
    found = json.loads(one.read_text(encoding="utf-8"))
    assert found == [json.loads(line) for line in lines.read_text(encoding="utf-8").splitlines()]
    assert sum(c["confidence"] for c in found[0]["candidates"]) == pytest.approx(1, abs=1e-4)
    assert found[0]["latex"] == found[0]["candidates"][0]["latex"]
    assert found[-1]["latex"] is None and "drawn" in found[-1]["error"]


def test_table_shows_symbols_and_how_many_are_right(
    folder: Path, bundle_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = [str(folder / "a.inkml"), str(folder / "c.png")]
    assert main(["predict", "symbols", *paths, "--bundle", str(bundle_folder)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len([line for line in lines if "a.inkml #" in line]) == 3
    right = len([line for line in lines if line.endswith(" =")])
    assert f"{right} of 3 symbols with known truth read right" in lines[-1]


def test_the_sheet_shows_symbols_and_failures(
    folder: Path, bundle_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sheet = folder.parent / "new" / "sheet.png"
    arguments = ["predict", "symbols", str(folder), "--bundle", str(bundle_folder), "--sheet", str(sheet)]
    assert main(arguments) == 1
    assert f"pictures written to {sheet}" in capsys.readouterr().out
    page = cv2.imread(str(sheet)).astype(int)
    red = (page[..., 2] - page[..., 1]) > 100  # captions of what failed
    blue = (page[..., 0] - page[..., 2]) > 100  # the picture that was drawn in blue
    assert red.any() and blue.any()
    sheet.unlink()
    sheet.mkdir()
    assert main(arguments) == 1
    assert f"crohme: error: {sheet}: Is a directory" in capsys.readouterr().err


def test_missing_file_is_a_row_too(bundle_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["predict", "symbols", "nowhere.inkml", "--bundle", str(bundle_folder)]) == 1
    assert "1 of 1 file failed:\n  nowhere.inkml: No such file or directory" in capsys.readouterr().err


def test_evaluate_writes_figures_and_report(folder: Path, bundle_folder: Path, tmp_path: Path) -> None:
    figures, report = tmp_path / "f.json", tmp_path / "report"
    (folder / "e.inkml").unlink()
    arguments = ["evaluate", "symbols", "--bundle", str(bundle_folder), "--data", str(folder)]
    assert main([*arguments, "--json", str(figures), "--report", str(report)]) == 0
    found = json.loads(figures.read_text())
    assert found["n"] == 3 and 0 <= found["top1"] <= found["top5"] == 1.0
    assert {"confusion.png", "confusion.csv", "pairs.png"} <= {f.name for f in report.iterdir()}


def test_evaluate_lists_files_that_cannot_be_read(
    folder: Path, bundle_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["evaluate", "symbols", "--bundle", str(bundle_folder), "--data", str(folder)]) == 1
    told = capsys.readouterr()
    assert told.out.startswith("3 symbols\ntop-1")
    assert "1 of 2 files failed:\n  e.inkml: " in told.err


def test_info_of_a_bundle_shows_its_card(bundle_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["info", str(bundle_folder)]) == 0
    text = capsys.readouterr().out
    assert "licence   MIT" in text and "top-1 25.00 %" in text and "For tests." in text


def test_info_names_versions(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["info"]) == 0
    text = capsys.readouterr().out
    assert "numpy" in text and np.__version__ in text


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Two pictures of known labels, one of a label that the bundle does not know, and one that is none."""
    folder = tmp_path / "pictures"
    for label in ("1", "add", "omega"):
        (folder / label).mkdir(parents=True)
        picture = np.full((30, 30), 255, np.uint8)
        cv2.line(picture, (4, 15), (26, 15 + len(label)), 0, 2)
        cv2.imwrite(str(folder / label / "a.png"), picture)
    (folder / "1" / "b.png").write_bytes(b"no picture")
    return folder


def test_evaluate_on_pictures_names_what_it_could_not_count(
    pictures: Path, bundle_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["evaluate", "symbols", "--bundle", str(bundle_folder), "--data", str(pictures)]
    assert main([*arguments, "--report", str(tmp_path / "report")]) == 1
    told = capsys.readouterr()
    assert told.out.startswith("3 symbols\ntop-1")
    assert "1 of them have a label that the recogniser does not know, counted as wrong:\n  \\omega\n" in told.out
    assert told.err.endswith("crohme: 1 of 4 files failed:\n  1/b.png: is not an image that can be read\n")
    assert told.err.count("is not an image") == 1
    assert logging.getLogger("crohme.datasets").level == logging.NOTSET  # of this command alone
    assert "\\omega" in (tmp_path / "report" / "classes.txt").read_text(encoding="utf-8")


def test_evaluate_tells_why_not_one_picture_could_be_read(
    pictures: Path, bundle_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for file in pictures.glob("*/a.png"):
        file.write_bytes(b"")
    assert main(["evaluate", "symbols", "--bundle", str(bundle_folder), "--data", str(pictures)]) == 1
    error = capsys.readouterr().err
    assert "4 could not be read: 1/a.png: is empty; 1/b.png: is not an image" in error and "omega/a.png" in error
