from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pandas as pd
import pytest

from crohme.datasets.base import DataSet, WrittenSymbol
from crohme.evaluation.symbol_report import most_confused, write_report
from crohme.evaluation.symbols import SymbolResults, evaluate
from crohme.symbols.recognizer import SymbolRecognizer

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


class Crosses(DataSet):
    """Drawings without a split."""

    title, licence, layout = "Crosses", "CC0", "anything"

    @classmethod
    def is_at(cls, folder: Path) -> bool:
        return True

    def symbols(self, split: str) -> Iterator[WrittenSymbol]:
        for number in range(4):
            down, across = np.array([[5.0, 0], [5, 9]]), np.array([[0.0, 5], [9 + number / 9, 5]])
            yield WrittenSymbol(str(number), f"w{number}", "+", (down, across))


def test_all_of_a_set_of_drawings_without_a_split_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CROHME_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("crohme.evaluation.symbols.all_at", lambda folder: [Crosses(folder)])
    (tmp_path / "set").mkdir()
    found = evaluate(SymbolRecognizer.load("symbol-lstm"), tmp_path / "set")
    assert found.truth.tolist() == ["+"] * 4 and found.top(1) == 1
