"""Every kind of source gives its records, lazily, under stable ids; what cannot be read is a broken record."""

from __future__ import annotations

import base64
import gzip
import io
import json
import os
import tarfile
import zipfile
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from crohme.batch.errors import BatchError
from crohme.batch.records import Broken, Record, source_of
from crohme.batch.sources import Sources
from crohme.batch.tables import Columns
from crohme.datasets.location import sample_folder
from inkml_parser import read

TEST = sample_folder() / "test"
NAMES = sorted(path.name for path in TEST.glob("*.inkml"))
PNG = b"\x89PNG\r\n\x1a\n rest"


def records(*named: object, columns: Columns | None = None) -> list[Record]:
    """All records, once it is sure that a look at the ids alone finds the same."""
    sources = Sources([str(name) for name in named], columns)
    found = list(sources.records())
    assert [(r.id, r.origin) for r in sources.records(with_content=False)] == [(r.id, r.origin) for r in found]
    return found


def causes(found: list[Record]) -> dict[str, str]:
    return {Path(r.id).name: r.content.cause for r in found if isinstance(r.content, Broken)}


def test_a_folder_gives_its_ink_and_pictures_at_any_depth(tmp_path: Path) -> None:
    for name in ("b.inkml", "a/z.PNG", "a/y.inkml", "notes.txt", "a/in.jsonl"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    assert [r.id for r in records(tmp_path)] == [
        f"{tmp_path.as_posix()}/{n}" for n in ("a/y.inkml", "a/z.PNG", "b.inkml")
    ]


def test_mathwriting_is_read_from_its_folder_and_from_its_archive(tmp_path: Path) -> None:
    """Names return in its parts; beside them lie lists that are no ink."""
    ink = (
        '<ink xmlns="http://www.w3.org/2003/InkML"><annotation type="label">{0}</annotation>'
        '<annotation type="normalizedLabel">{0}</annotation><annotation type="splitTagOriginal">train</annotation>'
        '<trace id="0">1.5 2 0.0,3 4 0.01</trace><trace id="1">5 6 0.3</trace></ink>'
    )
    top = tmp_path / "mathwriting-2024"
    parts = ("symbols", "synthetic", "test", "train", "valid")
    for part in parts:
        (top / part).mkdir(parents=True)
        (top / part / "00f1.inkml").write_text(ink.format(part[0]), encoding="utf-8")
    for name in ("symbols.jsonl", "synthetic-bboxes.jsonl", "readme.md"):
        (top / name).write_text("{}", encoding="utf-8")
    with tarfile.open(tmp_path / "mathwriting-2024.tgz", "w:gz") as tar:
        tar.add(top, "mathwriting-2024")
    whole, one, packed = map(records, (top, top / "train", tmp_path / "mathwriting-2024.tgz"))
    assert [Path(r.id).parts[-2:] for r in whole] == [(part, "00f1.inkml") for part in parts]
    assert len(one) == 1 and len({r.id for r in packed}) == len(packed) == 5
    for record in (*whole, *packed):
        assert [len(stroke) for stroke in read(source_of(record)).strokes] == [2, 1]


def test_a_file_is_called_by_its_path_however_it_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(TEST)
    assert [r.id for r in records(f"./{NAMES[0]}", f".//{NAMES[1]}")] == NAMES[:2]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("*.inkml", ["b.inkml", "c[1].inkml"]), ("**/*.inkml", ["b.inkml", "c[1].inkml", "d/e/f.inkml", "d/g.inkml"]),
        ("d/**", ["d/g.inkml", "d/e/f.inkml"]), ("?", ["d/e/f.inkml", "d/g.inkml"]), ("d/[e]/*", ["d/e/f.inkml"]),
        ("c[1].inkml", ["c[1].inkml"]), ("*/e", ["d/e/f.inkml"]), ("**/.h*", [".h.inkml"]),
    ],
)  # fmt: skip
def test_a_glob_gives_what_it_names(
    pattern: str, expected: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("b.inkml", "c[1].inkml", "d/e/f.inkml", "d/g.inkml", ".h.inkml"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    monkeypatch.chdir(tmp_path)
    assert sorted(r.id for r in records(pattern)) == sorted(expected)


def test_a_list_of_paths_in_a_file_and_on_standard_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = "".join(f"{TEST / name}\r\n\n" for name in NAMES[:3]).encode()
    (tmp_path / "list").write_bytes(lines)
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(lines)))
    expected = [(TEST / name).as_posix() for name in NAMES[:3]]
    assert [r.id for r in records(f"@{tmp_path / 'list'}")] == expected
    assert [r.id for r in records("-")] == expected


def zipped(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in NAMES[:4]:
            archive.write(TEST / name, f"deep/{name}")
        archive.writestr("README", "no ink")


def tarred(path: Path) -> None:
    with tarfile.open(path, "w:gz" if path.suffix in (".gz", ".tgz") else "w") as archive:
        archive.add(
            TEST.parent / "test", "./deep", filter=lambda e: e if e.isdir() or e.name[-16:] in NAMES[:4] else None
        )


@pytest.mark.parametrize("name", ["a.zip", "a.tar", "a.tar.gz", "a.TGZ"])
def test_archives_give_the_ink_in_them(name: str, tmp_path: Path) -> None:
    (zipped if name.endswith("zip") else tarred)(tmp_path / name.lower())
    (tmp_path / name.lower()).rename(tmp_path / name)
    found = records(tmp_path / name)
    assert sorted(r.id for r in found) == [f"{(tmp_path / name).as_posix()}/deep/{n}" for n in NAMES[:4]]
    for record in found:
        assert read(source_of(record)) == read(TEST / Path(record.id).name)


def test_a_damaged_archive_gives_what_it_can_and_its_cause(tmp_path: Path) -> None:
    tarred(tmp_path / "cut.tar.gz")
    whole = (tmp_path / "cut.tar.gz").read_bytes()
    (tmp_path / "cut.tar.gz").write_bytes(whole[: len(whole) * 2 // 3])
    (tmp_path / "none.zip").write_bytes(b"PK none")
    (tmp_path / "none.tar").write_bytes(b"none" * 200)
    zipped(tmp_path / "flipped.zip")
    data = bytearray((tmp_path / "flipped.zip").read_bytes())
    data[200] ^= 0xFF  # in the first member
    (tmp_path / "flipped.zip").write_bytes(data)
    found = [
        r
        for name in ("cut.tar.gz", "none.zip", "none.tar", "missing.zip", "flipped.zip")
        for r in records(tmp_path / name)
    ]
    told = causes(found)
    assert {"cut.tar.gz", NAMES[2], "none.zip", "none.tar", "missing.zip", NAMES[0]} == told.keys()
    assert told["missing.zip"] == "No such file or directory" and "cannot be unpacked" in told[NAMES[0]]
    assert "not a zip archive" in told["none.zip"] and "tar" in told["cut.tar.gz"]
    assert sum(isinstance(r.content, bytes) and len(r.content) > 1000 for r in found) >= 4


STROKES = [[[0, 0], [5.5, 9]], [[1, 2, 0.1], [3, 4, 0.2]]]
INKML = (TEST / NAMES[0]).read_text(encoding="utf-8")


@pytest.mark.parametrize("suffix", ["jsonl", "jsonl.gz"])
def test_json_lines_hold_strokes_inkml_or_pictures(suffix: str, tmp_path: Path) -> None:
    rows = [
        {"id": "a", "strokes": STROKES},
        {"id": 7, "inkml": INKML},
        {"id": "c", "image": base64.b64encode(PNG).decode()},
    ]
    content = "\n\n".join(map(json.dumps, rows)).encode()
    path = tmp_path / f"t.{suffix}"
    path.write_bytes(gzip.compress(content) if suffix.endswith("gz") else content)
    found = records(path)
    assert [(r.id, r.origin) for r in found] == [("a", f"{path}:1"), ("7", f"{path}:3"), ("c", f"{path}:5")]
    assert [source_of(r) for r in found] == [STROKES, INKML.encode(), PNG]


def test_columns_may_have_other_names(tmp_path: Path) -> None:
    (tmp_path / "t.jsonl").write_text('{"key": "a", "drawing": [[[0, 0]]], "strokes": 3}\n')
    (found,) = records(tmp_path / "t.jsonl", columns=Columns("key", "drawing"))
    assert (found.id, found.content) == ("a", [[[0, 0]]])


def test_a_line_that_cannot_be_used_is_named_with_its_cause_and_the_others_are_read(tmp_path: Path) -> None:
    lines = ['{"id": "good", "strokes": []}', "{", "[1]", '{"strokes": []}', '{"id": true, "strokes": []}',
             '{"id": "none"}', '{"id": "two", "strokes": [], "inkml": "<ink/>"}', '{"id": "word", "inkml": "word"}',
             '{"id": "number", "ink": 3}', "[" * 100_000, '{"id": "\\ud800", "strokes": []}', "\xff"]  # fmt: skip
    (tmp_path / "t.jsonl").write_bytes("\n".join(lines).encode("latin-1"))
    found = records(tmp_path / "t.jsonl")
    told = causes(found)
    assert {name: cause for name, cause in told.items() if name.startswith("t.jsonl")}.keys() == {
        f"t.jsonl:{n}" for n in (2, 3, 4, 5, 10, 12)
    }
    assert told["t.jsonl:4"] == told["t.jsonl:5"] == "'id' is no text and no whole number"
    assert "no column of ink" in told["none"] and "may each hold the ink" in told["two"]
    assert told["word"] == "the ink is neither InkML nor a picture in base64" and "number" in told
    assert [r.id for r in found if not isinstance(r.content, Broken)] == ["good", "\\ud800"]


def test_parquet_holds_strokes_inkml_or_pictures(tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    ids = [f"r{i}" for i in range(600)]
    columns = {"strokes": [STROKES] * 600, "inkml": [INKML] * 600, "image": [{"bytes": PNG, "path": None}] * 600}
    for name, values in columns.items():
        path = tmp_path / f"{name}.parquet"
        parquet.write_table(pa.table({"key": ids, name: values}), path)
        found = records(path, columns=Columns("key"))
        assert [r.id for r in found] == ids and found[-1].origin == f"{path}:600"
    assert [
        np.asarray(stroke).shape for stroke in records(tmp_path / "strokes.parquet", columns=Columns("key"))[5].content
    ] == [(2, 2), (2, 3)]
    assert source_of(records(tmp_path / "image.parquet", columns=Columns("key"))[5]) == PNG
    (tmp_path / "broken.parquet").write_bytes(b"PAR1 none")
    assert "not Parquet, or damaged" in causes(records(tmp_path / "broken.parquet"))["broken.parquet"]
    assert "no column 'id'" in causes(records(tmp_path / "image.parquet"))["image.parquet"]


def test_urls_are_read_through_fsspec(tmp_path: Path) -> None:
    fsspec = pytest.importorskip("fsspec")
    memory = fsspec.filesystem("memory")
    for name in NAMES[:3]:
        memory.pipe_file(f"/ink/deep/{name}", (TEST / name).read_bytes())
    memory.pipe_file("/ink/notes.txt", b"")
    zipped(tmp_path / "a.zip")
    memory.pipe_file("/a.zip", (tmp_path / "a.zip").read_bytes())
    memory.pipe_file("/t.jsonl", b'{"id": "a", "strokes": [[[0, 0]]]}\n')
    try:
        for named in ("memory://ink", "memory://ink/deep/*.inkml", "memory://ink/**/sample*"):
            found = records(named)
            assert [r.id for r in found] == [f"memory:///ink/deep/{name}" for name in NAMES[:3]]
            assert [source_of(r) for r in found] == [(TEST / name).read_bytes() for name in NAMES[:3]]
        assert [Path(r.id).name for r in records("memory://a.zip")] == NAMES[:4]
        (tmp_path / "list").write_text("memory://t.jsonl\n")
        assert [r.id for r in records(f"@{tmp_path / 'list'}")] == ["a"]
        assert "memory://gone.zip" in str(records("memory://gone.zip")[0])
        with pytest.raises(BatchError, match="nosuch"):
            records("nosuch://a.inkml")
    finally:
        memory.store.clear()


def test_a_source_without_records_is_an_error_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "empty.jsonl").touch()
    (tmp_path / "folder").mkdir()
    for named in (tmp_path / "empty.jsonl", tmp_path / "folder", tmp_path / "*.inkml", f"@{tmp_path / 'no list'}"):
        with pytest.raises(BatchError) as caught:
            records(TEST, named)
        assert str(named).lstrip("@") in str(caught.value)


@pytest.mark.skipif(os.name != "posix", reason="names of files are bytes")
def test_names_that_are_no_utf8_are_escaped_and_read(tmp_path: Path) -> None:
    name = os.fsdecode(b"\xff.inkml")
    (tmp_path / name).write_bytes((TEST / NAMES[0]).read_bytes())
    (found,) = records(tmp_path)
    assert found.id == f"{tmp_path.as_posix()}/\\udcff.inkml"
    assert read(source_of(found)) == read(TEST / NAMES[0])
