"""Tables for a paper: what TeX would stumble over is escaped, and rows are whole."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crohme.evaluation.label_graphs import RETRIEVALS
from crohme.evaluation.latex_table import comparison_table, escape, expressions_table, symbols_table
from crohme.evaluation.outcomes import Outcome
from crohme.evaluation.summary import summarize

OUTCOMES = [Outcome(f"r{i}", "x", "x", 0.9, i % 3, None, 3) for i in range(30)]
SUMMARY = summarize(OUTCOMES)


def test_names_are_escaped() -> None:
    assert escape(r"my_model 50% & {a}^#~$\x") == (
        r"my\_model 50\% \& \{a\}\textasciicircum{}\#\textasciitilde{}\$\textbackslash{}x"
    )


def test_hyphens_and_quotes_are_no_ligatures() -> None:
    assert escape('a--b---c `d… "[') == r"a-{}-b-{}-{}-c \`{}d\ldots{} ''{[}"


GRAPHS = {key: {"recall": 1.0, "precision": 22.22, "f": 100.0} for key in RETRIEVALS} | {
    "intervals": dict.fromkeys(RETRIEVALS, [0.5, 99.5])
}
RATE = {"a": 50.0, "b": 52.5, "difference": -2.5, "interval": [-1.0, 6.0]}
COMPARED = {
    "n": 200,
    "wins": 9,
    "losses": 4,
    "p_value": 0.04,
    "metric": "D_B; \\cdot = .",
    "exprate": RATE,
    "le1": RATE,
}
TOP = {"n": 90} | {f"top{k}": 0.5 for k in (1, 3, 5)} | {f"top{k}_interval": [0.4, 0.6] for k in (1, 3, 5)}
TABLES: dict[str, Callable[[str, str], str]] = {
    "expressions": lambda name, data: expressions_table(name, data, SUMMARY),
    "expressions and graphs": lambda name, data: expressions_table(name, data, SUMMARY, GRAPHS),
    "symbols": lambda name, data: symbols_table(name, data, TOP),
    "comparison": lambda a, b: comparison_table(a, b, COMPARED, [("exprate", 0, "ExpRate"), ("le1", 1, "≤ 1 error")]),
}
_TOKEN = re.compile(r"\\begin\{(\w+)\}|\\end\{(\w+)\}|\\[A-Za-z]+|\\.|.", re.DOTALL)


def check(table: str) -> None:
    """What TeX would stumble over: environments, braces, mathematics, special characters, the columns of each row."""
    preamble, _, body = table.partition("\n")
    assert preamble.startswith("%") and "%" not in re.sub(r"\\%", "", body)
    open_ones: list[str] = []
    for match in _TOKEN.finditer(body):
        token, begins, ends = match[0], match[1], match[2]
        in_math = bool(open_ones) and open_ones[-1] == "$"
        if begins or token == "{":
            open_ones.append(begins or token)
        elif ends or token == "}":
            assert open_ones.pop() == (ends or "{")
        elif token == "$":
            open_ones.pop() if in_math else open_ones.append(token)
        else:
            assert token not in '#~%<>|"' and (in_math or token not in "^_")
            assert token != "&" or open_ones[-1] == "tabular"
            assert in_math or token not in (r"\leq", r"\times", r"\cdot")
    assert not open_ones
    found = re.findall(r"\\begin\{tabular\}\{(\w+)\}\n(.*?)\\end\{tabular\}", body, re.DOTALL)
    assert len(found) == body.count(r"\begin{table}") == body.count(r"\caption{") > 0
    for columns, inner in found:
        assert [rule for rule in re.findall(r"\\\w+rule", inner)] == [r"\toprule", r"\midrule", r"\bottomrule"]
        rows = [line for line in inner.split("\n") if line.strip() and "rule" not in line]
        for row in rows:
            assert row.endswith(r" \\") and not row.lstrip().startswith("[")
            assert len(re.findall(r"(?<!\\)&", row)) == len(columns) - 1


@pytest.mark.parametrize("kind", TABLES)
@given(st.text('a_%&#$~^\\{}-–—`"<>|≤…[]\n\té ') | st.text(), st.text())
@settings(max_examples=60)
def test_every_table_is_one_that_tex_reads(kind: str, name: str, data: str) -> None:
    check(TABLES[kind](name, data))


@pytest.mark.parametrize("broken", [r"a_b", "a & b", r"{a", "50%", "$x", r"\begin{b}", "a^2", "a~b", "#1"])
def test_the_check_finds_what_is_not_escaped(broken: str) -> None:
    table = TABLES["symbols"]("NAME", "data").replace("NAME", broken)
    with pytest.raises((AssertionError, IndexError)):
        check(table)


def test_a_row_never_begins_with_a_bracket() -> None:
    """TeX would take it for the length after the row before."""
    table = expressions_table("a", "b", SUMMARY)
    assert not re.search(r"\\\\\s*\[", table) and "33.33" in table


def test_a_comparison_tells_its_test() -> None:
    rate = {"a": 50.0, "b": 52.5, "difference": 2.5, "interval": [-1.0, 6.0]}
    figures = {"n": 200, "wins": 9, "losses": 4, "p_value": 1.2e-5, "metric": "token edits", "exprate": rate}
    table = comparison_table("same", "same", figures, [("exprate", 0, "ExpRate")], "symbols")
    assert r"ExpRate & 50.00 & 52.50 & $+2.50$ & {[$-1.00$, $+6.00$]} \\" in table
    assert "on the same 200 symbols" in table
    assert r"$p = 1.2 \times 10^{-5}$" in table and "same (A) & same (B)" in table
