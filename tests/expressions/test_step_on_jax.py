"""The training step as a GPU makes it: mixed precision, donated buffers, the largest shape for CUDA."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from crohme.expressions.run_settings import Settings
from crohme.training.experiment import ExperimentError
from crohme.training.precision import check_precision

REPOSITORY = Path(__file__).resolve().parents[2]
FAST_COMPILER = "--xla_backend_optimization_level=0 --xla_llvm_disable_expensive_passes=true"


def test_two_steps_in_mixed_precision_keep_single_precision_weights_and_free_the_old_ones(tmp_path: Path) -> None:
    pytest.importorskip("jax", reason="JAX is not installed")
    program = Path(__file__).with_name("step_on_jax.py")
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY), "XLA_FLAGS": FAST_COMPILER}
    done = subprocess.run(
        [sys.executable, str(program), str(tmp_path)], env=environment, capture_output=True, text=True, timeout=600
    )
    assert done.returncode == 0, done.stderr[-3000:]
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["computed"] == ["bfloat16"] and told["features"] == "float32" and told["read"] == ["float32"]
    assert "bfloat16" not in told["weights"] + told["optimiser"]
    assert len(told["donated"]) > 20 and all(told["donated"])
    first, second = told["losses"]
    assert np.isfinite(first) and 0 < second < first
    assert told["lowered"] == [["cuda"]]


def test_a_precision_that_overflows_is_refused() -> None:
    with pytest.raises(ExperimentError, match="settings.precision is 'mixed_float16'"):
        check_precision(Settings(precision="mixed_float16"))
