"""Caches: of the same content, alphabet and code, or made anew."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from crohme import notation
from crohme.datasets import cache
from crohme.datasets.symbols import load_symbols
from crohme.expressions.corpus import Corpus, load, pack, unpack
from crohme.expressions.traced import load_traced
from crohme.notation import to_latex
from crohme.notation.tree import SymbolTree
from inkml_parser import Ink, Symbol, write

MATHML = (
    '<math xmlns="http://www.w3.org/1998/Math/MathML"><mrow><mi xml:id="a">a</mi>'
    '<msup><mi xml:id="x">x</mi><mn xml:id="2">2</mn></msup></mrow></math>'
)


@pytest.fixture(autouse=True)
def caches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CROHME_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """One file that shows a x²."""
    folder = tmp_path / "ink"
    folder.mkdir()
    strokes = [[[0, 0], [5, 9]], [[10, 0], [15, 9]], [[18, -5], [20, -3]]]
    marked = tuple(Symbol(label, (i,), label) for i, label in enumerate("ax2"))
    write(replace(Ink.from_arrays(strokes), symbols=marked, mathml=MATHML), folder / "a.inkml")
    return folder


def latex(corpus: Corpus) -> list[str]:
    return [" ".join(to_latex(SymbolTree(e.row))) for e in corpus.expressions]


def test_a_class_more_in_the_alphabet_changes_no_cached_label(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = load(folder, progress=False)
    assert latex(first) == ["a x ^ { 2 }"]
    traced = latex(load_traced(first, progress=False))
    packed = pack(first)
    monkeypatch.setattr(notation, "CLASSES", tuple(sorted({*notation.CLASSES, "D"})))
    assert latex(unpack(packed)) == ["a x ^ { 2 }"]
    again = load(folder, progress=False)
    assert latex(again) == ["a x ^ { 2 }"]
    assert latex(load_traced(again, progress=False)) == traced
    assert load_symbols(folder).labels.tolist() == ["a", "x", "2"]


@pytest.mark.parametrize("change", ["alphabet", "code", "content"])
def test_what_has_changed_is_read_anew(
    change: str, folder: Path, caches: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(folder, progress=False), load_symbols(folder)
    before = {path.name for path in caches.iterdir()}
    assert len(before) == 2
    load(folder, progress=False), load_symbols(folder)
    assert {path.name for path in caches.iterdir()} == before
    if change == "alphabet":
        monkeypatch.setattr(notation, "CLASSES", (*notation.CLASSES, "D"))
    elif change == "code":
        monkeypatch.setattr(cache, "_code_version", lambda: "another")
    else:  # of the same size, at the same time
        file = folder / "a.inkml"
        status = file.stat()
        file.write_bytes(file.read_bytes().replace(b"0 0, 5 9", b"0 0, 5 8"))
        os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
    load(folder, progress=False), load_symbols(folder)
    assert len({path.name for path in caches.iterdir()} - before) == 2


@pytest.mark.parametrize("damage", [b"", b"PK\3\4nonsense", None])
def test_a_damaged_cache_is_made_anew(
    damage: bytes | None, folder: Path, caches: Path, caplog: pytest.LogCaptureFixture
) -> None:
    load(folder, progress=False)
    (packed,) = caches.iterdir()
    packed.write_bytes(packed.read_bytes()[:-300] if damage is None else damage)
    assert latex(load(folder, progress=False)) == ["a x ^ { 2 }"]
    assert "is damaged" in caplog.text
    caplog.clear()
    assert latex(load(folder, progress=False)) == ["a x ^ { 2 }"]
    assert not caplog.text


def test_the_version_of_the_code_is_that_of_its_files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    cache._code_version.cache_clear()
    assert cache._code_version() == cache._code_version.__wrapped__()
    for name in ("inkml_parser/a.py", "crohme/notation/alphabet.py", "crohme/cli/main.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("1", encoding="utf-8")
    monkeypatch.setattr(cache, "_PACKAGES", tmp_path)
    version = cache._code_version.__wrapped__
    first = version()
    (tmp_path / "crohme/cli/main.py").write_text("2", encoding="utf-8")  # decides nothing of what is read
    assert version() == first
    (tmp_path / "crohme/notation/alphabet.py").write_text("2", encoding="utf-8")
    assert version() != first


def test_keys_tell_parts_apart() -> None:
    assert len({cache.key("ab", "c"), cache.key("a", "bc"), cache.key("abc"), cache.key(["ab", "c"], "")}) == 4


def test_a_cache_that_cannot_be_written_is_no_reason_to_stop(
    folder: Path, caches: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(path: Path) -> None:
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr(cache, "replacing", full)
    assert latex(load(folder, progress=False)) == ["a x ^ { 2 }"]
    assert "No space left on device" in caplog.text
    assert not list(caches.iterdir())
