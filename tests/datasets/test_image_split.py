"""Honest splits: stratified, and no drawing on two sides."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crohme.datasets.pictures.image_folders import ImageSet
from crohme.datasets.pictures.image_split import split
from crohme.datasets.pictures.near_duplicates import DISTANCE, difference_hash, groups
from crohme.datasets.pictures.stored_pictures import StoredPictures
from crohme.ink.raster import render
from crohme.ink.strokes import StrokeBatch
from crohme.ink.symbol_pictures import normal_form


def drawing(rng: np.random.Generator, size: int = 45) -> np.ndarray:
    strokes = [rng.normal(size=(6, 2)).cumsum(axis=0) for _ in range(2)]
    return render(StrokeBatch.from_symbols([strokes]), size)[0]


def image_set(labels: list[str], hashes: np.ndarray, sides: list[str] | None = None) -> ImageSet:
    count = len(labels)
    pictures = StoredPictures(Path("none"), 48, np.arange(count))
    files = np.array([f"{label}/{i}.png" for i, label in enumerate(labels)])
    return ImageSet(pictures, np.array(labels), files, np.array(sides or [""] * count), hashes)


def different(count: int, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 1 << 63, (count, 8), dtype=np.uint64)


def changed(picture: np.ndarray) -> dict[str, np.ndarray]:
    return {
        "framed": np.pad(picture, 9, constant_values=255),
        "moved": np.roll(picture, 2, axis=1),
        "inverted": 255 - picture,
        "jpeg": cv2.imdecode(cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 90])[1], 0),
        "faint": 255 - (255 - picture) // 3,
    }


@pytest.mark.parametrize("how", ["framed", "moved", "inverted", "jpeg", "faint"])
def test_the_same_drawing_is_found_again(how: str) -> None:
    rng = np.random.default_rng(3)
    drawn = [drawing(rng) for _ in range(30)]
    pictures = [normal_form(picture) for picture in drawn] + [normal_form(changed(picture)[how]) for picture in drawn]
    group = groups(np.stack([difference_hash(picture) for picture in pictures]))
    together = group[:30] == group[30:]
    assert together.mean() >= (1.0 if how in ("framed", "moved", "inverted") else 0.9)
    assert len(np.unique(group[:30])) == 30  # and other drawings are not taken for it


@given(st.lists(st.integers(0, 511), min_size=DISTANCE, max_size=DISTANCE, unique=True), st.integers(0, 2**31))
@settings(deadline=None)
def test_four_bits_wherever_they_are_make_no_difference(bits: list[int], seed: int) -> None:
    hashes = np.repeat(different(1, seed), 2, axis=0)
    for bit in bits:
        hashes[1, bit // 64] ^= np.uint64(1 << (bit % 64))
    group = groups(np.concatenate([different(20, seed + 1), hashes]))
    assert group[-1] == group[-2] and len(np.unique(group)) == 21
    other = next(bit for bit in range(512) if bit not in bits)
    hashes[1, other // 64] ^= np.uint64(1 << (other % 64))
    assert len(np.unique(groups(hashes))) == 2


def test_every_label_in_its_ratio() -> None:
    labels = ["a"] * 100 + ["b"] * 30 + ["c"] * 3 + ["d"]
    sides = split(image_set(labels, different(len(labels))), (0.7, 0.2, 0.1)).sides
    counts = [(label, sides[np.array(labels) == label].tolist()) for label in "abcd"]
    found = {label: [of_it.count(side) for side in ("train", "validation", "test")] for label, of_it in counts}
    assert found == {"a": [70, 20, 10], "b": [21, 6, 3], "c": [1, 1, 1], "d": [1, 0, 0]}


def test_the_seed_decides() -> None:
    images = image_set(["a"] * 50, different(50))
    assert (
        split(images, seed=4).sides.tolist()
        == split(images, seed=4).sides.tolist()
        != split(images, seed=5).sides.tolist()
    )


GIVEN_SIDES = st.sampled_from(["", "", "train", "validation", "test", "not test"])


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 12), GIVEN_SIDES), min_size=1, max_size=60), st.integers(0, 9)
)
@settings(deadline=None)
def test_no_near_duplicate_is_ever_on_two_sides(rows: list[tuple[int, int, str]], seed: int) -> None:
    hashes = different(13)[[drawn for _, drawn, _ in rows]]
    labels, given_sides = [str(label) for label, _, _ in rows], [side for _, _, side in rows]
    result = split(image_set(labels, hashes, given_sides), seed=seed)
    for drawn in {drawn for _, drawn, _ in rows}:
        of_it = {side for side, row in zip(result.sides.tolist(), rows, strict=True) if row[1] == drawn}
        assert len(of_it - {""}) == 1
    for side, given_side in zip(result.sides.tolist(), given_sides, strict=True):
        assert side in ("", given_side) if given_side in ("train", "validation", "test") else side is not None
        assert side != "test" or given_side in ("", "test")
    assert result.left_out == result.sides.tolist().count("")
    assert result.near_duplicates == len(rows) - len({drawn for _, drawn, _ in rows})


def test_what_stood_on_both_sides_stays_in_the_test_set_only() -> None:
    hashes = different(3)[[0, 0, 1, 1, 2]]
    images = image_set(["a"] * 5, hashes, ["train", "test", "train", "validation", "train"])
    result = split(images)
    assert result.sides.tolist() == ["", "test", "", "validation", "train"]
    assert result.summary() == {
        "images_train": 1, "images_validation": 1, "images_test": 1, "near_duplicates": 2,
        "near_duplicates_left_out": 2, "near_duplicates_of_other_labels": 0,
    }  # fmt: skip


def test_drawings_under_two_labels_are_counted() -> None:
    images = image_set(["a", "a", "o", "b"], different(2)[[0, 0, 0, 1]])
    assert split(images).contradictory == 1
