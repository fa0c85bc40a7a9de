"""Anyone's outputs reported as our own: the same outcomes, the same figures, the same page."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from lxml import html

from crohme.cli import main
from crohme.datasets.location import sample_folder
from crohme.evaluation.outcomes import Outcome
from crohme.evaluation.report import About, read_report
from crohme.evaluation.scored import figures_of, outcomes_of
from crohme.evaluation.scoring import Level, score
from crohme.evaluation.summary import summarize
from crohme.evaluation.symbol_report import write_report
from crohme.evaluation.symbols import SymbolResults
from crohme.notation import stroke_graph, write_lg

TEST = sample_folder() / "test"


@pytest.fixture
def read_ones(outcomes: list[Outcome]) -> list[Outcome]:
    """The outcomes of the sample, without the file that is not there."""
    return [outcome for outcome in outcomes if outcome.ink is not None]


@pytest.fixture
def theirs(read_ones: list[Outcome], tmp_path: Path) -> Path:
    """The same readings as a table."""
    path = tmp_path / "theirs.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = [(o.file, o.read, o.confidence) for o in read_ones]
        csv.writer(file).writerows([("file", "latex", "confidence"), *rows])
    return path


def test_scored_readings_have_the_figures_of_an_evaluation(read_ones: list[Outcome], theirs: Path) -> None:
    scores = score(TEST, theirs, Level.TOKENS)
    found = outcomes_of(scores)
    assert [(o.file, o.truth, o.errors, o.confidence, o.strokes, o.writer) for o in found] == [
        (o.file, o.truth, o.errors, o.confidence, o.strokes, o.writer) for o in read_ones
    ]
    ours, figures = summarize(read_ones), figures_of(scores, found)
    assert figures["exprate"] == 90.91 and "top5" not in figures
    for key in ("exprate", "exprate_interval", "le1", "le3_interval", "by_strokes", "n", "problems"):
        assert figures[key] == ours[key], key


def test_label_graphs_tell_the_kind_of_error(read_ones: list[Outcome], tmp_path: Path) -> None:
    (tmp_path / "lg").mkdir()
    for outcome in read_ones:
        graph = stroke_graph(outcome.found, outcome.ink.trace_ids)
        (tmp_path / "lg" / outcome.file).with_suffix(".lg").write_text(write_lg(graph), encoding="utf-8")
    found = {o.file: o.kind for o in outcomes_of(score(TEST, tmp_path / "lg"))}
    expected = {o.file: o.kind for o in read_ones} | {"sample8_02.inkml": "relation"}  # here limits are no scripts
    assert found == expected and set(expected.values()) == {None, "segmentation", "symbol", "relation"}


def test_score_writes_a_report_that_is_compared(
    theirs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report, other, table = tmp_path / "report", tmp_path / "other", tmp_path / "deep" / "t.tex"
    options = ["--level", "tokens", "--report", str(report), "--plots", "svg,pdf", "--latex", str(table)]
    assert main(["score", str(TEST), str(theirs), *options]) == 0
    printed = capsys.readouterr().out
    assert "exact                      40    90.91 %   (95 % interval 81.82 to 97.73)" in printed
    assert "ExpRate by number of strokes" in printed
    names = {path.name for path in report.iterdir()}
    assert names == {
        "metrics.json", "outcomes.csv", "symbols.csv", "relations.csv", "report.html", "length.svg", "length.pdf",
        "structure.svg", "structure.pdf", "confidence.svg", "confidence.pdf",
    }  # fmt: skip
    assert (report / "length.pdf").read_bytes().startswith(b"%PDF") and b"<svg" in (report / "length.svg").read_bytes()
    figures = json.loads((report / "metrics.json").read_text())
    assert figures["by_writer"]["sample8"]["exprate"] == 90.91 and figures["by_structure"]["fraction"]["n"] > 5
    page = html.fromstring((report / "report.html").read_text(encoding="utf-8"))
    sections = set(page.xpath("//section/@id"))
    assert {
        "headline",
        "groups",
        "symbols",
        "confidence",
        "writers",
        "failures",
    } <= sections and "graphs" not in sections
    assert len(page.xpath("//article//*[local-name()='svg']")) == 4
    links = {link[1:] for link in page.xpath("//nav/a/@href")}
    assert links <= set(page.xpath("//@id"))
    assert r"theirs.csv & 90.91 & " in table.read_text() and r"\toprule" in table.read_text()

    worse = theirs.with_name("worse.csv")
    worse.write_text(theirs.read_text(encoding="utf-8").replace("I = \\frac", "x = \\frac"), encoding="utf-8")
    assert main(["score", str(TEST), str(worse), "--level", "tokens", "--report", str(other)]) == 0
    compared = tmp_path / "compared.tex"
    page_of_both = tmp_path / "both.html"
    arguments = [str(report), str(other), "--latex", str(compared), "--html", str(page_of_both)]
    assert main(["compare", *arguments]) == 0
    assert "B  " in capsys.readouterr().out and "worse.csv" in compared.read_text()
    assert page_of_both.read_text(encoding="utf-8").startswith("<!doctype html>")


def test_a_report_without_ink_and_without_trees(tmp_path: Path) -> None:
    rows = {
        "a": (r"\not x", r"\not y"),
        "b": ("x _ 1", "x 1"),
        "c": ("{ x", "x"),
        "d": (r"\alpha", "a <b>"),
        "e": ("1", ""),
    }
    for side, name in enumerate(("t.txt", "o.txt")):
        text = "".join(f"{file}\t{pair[side]}\n" for file, pair in rows.items())
        (tmp_path / name).write_text(text, encoding="utf-8")
    options = ["--report", str(tmp_path / "r"), "--json", str(tmp_path / "s.json"), "--latex", str(tmp_path / "t.tex")]
    assert main(["score", str(tmp_path / "t.txt"), str(tmp_path / "o.txt"), *options]) == 1
    page = html.fromstring((tmp_path / "r" / "report.html").read_text(encoding="utf-8"))
    sections = set(page.xpath("//section/@id"))
    assert "graphs" in sections and not {"writers", "relations", "kinds"} & sections
    assert {card.find("h3").text for card in page.xpath("//article")} == {"a", "b", "d"}
    written = json.loads((tmp_path / "s.json").read_text(encoding="utf-8"))
    assert written["overall"]["pairs"] == 5 and written["overall"]["compared_by_tokens"] == 1
    assert written["summary"]["by_tokens"]["1-5"]["n"] == 5 and "segmentation" in written["intervals"]
    stored = read_report(tmp_path / "r")
    assert stored.unit == "label error" and stored.rows["b"].read == "x 1"


def test_reports_of_symbols_are_compared(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    truth, pictures = np.array(["1", "x", "1"]), np.zeros((3, 8, 8), np.uint8)
    for name, chosen in (("a", [0, 1, 1]), ("b", [0, 1, 0])):
        probabilities = np.eye(2)[chosen] * 0.8 + 0.1
        results = SymbolResults(("1", "x"), truth, probabilities, pictures, np.array(["s.inkml", "s.inkml", "t.png"]))
        write_report(results, tmp_path / name, About(name, "/data"), ("svg",))
    with (tmp_path / "a" / "outcomes.csv").open(newline="") as file:
        assert [(r["file"], r["truth"], r["read"], r["errors"]) for r in csv.DictReader(file)] == [
            ("s.inkml#0", "1", "1", "0"), ("s.inkml#1", "x", "x", "0"), ("t.png", "1", "x", "1"),
        ]  # fmt: skip
    assert main(["compare", str(tmp_path / "a"), str(tmp_path / "b"), "--latex", str(tmp_path / "t.tex")]) == 0
    printed = capsys.readouterr().out
    assert "3 symbols; isolated symbols" in printed and "top-1                66.67  100.00   +33.33" in printed
    assert "right in B only: 1\n  t.png" in printed and "a & b & Difference" in (tmp_path / "t.tex").read_text()
    assert {"confusion.svg", "pairs.svg"} <= {path.name for path in (tmp_path / "a").iterdir()}
