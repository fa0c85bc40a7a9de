from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from crohme.corpus.image_folders import distort_images, load_images
from crohme.corpus.location import DataNotFound
from crohme.raster import PAPER, render
from crohme.strokes import StrokeBatch


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    cross = [np.array([[0.0, 0], [8, 8]]), np.array([[8.0, 0], [0, 8]])]
    picture = render(StrokeBatch.from_symbols([cross]), 45)[0]
    for name in ("x/1.png", "x/2.jpg", "%58/3.PNG", "alpha/4.jpeg"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        cv2.imwrite(str(tmp_path / name), picture)
    (tmp_path / "x" / "broken.png").write_bytes(b"no")
    (tmp_path / "x" / "notes.txt").write_text("no image")
    return tmp_path


def test_folders_are_labels(folder: Path) -> None:
    images = load_images(folder)
    assert images.labels.tolist() == ["X", "alpha", "x", "x"]
    assert images.files.tolist() == ["%58/3.PNG", "alpha/4.jpeg", "x/1.png", "x/2.jpg"]
    assert images.images.shape == (4, 48, 48)
    assert len(images.unreadable) == 1 and "broken.png" in images.unreadable[0]


def test_a_folder_without_images(tmp_path: Path) -> None:
    with pytest.raises(DataNotFound, match="no images"):
        load_images(tmp_path)


def test_distorted_images_are_others_of_the_same_kind(folder: Path) -> None:
    images = load_images(folder).images
    distorted = distort_images(images, np.random.default_rng(1))
    again = distort_images(images, np.random.default_rng(1))
    np.testing.assert_array_equal(distorted, again)
    assert (distorted[:, 0, 0] > 200).all() and distorted.dtype == np.uint8
    for before, after in zip(images, distorted, strict=True):
        assert not np.array_equal(before, after)
        assert 0.5 < (PAPER - after.astype(int)).sum() / (PAPER - before.astype(int)).sum() < 2
