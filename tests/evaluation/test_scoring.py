"""What scores are made of: reading, comparing, pairing, adding up. Agreement with LgEval is in test_lgeval."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crohme.evaluation.scoring import (
    Counts,
    Level,
    PrimitiveGraph,
    ScoringError,
    compare,
    graph_figures,
    graph_set_figures,
    primitive_graph,
    read_primitive_graph,
    score,
)
from crohme.evaluation.scoring.graphs import with_official_limits
from crohme.notation import GraphObject, GraphRelation, LabelGraph, LabelGraphError, from_latex, symbol_graph, write_lg
from tests.notation.trees import trees

POWER = "O, a, x, 1.0, 0, 1\nO, b, 2, 1.0, 2\nR, a, b, Sup, 1.0\n"


@st.composite
def graphs(draw: st.DrawFn) -> LabelGraph:
    """Trees of two to six symbols with one to four strokes each."""
    sizes = draw(st.lists(st.integers(1, 4), min_size=2, max_size=6))
    objects, relations = [], []
    for index, size in enumerate(sizes):
        strokes = tuple(str(sum(sizes[:index]) + i) for i in range(size))
        objects.append(GraphObject(f"o{index}", draw(st.sampled_from(["x", "2", ","])), strokes))
        if index:
            parent = draw(st.integers(0, index - 1))
            label = draw(st.sampled_from(["Right", "Sup", "Inside"]))
            relations.append(GraphRelation(f"o{parent}", f"o{index}", label))
    return LabelGraph(tuple(objects), tuple(relations))


def _compare(truth: LabelGraph, output: LabelGraph) -> Counts:
    return compare(primitive_graph(truth), primitive_graph(output))


def _perfect(counts: Counts) -> bool:
    whole = {"recall": 100.0, "precision": 100.0, "f": 100.0}
    figures = graph_figures(counts)
    return counts.errors == 0 and counts.structures == 1 and figures.pop("node_rate") == 100.0 and all(
        figure == whole for figure in figures.values()
    )  # fmt: skip


@given(graphs(), st.randoms(use_true_random=False))
def test_a_graph_is_perfect_against_itself_however_it_is_written(graph: LabelGraph, random) -> None:
    truth = primitive_graph(graph)
    assert _perfect(compare(truth, truth))
    assert _perfect(compare(truth, read_primitive_graph(write_lg(graph))))
    lines = [f"N, {p}, {label}, 1.0" for p, labels in truth.labels.items() for label in labels]
    lines += [f"E, {a}, {b}, {label}, 1.0" for (a, b), labels in truth.edges.items() for label in labels]
    random.shuffle(lines)
    assert _perfect(compare(truth, read_primitive_graph("\n".join(lines))))


@given(graphs())
def test_a_wrong_class_costs_the_square_of_the_strokes(graph: LabelGraph) -> None:
    first, *others = graph.objects
    counts = _compare(graph, LabelGraph((replace(first, label="wrong"), *others), graph.relations))
    strokes = len(first.primitives)
    assert (counts.node_errors, counts.edge_errors) == (strokes, strokes * (strokes - 1))
    assert counts.segmented == counts.true_symbols == counts.classified + 1
    assert counts.structures == 1 and counts.related == counts.true_relations


@given(graphs())
def test_a_wrong_relation_costs_every_pair_of_strokes(graph: LabelGraph) -> None:
    first, *others = graph.relations
    strokes = {obj.id: len(obj.primitives) for obj in graph.objects}
    pairs = strokes[first.parent] * strokes[first.child]
    renamed = _compare(graph, LabelGraph(graph.objects, (replace(first, label="Below"), *others)))
    assert (renamed.errors, renamed.structures) == (pairs, 1)
    assert renamed.located == renamed.related + 1 == renamed.true_relations
    absent = _compare(graph, LabelGraph(graph.objects, tuple(others)))
    assert (absent.errors, absent.structures) == (pairs, 0)
    turned = _compare(
        graph, LabelGraph(graph.objects, (replace(first, parent=first.child, child=first.parent), *others))
    )
    assert (turned.errors, turned.located) == (2 * pairs, len(others))


@given(graphs())
def test_a_missing_leaf_costs_its_labels_and_its_relation(graph: LabelGraph) -> None:
    leaf, relation = graph.objects[-1], graph.relations[-1]  # nothing hangs on the last symbol
    counts = _compare(graph, LabelGraph(graph.objects[:-1], graph.relations[:-1]))
    k = len(leaf.primitives)
    parent = next(len(obj.primitives) for obj in graph.objects if obj.id == relation.parent)
    assert counts.errors == k + k * (k - 1) + parent * k
    assert counts.structures == 0


@given(graphs(), graphs())
def test_truth_and_output_changed_round(first: LabelGraph, second: LabelGraph) -> None:
    there, back = _compare(first, second), _compare(second, first)
    assert there.errors == back.errors
    assert (there.segmented, there.classified, there.related) == (back.segmented, back.classified, back.related)
    one, other = graph_figures(there)["relation_class"], graph_figures(back)["relation_class"]
    assert (one["recall"], one["precision"], one["f"]) == (other["precision"], other["recall"], other["f"])


@given(graphs(), graphs())
def test_no_error_means_the_same_symbols_and_relations(first: LabelGraph, second: LabelGraph) -> None:
    def content(graph: LabelGraph) -> tuple[set, set]:
        strokes = {obj.id: obj.primitives for obj in graph.objects}
        relations = {(strokes[r.parent], strokes[r.child], r.label) for r in graph.relations}
        return {(obj.label, obj.primitives) for obj in graph.objects}, relations

    assert (_compare(first, second).errors == 0) == (content(first) == content(second))


@given(trees())
def test_at_symbol_level_a_wrong_class_is_one_error(tree) -> None:
    graph = symbol_graph(tree)
    first, *others = graph.objects
    assert _compare(graph, LabelGraph((replace(first, label="wrong"), *others), graph.relations)).errors == 1


def test_figures_of_a_set_are_of_the_sums() -> None:
    right = _compare(*[LabelGraph((GraphObject("a", "x", ("0",)),), ())] * 2)
    wrong = compare(read_primitive_graph(POWER), PrimitiveGraph())
    figures = graph_set_figures([right, wrong], unscored=1)
    assert (figures["pairs"], figures["exact"], figures["le3"]) == (3, 1, 1)
    assert (figures["exact_rate"], figures["structure_rate"]) == (33.333333, 33.333333)
    assert figures["segmentation"] == {"recall": 33.333333, "precision": 100.0, "f": 50.0}
    assert figures["relation"] == {"recall": 0.0, "precision": 100.0, "f": 0.0}
    assert figures["node_rate"] == 25.0


def test_lines_that_say_nothing_are_named() -> None:
    graph = read_primitive_graph(POWER + "\n# note\nR, a, q, Right, 1.0\nR, a, b, Sub\nO, c, 3, 1.0\nQ, 1\n")
    assert _perfect(compare(read_primitive_graph(POWER), graph))
    assert graph.ignored == [
        "line 6: unknown object 'q'",
        "line 7: 4 fields, where R needs 5",
        "line 8: 4 fields, where O needs 5",
        "line 9: unknown entry 'Q'",
    ]


@given(st.lists(st.lists(st.sampled_from(["O", "R", "EO", "N", "E", "0", "1", "2", "x", "*", "_", ""])), max_size=12))
def test_no_file_is_too_odd_to_be_scored(lines: list[list[str]]) -> None:
    graph = read_primitive_graph("\n".join(", ".join(fields) for fields in lines))
    counts = compare(graph, read_primitive_graph(POWER))
    assert 0 <= counts.classified <= counts.segmented <= min(counts.true_symbols, counts.found_symbols)
    assert 0 <= counts.related <= counts.located <= min(counts.true_relations, counts.found_relations)
    assert compare(graph, graph).errors == 0


def test_a_stroke_that_only_edges_mention_is_a_symbol_without_a_class() -> None:
    graph = read_primitive_graph("N, 0, x, 1.0\nE, 0, 1, Right, 1.0\n")
    assert graph.symbols() == {frozenset("0"): {"x"}, frozenset("1"): {"_"}}


def test_a_graph_too_large_for_any_expression_is_refused() -> None:
    with pytest.raises(LabelGraphError, match="more than 1000 primitives"):
        read_primitive_graph(f"O, a, x, 1.0, {', '.join(map(str, range(100_000)))}\n")
    row = ", ".join(map(str, range(400)))
    assert len(read_primitive_graph(f"O, a, x, 1.0, {row}\n").edges) == 400 * 399
    for text in (f"O, a, x, 1.0, {row}, 400\n", f"O, a, x, 1.0, {row}\nR, a, a, Sub, 1.0\n"):
        with pytest.raises(LabelGraphError, match="more than 160000 labels"):
            read_primitive_graph(text)


def test_limits_of_the_official_converter() -> None:
    assert with_official_limits(r"\sum _ { i } x") == r"\sum \nolimits _ { i } x"
    for latex in (r"\sum \limits _ { i } x", r"\sum \nolimits _ i x", r"\int \limits _ { 0 } x"):
        assert with_official_limits(latex) == latex


def _folder(folder: Path, texts: dict[str, str]) -> Path:
    folder.mkdir()
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_every_truth_counts(tmp_path: Path) -> None:
    truth = _folder(tmp_path / "truth", {f"{name}.lg": POWER for name in "abcd"} | {"e.lg": ""})
    found = _folder(tmp_path / "found", {"a.lg": POWER, "b.lg": "", "z.lg": POWER})
    (found / "c.lg").write_bytes(b"O, 0, \xe9\xe8, 1.0, 0")
    scores = score(truth, found)
    assert list(scores.files) == ["a", "b", "c", "d", "e"] and scores.additional == ("z",)
    problems = {name: one.problem for name, one in scores.files.items()}
    assert problems["a"] is None and problems["d"] == "output: missing"
    assert problems["b"] == "output: no symbol in the graph" and problems["e"] == "truth: no symbol in the graph"
    assert "UTF-8" in problems["c"]
    overall = scores.overall()
    assert (overall["pairs"], overall["exact"], overall["exact_rate"], overall["node_rate"]) == (5, 1, 20.0, 25.0)
    assert scores.files["e"].as_dict() == {
        "errors": None, "exact": False, "le1": False, "le2": False, "le3": False,
        "problem": "truth: no symbol in the graph",
    }  # fmt: skip


def _table(path: Path, rows: dict[str, str]) -> Path:
    path.write_text("file,latex\n" + "".join(f'{name},"{latex}"\n' for name, latex in rows.items()), encoding="utf-8")
    return path


def test_latex_against_latex(tmp_path: Path) -> None:
    truth = _table(tmp_path / "truth.csv", {"a": r"\sum \limits _ { i } x", "b": r"\frac { 1 } { 2 }", "c": "x + y"})
    found = _table(tmp_path / "found.csv", {"d/a.inkml": r"\sum_i x", "b.inkml": r"\frac 1 3", "c.inkml": "x + {"})
    symbols = score(truth, found)
    assert symbols.level is Level.SYMBOL and "limits count as scripts" in symbols.metric
    assert {name: one.errors for name, one in symbols.files.items()} == {"a": 0, "b": 1, "c": 5}
    tokens = score(truth, found, Level.TOKENS)
    assert {name: one.errors for name, one in tokens.files.items()} == {"a": 0, "b": 1, "c": 3}
    assert tokens.overall()["token_error_rate"] == pytest.approx(100 * 4 / (6 + 7 + 3))
    assert "never closed" in tokens.files["c"].problem
    with pytest.raises(ScoringError, match="LaTeX has no strokes"):
        score(truth, found, Level.STROKE)


def test_latex_against_official_graphs_follows_the_official_converter(tmp_path: Path) -> None:
    limits = write_lg(symbol_graph(from_latex(r"\sum \limits _ { i } x")))
    truth = _folder(tmp_path / "truth", {"a.lg": limits, "b.lg": limits})
    found = _table(tmp_path / "found.csv", {"a": r"\sum \limits _ { i } x", "b": r"\sum _ { i } x"})
    assert {name: one.errors for name, one in score(truth, found).files.items()} == {"a": 0, "b": 4}
    assert score(truth, truth).level is Level.SYMBOL
    assert score(truth, found, Level.TOKENS).overall()["exact"] == 2


def test_stroke_graphs_are_not_scored_as_symbol_graphs(tmp_path: Path) -> None:
    truth = _folder(tmp_path / "truth", {"a.lg": POWER})
    assert score(truth, truth).level is Level.STROKE
    with pytest.raises(ScoringError, match="label graphs over strokes; score them at level stroke"):
        score(truth, truth, Level.SYMBOL)
    latex = _table(tmp_path / "found.csv", {"a": "x ^ { 2 }"})
    for pair in ((truth, latex), (latex, truth)):
        with pytest.raises(ScoringError, match="over strokes; score them at level tokens: LaTeX has no strokes"):
            score(*pair)
    assert score(truth, truth, Level.TOKENS).files["a"].as_dict()["tokens"] == 5


@pytest.mark.parametrize(
    ("content", "cause"),
    [
        ("file,text\na,x\n", "needs the columns file and latex"),
        ("file,latex\na,x\na.inkml,y\n", "line 3: a second row for 'a'"),
        ("file,latex\n", "no rows"),
        ('file,latex\na,"x\n', "not a CSV"),
    ],
)
def test_tables_that_cannot_be_scored(tmp_path: Path, content: str, cause: str) -> None:
    (tmp_path / "a.csv").write_text(content)
    with pytest.raises(ScoringError, match=cause):
        score(tmp_path / "a.csv", tmp_path / "a.csv")


def test_folders_that_cannot_be_scored(tmp_path: Path) -> None:
    with pytest.raises(ScoringError, match="No such file"):
        score(tmp_path / "none", tmp_path)
    with pytest.raises(ScoringError, match="no .lg or .inkml file under"):
        score(tmp_path, tmp_path)
    _folder(tmp_path / "1", {"a.lg": POWER})
    _folder(tmp_path / "2", {"a.lg": POWER})
    with pytest.raises(ScoringError, match="two files have one name"):
        score(tmp_path, tmp_path)


def test_latex_that_is_too_long_is_refused_on_its_own_side_and_identical_one_is_right(tmp_path: Path) -> None:
    long, other = " + ".join(["x"] * 20_001), " + ".join(["x"] * 20_000 + ["y"])
    truths, outputs = tmp_path / "truth", tmp_path / "output"
    for folder, latex in ((truths, {"a": long, "b": "x", "c": "x"}), (outputs, {"a": long, "b": other, "c": "x"})):
        folder.mkdir()
        for name, text in latex.items():
            (folder / f"{name}.tex").write_text(text)
    for level in (Level.SYMBOL, Level.TOKENS):
        scores = score(truths, outputs, level)
        assert scores.overall()["exact"] == 2
        assert scores.files["b"].problem == "output: longer than 16000 tokens"
        assert score(outputs, truths, level).files["b"].problem == "truth: longer than 16000 tokens"


@pytest.mark.parametrize(
    ("latex", "cause"),
    [
        ("x + 1 </s>", "</s> is a mark"),
        ("<s> x + 1", "<s> is a mark"),
        ("x + 1<EOS>\n", "<EOS> is a mark"),
        ("x + <unk> + 1", "<unk> is a mark"),
        ("x + 1 <|endoftext|>", "<|endoftext|> is a mark"),
        ("<math><mi>x</mi><mo>+</mo><mn>1</mn></math>", "MathML"),
        ('<?xml version="1.0"?><m:math/>', "MathML"),
        ("```latex\nx + 1\n```", "Markdown"),
        ("`x + 1`", "Markdown"),
        ("a &lt; b", "HTML, not LaTeX: it has &lt;"),
        (r"\begin{matrix} a &amp; b \end{matrix}", "HTML, not LaTeX: it has &amp;"),
        ("x &#43; 1", "HTML, not LaTeX: it has &#43;"),
        ("\frac { 1 } { 2 }", "U+000C where the backslash of \\f"),
        ("2 \beta", "U+0008 where the backslash of \\b"),
        ("\alpha + 1", "U+0007 where the backslash of \\a"),
        ("2 \theta", "U+0009 where the backslash of \\t"),
        ("\vec { x }", "U+000B where the backslash of \\v"),
        ("1/√(x + 1)", "plain text, not LaTeX: it has √("),
        ("frac(a, 2) + 1", "plain text, not LaTeX: it has frac("),
        ("2sqrt(x)", "plain text, not LaTeX: it has sqrt("),
    ],
)
def test_what_is_no_latex_is_listed_and_not_read_token_by_token(tmp_path: Path, latex: str, cause: str) -> None:
    for folder, text in (("truth", "x + 1"), ("output", latex)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.txt").write_text(text, encoding="utf-8")
    for level in (Level.SYMBOL, Level.TOKENS):
        found = score(tmp_path / "truth", tmp_path / "output", level).files["a"]
        assert found.errors and cause in (found.problem or "")
    assert score(tmp_path / "output", tmp_path / "output").files["a"].errors == 0, "identical is right"


@pytest.mark.parametrize(
    "latex", ["x < s", "a < s > b", "p<a>d", "s > 1", "x </ s >", r"\langle s \rangle", "x\theight", "x\f + 1",
              r"\begin{matrix} a &lt & b ; \end{matrix}", "x`", "√x", "√{(x)}", r"\sqrt(x)", "s q r t ( x )", "frac x"]
)  # fmt: skip
def test_signs_that_look_like_such_marks_are_latex(tmp_path: Path, latex: str) -> None:
    (tmp_path / "t.csv").write_text(f"file,latex\na,{latex}\n", encoding="utf-8")
    (tmp_path / "o.csv").write_text(f"file,latex\na,{{{latex}}}\n", encoding="utf-8")
    assert score(tmp_path / "t.csv", tmp_path / "o.csv").files["a"].problem is None
