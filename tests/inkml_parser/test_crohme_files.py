"""The real CROHME files: all that can be read is read, and nothing of it is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from inkml_parser import EmptyInk, read


def test_known_files(crohme_data: Path) -> None:
    latin1 = read(crohme_data / "train" / "MfrDB" / "MfrDB0104.inkml")
    assert "·" in (latin1.mathml or "")
    with pytest.raises(EmptyInk, match=r"MfrDB3088\.inkml: the file is empty"):
        read(crohme_data / "train" / "MfrDB" / "MfrDB3088.inkml")
    assert read(crohme_data / "test2014" / "34_em_225.inkml").mathml is None
    assert read(crohme_data / "test2013" / "rit_4295_2.inkml").latex is None


@pytest.mark.parametrize(("year", "files"), [(2011, 348), (2012, 488), (2013, 671), (2014, 986)])
def test_test_sets(crohme_data: Path, year: int, files: int) -> None:
    inks = [read(path) for path in sorted((crohme_data / f"test{year}").glob("*.inkml"))]
    assert len(inks) == files
    assert all(ink.symbols for ink in inks)
    if year == 2014:
        assert sum(len(ink.symbols) for ink in inks) == 10_019
