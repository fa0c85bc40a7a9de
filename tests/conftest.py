"""Fixtures that several packages' tests share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def crohme_data() -> Path:
    """The CROHME folder: `$CROHME_DATA`, or `../shared/data/crohme` beside the repository."""
    candidates = [os.environ.get("CROHME_DATA"), REPOSITORY.parent / "shared" / "data" / "crohme"]
    for candidate in candidates:
        if candidate and (Path(candidate) / "train").is_dir():
            return Path(candidate)
    pytest.skip("CROHME data not found: set CROHME_DATA to run this test")
