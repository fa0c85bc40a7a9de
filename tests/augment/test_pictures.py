from __future__ import annotations

import numpy as np

from crohme.augment.pictures import distort_images
from crohme.ink.raster import PAPER, render
from crohme.ink.strokes import StrokeBatch


def test_distorted_images_are_others_of_the_same_kind() -> None:
    cross = [np.array([[0.0, 0], [8, 8]]), np.array([[8.0, 0], [0, 8]])]
    images = np.repeat(render(StrokeBatch.from_symbols([cross])), 4, axis=0)
    distorted = distort_images(images, np.random.default_rng(1))
    again = distort_images(images, np.random.default_rng(1))
    np.testing.assert_array_equal(distorted, again)
    assert (distorted[:, 0, 0] > 200).all() and distorted.dtype == np.uint8
    for before, after in zip(images, distorted, strict=True):
        assert not np.array_equal(before, after)
        assert 0.5 < (PAPER - after.astype(int)).sum() / (PAPER - before.astype(int)).sum() < 2
