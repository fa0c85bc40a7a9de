"""How fine-tuning is measured: what is renamed, and writers one after the other."""

from __future__ import annotations

import runpy
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from crohme.datasets.location import inkml_files
from crohme.ink.truth import truth_with_strokes
from crohme.notation import to_latex
from inkml_parser import read

REPOSITORY = Path(__file__).resolve().parents[1]


def test_symbols_are_renamed_in_segmentation_mathml_and_latex_alike(crohme_data: Path, tmp_path: Path) -> None:
    script = runpy.run_path(str(REPOSITORY / "scripts" / "measure_fine_tuning.py"))
    files = [p for p in inkml_files(crohme_data / "test2013") if script["_NAME"].search(p.read_bytes())][:12]
    assert len(files) == 12
    script["copy"](files, tmp_path / "renamed")
    names = {f"\\{old}": f"\\{new}" for old, new in script["RENAMED"].items()}
    for file in files:
        old, new = read(file), read(tmp_path / "renamed" / file.name)
        assert [s.label for s in new.symbols] == [names.get(s.label, s.label) for s in old.symbols]
        assert not any(name in (new.latex or "") + (new.mathml or "") for name in names)
        expected = [names.get(token, token) for token in to_latex(truth_with_strokes(old))]
        assert to_latex(truth_with_strokes(new)) == expected != to_latex(truth_with_strokes(old))


def test_writers_measured_before_a_stop_are_not_trained_on_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = runpy.run_path(str(REPOSITORY / "scripts" / "measure_fine_tuning.py"))
    written = [SimpleNamespace(writer=writer, name=f"{writer}{n}") for writer in "ab" for n in range(20)]
    for one in written:
        (tmp_path / one.name).touch()
    data = SimpleNamespace(
        expressions=lambda split: written, is_held_out=lambda writer: True, folder_of=lambda split: tmp_path
    )
    trained: list[str] = []

    def train(own: Path, run: Path, *rest: Any) -> tuple[str, float]:
        trained.append(run.parent.name)
        assert len(list(own.iterdir())) == script["LEARNT"]
        if len(trained) == 2:
            raise KeyboardInterrupt
        return "mine", 1.0

    functions = script["measure_writers"].__globals__
    monkeypatch.setitem(functions, "train", train)
    monkeypatch.setitem(
        functions, "right", lambda folder, bundle: [True] * (7 if bundle == "mine" else 5) + [False] * 3
    )
    with pytest.raises(KeyboardInterrupt):
        script["measure_writers"](data, tmp_path / "out", 2.0, [])
    figures = script["measure_writers"](data, tmp_path / "out", 2.0, [])
    assert trained == ["0", "1", "1"]
    assert figures["a"] == figures["b"] == {"n": 8, "before": 5, "after": 7}
    assert figures["all"] == {"n": 16, "before": 62.5, "after": 87.5}
    assert (figures["mean lift of a writer"], figures["writers lifted, lowered"]) == (25.0, [2, 0])
