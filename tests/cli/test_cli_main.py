"""What all commands have in common: help, exit codes, one clear line on a user's error."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from crohme.cli import COMMANDS, build_parser, main

NAMES = [command.__name__.rpartition(".")[2] for command in COMMANDS]


@pytest.mark.parametrize("name", NAMES)
def test_help_explains_the_command(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main([name, "--help"])
    assert end.value.code == 0
    assert capsys.readouterr().out.startswith(f"usage: crohme {name} ")


@pytest.mark.parametrize("name", NAMES)
def test_every_argument_has_its_help(name: str) -> None:
    commands = next(a for a in build_parser()._actions if isinstance(a, argparse._SubParsersAction))
    assert all(action.help for action in commands.choices[name]._actions)


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    text = capsys.readouterr().out
    assert NAMES == ["train", "tune", "evaluate", "compare", "score", "predict", "solve", "convert", "serve", "info"]
    assert all(f"\n    {name} " in text for name in NAMES)


@pytest.mark.parametrize(
    "arguments",
    [
        [], ["fly"], ["train", "novels"], ["train", "--epochs", "0"], ["train", "--epochs", "1.5"],
        ["predict"], ["predict", "a.png", "--top", "-1"], ["convert", "a.inkml", "--to", "gif", "--output", "o"],
        ["convert", "a.inkml", "--to", "png"], ["evaluate", "symbols", "--bundle", "both"],
        ["train", "expressions", "--minutes", "0"], ["train", "expressions", "--minutes", "1", "--epochs", "1"],
        ["predict", "a.inkml", "--write", "lg,gif", "--to-dir", "o"], ["predict", "a.inkml", "--beam", "0"],
    ],
)  # fmt: skip
def test_wrong_usage_is_code_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(arguments)
    assert end.value.code == 2
    assert "usage: crohme" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "cause"),
    [
        (["info", "no-such-bundle"], "no such bundle"),
        (["predict", "{here}", "--output", "{here}/o.csv"], "no InkML file or picture in"),
        (["predict", "--symbols", "{here}", "--output", "{here}/o.csv"], "no InkML file or picture in"),
        (["predict", "{here}/a.inkml", "--output", "{here}/o.xls"], "must be one of .csv, .json, .jsonl"),
        (["predict", "{here}/a.inkml", "--bundle", "{here}/nothing"], "no such bundle"),
        (["predict", "--symbols", "{here}/a.inkml", "--bundle", "{here}/nothing"], "no such bundle"),
        (["predict", "{here}/a.inkml", "--write", "lg"], "give both"),
        (["predict", "{here}/a.inkml", "--to-dir", "{here}/o"], "give both"),
        (["predict", "--symbols", "{here}/a.inkml", "--beam", "3"], "--beam is for expressions"),
        (["predict", "{here}/a.inkml", "--sheet", "{here}/s.png"], "--sheet is for --symbols"),
        (["predict", "--symbols", "{here}/a.png", "--sheet", "{here}/s.pdf"], "suffix of --sheet must be .png"),
        (["evaluate", "expressions", "--bundle", "{here}/b", "--data", "{here}"], "no InkML files under"),
        (["evaluate", "symbols", "--beam", "3", "--data", "{here}"], "is an option of `evaluate expressions`"),
        (["train", "--workers", "3"], "--workers is an option of `train expressions`, not of `train symbols`"),
        (["train", "expressions", "--network", "cnn"], "--network is an option of `train symbols`"),
        (["train", "expressions", "--data", "{here}/nothing", "--out", "{here}/o"], "no such folder"),
        (["train", "expressions", "--resume", "--out", "{here}/o"], "nothing to resume"),
        (["convert", "{here}", "--to", "svg", "--output", "{here}/o"], "no InkML file in"),
        (["convert", "{here}", "--to", "lg", "--symbols", "--output", "{here}/o"], "--symbols writes pictures"),
        (["evaluate", "symbols", "--bundle", "{here}/b", "--data", "{here}"], "no such bundle"),
        (["train", "--data", "{here}/nothing", "--out", "{here}/o"], "no such folder"),
        (["train", "--data", "{here}", "--out", "{here}/o"], "no InkML files in"),
    ],
)
def test_users_error_is_one_line_and_code_1(
    arguments: list[str], cause: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([argument.format(here=tmp_path) for argument in arguments]) == 1
    error = capsys.readouterr().err.strip().splitlines()
    assert len(error) == 1
    assert error[0].startswith("crohme: error: ") and cause in error[0]


def test_interrupt_is_told_and_code_130(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted(*_: object, **options: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("crohme.symbols.training.train", interrupted)
    assert main(["train"]) == 130
    assert "the same command with --resume" in capsys.readouterr().err
