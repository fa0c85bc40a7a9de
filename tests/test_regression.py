"""The shipped bundle still reads what it read: 100 fixed files of CROHME 2013, with the default beam.

`regression.json` holds how many of them the shipped bundle reads right. Who ships another bundle writes
the new count there; who changes code does not.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from crohme import bundle
from crohme.datasets.location import inkml_files
from crohme.ink.truth import truth
from crohme.notation import to_latex
from crohme.parallel import recognize_files
from crohme.recognition import Recognition

BUNDLE = "expressions"
EXPECTED = Path(__file__).with_name("regression.json")
FILES, EVERY = 100, 6
MAY_FALL_BY = 3
"""Rounding differs between processors and versions of numpy."""


@pytest.mark.skipif(BUNDLE not in bundle.names(), reason="no bundle of expressions is shipped")
def test_the_shipped_bundle_reads_what_it_read(crohme_data: Path) -> None:
    files = sorted(inkml_files(crohme_data / "test2013"), key=lambda path: path.name)[::EVERY][:FILES]
    assert len(files) == FILES
    right = sum(
        isinstance(found, Recognition) and found.latex.split() == to_latex(truth(found.ink))
        for _, found in recognize_files(files, BUNDLE, top=1)
    )
    expected = json.loads(EXPECTED.read_text(encoding="utf-8"))["right"]
    assert right >= expected - MAY_FALL_BY, f"{right} of {FILES} read right, {expected} when the bundle was shipped"
