"""`crohme predict` and `evaluate expressions`, with a bundle of random weights."""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from lxml import etree

from crohme.cli import main
from crohme.datasets.location import sample_folder
from crohme.expressions.recognizer import Recognizer
from crohme.ink.truth import labelled, truth
from crohme.notation import Node, SymbolTree, from_latex, read_lg, to_latex, to_tree
from crohme.recognition import Reading, Recognition
from inkml_parser import Ink, read, write

WriteInk = Callable[..., Path]
REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture
def folder(tmp_path: Path, write_ink: WriteInk) -> Path:
    """Two inks, one of them below in another folder and with truth; a broken one; a text, which is passed over."""
    write_ink(tmp_path / "in" / "b.inkml", is_marked=False)
    write_ink(tmp_path / "in" / "sub" / "c.inkml")
    (tmp_path / "in" / "a.inkml").write_text("<ink><trace>1 2, 3")
    (tmp_path / "in" / "d.txt").write_text("no ink")
    return tmp_path / "in"


@pytest.fixture
def expected(folder: Path, expression_bundle: Path) -> dict[str, list[str]]:
    """File name → readings."""
    recognizer, names = Recognizer.load(expression_bundle), ("b.inkml", "sub/c.inkml")
    return {name: [reading.latex for reading in recognizer.recognize(folder / name).readings] for name in names}


def test_csv_has_a_row_for_every_file_in_order(
    folder: Path, expression_bundle: Path, expected: dict[str, list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    out = folder.parent / "deep" / "out.csv"
    assert main(["predict", str(folder), "--bundle", str(expression_bundle), "--top", "2", "--output", str(out)]) == 1
    rows = list(csv.DictReader(out.open(encoding="utf-8", newline="")))
    assert [Path(row["file"]).relative_to(folder).as_posix() for row in rows] == ["a.inkml", *expected]
    assert rows[0]["error"] and not rows[0]["latex"]
    for row, readings in zip(rows[1:], expected.values(), strict=True):
        assert [row["latex"], row["latex_2"]] == readings[:2]
        assert 1 >= float(row["confidence"]) >= float(row["confidence_2"]) > 0
        assert row["error"] == row["symbol"] == ""
    assert [row["truth"] for row in rows] == ["", "", "1 + x"]
    told = capsys.readouterr()
    assert f"3 lines written to {out}" in told.out
    assert f"1 of 3 files failed:\n  {folder / 'a.inkml'}: " in told.err


def test_json_tells_the_strokes_of_every_symbol(folder: Path, expression_bundle: Path) -> None:
    one, lines = folder.parent / "o.json", folder.parent / "o.jsonl"
    for out in (one, lines):
        main(["predict", str(folder), "--bundle", str(expression_bundle), "--output", str(out)])
    found = json.loads(one.read_text(encoding="utf-8"))
    assert found == [json.loads(line) for line in lines.read_text(encoding="utf-8").splitlines()]
    assert found[0]["candidates"] == [] and found[0]["latex"] is None and found[0]["error"]
    for row in found[1:]:
        assert len(row["candidates"]) == 3
        best = row["candidates"][0]
        assert (row["latex"], row["confidence"]) == (best["latex"], best["confidence"])
        assert etree.fromstring(best["mathml"]).tag.endswith("}math")
        labels = [node.label for node in from_latex(best["latex"]).nodes()]
        assert [symbol["label"] for symbol in best["symbols"]] == labels
        strokes = [stroke for symbol in best["symbols"] for stroke in symbol["strokes"]]
        assert len(set(strokes)) == len(strokes) and set(strokes) <= set(range(5))


def test_what_was_read_is_written_as_other_files(
    folder: Path, expression_bundle: Path, expected: dict[str, list[str]]
) -> None:
    out = folder.parent / "read"
    arguments = ["--bundle", str(expression_bundle), "--write", "lg,inkml,mathml,latex", "--to-dir", str(out)]
    assert main(["predict", str(folder), *arguments]) == 1
    assert sorted(path.relative_to(out).as_posix() for path in out.rglob("*.*")) == sorted(
        f"{name}.{suffix}" for name in ("b", "sub/c") for suffix in ("lg", "inkml", "mml", "tex")
    )
    for name, (latex, *_) in expected.items():
        target, source = (out / name), read(folder / name)
        assert target.with_suffix(".tex").read_text() == f"{latex}\n"
        ink = read(target)
        assert ink.latex == latex and " ".join(to_latex(truth(ink))) == latex
        assert all((a == b).all() for a, b in zip(ink.strokes, source.strokes, strict=True))
        assert to_tree(read_lg(target.with_suffix(".lg").read_text()), ink.trace_ids) == truth(ink)
        assert etree.parse(str(target.with_suffix(".mml"))).getroot().tag.endswith("}math")


def test_no_source_is_overwritten(folder: Path, expression_bundle: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = (folder / "b.inkml").read_bytes()
    arguments = ["--bundle", str(expression_bundle), "--write", "inkml", "--to-dir", str(folder)]
    assert main(["predict", str(folder / "b.inkml"), *arguments]) == 1
    assert (folder / "b.inkml").read_bytes() == before
    assert "would be overwritten" in capsys.readouterr().err


def test_table_shows_one_reading_or_as_many_as_asked_for(
    folder: Path, expression_bundle: Path, expected: dict[str, list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    for top in ([], ["--top", "3"]):
        assert main(["predict", str(folder / "sub"), "--bundle", str(expression_bundle), *top]) == 0
        lines = capsys.readouterr().out.splitlines()
        assert lines[0].startswith(str(folder / "sub" / "c.inkml"))
        for line, latex in zip(lines, expected["sub/c.inkml"][: 3 if top else 1], strict=False):
            assert f"  {latex}" in line
        assert lines[0].endswith("≠ 1 + x")
        assert lines[-1] == "0 of 1 expressions with known truth read right (0.0%)"
        assert len(lines) == (5 if top else 3)


TRUTHS = [r"\[ I = \frac{V}{R} \]", r"\( I = {V \over R} \)", r"$$\displaystyle I=\cfrac{V}{R}$$",
          r"{\rm I} = \hspace{1cm} \dfrac VR", r"I=\tfrac{V}{R} \nonumber\label{eq:1}\tag{3}",
          r"\begin{equation} I \,=\! \frac{V}{R} \quad \end{equation}",
          r"\left. \mathbf{I} = \big. \frac{V}{R} \right."]  # fmt: skip


def test_every_truth_is_compared_or_listed_with_its_cause(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ink = read(sample_folder() / "test" / "sample8_08.inkml")  # I = V / R
    texts = [*TRUTHS, r"\overline{I}", r"I = \frac{V}{R", None]
    for index, latex in enumerate(texts):
        write(replace(ink, latex=latex, mathml=None), tmp_path / f"{index}.inkml")
    tree = truth(ink)
    reading = Reading(r"I = \frac { V } { R }", 0.9, tree)
    monkeypatch.setattr(
        "crohme.parallel.recognize_files",
        lambda files, *_, **__: ((file, Recognition(read(file), (reading,))) for file in files),
    )
    assert main(["predict", str(tmp_path)]) == 0
    *lines, blank, last = capsys.readouterr().out.splitlines()
    marks = [line.partition("{ R }")[2].strip() for line in lines]
    assert marks[: len(TRUTHS)] == ["="] * len(TRUTHS)
    assert marks[len(TRUTHS) :] == [r"≠ \overline { I }", "? truth: '{' is never closed at position 12", ""]
    assert last == "7 of 9 expressions with known truth read right (77.8%); the truth of 1 cannot be compared"
    table = tmp_path / "out" / "t.csv"
    assert main(["predict", str(tmp_path), "--output", str(table)]) == 0
    rows = list(csv.DictReader(table.open(encoding="utf-8", newline="")))
    assert [row["truth"] == row["latex"] for row in rows] == [True] * 7 + [False] * 3
    assert [bool(row["truth_error"]) for row in rows] == [False] * 8 + [True, False]


def test_a_bundle_of_symbols_is_a_users_error(
    folder: Path, bundle_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["predict", str(folder), "--bundle", str(bundle_folder)]) == 1
    assert "symbol_cnn does not read whole expressions" in capsys.readouterr().err


@pytest.mark.parametrize("suffix", [".csv", ".json", ".jsonl"])
def test_interrupted_it_keeps_what_it_has(
    suffix: str,
    folder: Path,
    expression_bundle: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    from crohme import parallel

    recognize_files = parallel.recognize_files

    def interrupted(*arguments: object, **options: object) -> Iterator[object]:
        for number, result in enumerate(recognize_files(*arguments, **options)):
            if number == 2:
                raise KeyboardInterrupt
            yield result

    monkeypatch.setattr(parallel, "recognize_files", interrupted)
    out = folder.parent / f"o{suffix}"
    assert main(["predict", str(folder), "--bundle", str(expression_bundle), "--output", str(out)]) == 130
    text = out.read_text(encoding="utf-8")
    kept = {
        ".csv": lambda: list(csv.DictReader(text.splitlines())),
        ".json": lambda: json.loads(text),
        ".jsonl": lambda: [json.loads(line) for line in text.splitlines()],
    }[suffix]()
    assert [Path(row["file"]).name for row in kept] == ["a.inkml", "b.inkml"]
    assert "2 lines read" in capsys.readouterr().err


def test_predict_loads_no_deep_learning_library(folder: Path, expression_bundle: Path) -> None:
    arguments = ["predict", str(folder / "b.inkml"), "--bundle", str(expression_bundle)]
    program = f"import sys\nfrom crohme.cli import main\nassert main({arguments}) == 0\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    loaded = {name.split(".")[0] for name in done.stdout.splitlines()[-1].split()}
    assert {"numpy", "lxml", "crohme"} <= loaded
    # The first five are not needed at all; the others would make every start slower.
    assert not {"tensorflow", "keras", "jax", "torch", "onnxruntime"} & loaded
    assert not {"pandas", "sklearn", "matplotlib", "cv2", "scipy", "PIL", "tqdm", "rapidfuzz"} & loaded


def test_evaluate_prints_writes_and_lists(
    folder: Path, expression_bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    figures, report = tmp_path / "f.json", tmp_path / "report"
    arguments = ["evaluate", "expressions", "--bundle", str(expression_bundle), "--data", str(folder), "--beam", "2"]
    assert main([*arguments, "--json", str(figures), "--report", str(report)]) == 1
    found = json.loads(figures.read_text())
    assert {"n", "exprate", "le1", "le2", "le3"} <= found.keys()
    assert found["n"] == 3 and found["exprate"] == 0.0 and found["problems"] == 2
    assert {path.name for path in report.iterdir()} == {
        "metrics.json", "outcomes.csv", "relations.csv", "report.html", "symbols.csv", "length.png", "structure.png",
        "confidence.png",
    }  # fmt: skip
    told = capsys.readouterr()
    assert told.out.startswith("3 files; token edit distance on normal-form LaTeX\nExpRate              0.00 %   (95 %")
    assert "2 of 3 files failed:\n  a.inkml: " in told.err and "b.inkml: no truth in the file" in told.err


def test_evaluate_without_failures_is_code_0(folder: Path, expression_bundle: Path) -> None:
    arguments = ["--bundle", str(expression_bundle), "--data", str(folder / "sub")]
    assert main(["evaluate", "expressions", *arguments]) == 0


def test_info_of_a_bundle_of_expressions(expression_bundle: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["info", str(expression_bundle)]) == 0
    text = capsys.readouterr().out
    assert "reads     a whole expression from its strokes, 110 tokens" in text and "ExpRate 0.00 %" in text


def damaged(path: Path, write_ink: WriteInk) -> Path:
    """Ink whose truth has an entity that XML lacks and a symbol of a stroke that does not exist."""
    text = write_ink(path).read_text(encoding="utf-8").replace("+</mo>", "&plus;</mo>")
    whole = text.replace('traceDataRef="3"', 'traceDataRef="33"')
    assert whole.count("&plus;") == whole.count('"33"') == 1
    path.write_text(whole, encoding="utf-8")
    return path


def test_damaged_truth_is_listed_and_the_ink_read(
    tmp_path: Path, write_ink: WriteInk, expression_bundle: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, out = damaged(tmp_path / "a.inkml", write_ink), tmp_path / "o.csv"
    assert main(["predict", str(file), "--bundle", str(expression_bundle), "--output", str(out)]) == 0
    rows = list(csv.DictReader(out.open(encoding="utf-8", newline="")))
    assert [(row["truth"], row["error"], bool(row["latex"])) for row in rows] == [("1 + x", "", True)]
    told = capsys.readouterr().err.splitlines()
    assert "crohme: damaged files whose ink was read all the same:" in told
    assert any(line.startswith(f"  {file}: mathml: ") and "entities" in line for line in told)
    assert f"  {file}: segmentation: symbol 'x' refers to trace '33', which does not exist" in told
    assert not any("failed" in line for line in told)


def test_symbols_that_cannot_be_told_are_a_failure_and_the_others_are_read(
    tmp_path: Path, write_ink: WriteInk, bundle_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, out = damaged(tmp_path / "a.inkml", write_ink), tmp_path / "o.csv"
    assert main(["predict", "symbols", str(file), "--bundle", str(bundle_folder), "--output", str(out)]) == 1
    rows = list(csv.DictReader(out.open(encoding="utf-8", newline="")))
    assert [(row["truth"], bool(row["latex"])) for row in rows] == [("1", True), ("+", True), ("", False)]
    assert "trace '33', which does not exist" in rows[2]["error"]
    assert f"1 of 1 file failed:\n  {file}: damaged segmentation: symbol 'x'" in capsys.readouterr().err


def test_undamaged_files_have_no_list_of_damage(
    tmp_path: Path, write_ink: WriteInk, expression_bundle: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["predict", str(write_ink(tmp_path / "a.inkml")), "--bundle", str(expression_bundle)]) == 0
    assert "damage" not in capsys.readouterr().err


def test_evaluate_counts_files_of_damaged_truth_and_names_those_that_have_none(
    tmp_path: Path, write_ink: WriteInk, expression_bundle: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One whose LaTeX can still be told, one whose truth is broken altogether, and one without damage."""
    folder, figures = tmp_path / "in", tmp_path / "figures.json"
    write_ink(folder / "whole.inkml")
    damaged(folder / "damaged.inkml", write_ink)
    broken = damaged(folder / "broken.inkml", write_ink)
    text = re.sub(r'<annotation type="truth">[^<]*</annotation>', "", broken.read_text(encoding="utf-8"))
    broken.write_text(text.replace("<mo", "<mi>&copy;</mi><mo"), encoding="utf-8")
    chosen = ["--bundle", str(expression_bundle), "--data", str(folder)]
    assert main(["evaluate", "expressions", *chosen, "--json", str(figures)]) == 1
    found = json.loads(figures.read_text(encoding="utf-8"))
    assert (found["n"], found["problems"]) == (3, 1)
    told = capsys.readouterr().err
    assert "crohme: 1 of 3 files failed:\n  broken.inkml: " in told


def test_symbols_that_the_bundle_can_never_answer_with_are_named(
    expression_bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ink = Ink.from_arrays([[[0, 0], [5, 10], [10, 0]], [[20, 0], [30, 0]]])
    for name, label in (("a", "\\nabla"), ("b", "x"), ("c", "\\nabla")):
        tree = SymbolTree((Node(label, (0,)), Node("-", (1,))))
        write(labelled(ink, tree), tmp_path / f"{name}.inkml")
    assert main(["evaluate", "expressions", "--bundle", str(expression_bundle), "--data", str(tmp_path)]) == 0
    assert "in 2 truths are symbols that the bundle does not know: \\nabla\n" in capsys.readouterr().out
