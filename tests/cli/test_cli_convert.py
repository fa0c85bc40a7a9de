"""`crohme convert`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import pytest

from crohme.cli import main

WriteInk = Callable[..., Path]


def files_in(folder: Path) -> list[str]:
    return sorted(f.relative_to(folder).as_posix() for f in folder.rglob("*") if f.is_file())


@pytest.mark.parametrize(
    ("to", "suffix"),
    [("png",) * 2, ("svg",) * 2, ("json",) * 2, ("csv",) * 2, ("lg",) * 2, ("mathml", "mml"), ("latex", "tex")],
)
def test_folder_keeps_its_shape(to: str, suffix: str, tmp_path: Path, write_ink: WriteInk) -> None:
    write_ink(tmp_path / "in" / "a.inkml")
    write_ink(tmp_path / "in" / "deep" / "b.inkml")
    assert main(["convert", str(tmp_path / "in"), "--to", to, "--output", str(tmp_path / "out")]) == 0
    assert files_in(tmp_path / "out") == [f"a.{suffix}", f"deep/b.{suffix}"]


def test_latex_is_the_truth(tmp_path: Path, write_ink: WriteInk) -> None:
    ink = write_ink(tmp_path / "a.inkml")
    assert main(["convert", str(ink), "--to", "latex", "--output", str(tmp_path)]) == 0
    assert (tmp_path / "a.tex").read_text() == "1 + x\n"


def test_symbols_go_to_folders_of_their_labels(tmp_path: Path, write_ink: WriteInk) -> None:
    write_ink(tmp_path / "in" / "w1" / "a.inkml")
    out = tmp_path / "out"
    assert main(["convert", str(tmp_path / "in"), "--to", "png", "--symbols", "--output", str(out)]) == 0
    assert files_in(out) == ["%2B/w1_a_1.png", "1/w1_a_0.png", "x/w1_a_2.png"]
    one = cv2.imread(str(out / "1" / "w1_a_0.png"), cv2.IMREAD_UNCHANGED)
    rows, columns = (one < 128).nonzero()
    assert one.shape[0] == one.shape[1] and rows.max() - rows.min() > 5 * (columns.max() - columns.min())


def test_bad_files_end_no_run(tmp_path: Path, write_ink: WriteInk, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a_empty.inkml").touch()
    write_ink(tmp_path / "in" / "b.inkml", is_marked=False)
    write_ink(tmp_path / "in" / "c.inkml")
    missing = tmp_path / "missing.inkml"
    arguments = ["convert", str(tmp_path / "in"), str(missing), "--to", "lg", "--output", str(tmp_path / "out")]
    assert main(arguments) == 1
    assert files_in(tmp_path / "out") == ["c.lg"]
    error = capsys.readouterr().err
    assert "3 of 4 files failed" in error
    assert "a_empty.inkml: the file is empty" in error
    assert "b.inkml: no MathML truth in the file" in error
    assert "missing.inkml: No such file" in error


def test_nothing_is_overwritten_silently(
    tmp_path: Path, write_ink: WriteInk, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = write_ink(tmp_path / "1" / "a.inkml"), write_ink(tmp_path / "2" / "a.inkml")
    out = tmp_path / "out"
    assert main(["convert", str(first), str(second), "--to", "svg", "--output", str(out)]) == 1
    assert files_in(out) == ["a.svg"]
    assert f"{second}: would overwrite a.svg, made from {first}" in capsys.readouterr().err


def test_unwritable_output_is_a_users_error(
    tmp_path: Path, write_ink: WriteInk, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    arguments = ["convert", str(write_ink(tmp_path / "a.inkml")), "--to", "svg", "--output", str(tmp_path / "file")]
    assert main(arguments) == 1
    assert "crohme: error:" in capsys.readouterr().err


def test_links_in_a_circle_are_named_and_end_no_run(
    tmp_path: Path, write_ink: WriteInk, capsys: pytest.CaptureFixture[str]
) -> None:
    circle = tmp_path / "circle.inkml"
    circle.symlink_to(circle)
    ink, out = write_ink(tmp_path / "a.inkml"), tmp_path / "out"
    assert main(["convert", str(circle), str(ink), "--to", "latex", "--output", str(out)]) == 1
    assert files_in(out) == ["a.tex"]
    assert str(circle) in capsys.readouterr().err
    assert main(["convert", str(ink), "--to", "latex", "--output", str(circle)]) == 1
    assert f"error: {circle}" in capsys.readouterr().err


def test_a_link_to_itself_is_no_file_for_figures(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table, circle = tmp_path / "t.csv", tmp_path / "circle"
    table.write_text("file,latex\na,x\n")
    circle.symlink_to(circle)
    assert main(["score", str(table), str(table), "--json", str(circle)]) == 1
    assert f"error: {circle}" in capsys.readouterr().err
