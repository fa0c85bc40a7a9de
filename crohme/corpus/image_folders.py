"""Images of symbols in folders named after their labels, such as the public sets of handwritten signs."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from tqdm import tqdm

from crohme.corpus.label_folders import folder_to_label
from crohme.corpus.location import DataNotFound
from crohme.raster import PAPER, ImageError, read_image

log = logging.getLogger(__name__)
SUFFIXES = {".png", ".jpg", ".jpeg"}


@dataclass(frozen=True, eq=False)
class ImageSet:
    """Labelled pictures of symbols in the normal form of `crohme.raster`.

    Args:
        images: `(N, size, size)` uint8, dark on white.
        labels: `(N,)` str. The name of the folder each lay in, as `label_folders` reads it.
        files: `(N,)` str. Path of each, relative to the data set's folder.
        unreadable: tuple of str. One line per file that could not be read.
    """

    images: np.ndarray
    labels: np.ndarray
    files: np.ndarray
    unreadable: tuple[str, ...] = ()


def load_images(folder: Path) -> ImageSet:
    """All PNG and JPEG files in `<label>/` folders, in the order of paths.

    Files that cannot be read are listed in `unreadable`, logged, and otherwise passed over.

    Raises:
        DataNotFound: Not one image that can be read.
    """
    paths = sorted(p for p in folder.glob("*/*") if p.suffix.lower() in SUFFIXES)
    images, labels, files, unreadable = [], [], [], []
    for path in tqdm(paths, desc=f"images of {folder.name}", unit="image"):
        try:
            images.append(read_image(path))
        except ImageError as error:
            unreadable.append(str(error))
            log.warning("%s", error)
            continue
        labels.append(folder_to_label(path.parent.name))
        files.append(path.relative_to(folder).as_posix())
    if not images:
        raise DataNotFound(f"no images of the form <label>/<name>.png or .jpg under {folder}")
    return ImageSet(np.stack(images), np.array(labels), np.array(files), tuple(unreadable))


def distort_images(images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Each picture a little rotated, sheared, stretched and moved; `(N, size, size)` uint8."""
    count, size = images.shape[0], images.shape[1]
    angle, shear = rng.normal(0, 0.08, count), rng.normal(0, 0.12, count)
    stretch = np.exp(rng.normal(-0.04, 0.08, (count, 2)))
    centre = np.array([size - 1, size - 1]) / 2
    out = np.empty_like(images)
    for i, image in enumerate(images):
        cos, sin = np.cos(angle[i]), np.sin(angle[i])
        linear = np.array([[cos, -sin], [sin, cos]]) @ np.array([[1, shear[i]], [0, 1]]) * stretch[i]
        offset = centre - linear @ centre + rng.normal(0, size / 48, 2)
        matrix = np.column_stack([linear, offset])
        out[i] = cv2.warpAffine(image, matrix, (size, size), flags=cv2.INTER_LINEAR, borderValue=PAPER)
    return out
