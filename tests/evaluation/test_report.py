"""The files of a report, and what its page says."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from lxml import html

from crohme.evaluation.calibration import Bin
from crohme.evaluation.outcomes import Outcome
from crohme.evaluation.report import About, ReportError, page, read_report, write_report
from crohme.evaluation.report.content import gather
from crohme.evaluation.report.drawings import draw, typeset
from crohme.evaluation.summary import summarize
from crohme.notation import Node, Relation, SymbolTree
from inkml_parser import Ink

ABOUT = About("expressions", "/data/test", 5)


@pytest.fixture(scope="module")
def report(outcomes: list[Outcome], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reports") / "deep" / "report"
    write_report(outcomes, folder, ABOUT)
    return folder


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_there_is_a_row_for_every_file(report: Path, outcomes: list[Outcome]) -> None:
    rows = {row["file"]: row for row in rows_of(report / "outcomes.csv")}
    assert list(rows) == [outcome.file for outcome in outcomes]
    wrong = rows["sample7_09.inkml"]
    assert (wrong["truth"], wrong["read"]) == ("z = x + i y", "x = x + i y")
    assert (wrong["errors"], wrong["kind"], wrong["writer"], wrong["confidence"]) == ("1", "symbol", "sample7", "0.45")
    assert (rows["broken.inkml"]["errors"], rows["broken.inkml"]["problem"]) == ("", "empty file")
    stored = read_report(report)
    assert (stored.about, stored.metric) == (ABOUT, "token edit distance on normal-form LaTeX")
    assert {file: row.errors for file, row in stored.rows.items()} == {o.file: o.errors for o in outcomes}


def test_the_json_has_all_figures(report: Path, outcomes: list[Outcome]) -> None:
    figures = json.loads((report / "metrics.json").read_text())
    summary = summarize(outcomes)
    assert {name: figures[name] for name in summary} == summary
    assert summary["errors_by_kind"] == {"segmentation": 1, "symbol": 1, "relation": 2, "unknown": 1}
    assert figures["by_writer"]["sample8"] == {"n": 22, "exprate": 90.91, "exprate_interval": [72.19, 97.47]}
    assert figures["by_structure"]["big operator"]["exprate"] == 100.0
    assert figures["label_graphs"]["unscored"] == 1
    assert figures["calibration"]["bins"] == [
        {"low": 0.4, "high": 0.5, "n": 5, "right": 1, "confidence": 0.45, "share": 0.2},
        {"low": 0.9, "high": 1.0, "n": 39, "right": 39, "confidence": pytest.approx(0.95), "share": 1.0},
    ]
    assert figures["calibration"]["expected_error"] == pytest.approx((5 * 0.25 + 39 * 0.05) / 44)
    by_chance = (2 / np.pi) ** 0.5 * ((5 * 0.45 * 0.55) ** 0.5 + (39 * 0.95 * 0.05) ** 0.5) / 44
    assert figures["calibration"]["by_chance"] == pytest.approx(by_chance)


def test_confusions_are_in_tables(report: Path) -> None:
    symbols = {(row["truth"], row["read"]): int(row["count"]) for row in rows_of(report / "symbols.csv")}
    assert {pair: n for pair, n in symbols.items() if pair[0] != pair[1]} == {
        ("z", "x"): 1, ("P", ""): 1, ("V", ""): 1
    }  # fmt: skip
    relations = {(row["truth"], row["read"]): int(row["count"]) for row in rows_of(report / "relations.csv")}
    wrong = {pair: count for pair, count in relations.items() if pair[0] != pair[1]}
    assert wrong.pop(("Right", "none")) == wrong.pop(("none", "Right")) == 1  # of the - that follows the 2 of j ^ 2
    assert wrong == {("Sup", "Right"): 1, ("Right", "Sup"): 1, ("Below", "Sub"): 1, ("Above", "Sup"): 1}


def test_the_page_needs_nothing_else(report: Path) -> None:
    text = (report / "report.html").read_text(encoding="utf-8")
    document = html.fromstring(text)
    sources = document.xpath("//@src | //link/@href | //@srcset | //object/@data")
    assert all(source.startswith("data:") for source in sources)
    links = {link for link in document.xpath("//a/@href") if not link.startswith("#")}
    assert links and all((report / link).is_file() for link in links)
    anchors = {link[1:] for link in document.xpath("//a/@href") if link.startswith("#")}
    assert anchors <= set(document.xpath("//@id"))
    assert "url(" not in text and "@import" not in text


def test_every_table_names_its_metric(report: Path) -> None:
    """In its caption, or in the words before it."""
    document = html.fromstring((report / "report.html").read_text(encoding="utf-8"))
    sections = {s.get("id"): s.text_content() for s in document.xpath("//section[.//table]")}
    for name in ("headline", "groups", "kinds", "graphs", "confidence", "writers"):
        assert re.search("[Mm]etric: ", sections[name]), name
    assert set(sections) - {"headline", "groups", "kinds", "graphs", "confidence", "writers"} == {
        "symbols", "relations", "files",  # counts
    }  # fmt: skip


def test_failures_are_shown_with_what_is_wrong(report: Path) -> None:
    document = html.fromstring((report / "report.html").read_text(encoding="utf-8"))
    cards = {card.find("h3").text: card for card in document.xpath("//article")}
    assert set(cards) == {"sample7_04.inkml", "sample7_09.inkml", "sample8_08.inkml", "sample8_09.inkml"}
    for file, kind, said in (
        ("sample7_09.inkml", "symbol", "Symbol z read as x"),
        ("sample8_09.inkml", "relation", "Relation 2: superscript of “j”, read as right of “j”"),
        ("sample7_04.inkml", "segmentation", "Segmentation P V read as m"),
    ):
        card = cards[file]
        assert said in " ".join(card.text_content().split())
        assert {p.get("class") for p in card.xpath(".//*[local-name()='path']")} == {None, f"wrong {kind}"}
        truth, read = card.xpath(".//*[local-name()='math']")
        assert truth.xpath(".//*[contains(@class, 'wrong')]") and read.xpath(".//*[contains(@class, 'wrong')]")
    typeset_wrong = cards["sample7_09.inkml"].xpath(".//*[@class='wrong symbol' and @data-strokes]")
    assert [element.text for element in typeset_wrong] == ["z", "x"]


def test_long_lists_are_cut_and_counted(outcomes: list[Outcome], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "FAILURES", 2)
    monkeypatch.setattr(page, "PROBLEMS", 1)
    text = page.render(gather([*outcomes, replace(outcomes[-1], file="another.inkml")], ABOUT))
    assert text.count("<article") == 2 and "2 of 4 wrong readings" in text
    assert "broken.inkml" in text and "another.inkml" not in text and "1 of 2; all are in" in text


def test_what_files_say_is_no_html(outcomes: list[Outcome]) -> None:
    evil = "<script>alert(1)</script>"
    wrong = next(o for o in outcomes if o.kind == "symbol")
    changed = [replace(wrong, file=evil, writer=evil), Outcome("b", "", "", problem=evil)]
    document = html.fromstring(page.render(gather(changed, About(evil, evil, 5))))
    assert len(document.xpath("//script")) == 1
    assert document.xpath("//article/h3/text()") == [evil]


@pytest.mark.parametrize("kept", ["problems", "right"])
def test_pages_of_one_kind_only(kept: str, outcomes: list[Outcome]) -> None:
    chosen = [o for o in outcomes if (o.problem is not None if kept == "problems" else o.is_right)][:1]
    text = page.render(gather(chosen, ABOUT))
    assert ("Nothing was read." in text) == (kept == "problems")
    assert "No symbols were confused." in text and "All readings are correct." in text


def test_drawings_keep_the_shape_and_mark_what_is_wrong() -> None:
    line, dot = [[x, 0.001 * (x % 2)] for x in range(1001)], [[1000, 500]]
    drawing = draw(Ink.from_arrays([line, dot]))
    assert (drawing.width, drawing.height) == (1048, 548)
    assert drawing.strokes == (("M24 24l1000 0", ""), ("M1024 524l0 0", ""))
    huge = draw(Ink.from_arrays([[[1e300, 1e300], [-1e300, 5]]]))
    assert huge.strokes[0][0] == "M1024 524l-1000-500"


def test_what_mathml_cannot_show_is_left_to_latex() -> None:
    x = Node("x", (1,))
    assert typeset(SymbolTree((Node("+", (0,), {Relation.INSIDE: (x,)}),))) is None
    assert 'alttext="x"' in typeset(SymbolTree((x,)))


def test_folders_that_are_no_reports(report: Path, tmp_path: Path) -> None:
    with pytest.raises(ReportError, match="no such folder"):
        read_report(tmp_path / "missing")
    with pytest.raises(ReportError, match="metrics.json: No such file"):
        read_report(tmp_path)
    (tmp_path / "metrics.json").write_text('{"top1": 0.5}')  # a report of symbols
    with pytest.raises(ReportError, match="metrics.json: not as"):
        read_report(tmp_path)
    (tmp_path / "metrics.json").write_bytes((report / "metrics.json").read_bytes())
    lines = (report / "outcomes.csv").read_text(encoding="utf-8").splitlines()
    for content, said in ((lines[:1], "no rows"), ([*lines, lines[-1]], "two rows"), (["a,b", "1,2"], "not as")):
        (tmp_path / "outcomes.csv").write_text("\n".join(content), encoding="utf-8")
        with pytest.raises(ReportError, match=said):
            read_report(tmp_path)


def test_bins_tell_their_share() -> None:
    assert Bin(0.1, 0.2, 4, 3, 0.15).share == 0.75
