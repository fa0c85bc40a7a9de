"""How expressions are compared with their truth, counted, and summed up."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from crohme.datasets.location import DataNotFound, inkml_files, sample_folder
from crohme.evaluation import expressions
from crohme.evaluation.expressions import Outcome, evaluate
from crohme.evaluation.summary import summarize
from crohme.ink.sources import NothingToRecognize
from crohme.ink.truth import labelled, truth
from crohme.notation import Node, Relation, SymbolTree, from_latex, to_latex
from crohme.recognition import Reading, Recognition
from inkml_parser import Ink, write

INK = Ink.from_arrays([[[i, 0], [i, 1]] for i in range(6)])


def power(base: str, exponent: str, base_strokes: tuple[int, ...] = (0, 1)) -> SymbolTree:
    """`base ^ { exponent }` of three strokes."""
    left = tuple(s for s in (0, 1, 2) if s not in base_strokes)
    return SymbolTree((Node(base, base_strokes, {Relation.SUP: (Node(exponent, left),)}),))


def recognition(*trees: SymbolTree, ink: Ink = INK) -> Recognition:
    confidences = 0.5 ** np.arange(1, len(trees) + 1)
    readings = (Reading(" ".join(to_latex(t)), float(c), t) for t, c in zip(trees, confidences, strict=True))
    return Recognition(ink, tuple(readings))


TRUTH = power("x", "2")


@pytest.mark.parametrize(
    ("found", "errors", "kind"),
    [
        (power("x", "2"), 0, None),
        (power("y", "2"), 1, "symbol"),
        (power("x", "2", (0,)), 0, None),  # other strokes, but the same LaTeX
        (power("y", "2", (0,)), 1, "segmentation"),
        (SymbolTree((Node("x", (0, 1)), Node("2", (2,)))), 3, "relation"),
        (SymbolTree((Node("x", (0, 1, 2)),)), 4, "segmentation"),
        (SymbolTree((Node("x", (0, 1), {Relation.SUB: (Node("2", (2,)),)}),)), 1, "relation"),
    ],
)
def test_edits_and_kind_of_error(found: SymbolTree, errors: int, kind: str | None, tmp_path: Path) -> None:
    outcome = outcome_of(labelled(INK, TRUTH), found, tmp_path)
    assert (outcome.errors, outcome.kind, outcome.truth, outcome.problem) == (errors, kind, "x ^ { 2 }", None)
    assert (outcome.file, outcome.strokes, outcome.confidence) == ("a.inkml", 6, 0.5)


def outcome_of(ink: Ink, found: SymbolTree, folder: Path) -> Outcome:
    return expressions._outcome(folder / "a.inkml", "a.inkml", recognition(found, ink=ink), offline=False)


def test_limits_over_and_under_a_sum_are_its_scripts(tmp_path: Path) -> None:
    def total(relation: Relation) -> SymbolTree:
        return SymbolTree((Node(r"\sum", (0, 1), {relation: (Node("i", (2,)),)}),))

    outcome = outcome_of(labelled(INK, total(Relation.BELOW)), total(Relation.SUB), tmp_path)
    assert (outcome.errors, outcome.kind) == (0, None)


def test_truth_is_the_latex_where_there_is_no_mathml(tmp_path: Path) -> None:
    ink = Ink(INK.strokes, latex="$x^2$")
    assert outcome_of(ink, power("x", "2"), tmp_path).errors == 0
    wrong = outcome_of(ink, power("y", "2"), tmp_path)
    assert (wrong.errors, wrong.kind) == (1, None)  # without strokes of the truth, nobody can tell the kind


def test_every_file_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, expression_bundle: Path) -> None:
    (tmp_path / "sub").mkdir()
    write(labelled(INK, TRUTH), tmp_path / "sub" / "good.inkml")
    write(INK, tmp_path / "no_truth.inkml")
    write(Ink(INK.strokes, latex=r"\unknown {"), tmp_path / "strange_truth.inkml")
    write(labelled(Ink.from_arrays([[[1, 1]]] * 3), TRUTH), tmp_path / "dots.inkml")
    (tmp_path / "empty.inkml").touch()
    outcomes = {o.file: o for o in evaluate(tmp_path, expression_bundle, beam=2, workers=1)}
    assert list(outcomes) == ["dots.inkml", "empty.inkml", "no_truth.inkml", "strange_truth.inkml", "sub/good.inkml"]
    assert outcomes["sub/good.inkml"].errors is not None and outcomes["sub/good.inkml"].read
    assert outcomes["dots.inkml"].truth == "x ^ { 2 }"
    problems = {name: o.problem for name, o in outcomes.items() if o.problem is not None}
    assert len(problems) == 4 and problems["no_truth.inkml"] == "no truth in the file"
    assert "lie on one spot" in problems["dots.inkml"] and str(tmp_path) not in "".join(problems.values())
    figures = summarize(list(outcomes.values()))
    assert (figures["n"], figures["problems"]) == (5, 4)
    assert figures["errors_by_kind"]["unknown"] == 4


def test_nothing_to_evaluate_on(tmp_path: Path, expression_bundle: Path) -> None:
    with pytest.raises(DataNotFound):
        evaluate(tmp_path, expression_bundle)


def test_a_perfect_reader_gets_all_of_the_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the truth as what was read, every file is right: truth and comparison are at one."""

    def perfect(files, bundle, **_):
        for path in files:
            ink = expressions.read(path)
            yield path, recognition(truth(ink), ink=ink)

    monkeypatch.setattr(expressions, "recognize_files", perfect)
    figures = summarize(evaluate(sample_folder() / "test", "none"))
    assert figures["exprate"] == figures["le3"] == figures["top5"] == 100.0
    assert figures["n"] == len(inkml_files(sample_folder() / "test"))
    assert sum(group["n"] for group in figures["by_strokes"].values()) == figures["n"]


OUTCOMES = [
    *(Outcome(f"r{i}", "x", "x", 0.9, 0, None, 3) for i in range(50)),
    *(Outcome(f"s{i}", "x", "y", 0.9, 1, "symbol", 12, ("x",)) for i in range(30)),
    *(Outcome(f"t{i}", "x", "y", 0.9, 3, "segmentation", 40) for i in range(15)),
    *(Outcome(f"u{i}", "x", "", strokes=0, problem="empty file") for i in range(5)),
]


def test_summary_counts_all_files() -> None:
    figures = summarize(OUTCOMES)
    assert [figures[key] for key in ("n", "exprate", "le1", "le2", "le3", "top5", "problems")] == [
        100, 50.0, 80.0, 80.0, 95.0, 80.0, 5,
    ]  # fmt: skip
    assert figures["by_strokes"] == {
        "1-5": {"n": 50, "exprate": 100.0}, "11-20": {"n": 30, "exprate": 0.0}, "31+": {"n": 15, "exprate": 0.0},
    }  # fmt: skip
    assert figures["errors_by_kind"] == {"segmentation": 15, "symbol": 30, "relation": 0, "unknown": 5}
    assert "token" in figures["metric"]
    json.dumps(figures)


def test_bootstrap_intervals_hold_the_figure_and_narrow_with_n() -> None:
    small, large = summarize(OUTCOMES), summarize(OUTCOMES * 16)
    for key in ("exprate", "le1", "le2", "le3"):
        (low, high), (nearer_low, nearer_high) = small[f"{key}_interval"], large[f"{key}_interval"]
        assert low < nearer_low < small[key] < nearer_high < high
        # The normal approximation of a share of 100, which is near enough at these n.
        half = 1.96 * np.sqrt(small[key] * (100 - small[key]) / 100)
        assert (high - low) / 2 == pytest.approx(half, rel=0.2)
        assert (nearer_high - nearer_low) / 2 == pytest.approx(half / 4, rel=0.2)
    assert summarize(OUTCOMES) == small
    assert summarize(OUTCOMES[:50])["exprate_interval"] == [100.0, 100.0]


def test_an_error_of_the_recogniser_keeps_the_truth(tmp_path: Path) -> None:
    path = tmp_path / "a.inkml"
    write(labelled(INK, TRUTH), path)
    outcome = expressions._outcome(path, "a.inkml", NothingToRecognize("no reading was found"), offline=False)
    assert (outcome.truth, outcome.read, outcome.errors, outcome.problem) == (
        "x ^ { 2 }", "", None, "no reading was found",
    )  # fmt: skip
    assert from_latex(outcome.truth)
