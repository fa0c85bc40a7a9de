"""LaTeX in files of its own, in folders and in the archives that recognisers write."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from crohme.evaluation.scoring import ScoringError, score
from crohme.evaluation.scoring.errors import Refused
from crohme.evaluation.scoring.latex_files import MOST_BYTES, latex_in
from crohme.evaluation.scoring.sources import open_source
from crohme.evaluation.scoring.tables import Side

READINGS = {"18_em_0.txt": "%18_em_0\n$x + 1$", "18_em_1.txt": "%18_em_1\r\n$$\\frac { 1 } { 2 }$$\r\n"}
"""As BTTR, CoMER and their successors write them."""


def archive(path: Path, files: dict[str, str]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in files.items():
            file.writestr(name, content)
    return path


@pytest.mark.parametrize(
    ("content", "suffix", "latex"),
    [
        ("%18_em_0\n$x$", ".txt", "$x$"),
        ("\n % by hand \n%18_em_0\n\n$x$\n", ".TXT", "$x$"),
        ("% + 1", ".txt", "% + 1"),
        ("5 %\n+ 1", ".txt", "5 %\n+ 1"),
        ("%\n%\n", ".txt", "%\n%"),
        ("x % note\n+ 5\\% % note", ".tex", "x \n+ 5\\%"),
        ("a \\\\% note\nb", ".tex", "a \\\\\nb"),
        ("%" * 100_000 + "\n", ".txt", "%" * 100_000),
        ("%\n" * 100_000 + "x", ".txt", "x"),
    ],
)
def test_comments_are_no_latex(content: str, suffix: str, latex: str) -> None:
    assert latex_in(content.encode(), suffix) == latex


def test_readings_of_others_are_read_from_a_folder_and_from_an_archive(tmp_path: Path) -> None:
    (tmp_path / "truth.txt").write_text("18_em_0\tx + 1\n18_em_1\t\\frac { 1 } { 2 }\n")
    folder = tmp_path / "result"
    folder.mkdir()
    for name, content in READINGS.items():
        (folder / name).write_text(content)
    files = {f"result/{name}": content for name, content in READINGS.items()}
    made = archive(tmp_path / "result.zip", files | {"__MACOSX/result/._18_em_0.txt": "\0"})
    for output in (folder, made):
        scores = score(tmp_path / "truth.txt", output)
        assert scores.overall()["exact"] == scores.overall()["pairs"] == 2


def test_what_cannot_be_used_in_an_archive_is_refused_alone(tmp_path: Path) -> None:
    path = archive(tmp_path / "a.zip", {"a.txt": "x", "c.txt": "1" * (MOST_BYTES + 1)})
    with zipfile.ZipFile(path, "a") as file:
        file.writestr("d.txt", b"\xff")
    items = open_source(path).items
    assert items["a"] == "x"
    assert items["c"] == Refused("larger than 1048576 bytes")
    assert isinstance(items["d"], Refused) and items["d"].cause.startswith("line 1: not UTF-8")


@pytest.mark.parametrize(
    ("files", "cause"),
    [
        ({"a.csv": "file,latex\na,x\n"}, "it holds no .txt or .tex: unpack it first"),
        ({"a.txt": "x", "b.inkml": "<ink/>"}, "it holds 'b.inkml': unpack it first"),
        ({"d/a.txt": "x", "e/a.tex": "y"}, "two files in it have one name, 'a'"),
    ],
)
def test_archives_that_cannot_be_scored(tmp_path: Path, files: dict[str, str], cause: str) -> None:
    with pytest.raises(ScoringError, match=cause):
        open_source(archive(tmp_path / "a.zip", files))


def test_what_is_no_archive(tmp_path: Path) -> None:
    with pytest.raises(ScoringError, match="No such file"):
        open_source(tmp_path / "a.zip")
    (tmp_path / "a.zip").write_bytes(b"PK\x03\x04 and no more")
    with pytest.raises(ScoringError, match="not a zip archive, or a damaged one"):
        open_source(tmp_path / "a.zip")


def test_lists_without_names_are_compared_line_by_line(tmp_path: Path) -> None:
    truth, output = tmp_path / "gt.txt", tmp_path / "pred.lst"
    truth.write_text("x , y\n\\frac12\n2 z\n5\n\n", encoding="utf-8-sig")
    output.write_bytes(b"x,y\r\n\\frac { 1 } { 2 }\r\n\r\n\xff\r\n")
    scores = score(truth, output, by_line=True)
    assert [one.errors == 0 for one in scores.files.values()] == [True, True, False, False]
    assert scores.files["line 3"].problem == "output: line 3: no LaTeX"
    assert (scores.files["line 4"].problem or "").startswith("output: line 4: not UTF-8 (byte 0xFF")


def test_the_last_readings_may_be_empty(tmp_path: Path) -> None:
    truth, output = tmp_path / "gt.txt", tmp_path / "pred.txt"
    truth.write_text("x\ny\nz\n\n\n")
    for text in ("x\n\n\n", "x\n\n \n\n\n"):
        output.write_text(text)
        scores = score(truth, output, by_line=True)
        assert [one.problem for one in scores.files.values()] == [
            None,
            *(f"output: line {n}: no LaTeX" for n in (2, 3)),
        ]


@pytest.mark.parametrize(
    ("output", "columns", "cause"),
    [
        ("x\n", {}, "2 lines in .*, 1 in .*: which of them belong together cannot be told"),
        ("x\n\ny\n", {}, "2 lines in .*, 3 in"),
        ("x\ny\n", {Side.TRUTH: "latex"}, "have no columns"),
        ("\n\n", {}, "no lines"),
    ],
)
def test_lists_that_cannot_be_compared(tmp_path: Path, output: str, columns: dict[Side, str], cause: str) -> None:
    for name, text in (("gt.txt", "x\ny\n"), ("pred.txt", output)):
        (tmp_path / name).write_text(text)
    with pytest.raises(ScoringError, match=cause):
        score(tmp_path / "gt.txt", tmp_path / "pred.txt", columns=columns, by_line=True)
