"""`crohme batch` on real ink: the same readings as `predict`, in parts, with processes, stops and signals."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from crohme.batch.sources import Sources
from crohme.cli import main
from crohme.datasets.location import sample_folder
from tests.batch.conftest import failed_in, ids_in, rows_in
from tests.processes import descendants, is_running, wait_until

REPOSITORY = Path(__file__).resolve().parents[2]
TEST = sample_folder() / "test"
READ_RIGHT = {
    "sample7_00": "a x ^ { 2 } + b x + c = 0",
}
FAST = ["--bundle", "expressions", "--beam", "1"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Twelve files, and two that cannot be read."""
    (tmp_path / "in").mkdir()
    for file in sorted(TEST.glob("*.inkml"))[:12]:
        shutil.copy(file, tmp_path / "in")
    (tmp_path / "in" / "empty.inkml").touch()
    (tmp_path / "in" / "not.inkml").write_text("<ink><trace>1 2, 3")
    return tmp_path / "in"


def batch(*arguments: object) -> int:
    return main(["batch", *map(str, arguments), "--workers", "1", *FAST])


def test_readings_are_those_of_predict(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert batch(folder, "--output", tmp_path / "out", "--part-size", "5") == 1
    told = capsys.readouterr()
    assert told.out.startswith("14 records: 12 read, 2 failed; ")
    assert f"{folder}/empty.inkml: " in told.err and f"{folder}/not.inkml: " in told.err
    main(["predict", str(folder), "--output", str(tmp_path / "p.jsonl"), *FAST])
    predicted = {row["file"]: row for row in map(json.loads, (tmp_path / "p.jsonl").open(encoding="utf-8"))}
    rows = rows_in(tmp_path / "out")
    assert len(rows) == 12 and len(list((tmp_path / "out").glob("part-*"))) == 3
    for row in rows:
        expected = predicted[str(row["id"])]
        assert (row["latex"], row["confidence"]) == (expected["latex"], expected["confidence"])
        assert row["symbols"] == expected["candidates"][0]["symbols"]
        assert READ_RIGHT.get(Path(str(row["id"])).stem, row["latex"]) == row["latex"]
    assert {Path(str(row["id"])).name for row in failed_in(tmp_path / "out")} == {"empty.inkml", "not.inkml"}


def test_the_same_command_says_what_was_done_before(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert batch(folder, "--output", tmp_path / "out", "--limit", "5") == 1
    assert batch(folder, "--output", tmp_path / "out", "--limit", "5") == 1
    assert "0 records: 0 read, 0 failed; 3 read before; 2 failed before; " in capsys.readouterr().out
    shutil.copy(TEST / "sample7_00.inkml", folder / "empty.inkml")
    batch(folder, "--output", tmp_path / "out")
    assert batch(folder, "--output", tmp_path / "out", "--only-failed") == 1
    assert batch(folder, "--output", tmp_path / "out", "--top", "2") == 1
    assert capsys.readouterr().err.endswith("top was 3 here, and is now 2: choose another folder\n")
    assert set(ids_in(tmp_path / "out").values()) == {1} and len(ids_in(tmp_path / "out")) == 13


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks at /proc")
def test_a_killed_command_leaves_no_child_and_loses_nothing(tmp_path: Path) -> None:
    texts = [file.read_text(encoding="utf-8") for file in sorted(TEST.glob("*.inkml"))[4:7]]
    lines = [{"id": f"{copy} {number}", "inkml": text} for copy in range(12) for number, text in enumerate(texts)]
    (tmp_path / "in.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in lines), encoding="utf-8")
    out = tmp_path / "out"
    command = ["batch", str(tmp_path / "in.jsonl"), "--output", str(out), "--part-size", "2", "--batch", "2", *FAST]
    process = subprocess.Popen([sys.executable, "crohme.py", *command, "--workers", "2"], cwd=REPOSITORY)
    assert wait_until(lambda: (out / "part-00001.jsonl").exists())
    children = descendants(process.pid)
    process.kill()
    process.wait()
    assert children and wait_until(lambda: not any(map(is_running, children)))
    assert 0 < len(rows_in(out)) < len(lines)
    assert main([*command, "--workers", "1"]) == 0
    assert ids_in(out) == {line["id"]: 1 for line in lines}


def test_wrong_options_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for shard in ("0/2", "3/2", "1", "a/b", "1/0"):
        with pytest.raises(SystemExit):
            batch(TEST, "--output", tmp_path / "o", "--shard", shard)
        assert "not a share such as 1/4" in capsys.readouterr().err
    assert batch(TEST, "--output", "s3://bucket/out") == 1
    assert "a folder of this machine" in capsys.readouterr().err
    assert batch(tmp_path / "nothing", "--output", tmp_path / "o") == 1
    assert "nothing: No such file or directory" in capsys.readouterr().err


def test_an_engine_that_is_not_installed_is_named_with_what_brings_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for engine, library in (("ray", "ray"), ("spark", "pyspark")):
        monkeypatch.setitem(sys.modules, library, None)
        assert batch(TEST, "--output", tmp_path / engine, "--engine", engine, "--limit", "1") == 1
        assert f'.[{engine}]"' in capsys.readouterr().err
    assert batch(TEST, "--output", tmp_path / "o", "--address", "auto") == 1
    assert "--address names a cluster: give --engine ray or spark" in capsys.readouterr().err


def test_pictures_in_archives_are_read(tmp_path: Path) -> None:
    assert main(["convert", str(TEST / "sample7_00.inkml"), "--to", "png", "--output", str(tmp_path / "in")]) == 0
    shutil.make_archive(str(tmp_path / "a"), "zip", tmp_path / "in")
    assert batch(tmp_path / "a.zip", "--output", tmp_path / "out") == 0
    (row,) = rows_in(tmp_path / "out")
    assert str(row["id"]).endswith("a.zip/sample7_00.png") and "x ^ { 2 }" in str(row["latex"])
    assert len(list(Sources([str(tmp_path / "a.zip")]).records())) == 1


def test_the_rows_of_all_shards_are_scored_and_failures_count_as_wrong(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "not.inkml").unlink()
    for shard in ("1/2", "2/2"):
        batch(folder, "--output", tmp_path / "out", "--shard", shard, "--part-size", "4")
    capsys.readouterr()
    shutil.copy(TEST / "sample7_00.inkml", folder / "empty.inkml")  # now it has a truth
    assert main(["score", str(folder), str(tmp_path / "out"), "--json", str(tmp_path / "s.json")]) == 1
    told = capsys.readouterr()
    assert told.out.startswith("13 files; ") and "the file is empty" in told.err
    right = json.loads((tmp_path / "s.json").read_text(encoding="utf-8"))["summary"]["exprate"]
    assert 50 < right < 100


def test_parts_in_parquet_are_scored_as_those_in_json_lines(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("pyarrow")
    told = []
    for form in ("jsonl", "parquet"):
        batch(folder, "--output", tmp_path / form, "--part-size", "5", "--format", form)
        capsys.readouterr()
        assert main(["score", str(folder), str(tmp_path / form)]) == 1
        told.append(capsys.readouterr())
    assert told[0].out == told[1].out and told[0].out.startswith("14 files; ")
    (tmp_path / "parquet" / "part-00000.parquet").write_bytes(b"PAR1 no more")
    assert main(["score", str(folder), str(tmp_path / "parquet")]) == 1
    assert "part-00000.parquet: not Parquet, or damaged" in capsys.readouterr().err


def test_what_was_read_is_evaluated_as_if_it_were_read_then(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copy(TEST / "sample7_00.inkml", folder / "zz.inkml")  # a record that the batch does not have
    batch(folder, "--output", tmp_path / "out", "--limit", "14", "--part-size", "4")
    (folder / "zz.inkml").rename(tmp_path / "zz.inkml")
    reports = []
    for name, how in (("now", FAST), ("then", ["--batch", str(tmp_path / "out")])):
        figures = tmp_path / f"{name}.json"
        arguments = ["evaluate", "expressions", "--data", str(folder), "--report", str(tmp_path / name)]
        assert main([*arguments, "--json", str(figures), *how]) == 1
        outcomes = (tmp_path / name / "outcomes.csv").read_text(encoding="utf-8")
        reports.append((json.loads(figures.read_text()), outcomes))
    assert reports[0] == reports[1] and reports[0][0]["n"] == 14 and reports[0][0]["exprate"] > 30
    (tmp_path / "zz.inkml").rename(folder / "zz.inkml")
    capsys.readouterr()
    assert main(["evaluate", "expressions", "--data", str(folder), "--batch", str(tmp_path / "out")]) == 1
    assert "zz.inkml: the batch has no such record" in capsys.readouterr().err
    assert main(["evaluate", "expressions", "--data", str(folder), "--batch", str(folder)]) == 1
    assert "no output of `crohme batch`" in capsys.readouterr().err
    assert main(["evaluate", "expressions", "--data", str(folder), "--batch", str(folder), "--beam", "1"]) == 1
    assert "--beam says how to recognise" in capsys.readouterr().err
