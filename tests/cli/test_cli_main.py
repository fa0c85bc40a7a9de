"""What all commands have in common: help, exit codes, one clear line on a user's error."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

import pytest

from crohme.cli import COMMANDS, build_parser, main
from crohme.cli.tasks import Parser

NAMES = [command.__name__.rpartition(".")[2] for command in COMMANDS]
TASKS = {
    "train": ("symbols", "expressions", "batches"), "evaluate": ("symbols", "expressions", "texts"),
    "tune": ("symbols",), "predict": ("expressions", "symbols"),
}  # fmt: skip
CALLS = [*NAMES, *(f"{name} {task}" for name, tasks in TASKS.items() for task in tasks)]


@pytest.mark.parametrize("call", CALLS)
def test_help_explains_the_command(
    call: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    with pytest.raises(SystemExit) as end:
        main([*call.split(), "--help"])
    assert end.value.code == 0
    text = capsys.readouterr().out
    assert text.startswith(f"usage: crohme {call} ")
    assert max(map(len, text.splitlines())) <= 80


@pytest.mark.parametrize("call", CALLS)
def test_every_argument_has_its_help(call: str) -> None:
    parser: argparse.ArgumentParser = build_parser()
    for name in call.split():
        parser = _subparsers(parser).choices[name]
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            assert all(choice.help for choice in action._choices_actions)
        else:
            assert action.help


def test_help_of_a_command_names_its_tasks() -> None:
    commands = _subparsers(build_parser()).choices
    assert {name: tuple(parser.tasks) for name, parser in commands.items() if parser.tasks} == TASKS


def _subparsers(parser: argparse.ArgumentParser) -> argparse._SubParsersAction[Parser]:
    return next(action for action in parser._actions if isinstance(action, argparse._SubParsersAction))


@pytest.mark.parametrize(
    ("short", "full"),
    [
        ("train", "train symbols"), ("train --data symbols --epochs 2", "train symbols --data symbols --epochs 2"),
        ("tune --network cnn", "tune symbols --network cnn"), ("predict a.inkml b", "predict expressions a.inkml b"),
        ("predict ./symbols --top 2", "predict expressions ./symbols --top 2"),
        ("predict --output o.csv a", "predict expressions --output o.csv a"),
    ],
)  # fmt: skip
def test_a_command_without_a_task_has_its_default(short: str, full: str) -> None:
    parser = build_parser()
    assert vars(parser.parse_args(short.split())) == vars(parser.parse_args(full.split()))


def test_the_tasks_of_a_command_run_different_code() -> None:
    parser = build_parser()
    runs = [parser.parse_args(["predict", task, "a"]).run for task in TASKS["predict"]]
    assert runs[0] is not runs[1]


@pytest.mark.parametrize("task", TASKS["predict"])
def test_help_lists_the_marks_beside_a_reading_one_a_line(task: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["predict", task, "--help"])
    marks = [line.split()[0] for line in capsys.readouterr().out.splitlines() if line.startswith(("  =", "  ≠", "  ?"))]
    assert marks == ["=", "≠", "?"][: len(marks)] and len(marks) >= 2


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    text = capsys.readouterr().out
    names = "train tune evaluate compare score predict batch solve convert serve site export info"
    assert names.split() == NAMES
    assert all(f"\n    {name} " in text for name in NAMES)


@pytest.mark.parametrize(
    "arguments",
    [
        [], ["fly"], ["train", "novels"], ["train", "--epochs", "0"], ["train", "--epochs", "1.5"],
        ["predict"], ["predict", "a.png", "--top", "-1"], ["convert", "a.inkml", "--to", "gif", "--output", "o"],
        ["convert", "a.inkml", "--to", "png"], ["evaluate", "symbols", "--bundle", "both"],
        ["train", "expressions", "--minutes", "0"], ["train", "expressions", "--minutes", "1", "--epochs", "1"],
        ["evaluate"], ["evaluate", "--data", "d"], ["predict", "symbols"],
        ["predict", "a.inkml", "--write", "lg,gif", "--to-dir", "o"], ["predict", "a.inkml", "--beam", "0"],
        # a variable of the shell that was not set: as a path it would be the current folder
        ["predict", ""], ["predict", "a.inkml", "--bundle", ""], ["predict", "symbols", "a.png", "--sheet", ""],
        ["convert", "a.inkml", "--to", "png", "--output", ""], ["site", ""], ["info", ""],
        ["batch", "", "--output", "o"], ["evaluate", "texts", ""], ["compare", "", "b"],
        ["train", "--data", ""], ["serve", "--bundle", ""],
    ],
)  # fmt: skip
def test_wrong_usage_is_code_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(arguments)
    assert end.value.code == 2
    assert "usage: crohme" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "whose", "unknown"),
    [
        ("predict a.inkml --offline", "crohme predict expressions", "--offline"),
        ("train symbols --wokers 2", "crohme train symbols", "--wokers"),
        ("info math --figures", "crohme info", "--figures"), ("--quiet info", "crohme", "--quiet"),
    ],
)  # fmt: skip
def test_an_unknown_option_shows_the_usage_of_its_own_command(
    arguments: str, whose: str, unknown: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(arguments.split())
    said = capsys.readouterr().err
    assert said.startswith(f"usage: {whose} [-h]")
    assert said.splitlines()[-1] == f"{whose}: error: unrecognized arguments: {unknown}"


@pytest.mark.parametrize(
    ("arguments", "cause"),
    [
        (["info", "no-such-bundle"], "no such bundle"),
        (["predict", "{here}", "--output", "{here}/o.csv"], "no InkML file or picture in"),
        (["predict", "symbols", "{here}", "--output", "{here}/o.csv"], "no InkML file or picture in"),
        (["predict", "{here}/a.inkml", "--output", "{here}/o.xls"], "must be one of .csv, .json, .jsonl"),
        (["predict", "{here}/a.inkml", "--bundle", "{here}/nothing"], "no such bundle"),
        (["predict", "symbols", "{here}/a.inkml", "--bundle", "{here}/nothing"], "no such bundle"),
        (["predict", "{here}/a.inkml", "--write", "lg"], "give both"),
        (["predict", "{here}/a.inkml", "--to-dir", "{here}/o"], "give both"),
        (
            ["predict", "symbols", "{here}/a.inkml", "--beam", "3"],
            "--beam is an option of `predict expressions`, not of `predict symbols`",
        ),
        (
            ["predict", "{here}/a.inkml", "--sheet", "{here}/s.png"],
            "--sheet is an option of `predict symbols`, not of `predict expressions`",
        ),
        (["predict", "symbols", "{here}/a.png", "--sheet", "{here}/s.pdf"], "suffix of --sheet must be .png"),
        (["evaluate", "expressions", "--data", "{here}"], "no InkML files under"),
        (["evaluate", "expressions", "--bundle", "{here}/b", "--data", "{here}"], "no such bundle"),
        (["predict", "--symbols", "a.inkml"], "the task comes first, without dashes: `predict symbols …`"),
        (["evaluate", "symbols", "--beam", "3"], "is an option of `evaluate expressions`"),
        (["evaluate", "symbols", "--data", "{here}", "--offl"], "--offl is an option of `evaluate expressions`"),
        (["train", "--workers", "3"], "--workers is an option of `train expressions`, not of `train symbols`"),
        (["train", "--data={here}", "--workers=2"], "--workers is an option of `train expressions`"),
        (["train", "expressions", "--network=cnn"], "--network is an option of `train symbols`"),
        (["train", "--data", "{here}", "expressions"], "the task comes first: `train expressions …`"),
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


_WHEN_NUMPY_IS_IMPORTED = """
import os, sys

class Watch:
    def find_spec(self, name, path=None, target=None):
        if name == "numpy":
            print("THREADS", os.environ.get("OPENBLAS_NUM_THREADS"), os.environ.get("OMP_NUM_THREADS"))

sys.meta_path.insert(0, Watch())
from crohme.cli import main

raise SystemExit(main(sys.argv[1:]))
"""


@pytest.mark.parametrize("command", ["predict expressions", "predict symbols", "batch"])
def test_linear_algebra_of_readings_has_one_thread_unless_the_environment_says_otherwise(
    command: str, tmp_path: Path
) -> None:
    repository = Path(__file__).resolve().parents[2]
    environment = {k: v for k, v in os.environ.items() if not k.endswith("_NUM_THREADS")}
    out = ["--output", str(tmp_path / "out")] if command == "batch" else []
    arguments = [*command.split(), str(tmp_path / "missing.inkml"), *out]
    for given, expected in ({}, "THREADS 1 1"), ({"OPENBLAS_NUM_THREADS": "2"}, "THREADS 2 1"):
        done = subprocess.run(
            [sys.executable, "-c", _WHEN_NUMPY_IS_IMPORTED, *arguments],
            cwd=repository, env=environment | given, capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip
        assert expected in done.stdout.splitlines() and "Traceback" not in done.stderr
