"""`crohme tune`; what the search itself does is tested with `crohme.symbols.tuning`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from crohme.cli import main

pytest.importorskip("keras_tuner")

from crohme.symbols import training as symbols  # noqa: E402  (the search needs it)
from crohme.symbols import tuning  # noqa: E402  (the search needs it)
from crohme.symbols.tuning_space import Search  # noqa: E402

WriteInk = Callable[..., Path]


@pytest.fixture
def ink(tmp_path: Path, write_ink: WriteInk) -> Path:
    for number in range(12):
        write_ink(tmp_path / "ink" / f"{number}.inkml")
    return tmp_path / "ink"


def test_the_best_is_told_and_trained_with_on_request(
    ink: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    best = tuning.Best("lstm", 0.004, {"units": [16, 16], "dense": 16, "activation": "elu"}, 0.875, 3, "0004")
    searched: list[tuple[Search, int]] = []

    def found(search: Search, data: Any, out: Path, resume: bool) -> tuning.Best:
        searched.append((search, len(data.train)))
        out.mkdir()
        rows = {"trial": [f"{n:04}" for n in range(12)], "top1": [0.875] * 12, "goes_on_from": [None] * 12}
        pd.DataFrame(rows).to_csv(out / "trials.csv", index=False)
        return best

    trained: list[dict[str, Any]] = []
    monkeypatch.setattr(tuning, "tune", found)

    def train(settings: Any, data: Any, out: Path, **options: Any) -> Path:
        trained.append(asdict(settings))
        return out / "bundle"

    monkeypatch.setattr(symbols, "train", train)
    out = tmp_path / "out"
    assert main(["tune", "symbols", "--data", str(ink), "--epochs", "3", "--out", str(out), "--retrain"]) == 0
    ((search, examples),) = searched
    assert (search.network, search.epochs, search.arguments, examples) == ("lstm", 3, {}, 30)
    told = capsys.readouterr().out
    assert "0009" in told and "0010" not in told and f"and 2 more in {out / 'trials.csv'}" in told
    assert f"best: 87.50%, trial 0004; written to {out / 'best.json'}" in told
    assert f"bundle written to {out / 'retrained' / 'bundle'}" in told
    assert trained[0]["learning_rate"] == 0.004 and trained[0]["arguments"] == best.arguments


def test_without_keras_tuner_it_says_what_to_install(
    ink: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "keras_tuner", None)
    assert main(["tune", "--data", str(ink)]) == 1
    said = 'this command needs Keras Tuner, which is not installed: pip install -e ".[tune]"'
    assert capsys.readouterr().err == f"crohme: error: {said}\n"


def test_there_is_nothing_to_resume(ink: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["tune", "--data", str(ink), "--resume", "--out", str(tmp_path / "out")]) == 1
    assert "crohme: error: cannot continue a search: there is none in" in capsys.readouterr().err
