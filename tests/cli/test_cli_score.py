"""`crohme score`."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from crohme.cli import main

PACKED = Path(__file__).resolve().parents[1] / "evaluation" / "lgeval"


@pytest.fixture
def edge_cases(tmp_path: Path) -> Path:
    """The packed pairs as the folders `truth` and `output`."""
    files = json.loads((PACKED / "edge_cases.json").read_text(encoding="utf-8"))["files"]
    for side in ("truth", "output"):
        (tmp_path / side).mkdir()
        for name, pair in files.items():
            if pair[side] is not None:
                (tmp_path / side / f"{name}.lg").write_text(pair[side], encoding="utf-8")
    return tmp_path


def test_folders_of_label_graphs(edge_cases: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = edge_cases / "out" / "scores.json"
    assert main(["score", str(edge_cases / "truth"), str(edge_cases / "output"), "--json", str(target)]) == 1
    written = json.loads(target.read_text())
    expected = json.loads((PACKED / "edge_cases.json").read_text(encoding="utf-8"))
    assert written["overall"]["segmentation_class"] == expected["overall"]["segmentation_class"]
    for name, pair in expected["files"].items():
        keys = pair["expected"].keys() - {"what", "lgeval"}
        assert {key: written["files"][name][key] for key in keys} == {key: pair["expected"][key] for key in keys}
    out, err = capsys.readouterr()
    assert "48 files; stroke-level label graphs" in out
    assert "exact                      15    31.25 %" in out
    assert "segmentation + class       77.14      81.00   79.02" in out
    assert "3 of 48 files failed" in err and "05_output_file_missing: output: missing" in err
    assert "47_relation_without_weight: output: line 3: 4 fields, where R needs 5" in err


def test_ink_against_a_table_of_latex(
    tmp_path: Path, write_ink: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    for name in "ab":
        write_ink(tmp_path / "truth" / "deep" / f"{name}.inkml")
    (tmp_path / "found.csv").write_text("file,latex,confidence\na.inkml,1 + x,0.5\nb.inkml,1 + y,0.5\nc.inkml,2,1\n")
    arguments = ["score", str(tmp_path / "truth"), str(tmp_path / "found.csv")]
    assert main(arguments) == 0
    out, err = capsys.readouterr()
    assert "symbol-level label graphs (symLG)" in out and "exact                       1    50.00 %" in out
    assert "not scored, for want of a truth: 1 of the outputs (c)" in err
    assert main([*arguments, "--level", "tokens"]) == 0
    out = capsys.readouterr().out
    assert "token edit distance on normal-form LaTeX" in out and "token error rate                 16.67 %" in out


def test_ink_against_itself(tmp_path: Path, write_ink: Callable[..., Path], capsys: pytest.CaptureFixture[str]) -> None:
    write_ink(tmp_path / "a.inkml")
    assert main(["score", str(tmp_path), str(tmp_path)]) == 0
    out = capsys.readouterr().out
    assert "stroke-level label graphs" in out and "exact                       1   100.00 %" in out


def test_what_cannot_be_scored_is_a_users_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["score", str(tmp_path), str(tmp_path)]) == 1
    assert f"crohme: error: no .lg or .inkml file under {tmp_path}" in capsys.readouterr().err


def test_rows_are_refused_by_number_and_the_others_are_scored(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    truth, output = tmp_path / "t.csv", tmp_path / "o.csv"
    truth.write_text('file,latex\na,"x , y"\nb,1\nc,2\n')
    output.write_text("file,latex\na,x , y\nb,1\n,2\n")
    assert main(["score", str(truth), str(output)]) == 1
    out, err = capsys.readouterr()
    assert "3 files" in out and "exact                       1    33.33 %" in out
    assert "a: output: line 2: 3 fields instead of 2" in err and "c: output: missing" in err
    assert "line 4: output: line 4: no file name" in err
    assert main(["score", str(truth), str(truth), "--equate"]) == 0
    out = capsys.readouterr().out
    assert "exact                       3   100.00 %" in out and r"counted as equal: \cdot = ., \cdots = \ldots" in out


def test_one_table_of_both_sides_and_columns_by_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "all.csv"
    path.write_text("name,ground_truth,reading,theirs\na,x,x,x\nb,1,2,1\nb,1,2,1\n")
    assert main(["score", str(path), str(path)]) == 0
    out, err = capsys.readouterr()
    assert "exact                       1    50.00 %" in out
    assert "truth: 1 row repeats another one:\n  b (line 4)" in err
    assert main(["score", str(path), str(path), "--output-column", "Theirs"]) == 0
    assert "exact                       2   100.00 %" in capsys.readouterr().out
    assert main(["score", str(path), str(path), "--truth-column", "ours"]) == 1
    assert "there are 'name', 'ground_truth', 'reading', 'theirs'" in capsys.readouterr().err


def test_scoring_loads_no_network(edge_cases: Path) -> None:
    program = (
        "import sys; from crohme.cli import main; main(sys.argv[1:]);"
        "print({'keras', 'tensorflow', 'crohme.expressions.recognizer'} & set(sys.modules))"
    )
    command = [sys.executable, "-c", program, "score", str(edge_cases / "truth"), str(edge_cases / "output")]
    repository = PACKED.parents[2]
    done = subprocess.run(command, cwd=repository, capture_output=True, text=True, check=True)
    assert done.stdout.endswith("set()\n")
