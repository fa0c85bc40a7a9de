"""Sets of pictures as people have them, hostile files included."""

from __future__ import annotations

import gzip
import io
import logging
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image as Pillow

from crohme.datasets.label_folders import LabelError, LabelTable
from crohme.datasets.location import DataNotFound
from crohme.datasets.pictures import image_folders
from crohme.datasets.pictures.image_folders import load_images
from crohme.ink.raster import render
from crohme.ink.strokes import StrokeBatch
from crohme.ink.symbol_pictures import read_image

CROSS = render(StrokeBatch.from_symbols([[np.array([[0.0, 0], [8, 8]]), np.array([[8.0, 0], [0, 8]])]]), 45)[0]


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CROHME_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def draw(folder: Path, *names: str) -> Path:
    """A different picture at each path."""
    for number, name in enumerate(names):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        picture = CROSS.copy()
        picture[2 : 4 + number, 20:25] = 0
        cv2.imwrite(str(folder / name), picture)
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    draw(tmp_path / "set", "x/1.png", "x/2.jpg", "%58/3.PNG", "alpha/4.jpeg", "add/5.bmp", "apple/6.png")
    (tmp_path / "set" / "x" / "broken.png").write_bytes(b"no")
    (tmp_path / "set" / "x" / "notes.txt").write_text("no image")
    return tmp_path / "set"


def test_folders_are_labels_by_the_table(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    images = load_images(folder)
    assert dict(zip(images.files.tolist(), images.labels.tolist(), strict=True)) == {
        "%58/3.PNG": "X", "add/5.bmp": "+", "alpha/4.jpeg": "\\alpha", "apple/6.png": "apple", "x/1.png": "x",
        "x/2.jpg": "x",
    }  # fmt: skip
    assert images.unreadable == ("x/broken.png: is not an image that can be read",)
    assert "'.txt': 1" in caplog.text


def test_files_of_merged_sets_are_named_with_their_set(folder: Path, tmp_path: Path) -> None:
    draw(tmp_path / "other", "x/1.png", "y/7.png")
    images = load_images([folder, tmp_path / "other"])
    assert images.unreadable == (f"{folder}/x/broken.png: is not an image that can be read",)
    assert {f"{folder}/x/1.png", f"{tmp_path}/other/x/1.png", f"{tmp_path}/other/y/7.png"} < set(images.files.tolist())
    assert len(set(images.files.tolist())) == len(images.files) == 8


def test_pictures_are_those_of_the_files_in_normal_form(folder: Path) -> None:
    images = load_images(folder, size=32)
    assert len(images.images) == 6 and images.images[np.arange(6)].shape == (6, 32, 32)
    for number in (0, 4):
        np.testing.assert_array_equal(images.images[number], read_image(folder / images.files[number], 32))
    some = images.take(images.labels == "x")
    np.testing.assert_array_equal(some.images[np.array([1])][0], read_image(folder / "x/2.jpg", 32))


def test_names_that_mean_nothing_are_listed(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(LabelError, match=r"apple \(1 pictures\)"):
        load_images(folder, keep_names=False)
    (tmp_path / "own.csv").write_text("name,label\napple,\\Delta\nx,\\times\n")
    images = load_images(folder, table=LabelTable.load(tmp_path / "own.csv"), keep_names=False)
    assert sorted(set(images.labels.tolist())) == ["+", "X", "\\Delta", "\\alpha", "\\times"]


def test_read_once(folder: Path, own_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = load_images(folder)
    with monkeypatch.context() as patch:
        patch.setattr(image_folders, "_write", None)  # would fail if anything were read again
        again = load_images(folder)
    np.testing.assert_array_equal(again.images[np.arange(6)], first.images[np.arange(6)])
    assert again.unreadable == first.unreadable
    draw(folder, "x/7.png")
    assert len(load_images(folder)) == 7
    assert not list(own_cache.glob("*.tmp*"))


def test_a_stopped_reading_leaves_nothing_behind(
    folder: Path, own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(_: np.ndarray) -> np.ndarray:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(image_folders, "difference_hash", stop)
        with pytest.raises(KeyboardInterrupt):
            load_images(folder)
    assert not list(own_cache.iterdir())
    assert len(load_images(folder)) == 6


def test_hostile_files_are_counted_and_passed_over(tmp_path: Path) -> None:
    good = tmp_path / "set" / "7"
    good.mkdir(parents=True)
    cv2.imwrite(str(good / "good.png"), CROSS)
    whole = (good / "good.png").read_bytes()
    frames = [Pillow.fromarray(np.roll(CROSS, i)) for i in range(3)]
    moving = io.BytesIO()
    frames[0].save(moving, "GIF", save_all=True, append_images=frames[1:])
    contents = {
        "animated.png": moving.getvalue(), "empty.png": b"", "html.jpg": b"<html>404</html>",
        "truncated.png": whole[: len(whole) // 2],
    }  # fmt: skip
    for name, content in contents.items():
        (good / name).write_bytes(content)
    Pillow.new("L", (1, 1)).save(good / "dot.png")
    Pillow.new("L", (45, 45), 255).save(good / "white.png")
    Pillow.new("1", (9000, 9000)).save(good / "bomb.png")
    Pillow.fromarray(CROSS).convert("CMYK").save(good / "cmyk.jpg", quality=95)
    Pillow.fromarray(CROSS.astype(np.uint16) * 257).save(good / "deep.png")
    Pillow.fromarray(CROSS).convert("P").save(good / "palette.png", transparency=255)
    images = load_images(tmp_path / "set")
    assert images.files.tolist() == [f"7/{name}" for name in ("cmyk.jpg", "deep.png", "good.png", "palette.png")]
    causes = dict(line.split(": ", 1) for line in images.unreadable)
    assert set(causes) == {f"7/{n}" for n in (*contents, "dot.png", "white.png", "bomb.png")}
    assert "9000 x 9000" in causes["7/bomb.png"] and "1 x 1" in causes["7/dot.png"]
    for number in range(1, 4):  # the same drawing, whatever the file
        assert np.corrcoef(images.images[0].ravel(), images.images[number].ravel())[0, 1] > 0.8


def test_nothing_there(tmp_path: Path) -> None:
    with pytest.raises(DataNotFound, match="no such folder"):
        load_images(tmp_path / "missing")
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "no.png").write_bytes(b"")
    with pytest.raises(DataNotFound, match="1 could not be read.*x/no.png: is empty"):
        load_images(tmp_path)
    (tmp_path / "file.csv").touch()
    with pytest.raises(DataNotFound, match="neither a folder nor"):
        load_images(tmp_path / "file.csv")


def test_a_set_that_came_split_and_one_merged_with_it(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    split = draw(tmp_path / "a", "Train/x/1.png", "val/x/2.png", "test/x/3.png", "extra/x/4.png")
    free = draw(tmp_path / "b", "x/1.png", "y/2.png")
    images = load_images([split, free])
    assert dict(zip(images.files.tolist(), images.sides.tolist(), strict=True)) == {
        f"{split}/Train/x/1.png": "train", f"{split}/val/x/2.png": "validation", f"{split}/test/x/3.png": "test",
        f"{free}/x/1.png": "", f"{free}/y/2.png": "",
    }  # fmt: skip
    assert "ignored: extra" in caplog.text


@pytest.mark.parametrize(("names", "side"), [(["train/x/1.png"], ""), (["train/x/1.png", "test/x/2.png"], "not test")])
def test_half_a_split(names: list[str], side: str, tmp_path: Path) -> None:
    assert load_images(draw(tmp_path / "a", *names)).sides[-1] == side


def idx(array: np.ndarray) -> bytes:
    shape = b"".join(size.to_bytes(4, "big") for size in array.shape)
    return bytes([0, 0, 8, array.ndim]) + shape + array.astype(np.uint8).tobytes()


@pytest.fixture
def mnist(tmp_path: Path) -> Path:
    """As MNIST comes: white on black, 28 x 28, one half compressed; and a hand of sevens."""
    pictures = np.stack([255 - np.roll(cv2.resize(CROSS, (28, 28)), i, axis=1) for i in range(5)])
    folder = tmp_path / "mnist"
    folder.mkdir()
    (folder / "train-images-idx3-ubyte.gz").write_bytes(gzip.compress(idx(pictures[:3])))
    (folder / "train-labels-idx1-ubyte.gz").write_bytes(gzip.compress(idx(np.array([7, 0, 7]))))
    (folder / "t10k-images.idx3-ubyte").write_bytes(idx(pictures[3:]))
    (folder / "t10k-labels.idx1-ubyte").write_bytes(idx(np.array([1, 2])))
    return folder


def test_mnist_in_its_own_files(mnist: Path) -> None:
    images = load_images(mnist)
    found = zip(images.files.tolist(), images.labels.tolist(), images.sides.tolist(), strict=True)
    assert sorted(found) == [
        ("t10k-images.idx3-ubyte#0", "1", "test"), ("t10k-images.idx3-ubyte#1", "2", "test"),
        ("train-images-idx3-ubyte.gz#0", "7", "not test"), ("train-images-idx3-ubyte.gz#1", "0", "not test"),
        ("train-images-idx3-ubyte.gz#2", "7", "not test"),
    ]  # fmt: skip
    first = images.images[images.files.tolist().index("train-images-idx3-ubyte.gz#0")]
    assert first[0, 0] == 255 and np.corrcoef(first.ravel(), cv2.resize(CROSS, (48, 48)).ravel())[0, 1] > 0.7


def test_one_idx_file_by_name_and_merged_with_folders(mnist: Path, tmp_path: Path) -> None:
    operators = draw(tmp_path / "operators", "add/1.png", "forward_slash/2.png")
    images = load_images([mnist / "train-images-idx3-ubyte.gz", operators])
    assert images.labels.tolist() == ["7", "0", "7", "+", "/"]
    assert set(images.sides.tolist()) == {""}


@pytest.mark.parametrize(
    ("name", "content", "cause"),
    [
        ("train-labels-idx1-ubyte.gz", b"", "cut short"),
        ("train-labels-idx1-ubyte.gz", gzip.compress(idx(np.arange(9)), mtime=0), "does not hold the 9 pictures"),
        ("train-images-idx3-ubyte.gz", b"PK\x03\x04 no gzip", "damaged"),
        ("t10k-images.idx3-ubyte", bytes([0, 0, 8, 3]) + b"\xff" * 12, "pictures of 4294967295"),
        ("t10k-images.idx3-ubyte", bytes([0, 0, 13, 3]) + bytes(12), "not an IDX file"),
        ("t10k-images.idx3-ubyte", idx(np.zeros((2, 28, 28)))[:-5], "cut short"),
    ],
)
def test_damaged_idx_files_are_named(name: str, content: bytes, cause: str, mnist: Path) -> None:
    (mnist / name).write_bytes(content)
    with pytest.raises(DataNotFound, match=cause) as told:
        load_images(mnist)
    assert name.split("-")[0] in str(told.value)


def test_idx_pictures_without_labels(mnist: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    (mnist / "t10k-labels.idx1-ubyte").unlink()
    with pytest.raises(DataNotFound, match="there is no t10k-labels.idx1-ubyte beside it"):
        load_images(mnist)


def wrapped(folder: Path, *files: str) -> Path:
    for number, file in enumerate(files):
        path = folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        picture = np.full((20, 20), 255, np.uint8)
        picture[3 + number : 15, 8:11] = 0
        cv2.imwrite(str(path), picture)
    return folder


@pytest.mark.parametrize("around", ["dataset/", "a/b/", "dataset/train/", "train/dataset/"])
def test_a_folder_around_the_label_folders_is_looked_into(around: str, tmp_path: Path) -> None:
    (tmp_path / "pics" / "__MACOSX").mkdir(parents=True)
    folder = wrapped(tmp_path / "pics", *(f"{around}{label}/{n}.png" for label in "xy" for n in (1, 2)))
    (folder / "readme.txt").write_text("of the set")
    assert sorted(load_images(folder, 20).labels.tolist()) == ["x", "x", "y", "y"]


def test_several_sets_in_one_folder_are_named(tmp_path: Path) -> None:
    folder = wrapped(tmp_path / "pics", "mine/x/1.png", "mine/y/1.png", "others/x/1.png")
    with pytest.raises(DataNotFound, match=r"pics: holds pictures two folders deep: .*\(mine, others\)"):
        load_images(folder, 20)
