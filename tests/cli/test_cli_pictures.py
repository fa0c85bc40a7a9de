"""Pictures of expressions in `crohme predict` and `evaluate --offline`, with a bundle of random weights."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from crohme.cli import main
from crohme.expressions.recognizer import Recognizer
from crohme.ink.raster import render_ink
from crohme.ink.trace import read_traced
from crohme.ink.truth import truth
from crohme.notation import read_lg, to_latex, to_tree
from inkml_parser import read


@pytest.fixture
def folder(tmp_path: Path, write_ink: Callable[..., Path]) -> Path:
    """An ink, two pictures of it, a blank picture and one that is none."""
    inks = tmp_path / "in"
    ink = read(write_ink(inks / "a.inkml"))
    cv2.imwrite(str(inks / "b.png"), render_ink(ink.strokes))
    cv2.imwrite(str(inks / "sub.jpg"), render_ink(ink.strokes))
    cv2.imwrite(str(inks / "blank.png"), np.full((50, 80), 255, np.uint8))
    (inks / "broken.jpeg").write_bytes(b"no picture")
    return inks


def test_pictures_are_read_between_inks(
    folder: Path, expression_bundle: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = folder.parent / "out.csv"
    assert main(["predict", str(folder), "--bundle", str(expression_bundle), "--output", str(out)]) == 1
    rows = {Path(row["file"]).name: row for row in csv.DictReader(out.open(encoding="utf-8", newline=""))}
    assert list(rows) == ["a.inkml", "b.png", "blank.png", "broken.jpeg", "sub.jpg"]
    recognizer = Recognizer.load(expression_bundle)
    for name in ("a.inkml", "b.png", "sub.jpg"):
        assert rows[name]["latex"] == recognizer.recognize(folder / name).latex != ""
        assert rows[name]["error"] == ""
    told = capsys.readouterr().err
    assert "2 of 5 files failed" in told
    assert f"{folder / 'blank.png'}: nothing is drawn on it" in told and "broken.jpeg: is not an image" in told


def test_without_opencv_ink_is_not_read_with_pictures(
    folder: Path, expression_bundle: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crohme.extras.find_spec", lambda name: None if name == "cv2" else object())
    command = ["predict", str(folder / "a.inkml"), "--bundle", str(expression_bundle), "--beam", "1"]
    assert main([*command, "--with-pictures"]) == 1
    told = capsys.readouterr().err
    assert "--with-pictures needs OpenCV, which is not installed" in told and "a.inkml" not in told
    assert main(command) == 0


def test_photos_that_cannot_be_read_are_refused_as_pictures(
    tmp_path: Path, expression_bundle: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    photo = tmp_path / "IMG_0001.HEIC"
    photo.write_bytes(b"\0\0\0\x18ftypheic")
    assert main(["predict", str(photo), "--bundle", str(expression_bundle)]) == 1
    assert f"{photo}: is not an image that can be read" in capsys.readouterr().err


def test_what_is_written_of_a_picture_carries_the_traced_strokes(folder: Path, expression_bundle: Path) -> None:
    out = folder.parent / "out"
    options = ["--bundle", str(expression_bundle), "--write", "lg,inkml", "--to-dir", str(out)]
    assert main(["predict", str(folder / "b.png"), *options]) == 0
    traced, written = read_traced(folder / "b.png"), read(out / "b.inkml")
    assert len(written.strokes) == 5
    distances = [
        max(
            np.abs(a - b).max() if a.shape == b.shape else np.inf
            for a, b in zip(ink.strokes, written.strokes, strict=True)
        )
        for ink in (traced, *traced.tracings)
        if len(ink.strokes) == 5
    ]
    assert min(distances) < 0.01
    nodes = list(truth(written).nodes())
    assert nodes and all(node.strokes for node in nodes)
    graph = read_lg((out / "b.lg").read_text(encoding="utf-8"))
    assert to_latex(to_tree(graph)) == to_latex(truth(written))


def test_bytes_of_a_picture_are_read_like_its_file(folder: Path, expression_bundle: Path) -> None:
    recognizer = Recognizer.load(expression_bundle)
    for name in ("a.inkml", "b.png", "sub.jpg"):
        assert recognizer.recognize((folder / name).read_bytes()).latex == recognizer.recognize(folder / name).latex


def test_offline_figures_are_of_pictures_and_count_every_file(
    folder: Path, expression_bundle: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A reader that is always right, but only on strokes that were traced."""
    (folder / "empty.inkml").touch()
    recognize_many = Recognizer.recognize_many
    expected = truth(read(folder / "a.inkml"))
    seen = []

    def right_offline(self, sources, **options):
        for found in recognize_many(self, sources, **options):
            if isinstance(found, Exception):
                yield found
                continue
            seen.append(found.ink)
            best = type(found.best)("1 + x", 0.9, expected)
            yield type(found)(found.ink, (best,))

    monkeypatch.setattr(Recognizer, "recognize_many", right_offline)
    figures = folder.parent / "figures.json"
    arguments = ["evaluate", "expressions", "--bundle", str(expression_bundle), "--data", str(folder)]
    assert main([*arguments, "--offline", "--json", str(figures)]) == 1
    told = json.loads(figures.read_text())
    assert (told["n"], told["exprate"], told["problems"]) == (2, 50.0, 1)
    (ink,) = seen
    assert not ink.mathml and ink.strokes[0].max() > 100  # in pixels of the picture
    assert main([*arguments, "--offline", "--report", str(folder.parent / "report")]) == 1
    assert "--report compares strokes" in capsys.readouterr().err
    assert main(["evaluate", "symbols", "--offline", "--data", str(folder)]) == 1
    assert "--offline is an option of `evaluate expressions`" in capsys.readouterr().err
