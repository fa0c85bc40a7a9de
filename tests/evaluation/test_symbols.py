from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pandas as pd
import pytest

from crohme.evaluation.symbol_report import most_confused, write_report
from crohme.evaluation.symbols import SymbolResults

CLASSES = ("1", "\\alpha", "x", "$", "|", "+")


@pytest.fixture
def results() -> SymbolResults:
    """Six symbols: read right, right at second, fourth and sixth place, right, and of an unknown class."""
    best_first = [[0, 1, 2, 3, 4, 5], [3, 2, 0, 1, 4, 5], [0, 3, 5, 1, 2, 4], [1, 2, 3, 4, 5, 0], [5, 0, 1, 2, 3, 4]]
    best_first.append(best_first[0])
    probabilities = np.zeros((6, 6))
    for row, order in zip(probabilities, best_first, strict=True):
        row[order] = [0.5, 0.2, 0.1, 0.08, 0.07, 0.05]
    truth = np.array(["1", "x", "\\alpha", "1", "+", "\\omega"])
    pictures = np.full((6, 48, 48), 255, dtype=np.uint8)
    return SymbolResults(CLASSES, truth, probabilities, pictures, np.array(list("abcdef")), ("z: empty",))


def test_top_k(results: SymbolResults) -> None:
    assert [results.top(k) for k in (1, 2, 3, 4, 5, 6)] == pytest.approx([2 / 6, 3 / 6, 3 / 6, 4 / 6, 4 / 6, 5 / 6])


def test_the_summary_drops_nothing(results: SymbolResults) -> None:
    summary = json.loads(json.dumps(results.summary()))
    assert summary["unknown_doubted"] == 0.0  # 0.5 is not below one half
    assert (summary["n"], summary["unknown_labels"], summary["unreadable_files"]) == (6, 1, ["z: empty"])
    assert summary["unknown_label_names"] == ["\\omega"]
    assert summary["top1"] == pytest.approx(1 / 3, abs=1e-5)
    assert summary["top1_interval"][0] < summary["top1"] < summary["top1_interval"][1]
    assert summary["top1"] <= summary["top3"] <= summary["top5"]


def test_confusions_count_both_ways() -> None:
    matrix = np.array([[9, 3, 0], [2, 9, 1], [0, 0, 9]])
    pairs = most_confused(matrix, ["a", "b", "c"])
    assert pairs.to_dict("records") == [
        {"a": "a", "b": "b", "errors": 5, "a_as_b": 3, "b_as_a": 2},
        {"a": "b", "b": "c", "errors": 1, "a_as_b": 1, "b_as_a": 0},
    ]


def test_the_report_is_complete(results: SymbolResults, tmp_path: Path) -> None:
    names = {path.name for path in write_report(results, tmp_path / "report")}
    assert names == {
        "metrics.json", "classes.csv", "classes.txt", "confusion.csv", "confusion.png", "pairs.csv", "pairs.png",
        "errors.csv", "outcomes.csv",
    }  # fmt: skip
    confusion = pd.read_csv(tmp_path / "report" / "confusion.csv", index_col="truth")
    assert confusion.loc["\\omega", "1"] == 1 and confusion.to_numpy().sum() == 6
    assert pd.read_csv(tmp_path / "report" / "errors.csv")["file"].tolist() == ["b", "c", "d", "f"]
    classes = pd.read_csv(tmp_path / "report" / "classes.csv", index_col="label")
    assert classes.loc["+", "recall"] == 1 and classes.loc["1", "support"] == 2
    assert "macro avg" in (tmp_path / "report" / "classes.txt").read_text(encoding="utf-8")
    for name in ("confusion.png", "pairs.png"):
        assert cv2.imread(str(tmp_path / "report" / name)).std() > 0


def test_a_report_without_a_single_error(results: SymbolResults, tmp_path: Path) -> None:
    right = np.flatnonzero(results.predicted == results.truth)
    perfect = SymbolResults(
        CLASSES, results.truth[right], results.probabilities[right], results.pictures[right], results.files[right]
    )
    write_report(perfect, tmp_path)
    assert len(pd.read_csv(tmp_path / "pairs.csv")) == 0
