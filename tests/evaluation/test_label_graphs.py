"""The report's label graph figures are those of `crohme score`."""

from __future__ import annotations

from pathlib import Path

import pytest

from crohme.datasets.location import sample_folder
from crohme.evaluation.label_graphs import RETRIEVALS, label_graph_figures
from crohme.evaluation.outcomes import Outcome
from crohme.evaluation.scoring import Level, score
from crohme.notation import stroke_graph, write_lg
from inkml_parser import Ink


def test_they_are_the_scores_of_the_same_readings(outcomes: list[Outcome], tmp_path: Path) -> None:
    """A file that was not recognised is one whose output is missing."""
    written = [o for o in outcomes if o.ink is not None]
    written[0] = Outcome("sample7_00.inkml", "", "", problem="not read", ink=written[0].ink)
    for outcome in written[1:]:
        graph = stroke_graph(outcome.found, outcome.ink.trace_ids)
        (tmp_path / outcome.file).with_suffix(".lg").write_text(write_lg(graph), encoding="utf-8")
    found = label_graph_figures(written)
    expected = score(sample_folder() / "test", tmp_path, Level.STROKE).overall()
    assert {name: found[name] for name in expected} == expected
    assert 0 < found["exact"] < found["pairs"] == 44 and found["segmentation"]["f"] < 100 > found["relation"]["f"]


def test_a_truth_without_strokes_is_a_wrong_expression(outcomes: list[Outcome]) -> None:
    right = next(o for o in outcomes if o.file == "sample7_00.inkml")
    latex_only = Outcome("b", "x", "x", ink=Ink(right.ink.strokes, latex="x"), found=right.found)
    found = label_graph_figures([right, latex_only, outcomes[-1]])
    assert (found["pairs"], found["exact"], found["unscored"]) == (3, 1, 2)
    assert found["exact_rate"] == pytest.approx(100 / 3, abs=1e-4) and found["segmentation"]["f"] == 100.0


def test_intervals_hold_the_figures(outcomes: list[Outcome]) -> None:
    found = label_graph_figures(outcomes)
    for name, (low, high) in found["intervals"].items():
        figure = found[name]["f"] if name in RETRIEVALS else found[name]
        assert low < figure < high, name
    assert set(found["intervals"]) >= {*RETRIEVALS, "exact_rate", "le3_rate", "structure_rate", "node_rate"}
