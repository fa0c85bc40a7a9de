"""Two reports compared."""

from __future__ import annotations

from dataclasses import replace
from math import comb
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from crohme.datasets.location import sample_folder
from crohme.evaluation.comparison import compare_reports, mcnemar
from crohme.evaluation.outcomes import Outcome
from crohme.evaluation.report import About, ReportError, StoredReport, read_report, write_report
from crohme.evaluation.report.comparison_page import render_comparison
from crohme.evaluation.report.files import Row

ABOUT = About("expressions", str(sample_folder() / "test"), 5)


def stored(errors: dict[str, int | None], folder: str = "a") -> StoredReport:
    rows = {name: Row("x", "x" if e == 0 else "" if e is None else f"x {e}", e) for name, e in errors.items()}
    return StoredReport(Path(folder), "edits", ABOUT, rows)


A = stored({"both": 0, "won": 1, "lost": 0, "same": 2, "other": 2, "none": None})
B = stored({"both": 0, "won": 0, "lost": 4, "same": 2, "other": 1, "none": None}, "b")


def test_wins_losses_and_what_changed() -> None:
    found = compare_reports(A, B)
    assert [[c.file for c in changes] for changes in (found.wins, found.losses, found.others)] == [
        ["won"], ["lost"], ["other"],
    ]  # fmt: skip
    figures = found.figures
    assert [figures[name] for name in ("n", "wins", "losses", "both_right", "both_wrong")] == [6, 1, 1, 1, 3]
    assert figures["p_value"] == 1.0
    assert (figures["exprate"]["a"], figures["exprate"]["b"], figures["exprate"]["difference"]) == (33.33, 33.33, 0.0)
    assert (figures["le1"]["a"], figures["le1"]["b"], figures["le1"]["difference"]) == (50.0, 50.0, 0.0)
    assert figures["le2"]["difference"] == -16.67


def test_intervals_are_of_the_difference_not_of_the_rates() -> None:
    """Paired: what is the same in both adds nothing to the doubt, however unsure either rate is."""
    noisy = {f"s{i}": i % 2 for i in range(200)}
    a, b = stored({**noisy, **{f"w{i}": 1 for i in range(9)}}), stored({**noisy, **{f"w{i}": 0 for i in range(9)}})
    low, high = compare_reports(a, b).figures["exprate"]["interval"]
    assert 1 < low < 100 * 9 / 209 < high < 8
    same = compare_reports(a, a).figures
    assert same["exprate"]["interval"] == [0.0, 0.0] and same["p_value"] == 1.0
    turned = compare_reports(b, a).figures["exprate"]
    assert turned["difference"] == -compare_reports(a, b).figures["exprate"]["difference"] and turned["interval"][1] < 0


@given(st.integers(0, 40), st.integers(0, 40))
def test_mcnemar_is_the_exact_binomial(wins: int, losses: int) -> None:
    n, least = wins + losses, min(wins, losses)
    tail = sum(comb(n, k) for k in range(least + 1)) / 2**n
    assert mcnemar(wins, losses) == pytest.approx(min(1.0, 2 * tail))


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (replace(B, metric="graphs"), "different metrics: 'edits' in a, 'graphs' in b"),
        (replace(B, rows={"both": B.rows["both"]}), r"different files: 5 of a are not in b \(won, lost, .*none\)"),
        (replace(B, rows={**B.rows, "more": B.rows["won"]}), r"different files: 1 of b are not in a \(more\)"),
        (replace(B, rows={**B.rows, "won": Row("y", "y", 0)}), r"different truths in a and b, 1 in all \(won\)"),
    ],
)  # fmt: skip
def test_what_cannot_be_compared(other: StoredReport, said: str) -> None:
    with pytest.raises(ReportError, match=said):
        compare_reports(A, other)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("metrics.json", b"{}", "metrics.json: not as .* writes it: it lacks 'metric'"),
        ("metrics.json", b"{", "metrics.json: not as .* writes it: Expecting property name"),
        ("outcomes.csv", b"\xff\xfe\x00" * 100, "outcomes.csv: not as .* writes it: not UTF-8$"),
    ],
)
def test_damaged_reports_are_named(
    outcomes: list[Outcome], tmp_path: Path, name: str, content: bytes, said: str
) -> None:
    write_report(outcomes, tmp_path, ABOUT)
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ReportError, match=said):
        read_report(tmp_path)


def test_reports_on_disk_and_the_page(outcomes: list[Outcome], tmp_path: Path) -> None:
    changed = [
        replace(o, read=o.truth, errors=0) if o.file == "sample7_09.inkml"
        else replace(o, read="} <b>", errors=4) if o.file == "sample8_12.inkml" else o
        for o in outcomes
    ]  # fmt: skip
    changed[-1] = replace(changed[-1], read="x", errors=3, problem=None)
    for name, written in (("a", outcomes), ("b", changed)):
        write_report(written, tmp_path / name, ABOUT)
    found = compare_reports(read_report(tmp_path / "a"), read_report(tmp_path / "b"))
    assert [c.file for c in found.wins + found.losses + found.others] == [
        "sample7_09.inkml", "sample8_12.inkml", "broken.inkml",
    ]  # fmt: skip
    document = html.fromstring(render_comparison(found))
    cards = {card.find("h3").text: card for card in document.xpath("//article")}
    truth, a, b = cards["sample7_09.inkml"].xpath(".//*[local-name()='math']/@alttext")
    assert (truth, a, b) == ("z = x + i y", "x = x + i y", "z = x + i y")
    assert cards["sample8_12.inkml"].xpath(".//code/text()") == ["} <b>"]  # no LaTeX that can be typeset: as it is
    assert len(cards["sample7_09.inkml"].xpath(".//*[local-name()='path']")) == next(
        o.strokes for o in outcomes if o.file == "sample7_09.inkml"
    )
    assert "no ink: not in" in cards["broken.inkml"].text_content()
    assert "p = 1" in document.text_content() and "+0.0" in document.findtext(".//h1")
