"""Distortion of pictures of symbols, where there is no ink to distort."""

from __future__ import annotations

import cv2
import numpy as np

from crohme.ink.raster import PAPER
from crohme.types import Images


def distort_images(images: Images, rng: np.random.Generator) -> Images:
    """Each picture a little rotated, sheared, stretched and moved; `(N, size, size)` uint8."""
    count, size = images.shape[0], images.shape[1]
    angle, shear = rng.normal(0, 0.08, (count,)), rng.normal(0, 0.12, (count,))
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
