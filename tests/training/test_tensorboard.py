"""What a run logs for TensorBoard, read back with TensorBoard's own reader."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from crohme.cli import main
from crohme.expressions.networks.stroke_transformer import NETWORK
from crohme.expressions.recipe import Recipe
from crohme.expressions.run import Run
from crohme.expressions.run_settings import Settings
from crohme.expressions.vocabulary import Vocabulary
from crohme.extras import MissingExtra
from crohme.training import tensorboard
from crohme.training.tensorboard import TensorBoardLog

pytest.importorskip("tensorboardX", reason="the extra [tensorboard] is not installed")
REPOSITORY = Path(__file__).resolve().parents[2]


def scalars(folder: Path) -> dict[str, dict[int, float]]:
    """Tag → step → value, as TensorBoard shows them."""
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    found = EventAccumulator(str(folder))
    found.Reload()
    return {tag: {e.step: e.value for e in found.Scalars(tag)} for tag in found.Tags()["scalars"]}


def test_what_was_lost_with_a_crash_is_not_shown_twice(tmp_path: Path) -> None:
    for done, steps in ((0, (10, 20, 30)), (20, (25,))):
        log = TensorBoardLog(tmp_path, done)
        for step in steps:
            log.write("training", step, {"loss": step / 10})
        log.close()
    assert scalars(tmp_path) == {"training/loss": {10: 1.0, 20: 2.0, 25: 2.5}}


def test_a_run_logs_the_same_as_in_its_own_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(NETWORK.sizes, "toy", {"width": 24, "heads": 3, "encoder_layers": 1, "decoder_layers": 1})
    run = Run(tmp_path, Settings(size="toy"), Recipe(), Vocabulary.crohme())
    run.begin()
    run.board = TensorBoardLog(tmp_path / "tensorboard", 0)
    run.progress["step"] = 7
    run.log("training", {"loss": 2.5, "token_loss": 1.5})
    run.log("validation", {"exprate": 12.5})
    run.board.close()
    rows = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert [(row["kind"], row["step"]) for row in rows] == [("training", 7), ("validation", 7)]
    assert (rows[0]["loss"], rows[1]["exprate"]) == (2.5, 12.5)
    assert scalars(tmp_path / "tensorboard") == {
        "training/loss": {7: 2.5}, "training/token_loss": {7: 1.5}, "validation/exprate": {7: 12.5},
    }  # fmt: skip


def test_it_loads_no_other_deep_learning_library(tmp_path: Path) -> None:
    program = (
        f"import sys\nfrom crohme.training.tensorboard import TensorBoardLog\n"
        f"log = TensorBoardLog({str(tmp_path)!r}, 0)\nlog.write('training', 1, {{'loss': 1.0}})\nlog.close()\n"
        f"print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    loaded = {name.split(".")[0] for name in done.stdout.split()}
    assert "tensorboardX" in loaded
    assert not {"tensorflow", "torch", "jax", "keras"} & loaded
    assert list(tmp_path.glob("events.*"))


def test_without_the_extra_it_says_so_before_anything_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "tensorboardX", None)
    with pytest.raises(MissingExtra, match="pip install"):
        tensorboard.load_writer()
    arguments = ["train", "expressions", "--tensorboard", "--data", str(tmp_path), "--out", str(tmp_path / "run")]
    assert main(arguments) == 1
    assert 'needs tensorboardX, which is not installed: pip install -e ".[tensorboard]"' in capsys.readouterr().err
    assert not (tmp_path / "run").exists()
