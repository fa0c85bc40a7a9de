"""`crohme train`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from crohme.cli import main

WriteInk = Callable[..., Path]


def test_train_writes_a_bundle_that_predict_takes(
    tmp_path: Path, write_ink: WriteInk, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in range(12):
        write_ink(tmp_path / "ink" / f"{number}.inkml")
    run = tmp_path / "run"
    arguments = ["train", "symbols", "--data", str(tmp_path / "ink"), "--epochs", "1", "--out", str(run), "--seed", "7"]
    assert main(arguments) == 0
    assert f"bundle written to {run / 'bundle'}" in capsys.readouterr().out
    assert {"config.json", "curves.png", "log.csv", "log.jsonl", "bundle"} <= {f.name for f in run.iterdir()}
    assert json.loads((run / "config.json").read_text())["seed"] == 7
    assert main(["predict", str(tmp_path / "ink" / "0.inkml"), "--bundle", str(run / "bundle")]) == 0
    assert "of 3 symbols with known truth read right" in capsys.readouterr().out


def test_resume_without_a_checkpoint_is_a_users_error(
    tmp_path: Path, write_ink: WriteInk, capsys: pytest.CaptureFixture[str]
) -> None:
    write_ink(tmp_path / "ink" / "a.inkml")
    assert main(["train", "--resume", "--data", str(tmp_path / "ink"), "--out", str(tmp_path / "run")]) == 1
    assert "crohme: error: nothing to resume: " in capsys.readouterr().err


def test_without_crohme_it_says_that_the_sample_is_used(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    trained_on: list[Path] = []
    monkeypatch.setattr("crohme.corpus.location.crohme_folder", lambda: None)
    monkeypatch.setattr(
        "crohme.training.symbols.train", lambda network, data, *rest: trained_on.append(data) or tmp_path / "bundle"
    )
    assert main(["train"]) == 0
    assert trained_on[0].parts[-2:] == ("data", "sample")
    assert "CROHME is not in place: training on the embedded sample" in capsys.readouterr().out
