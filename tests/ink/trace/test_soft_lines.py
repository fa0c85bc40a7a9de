"""Ruled paper of a small picture that was enlarged: its lines are soft, and not all as strong."""

from __future__ import annotations

import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))
import photos as p  # noqa: E402

import crohme  # noqa: E402
from crohme.expressions.recognizer import Recognizer  # noqa: E402
from crohme.ink.trace import trace  # noqa: E402
from inkml_parser import read  # noqa: E402

SAMPLE = Path(__file__).resolve().parents[3] / "data" / "sample" / "test"


@pytest.fixture(scope="module")
def recognizer() -> Recognizer:
    return crohme.load()


def enlarged(page: np.ndarray, small: float, times: float, how: int) -> np.ndarray:
    tiny = cv2.resize(page, None, fx=small, fy=small, interpolation=cv2.INTER_AREA)
    return cv2.resize(tiny, None, fx=times, fy=times, interpolation=how)


@pytest.mark.parametrize("name", ["sample8_09", "sample7_00", "sample8_04"])
@pytest.mark.parametrize(
    ("small", "times", "how"),
    [(0.5, 3, cv2.INTER_LINEAR), (0.5, 4, cv2.INTER_CUBIC), (0.4, 5, cv2.INTER_LINEAR)],
)
def test_soft_lines_are_taken_out(name: str, small: float, times: float, how: int, recognizer: Recognizer) -> None:
    strokes = read(SAMPLE / f"{name}.inkml").strokes
    clean = recognizer.recognize(trace(p.write(strokes)))
    for grey in (150, 180, 205):
        page = enlarged(p.ruled(strokes, grey, 2, 41, False, ink=(40, 20, 20)), small, times, how)
        found = recognizer.recognize(trace(page))
        assert found.latex == clean.latex and found.confidence > 0.8
