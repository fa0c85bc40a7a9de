"""The bundle of a run says what the run began with."""

from __future__ import annotations

from pathlib import Path

import crohme
from crohme.bundle.provenance import hash_of
from crohme.training import origin


def test_what_a_run_began_with_is_still_known_at_its_end(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "1.inkml").write_text("ink")
    before = hash_of([data])
    origin.record(tmp_path, [data], "three strokes", recipe="/a/b/own.toml", started_from="/c/expressions")
    (data / "1.inkml").write_text("more ink")
    found = origin.provenance(tmp_path, seconds=2.5, samples=9)
    assert (found.data, found.data_sha256, found.recipe) == ("three strokes", before, "own.toml")
    assert (found.started_from, found.seconds, found.samples) == ("expressions", 2.5, 9)
    assert found.crohme == crohme.__version__ and found.libraries and "numpy" in found.libraries


def test_a_folder_that_does_not_tell_leaves_it_unknown(tmp_path: Path) -> None:
    for content in (None, "{", "[]", '{"data": 3, "recipe": null}'):
        if content is not None:
            (tmp_path / "origin.json").write_text(content)
        found = origin.provenance(tmp_path, samples=9)
        assert (found.data, found.data_sha256, found.recipe, found.samples) == (None, None, None, 9)
