"""Agreement with LgEval, the scorer of the competition, on every pair of its reference figures."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from crohme.evaluation.scoring import (
    Counts,
    PrimitiveGraph,
    compare,
    graph_figures,
    graph_set_figures,
    read_primitive_graph,
    total,
)
from crohme.evaluation.scoring.figures import file_figures
from crohme.evaluation.scoring.graphs import Level, load_graph, with_official_limits
from crohme.notation import LatexError, from_latex, symbol_graph
from crohme.notation.labelgraph import COMMA

PACKED = Path(__file__).parent / "lgeval"
REFERENCE = Path(__file__).resolve().parents[3] / "shared" / "data" / "lgeval_reference"
COLUMNS = {
    "D_B": "errors",
    "D_C": "node_errors",
    "D_L": "edge_errors",
    "nNodes": "nodes",
    "nSeg": "true_symbols",
    "detectedSeg": "found_symbols",
    "CorrectSegments": "segmented",
    "CorrectSegmentsAndClass": "classified",
    "nSegRelEdges": "true_relations",
    "dSegRelEdges": "found_relations",
    "CorrectSegRelLocations": "located",
    "CorrectSegRels": "related",
    "hasCorrectStructure": "structures",
}
"""LgEval's columns and our names of them."""

Pair = tuple[str, str, str | None, dict[str, Any]]


def _packed(folder: str) -> tuple[dict[str, Any], Iterator[Pair]]:
    content = json.loads((PACKED / f"{folder}.json").read_text(encoding="utf-8"))
    pairs = ((name, one["truth"], one["output"], one["expected"]) for name, one in content["files"].items())
    return content["overall"], pairs


def _folder(folder: Path) -> tuple[dict[str, Any], Iterator[Pair]]:
    content = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    texts = {side: {f.stem: f.read_text(encoding="utf-8") for f in (folder / side).glob("*.lg")}
             for side in ("truth", "output")}  # fmt: skip
    pairs = (
        (name, texts["truth"][name], texts["output"].get(name), expected) for name, expected in content["files"].items()
    )
    return content["overall"], pairs


def _check(overall: dict[str, Any], pairs: Iterator[Pair], expected_number: int) -> None:
    """Every figure of every pair, then those of the set."""
    counts: list[Counts] = []
    for name, truth, output, expected in pairs:
        found = PrimitiveGraph() if output is None else read_primitive_graph(output)
        counts.append(compare(read_primitive_graph(truth), found))
        columns = {column: getattr(counts[-1], ours) for column, ours in COLUMNS.items()}
        assert columns == {column: expected["lgeval"][column] for column in COLUMNS}, name
        ours = file_figures(counts[-1].errors) | graph_figures(counts[-1])
        assert ours == {key: expected[key] for key in ours}, name
    assert len(counts) == expected_number
    summed = total(counts)
    assert {c: getattr(summed, ours) for c, ours in COLUMNS.items()} == {c: overall["column_sums"][c] for c in COLUMNS}
    figures = graph_set_figures(counts)
    assert figures.pop("structure_exact") == overall["column_sums"]["hasCorrectStructure"]
    figures.pop("structure_rate")
    assert figures.keys() == overall.keys() - {"column_sums", "printed_summary"}
    for key, value in figures.items():
        assert value == pytest.approx(overall[key], abs=1e-4 if key.endswith("_rate") else 1e-6), key


@pytest.mark.parametrize(
    ("folder", "pairs"), [("synthetic_stroke", 100), ("synthetic_symbol", 100), ("edge_cases", 48)]
)
def test_agreement_on_made_up_expressions(folder: str, pairs: int) -> None:
    _check(*_packed(folder), pairs)


@pytest.mark.parametrize("folder", ["stroke", "symbol"])
def test_agreement_on_crohme(folder: str) -> None:
    if not (REFERENCE / folder).is_dir():
        pytest.skip(f"no reference figures at {REFERENCE / folder}")
    _check(*_folder(REFERENCE / folder), 200)


def test_ink_and_latex_become_graphs_without_an_error(crohme_data: Path) -> None:
    if not REFERENCE.is_dir():
        pytest.skip(f"no reference figures at {REFERENCE}")
    errors = {}
    for file in (REFERENCE / "stroke" / "truth").glob("*.lg"):
        year, name = file.stem.split("_", 1)
        ink = load_graph(crohme_data / f"test{year}" / f"{name}.inkml", Level.STROKE, keep_limits=True)
        errors[file.stem] = compare(load_graph(file, Level.STROKE, keep_limits=True), ink).errors
    for file in (REFERENCE / "symbol" / "truth").glob("*.lg"):
        latex = load_graph(file.with_suffix(".tex").read_text(encoding="utf-8"), Level.SYMBOL, keep_limits=True)
        errors[f"symbol {file.stem}"] = compare(load_graph(file, Level.SYMBOL, keep_limits=True), latex).errors
    assert len(errors) == 400
    # There pandoc gives the script of `E ( _ { c } )` a base of its own, without a label.
    assert {name for name, count in errors.items() if count} <= {"symbol 2014_518_em_436"}


READ_OTHERWISE = {
    # Signs that are no symbol class of CROHME: refused, so that they are an error that is listed, but for \\cdot.
    r"a \cdot b \cdots c": "official: the characters ⋅ and ⋯; ours: the nearest symbol classes, . and \\ldots",
    r"\Gamma x": "official: taken for \\gamma",
    r"\hat { x }": "official: the accent as a symbol above",
    r"\begin{matrix} a & b \\ c & d \end{matrix}": "official: a grid of cells",
    r"\max x": "official: the bare word max",
    r"\prod _ { i } x": "official: the character ∏",
    # Malformed or meaningless.
    r"^ { 2 } x": "official: a base with an empty class",
    r"\frac { } { 2 }": "official: a fraction bar without numerator",
    r"x ^ { 2 } ^ { 3 }": "official: the second script hangs on the first",
    r"x _ { 1 } _ { 2 }": "official: the second script hangs on the first",
    r"x \limits ^ { 2 }": "official: limits of a letter",
    # Readings of pandoc that no writer of mathematics means.
    r"[ _ { 2 } x ]": "official: the script gets a base of its own, with an empty class",
    r"x '": "official: the prime stands on the base line",
    r"12 3": "official: 12 is one symbol",
    r"2.5": "official: one symbol",
    r"\text { a b }": "official: no symbol at all",
}
"""Snippets that we do not read as the official converter does."""
OFFICIAL_CONVERTER_FAILS = {
    r"\mathrm { d x }",
    r"x ^ { 2",
    r"\mathbf { x }",
    r"\overline { x }",
    r"\sum _ { i } ^ { n } \limits x",
}
"""Of these it writes no graph; we read all but two of them."""


def test_latex_becomes_the_graph_of_the_official_converter() -> None:
    cases = json.loads((PACKED / "conversion_cases.json").read_text(encoding="utf-8"))
    assert {case["tex"] for case in cases if case["result"] == "failed"} == OFFICIAL_CONVERTER_FAILS
    same = [case["tex"] for case in cases if _symbol_level(case["tex"]) == _official(case)]
    assert {case["tex"] for case in cases} - set(same) == READ_OTHERWISE.keys() | OFFICIAL_CONVERTER_FAILS
    assert len(same) == 36


def test_where_the_official_converter_fails_we_read_what_is_meant() -> None:
    readings = {tex: _symbol_level(tex) for tex in OFFICIAL_CONVERTER_FAILS}
    assert {tex for tex, graph in readings.items() if graph is None} == {r"x ^ { 2", r"\overline { x }"}
    assert readings[r"\mathrm { d x }"] == ({"O": "d", "OR": "x"}, {("O", "OR", "Right")})


def _official(case: dict[str, Any]) -> object:
    if case["result"] != "ok":
        return "no graph"
    nodes = {path: labels[0] if len(labels) == 1 else labels for path, labels in case["nodes"].items()}
    return nodes, {tuple(relation) for relation in case["relations"]}


def _symbol_level(tex: str) -> tuple[dict[str, str], set[tuple[str, str, str]]] | None:
    try:
        graph = symbol_graph(from_latex(with_official_limits(tex)))
    except LatexError:
        return None
    paths = {obj.id: obj.primitives[0] for obj in graph.objects}
    labels = {paths[obj.id]: COMMA if obj.label == "," else obj.label for obj in graph.objects}
    return labels, {(paths[r.parent], paths[r.child], r.label) for r in graph.relations}
