"""Readings to calibrate on, of files that the bias of the tokens was not fitted on."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from crohme import bundle
from crohme.datasets.location import sample_folder
from crohme.evaluation.cross_fitting import PARTS, SymbolLogits, biases_of_others, joined, read_by_others
from crohme.evaluation.outcomes import Outcome
from crohme.expressions import token_bias

STRENGTH = 1.5


def drawn(seed: int, files: int = 12) -> SymbolLogits:
    """Symbols whose logits favour other tokens than are written; in each file a token is written that is its own."""
    rng = np.random.default_rng(seed)
    found: SymbolLogits = {}
    for number in range(files):
        truth = rng.choice(6, size=rng.integers(4, 9)).astype(np.int32)
        truth[-1] = number % 6
        logits = rng.normal(0, 1.5, (len(truth), 8)) + 2 * np.eye(8)[truth] + np.linspace(0, 1, 8)
        found[f"file{number}"] = [(logits.astype(np.float32), truth)]
    return found


def with_bias(found: SymbolLogits, bias: np.ndarray) -> SymbolLogits:
    return {name: [(logits + bias, truth) for logits, truth in each] for name, each in found.items()}


@pytest.mark.parametrize("strength", [0.5, 2.0, 10.0])
def test_what_a_fit_added_is_told_from_the_logits_after_it(strength: float) -> None:
    found = drawn(0)
    logits, truth = joined(found)
    bias = token_bias.fit(logits, truth, strength)
    assert np.abs(bias).max() > 0.1
    assert token_bias.added(logits + bias, truth, strength) == pytest.approx(bias, abs=1e-3)


def test_each_part_gets_the_bias_that_the_others_alone_would_have_given() -> None:
    found = drawn(1)
    bias = token_bias.fit(*joined(found), STRENGTH)
    biases = biases_of_others(with_bias(found, bias), STRENGTH)
    names = sorted(found)
    for part, added in enumerate(biases):
        others = [name for i, name in enumerate(names) if i % PARTS != part]
        assert bias + added == pytest.approx(
            token_bias.fit(*joined({name: found[name] for name in others}), STRENGTH), abs=2e-3
        )
        assert np.abs(added).max() > 0.02
    assert len(biases) == PARTS


def test_a_few_files_are_not_divided() -> None:
    assert biases_of_others(drawn(2, files=PARTS - 1), STRENGTH) == []
    assert len(biases_of_others(drawn(2, files=PARTS), STRENGTH)) == PARTS


def test_each_file_is_read_once_and_by_the_bundle_of_its_part(tmp_path: Path, expression_bundle: Path) -> None:
    for file in sorted((sample_folder() / "test").iterdir())[:7]:
        shutil.copy(file, tmp_path)
    shipped = bundle.load(expression_bundle)
    (name,) = (path for path in shipped.weights if path.endswith(token_bias.BIAS))
    tokens = len(shipped.weights[name])
    biases = [np.full(tokens, part / 4, np.float32) for part in range(PARTS)]
    read: dict[str, float] = {}

    def reader(folder: Path, files: Sequence[Path]) -> list[Outcome]:
        change = bundle.load(folder).weights[name] - shipped.weights[name]
        assert not set(read) & {path.name for path in files}
        read.update({path.name: float(np.median(change)) for path in files})
        return [Outcome(path.name, "x", "x") for path in files]

    outcomes = read_by_others(shipped, tmp_path, biases, reader)
    names = sorted(path.name for path in tmp_path.iterdir())
    assert sorted(outcome.file for outcome in outcomes) == names
    assert [read[one] for one in names] == pytest.approx([i % PARTS / 4 for i in range(7)], abs=2e-3)
    assert np.array_equal(bundle.load(expression_bundle).weights[name], shipped.weights[name])

    read.clear()
    read_by_others(shipped, tmp_path, [], reader)
    assert set(read.values()) == {0.0} and sorted(read) == names
