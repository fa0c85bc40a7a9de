"""Tables for a paper: what TeX would stumble over is escaped, and rows are whole."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from crohme.evaluation.latex_table import comparison_table, escape, expressions_table
from crohme.evaluation.outcomes import Outcome
from crohme.evaluation.summary import summarize

OUTCOMES = [Outcome(f"r{i}", "x", "x", 0.9, i % 3, None, 3) for i in range(30)]


def test_names_are_escaped() -> None:
    assert escape(r"my_model 50% & {a}^#~$\x") == (
        r"my\_model 50\% \& \{a\}\textasciicircum{}\#\textasciitilde{}\$\textbackslash{}x"
    )


@given(st.text(), st.text())
def test_every_table_has_whole_rows_and_balanced_braces(name: str, data: str) -> None:
    table = expressions_table(name, data, summarize(OUTCOMES))
    plain = re.sub(r"\\[\\{}&%#$_]", lambda m: "\n" if m[0] == "\\\\" else "", table)
    depth = 0
    for character in plain:
        depth += {"{": 1, "}": -1}.get(character, 0)
        assert depth >= 0
    assert depth == 0
    rows = plain.split("\\toprule")[1].split("\\bottomrule")[0].replace("\\midrule", "").split("\n")
    assert {row.count("&") for row in rows if row.strip()} == {4}
    assert plain.count("$") % 2 == 0 and not re.search(r"(?<!\\)[#~^]", plain)


def test_a_row_never_begins_with_a_bracket() -> None:
    """TeX would take it for the length after the row before."""
    table = expressions_table("a", "b", summarize(OUTCOMES))
    assert not re.search(r"\\\\\s*\[", table) and "33.33" in table


def test_a_comparison_tells_its_test() -> None:
    rate = {"a": 50.0, "b": 52.5, "difference": 2.5, "interval": [-1.0, 6.0]}
    figures = {"n": 200, "wins": 9, "losses": 4, "p_value": 1.2e-5, "metric": "token edits", "exprate": rate}
    table = comparison_table("same", "same", figures, [("exprate", 0, "ExpRate")], "symbols")
    assert r"ExpRate & 50.00 & 52.50 & $+2.50$ & {[$-1.00$, $+6.00$]} \\" in table
    assert "on the same 200 symbols" in table
    assert r"$p = 1.2 \times 10^{-5}$" in table and "same (A) & same (B)" in table
