"""The data that fine-tuning is measured on: three symbols renamed wherever a file names them, and nothing else."""

from __future__ import annotations

import runpy
from pathlib import Path

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
