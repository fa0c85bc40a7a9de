"""What the shipped recogniser reads of CROHME 2013 stays what it is, whatever is rebuilt around it."""

from __future__ import annotations

from pathlib import Path

import pytest

from crohme.expressions.recognizer import Recognizer

_STORED = Path(__file__).with_name("readings_2013.tsv")
"""File and reading of every sixth file of the set, by name; made anew only with new weights or constants."""
_AT_ONCE = 10


@pytest.fixture(scope="module")
def recognizer() -> Recognizer:
    return Recognizer.load("expressions")


@pytest.mark.parametrize("part", range(10))
def test_shipped_bundle_reads_files_of_2013_token_for_token_as_stored(
    part: int, recognizer: Recognizer, crohme_data: Path
) -> None:
    lines = _STORED.read_text(encoding="utf-8").splitlines()
    assert len(lines) == 10 * _AT_ONCE
    stored = dict(line.split("\t") for line in lines[_AT_ONCE * part : _AT_ONCE * (part + 1)])
    read = {name: recognizer.recognize(crohme_data / "test2013" / name).latex for name in stored}
    assert read == stored
