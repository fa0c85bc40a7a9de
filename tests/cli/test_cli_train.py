"""`crohme train`."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from crohme.cli import main
from crohme.datasets import location
from tests.part_of_sample import copy_of_sample

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
    written = {"settings.json", "curves.png", "log.jsonl", "confusion.png", "best.npz", "bundle"}
    assert written <= {f.name for f in run.iterdir()}
    assert json.loads((run / "settings.json").read_text())["settings"]["seed"] == 7
    assert main(["predict", "symbols", str(tmp_path / "ink" / "0.inkml"), "--bundle", str(run / "bundle")]) == 0
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
    monkeypatch.setattr("crohme.datasets.crohme.crohme_folder", lambda: None)
    monkeypatch.setattr(
        "crohme.symbols.training.train",
        lambda settings, data, *rest, **options: trained_on.extend(data) or tmp_path / "bundle",
    )
    assert main(["train"]) == 0
    assert trained_on[0].parts[-2:] == ("data", "sample")
    assert "CROHME is not in place: training on the embedded sample" in capsys.readouterr().out


@pytest.fixture
def no_crohme(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As on a machine with the repository alone: its sample is there, CROHME is not."""
    sample = location.sample_folder()
    monkeypatch.delenv("CROHME_DATA", raising=False)
    monkeypatch.setattr(location, "REPOSITORY", tmp_path / "repository")
    monkeypatch.setattr(location, "sample_folder", lambda: sample)
    monkeypatch.chdir(tmp_path)


@pytest.mark.usefixtures("no_crohme")
def test_symbols_are_trained_on_the_sample_where_crohme_is_not(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", "--epochs", "1"]) == 0
    told = capsys.readouterr().out
    assert "CROHME is not in place: training on the embedded sample" in told
    assert "bundle written to runs/symbol-lstm/bundle" in told
    metrics = json.loads(Path("runs/symbol-lstm/bundle/metrics.json").read_text())
    assert 0 <= metrics["held-out files top1"] <= 1


@pytest.mark.usefixtures("no_crohme", "few_steps")
def test_expressions_are_trained_on_the_sample_where_crohme_is_not(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One pass, with ink made in another process: in earnest but for sizes (network, sample, chunks), and compiling."""
    from crohme.expressions.batches import stream
    from crohme.expressions.description import networks

    toy = {"width": 24, "heads": 3, "encoder_layers": 1, "decoder_layers": 1}
    monkeypatch.setitem(networks()["stroke_transformer"].sizes, "small", toy)
    monkeypatch.setattr("crohme.expressions.training.stream", partial(stream, size=200))
    sample, few = location.sample_folder(), copy_of_sample(tmp_path / "sample", train=slice(30), test=slice(6))
    monkeypatch.setattr(location, "sample_folder", lambda: few)
    assert main(["train", "expressions", "--epochs", "1", "--seed", "5"]) == 0
    told = capsys.readouterr().out
    assert "CROHME is not in place: training on the embedded sample" in told
    assert "bundle written to runs/expressions/bundle" in told and "on the validation set" in told
    run = Path("runs/expressions")
    assert {"settings.json", "log.jsonl", "curves.png", "state.npz", "bundle"} <= {f.name for f in run.iterdir()}
    assert json.loads((run / "settings.json").read_text())["settings"]["seed"] == 5
    file = sample / "test" / "sample7_00.inkml"
    # After one pass it may know so little that it says so.
    assert main(["predict", str(file), "--bundle", f"{run}/bundle"]) == 0 or "no reading" in capsys.readouterr().err
    for arguments, cause in (
        ([], "holds a run"),
        (["--resume"], "is finished"),
        (["--resume", "--seed", "6", "--epochs", "1"], "seed is 5, not 6"),
    ):
        capsys.readouterr()
        assert main(["train", "expressions", *arguments]) == 1
        assert cause in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "cause"),
    [
        (["expressions", "--classes", "x"], "--classes is an option of `train symbols`"),
        (["expressions", "--data", "a", "--data", "b"], "several --data are for symbols"),
        (["symbols", "--image-size", "64"], "--image-size is for networks that read pictures"),
        (["symbols", "--network", "cnn", "--image-size", "100000", "--data", "{here}"], "at most 1024"),
        (["symbols", "--network", "cnn", "--data", "{here}"], "no label is known for apple (1 pictures)"),
        (
            ["symbols", "--network", "cnn", "--keep-names", "--data", "{here}", "--classes", "pear"],
            "there are: apple x",
        ),
        (["symbols", "--network", "cnn", "--data", "{here}", "--label-table", "none.csv"], "none.csv: No such file"),
        (["symbols", "--data", "{here}"], "pictures are for alexnet"),
        (
            ["symbols", "--network", "cnn", "--keep-names", "--data", "{here}", "--weights", "imagenet"],
            "has no weights",
        ),
        (["symbols", "--network", "vgg19", "--keep-names", "--data", "{here}", "--image-size", "8"], "cannot be built"),
    ],
)
def test_users_errors_about_pictures_are_one_line(
    arguments: list[str], cause: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("apple", "x"):
        (tmp_path / "set" / name).mkdir(parents=True)
        picture = np.full((20, 20), 255, dtype=np.uint8)
        picture[4:16, 9:12] = 0
        cv2.imwrite(str(tmp_path / "set" / name / "1.png"), picture)
    given = [argument.format(here=tmp_path / "set") for argument in arguments]
    assert main(["train", *given, "--out", str(tmp_path / "run")]) == 1
    error = capsys.readouterr().err.strip().splitlines()[-1]
    assert error.startswith("crohme: error: ") and cause in error


@pytest.mark.parametrize("split", ["80/10", "0/1/1", "80/-1/21", "a/b/c", "1/inf/0"])
def test_a_split_that_is_none(split: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["train", "symbols", "--split", split])
    assert "argument --split" in capsys.readouterr().err


def test_pictures_from_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is asked for reaches the training."""
    told: dict[str, Any] = {}

    def train(settings: Any, data: list[Path], *rest: object, **options: Any) -> Path:
        told.update(options, **asdict(settings), data=data)
        return tmp_path / "bundle"

    monkeypatch.setattr("crohme.symbols.training.train", train)
    sets = [tmp_path / "a", tmp_path / "b"]
    for folder in sets:
        folder.mkdir()
    weights = tmp_path / "w.h5"
    weights.touch()
    given = f"--network vgg19 --image-size 224 --split 7/2/1 --classes add - 0 --weights {weights} --batch-size 8"
    assert main(["train", "symbols", *given.split(), "--data", str(sets[0]), "--data", str(sets[1])]) == 0
    assert (told["network"], told["data"]) == ("vgg19", sets)
    assert (told["arguments"], told["weights"], told["batch_size"]) == ({"size": 224}, str(weights), 8)
    assert told["choice"].classes == ("add", "-", "0") and told["choice"].ratios == (7, 2, 1)


def test_a_recipe_and_what_is_set_reach_the_training(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: dict[str, Any] = {}

    def train(settings: Any, *rest: object, **options: Any) -> Path:
        told.update(options, **asdict(settings))
        return tmp_path / "bundle"

    monkeypatch.setattr("crohme.symbols.training.train", train)
    config = tmp_path / "own.toml"
    config.write_text('epochs = 7\n[settings]\nnetwork = "cnn"\npatience = 3\n[settings.arguments]\nsize = 32\n')
    given = ["train", "symbols", "--data", str(tmp_path), "--config", str(config)]
    assert main([*given, "--set", "settings.patience=4", "--set", "settings.arguments.dense=64"]) == 0
    assert (told["network"], told["patience"], told["epochs"], told["minutes"]) == ("cnn", 4, 7, None)
    assert told["arguments"] == {"size": 32, "dense": 64} and told["precision"] == "mixed_bfloat16"
    assert told["config"] == config  # which the bundle names
    assert main([*given, "--minutes", "2", "--image-size", "64", "--learning-rate", "0.5"]) == 0
    assert (told["epochs"], told["minutes"], told["learning_rate"]) == (None, 2, 0.5)
    assert told["arguments"] == {"size": 64}


@pytest.mark.parametrize(
    ("arguments", "cause"),
    [
        (["--set", "settings.lerning_rate=1"], "unknown setting settings.lerning_rate; did you mean"),
        (["--set", "peak=1"], "unknown setting peak"),
        (["--set", "settings.network=resnet"], "settings.network is 'resnet', which is not one of lstm, alexnet, cnn"),
        (["--set", "settings.batch_size=0"], "settings.batch_size is 0, which is below 1"),
        (["--set", "settings.floor=2.0"], "settings.floor is 2.0, which is not between 0 and 1"),
        (["--set", "epochs=3", "--set", "minutes=3"], "epochs and minutes are both given"),
        (["--from", "expressions"], "stroke_transformer does not read isolated symbols"),
        (["--from", "symbol-cnn", "--network", "lstm"], "is of the network cnn, not lstm"),
        (["--from", "symbol-cnn", "--image-size", "64"], "its network has size 48, not 64"),
    ],
)
def test_recipes_that_cannot_be_are_named_in_one_line(
    arguments: list[str], cause: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copy(next((location.sample_folder() / "train").glob("*.inkml")), tmp_path)
    given = ["train", "symbols", "--data", str(tmp_path), "--out", str(tmp_path / "run"), *arguments]
    assert main(given) == 1
    error = capsys.readouterr().err.strip().splitlines()[-1]
    assert error.startswith("crohme: error: ") and cause in error


CONFIGS = Path(__file__).resolve().parents[2] / "configs"


@pytest.mark.parametrize(
    ("task", "other", "stem"),
    [("symbols", "expressions", "expressions"), ("symbols", "expressions", "math"),
     ("expressions", "symbols", "symbol-cnn"), ("expressions", "symbols", "symbol-lstm")],
)  # fmt: skip
def test_a_recipe_for_the_other_task_is_called_one(
    task: str, other: str, stem: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = CONFIGS / f"{stem}.toml"
    data = str(location.sample_folder())
    given = ["train", task, "--data", data, "--out", str(tmp_path / "run"), "--config", str(config)]
    assert main(given) == 1
    error = capsys.readouterr().err.strip().splitlines()[-1]
    assert error == f"crohme: error: {config}: is a recipe for {other}: `crohme train {other} --config {config}`"


def test_a_mistake_in_a_recipe_does_not_make_it_one_for_the_other_task(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "own.toml"
    config.write_text("[settings]\nbatch_size = 8\npatiance = 3\n", encoding="utf-8")
    assert main(["train", "symbols", "--data", str(tmp_path), "--config", str(config)]) == 1
    assert "unknown setting settings.patiance; did you mean settings.patience?" in capsys.readouterr().err


def test_a_folder_that_cannot_be_written_is_refused_before_the_data_are_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("in the way")
    out = tmp_path / "file" / "run"
    assert main(["train", "symbols", "--data", str(tmp_path / "nowhere"), "--out", str(out)]) == 1
    assert "Not a directory" in capsys.readouterr().err
