from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from crohme.evaluation.contact_sheet import ContactSheet


@pytest.fixture
def sheet(tmp_path: Path) -> ContactSheet:
    return ContactSheet(tmp_path / "new" / "sheet.png")


def test_it_shows_the_pictures_in_their_colours(sheet: ContactSheet) -> None:
    blue, grey = np.full((40, 10, 3), (200, 30, 0), np.uint8), np.full((3, 500), 120, np.uint8)
    sheet.add("a.png", blue, "\\alpha", 0.9)
    sheet.add("b.png", grey, "$", 0.2, truth="x")
    sheet.add_failure("c.png", "is damaged")
    sheet.close()
    page = cv2.imread(str(sheet.path))
    assert np.abs(page.astype(int) - (200, 30, 0)).max(axis=2).min() <= 1
    # Both keep their shape: the first stands upright over the height of its cell, the second lies.
    rows, columns = np.nonzero(np.abs(page.astype(int) - (200, 30, 0)).max(axis=2) <= 1)
    assert (np.ptp(rows) + 1) / (np.ptp(columns) + 1) == pytest.approx(4, rel=0.1)


def test_captions_of_the_certain_the_doubtful_and_the_failed_differ(sheet: ContactSheet, tmp_path: Path) -> None:
    white = np.full((9, 9), 255, np.uint8)
    pages = []
    for number, add in enumerate((
        lambda one: one.add("a", white, "x", 0.9),
        lambda one: one.add("a", white, "x", 0.4),
        lambda one: one.add("a", white, "x", 0.9, truth="y"),
        lambda one: one.add_failure("a", "empty"),
    )):  # fmt: skip
        one = ContactSheet(tmp_path / f"{number}.png")
        add(one)
        one.close()
        pages.append(cv2.imread(str(one.path)).reshape(-1, 3))
    colourful = [int(np.ptp(page, axis=1).max()) for page in pages]
    assert colourful[0] < 10 and min(colourful[1:]) > 100


def test_every_symbol_is_on_a_page(sheet: ContactSheet) -> None:
    for number in range(401):
        sheet.add(f"{number}.png", np.full((30, 30), 200 - 200 * (number == 400), np.uint8), "x", 0.9)
    assert [page.name for page in sheet.pages] == ["sheet.png", "sheet-2.png"]  # as soon as they are full
    sheet.close()
    assert [page.name for page in sheet.pages] == ["sheet.png", "sheet-2.png", "sheet-3.png"]
    first, _, last = (cv2.imread(str(page)) for page in sheet.pages)
    assert first.shape[0] > 10 * last.shape[0] and (last == 0).sum() > (first == 0).sum() / 10


def test_without_a_symbol_nothing_is_written(sheet: ContactSheet) -> None:
    sheet.close()
    assert sheet.pages == [] and not sheet.path.exists()
