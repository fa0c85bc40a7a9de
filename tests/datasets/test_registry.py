"""Every data set is found by what lies in its folder, yields raw ink with its truth, and survives damage."""

from __future__ import annotations

import gzip
import itertools
import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from crohme.datasets import registry
from crohme.datasets.base import TEST, TRAIN, VALIDATION, WHOLE, DataSet
from crohme.datasets.crohme import Crohme
from crohme.datasets.detexify import Detexify
from crohme.datasets.expressmatch import ExpressMatch
from crohme.datasets.idx_files import IdxFiles
from crohme.datasets.inkml import InkmlFolder
from crohme.datasets.location import DataNotFound
from crohme.datasets.mathwriting import MathWriting
from crohme.datasets.picture_folders import PictureFolders
from crohme.datasets.pictures.image_sources import PictureSet
from crohme.datasets.registry import all_at, data_sets, open_data_set
from crohme.datasets.unipen import Unipen
from crohme.notation import to_latex
from inkml_parser import Ink, Symbol, read, write

DASH = [[0.0, 0.0], [8.0, 1.0]]
UP = [[0.0, 9.0], [1.0, 0.0]]


def inkml(path: Path, label: str = "x", **annotations: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    ink = Ink.from_arrays([DASH, UP])
    write(Ink(ink.strokes, symbols=(Symbol(label, (0, 1)),), latex=label, annotations=annotations), path)


def lines(path: Path, *items: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress("".join(f"{json.dumps(item)}\n" for item in items).encode()))


def picture(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    drawn = np.full((20, 20), 255, np.uint8)
    drawn[3:17, 9:11] = 0
    cv2.imwrite(str(path), drawn)


def lay_out(folder: Path, kind: type[DataSet]) -> Path:
    """The smallest folder that is recognised as a data set."""
    if kind is Crohme:
        inkml(folder / "train" / "MfrDB" / "a.inkml", writer="User120")
        inkml(folder / "test2013" / "b.inkml")
    elif kind is MathWriting:
        for name in ("train", "valid", "test", "symbols"):
            inkml(folder / name / "00f1.inkml", splitTagOriginal=name)
    elif kind is ExpressMatch:
        inkml(folder / "102_leo.inkml", expression="102")
    elif kind is Detexify:
        lines(folder / "detexify.jsonl.gz", {"label": "\\nabla", "src": "1", "strokes": [UP]})
    elif kind is Unipen:
        lines(folder / "isolated_1a.jsonl.gz", {"label": "1", "src": "pri/0.dat", "strokes": [UP]})
    elif kind is PictureFolders:
        picture(folder / "add" / "1.png")
    elif kind is IdxFiles:
        for name, shape in (("t10k-images-idx3-ubyte", (1, 4, 4)), ("t10k-labels-idx1-ubyte", (1,))):
            sizes = np.array(shape, ">u4").tobytes()
            folder.mkdir(exist_ok=True)
            drawn = np.arange(np.prod(shape), dtype=np.uint8) * 17 if len(shape) > 1 else np.array([7], np.uint8)
            (folder / name).write_bytes(bytes([0, 0, 8, len(shape)]) + sizes + drawn.tobytes())
    else:
        inkml(folder / "deep" / "down" / "mine.inkml")
    return folder


@pytest.mark.parametrize("kind", data_sets(), ids=lambda kind: kind.__name__)
def test_each_is_recognised_by_its_layout_alone(kind: type[DataSet], tmp_path: Path) -> None:
    folder = lay_out(tmp_path / "somewhere", kind)
    found = open_data_set(folder)
    assert type(found) is kind and found.folder == folder
    assert found.title and found.licence and found.layout


@pytest.mark.parametrize("kind", data_sets(), ids=lambda kind: kind.__name__)
def test_each_yields_something_of_every_split(kind: type[DataSet], tmp_path: Path) -> None:
    data = open_data_set(lay_out(tmp_path / "somewhere", kind))
    found = 0
    for split in data.splits:
        if isinstance(data, PictureSet):
            found += sum(one.picture.shape == (32, 32) for one in data.pictures(split, 32))
        else:
            found += len([*data.symbols(split), *data.expressions(split)])
    assert found and not data.unreadable
    if not isinstance(data, PictureSet):
        with pytest.raises(DataNotFound):
            list(itertools.chain(data.expressions("missing"), data.symbols("missing")))


def test_a_module_more_is_a_data_set_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A new data set costs one file."""
    (tmp_path / "mine.py").write_text(
        "from crohme.datasets.inkml import InkmlFolder\n"
        "class Mine(InkmlFolder):\n"
        "    title, licence, layout, is_generic = 'Mine', 'CC0', 'a file mine.txt', False\n"
        "    @classmethod\n"
        "    def is_at(cls, folder): return (folder / 'mine.txt').exists()\n"
    )
    monkeypatch.setattr(registry.crohme.datasets, "__path__", [*registry.crohme.datasets.__path__, str(tmp_path)])
    registry.data_sets.cache_clear()
    try:
        inkml(tmp_path / "data" / "a.inkml")
        assert open_data_set(tmp_path / "data").title == "InkML"
        (tmp_path / "data" / "mine.txt").touch()
        mine = open_data_set(tmp_path / "data")
        assert (mine.title, [one.name for one in mine.expressions(WHOLE)]) == ("Mine", ["a.inkml"])
    finally:
        registry.data_sets.cache_clear()


def test_own_files_that_are_numbered_like_those_of_a_set_are_ones_own(tmp_path: Path) -> None:
    for name in ("102_leo", "103_leo", "18_em_0", "rit_42_1"):
        inkml(tmp_path / name / f"{name}.inkml")
        assert type(open_data_set(tmp_path / name)) is InkmlFolder


def test_nothing_and_too_much_are_errors(tmp_path: Path) -> None:
    with pytest.raises(DataNotFound, match="no such folder"):
        open_data_set(tmp_path / "missing")
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataNotFound, match="no InkML files under .*empty"):
        open_data_set(tmp_path / "empty")
    both = lay_out(lay_out(tmp_path / "both", Detexify), Unipen)
    with pytest.raises(DataNotFound, match="may be any of Detexify, UNIPEN"):
        open_data_set(both)


def test_pictures_and_idx_files_may_lie_together(tmp_path: Path) -> None:
    folder = lay_out(lay_out(tmp_path / "both", IdxFiles), PictureFolders)
    assert {type(one) for one in all_at(folder)} == {IdxFiles, PictureFolders}
    assert type(open_data_set(lay_out(folder, InkmlFolder))) is InkmlFolder


def test_the_writers_of_inkml_are_those_that_it_names(tmp_path: Path) -> None:
    inkml(tmp_path / "a.inkml", writer=" ann ", copyright="uni")
    inkml(tmp_path / "b.inkml", copyright="uni")
    inkml(tmp_path / "c" / "c.inkml")
    data = open_data_set(tmp_path)
    assert [one.writer for one in data.expressions(WHOLE)] == ["ann", "uni", "c/c.inkml"]


@pytest.mark.parametrize("name", ["validation", "valid", "val"])
def test_inkml_may_come_split(name: str, tmp_path: Path) -> None:
    for side in ("train", name, "test"):
        inkml(tmp_path / side / "deep" / f"{side}.inkml")
    data = InkmlFolder(tmp_path)
    assert data.splits == (TRAIN, VALIDATION, TEST)
    assert [[one.name for one in data.expressions(s)] for s in data.splits] == [
        ["deep/train.inkml"], [f"deep/{name}.inkml"], ["deep/test.inkml"],
    ]  # fmt: skip


def test_damaged_files_are_listed_and_the_rest_is_read(tmp_path: Path) -> None:
    inkml(tmp_path / "good.inkml")
    (tmp_path / "broken.inkml").write_text("<ink><trace>")
    (tmp_path / "empty.inkml").touch()
    (tmp_path / "untrue.inkml").write_text("<ink><trace id='0'>1 1, 2 2</trace></ink>")
    data = InkmlFolder(tmp_path)
    assert [one.name for one in data.expressions(WHOLE)] == ["good.inkml"]
    assert [line.partition(":")[0] for line in data.unreadable] == ["broken.inkml", "empty.inkml", "untrue.inkml"]


def test_the_symbols_of_mathwriting_are_whole_files(tmp_path: Path) -> None:
    data = MathWriting(lay_out(tmp_path, MathWriting))
    write(Ink(Ink.from_arrays([UP]).strokes, latex="a + b"), tmp_path / "symbols" / "two.inkml")
    (one,) = data.symbols("symbols")
    assert (one.name, one.label, len(one.strokes)) == ("00f1.inkml", "x", 2)
    assert "not one symbol" in data.unreadable[0]


def test_unipen_points_up_and_detexify_down(tmp_path: Path) -> None:
    for kind, up in ((Detexify, 1.0), (Unipen, -1.0)):
        data = open_data_set(lay_out(tmp_path / kind.__name__, kind))
        (one,) = (one for split in data.splits for one in data.symbols(split))
        np.testing.assert_array_equal(one.strokes[0], np.array(UP) * (1, up))


DAMAGED = [
    b"not JSON\n",
    b'{"label": "a", "src": "1"}\n',
    b'{"label": "a", "src": "1", "strokes": []}\n',
    b'{"label": "a", "src": "1", "strokes": [[[1, null]]]}\n',
    b'{"label": "a", "src": "1", "strokes": [[[1, 2, 3, 4]]]}\n',
    b'{"label": 7, "src": "1", "strokes": [[[1, 2]]]}\n',
    b"[1, 2]\n",
    b"\xff\xfe\n",
]


@pytest.mark.parametrize("line", DAMAGED, ids=range(len(DAMAGED)))
def test_a_damaged_line_is_listed_with_its_number(line: bytes, tmp_path: Path) -> None:
    good = json.dumps({"label": "\\nabla", "src": "1", "strokes": [UP]}).encode() + b"\n"
    (tmp_path / "detexify.jsonl.gz").write_bytes(gzip.compress(good + line + good))
    data = open_data_set(tmp_path)
    found = [one.name for split in data.splits for one in data.symbols(split)]
    assert found == ["detexify.jsonl.gz:1", "detexify.jsonl.gz:3"]
    assert all(said.startswith("detexify.jsonl.gz:2: ") for said in data.unreadable) and data.unreadable


def test_a_file_that_is_cut_short_gives_what_is_left_of_it(tmp_path: Path) -> None:
    items = [json.dumps({"label": "a", "src": str(i), "strokes": [np.random.default_rng(i).random((9, 2)).tolist()]})
             for i in range(400)]  # fmt: skip
    whole = gzip.compress("\n".join(items).encode())
    (tmp_path / "detexify.jsonl.gz").write_bytes(whole[: len(whole) // 2])
    data = open_data_set(tmp_path)
    assert 20 < len([*data.symbols(TRAIN)]) < 300
    assert "damaged" in data.unreadable[-1]


@pytest.mark.parametrize(("name", "kind", "count"), [("detexify", Detexify, 39494), ("unipen", Unipen, 118169)])
def test_a_tenth_of_the_real_drawings_is_held_out(
    name: str, kind: type[DataSet], count: int, crohme_data: Path
) -> None:
    folder = crohme_data.parent / name
    if not folder.is_dir():
        pytest.skip(f"no {name} beside CROHME")
    data = open_data_set(folder)
    assert type(data) is kind
    some = [{one.label for one in itertools.islice(data.symbols(split), 2000)} for split in (TRAIN, VALIDATION)]
    assert all(some) and some[0] & some[1]
    assert not data.unreadable and count


def test_the_real_expressmatch_is_aligned_where_a_tree_can_hold_it(crohme_data: Path) -> None:
    folder = crohme_data.parent / "expressmatch"
    if not folder.is_dir():
        pytest.skip("no ExpressMatch beside CROHME")
    data = open_data_set(folder)
    assert (type(data), data.splits) == (ExpressMatch, (WHOLE,))
    with pytest.raises(DataNotFound, match="not for training"):
        data.training_split()
    found = list(data.expressions(WHOLE))
    assert len(found) == 103 and not data.unreadable
    trees = [one for one in found if not isinstance(one.truth, str)]
    assert 55 < len(trees) < 80
    for one in trees:
        assert sorted(s for node in one.truth.nodes() for s in node.strokes) == list(range(len(one.ink.strokes)))
    approximate = next(one for one in trees if one.name == "102_leo.inkml")
    assert to_latex(approximate.truth)[:6] == ["V", "_", "{", "n", "}", "("]
    assert read(folder / one.name).strokes[0].shape == one.ink.strokes[0].shape
