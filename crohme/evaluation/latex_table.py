"""Figures as tables for a paper: LaTeX with the rules of the package booktabs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from crohme.evaluation.label_graphs import RETRIEVALS
from crohme.evaluation.summary import RATES

_SPECIAL = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "%": r"\%", "_": r"\_",
    "^": r"\textasciicircum{}", "~": r"\textasciitilde{}", "<": r"\textless{}", ">": r"\textgreater{}",
    "≤": r"$\leq$", "…": r"\ldots{}", "`": r"\`{}", "−": "$-$", "–": "--", '"': "''", "|": r"\textbar{}",
    "[": "{[}",  # else a width after a rule
}  # fmt: skip
_RETRIEVAL_NAMES = dict(
    zip(RETRIEVALS, ("Symbols segmented", "… and classified", "Relations located", "… and labelled"), strict=True)
)
_INTERVALS = "95\\,\\% bootstrap intervals over files"


def escape(text: str) -> str:
    """Text as LaTeX prints it; what has no print is left out."""
    printed = "".join(c for c in " ".join(text.split()) if c.isprintable())
    pairs = zip(printed, f" {printed}", strict=False)
    return "".join("{}-" if c == before == "-" else _SPECIAL.get(c, c) for c, before in pairs)


def expressions_table(name: str, data: str, summary: dict[str, Any], graphs: dict[str, Any] | None = None) -> str:
    """Rates of whole expressions, and under them what label graphs tell of symbols and relations.

    Args:
        name: str. Of the recogniser.
        data: str. Of the test set.
        summary: dict. See `summary.summarize`.
        graphs: dict or None. See `label_graphs.label_graph_figures`.

    Returns:
        str. One or two `table` environments.
    """
    heads = ["System", "ExpRate", *(f"$\\leq {most}$" for _, most in RATES[1:])]
    rates = [escape(name), *(f"{summary[key]:.2f}" for key, _ in RATES)]
    intervals = ["", *(_interval(summary[f"{key}_interval"]) for key, _ in RATES)]
    caption = f"Expressions of {escape(data)} read correctly, and with at most 1, 2 and 3 errors, in percent of " \
              f"{summary['n']} files; {_INTERVALS}. Errors: {escape(summary['metric'])}."  # fmt: skip
    tables = [_table(caption, "lrrrr", heads, [rates, intervals])]
    if graphs is not None:
        rows = [
            [escape(_RETRIEVAL_NAMES[key]), *(f"{graphs[key][part]:.2f}" for part in ("recall", "precision", "f")),
             _interval(graphs["intervals"][key])]
            for key in RETRIEVALS
        ]  # fmt: skip
        caption = f"Label graphs of {escape(data)} read by {escape(name)}, in percent; {_INTERVALS}."
        tables.append(_table(caption, "lrrrr", ["", "Recall", "Precision", "F", "Interval of F"], rows))
    return "\n".join([_PREAMBLE, *tables])


def symbols_table(name: str, data: str, summary: dict[str, Any]) -> str:
    """Top-1, top-3 and top-5 of isolated symbols; see `symbols.SymbolResults.summary`."""
    ranks = (1, 3, 5)
    rates = [escape(name), *(f"{100 * summary[f'top{k}']:.2f}" for k in ranks)]
    intervals = ["", *(_interval([100 * end for end in summary[f"top{k}_interval"]]) for k in ranks)]
    caption = f"Isolated symbols of {escape(data)}, in percent of {summary['n']}; 95\\,\\% Wilson intervals."
    return "\n".join([_PREAMBLE, _table(caption, "lrrr", ["System", *(f"Top-{k}" for k in ranks)], [rates, intervals])])


def comparison_table(
    a: str, b: str, figures: dict[str, Any], rates: Sequence[tuple[str, int, str]], counted: str = "files"
) -> str:
    """Two recognisers side by side; see `comparison.Comparison`."""
    names = [escape(a), escape(b)]
    if names[0] == names[1]:
        names = [f"{one} ({letter})" for one, letter in zip(names, "AB", strict=True)]
    rows = [
        [escape(name), f"{figures[key]['a']:.2f}", f"{figures[key]['b']:.2f}",
         f"${figures[key]['difference']:+.2f}$", _interval(figures[key]["interval"], signed=True)]
        for key, _, name in rates
    ]  # fmt: skip
    caption = (
        f"{names[0]} and {names[1]} on the same {figures['n']} {counted}, in percent; 95\\,\\% intervals of the paired "
        f"bootstrap. McNemar's exact test of {figures['wins']} against {figures['losses']}: "
        f"$p = {_number(figures['p_value'])}$. Errors: {escape(figures['metric'])}."
    )
    return "\n".join([_PREAMBLE, _table(caption, "lrrrr", ["", *names, "Difference", "Interval"], rows)])


_PREAMBLE = "% needs \\usepackage{booktabs}; text in UTF-8"


def _table(caption: str, columns: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [" & ".join(row) + r" \\" for row in (heads, *rows)]
    return "\n".join(
        [
            r"\begin{table}",
            r"  \centering",
            f"  \\caption{{{caption}}}",
            f"  \\begin{{tabular}}{{{columns}}}",
            r"    \toprule",
            f"    {lines[0]}",
            r"    \midrule",
            *(f"    {line}" for line in lines[1:]),
            r"    \bottomrule",
            r"  \end{tabular}",
            r"\end{table}",
            "",
        ]
    )


def _interval(ends: Sequence[float], signed: bool = False) -> str:
    """In braces: after the end of a row, TeX would take a bracket for a length."""
    low, high = (f"{end:+.2f}" if signed else f"{end:.2f}" for end in ends)
    return f"{{[${low}$, ${high}$]}}"


def _number(p: float) -> str:
    mantissa, _, exponent = f"{p:.2g}".partition("e")
    return f"{mantissa} \\times 10^{{{int(exponent)}}}" if exponent else mantissa
