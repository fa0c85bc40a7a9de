"""What recognisers take, in the shapes in which programs have it."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest

from crohme.ink.sources import Source, ink_of, is_picture, opened
from inkml_parser import Ink, InvalidInk, Limits, MalformedInk, OversizedInk

INK = b"<ink><trace>1 2, 3 4</trace></ink>"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)


@pytest.mark.parametrize("source", [INK, bytearray(INK), memoryview(INK), io.BytesIO(INK)])
def test_ink_in_memory(source: Source) -> None:
    assert [stroke.tolist() for stroke in ink_of(opened(source)).strokes] == [[[1, 2], [3, 4]]]


@pytest.mark.parametrize("source", [PNG, bytearray(PNG), memoryview(PNG), io.BytesIO(PNG)])
def test_pictures_in_memory(source: Source) -> None:
    whole = opened(source)
    assert whole == PNG and is_picture(whole)


@pytest.mark.parametrize("name", ["a", "a.png", "a.eps", "a.inkml", "a.tar.gz"])
def test_files_are_what_they_begin_as_whatever_their_names(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    for ink in (INK, b"\xef\xbb\xbf\n" + INK, b'<?xml version="1.0"?>' + INK, b"<!-- a -->" + INK, b"<i:ink >"):
        path.write_bytes(ink)
        assert not is_picture(path) and not is_picture(str(path))
    path.write_bytes(PNG)
    assert is_picture(path) and is_picture(str(path))


@pytest.mark.parametrize("content", [b"", b"%!PS-Adobe-3.0 EPSF-3.0", b"<svg/>", b'<?xml version="1.0"?><svg/>', None])
def test_the_suffix_decides_on_what_begins_as_neither(content: bytes | None, tmp_path: Path) -> None:
    paths = [tmp_path / "a.JPG", tmp_path / "a.inkml"]
    if content is not None:
        for path in paths:
            path.write_bytes(content)
    assert list(map(is_picture, paths)) == [True, False]


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(path := tmp_path / "a.png")
    assert is_picture(path)


def test_an_open_file_keeps_its_name_and_its_limits(tmp_path: Path) -> None:
    path = tmp_path / "a.inkml"
    path.write_bytes(b"no ink")
    with path.open("rb") as file, pytest.raises(MalformedInk, match="a.inkml"):
        ink_of(opened(file))
    path.write_bytes(b" " * (Limits().max_bytes + 1))
    with path.open("rb") as file, pytest.raises(OversizedInk, match="a.inkml: more than"):
        ink_of(opened(file))


def test_what_is_open_as_text_is_no_ink() -> None:
    with pytest.raises(TypeError, match="from one of str"):
        opened(io.StringIO(INK.decode()))  # type: ignore[arg-type]


def test_all_else_stays_as_it_is() -> None:
    for source in (Ink.from_arrays([[[1, 2]]]), [[[1, 2]]], "a.png", Path("a.inkml")):
        assert opened(source) is source


def test_strokes_by_name_are_no_list_of_them() -> None:
    with pytest.raises(InvalidInk, match="a list of strokes, not dict"):
        ink_of({"strokes": [[[1, 2]]]})  # type: ignore[arg-type]
