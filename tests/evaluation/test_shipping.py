"""The last step of a trained bundle: bias of the tokens, calibration, figures."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from crohme import bundle
from crohme.cli import main
from crohme.datasets.location import DataNotFound, sample_folder
from crohme.evaluation import calibration, shipping
from crohme.evaluation.outcomes import Outcome
from crohme.expressions.corpus import load
from crohme.expressions.data import ExpressionData, labels_of
from crohme.expressions.description import networks
from crohme.expressions.recipe import Recipe
from crohme.expressions.run import Run
from crohme.expressions.run_settings import Settings
from crohme.expressions.token_bias import BIAS
from crohme.expressions.vocabulary import Vocabulary
from crohme.notation import Alphabet

INK = [(0.9, 0), (0.8, 0), (0.4, 1), (0.6, 2), (0.7, 0), (0.75, 1)]
MORE = [(0.45, 1), (0.5, 0), (0.8, 0), (0.7, 1)]
PICTURES = [(0.9, 0), (0.3, 1), (0.85, 1), (0.8, 0)]


def answer_with(
    monkeypatch: pytest.MonkeyPatch, found: Callable[[Path, str, Sequence[Path] | None, Any], list[tuple[float, int]]]
) -> None:
    """Let `found` say what is evaluated: of a folder, as `ink`, `traced` or `both`, some files, and an alphabet."""

    def evaluate(
        folder: Path,
        bundle: Path,
        *,
        offline: bool = False,
        with_pictures: bool = False,
        symbols: Any = None,
        files: Sequence[Path] | None = None,
    ) -> list[Outcome]:
        assert not (offline and with_pictures)
        kind = "traced" if offline else "both" if with_pictures else "ink"
        return [Outcome(f"{i}.inkml", "x", "x" if errors == 0 else "y", confidence, errors)
                for i, (confidence, errors) in enumerate(found(folder, kind, files, symbols))]  # fmt: skip

    monkeypatch.setattr(shipping, "evaluate", evaluate)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder laid out as CROHME's, with three files to validate on."""
    folder = tmp_path / "data"
    for name, files in (("train", slice(0, 2)), ("test2013", slice(2, 5)), ("test2014", slice(5, 6))):
        (folder / name).mkdir(parents=True)
        for file in sorted((sample_folder() / "test").iterdir())[files]:
            shutil.copy(file, folder / name)
    return folder


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, Any]]:
    """What was evaluated: the folder, as what, the alphabet. Answers with `INK`, `PICTURES` or `MORE`."""
    calls: list[tuple[str, str, Any]] = []

    def found(folder: Path, kind: str, files: Sequence[Path] | None, symbols: Any) -> list[tuple[float, int]]:
        calls.append((folder.name, kind, symbols))
        return {"ink": INK, "traced": PICTURES, "both": MORE}[kind]

    answer_with(monkeypatch, found)
    return calls


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A run of a toy network, whose best weights are not its last."""
    monkeypatch.setenv("CROHME_CACHE", str(tmp_path / "cache"))
    toy = {"width": 24, "heads": 3, "encoder_layers": 1, "decoder_layers": 1}
    monkeypatch.setitem(networks()["stroke_transformer"].sizes, "toy", toy)
    run = Run(tmp_path / "run", Settings(size="toy"), Recipe(), Vocabulary.crohme())
    rng = np.random.default_rng(0)
    run.average = [rng.normal(0, 0.25, weight.shape).astype(np.float32) for weight in run.average]
    run.begin()
    run.keep([weight / 2 for weight in run.average], {"exprate": 50.0})
    run.save()
    return run


def test_a_run_becomes_a_calibrated_and_measured_bundle(
    run: Run, data: Path, tmp_path: Path, asked: list[tuple[str, str, Any]]
) -> None:
    symbols = set(labels_of(load(data / "test2013", progress=False).expressions)) - {"-"}  # `-` may be a fraction bar
    paths = [weight.path for weight in run.model.network.weights]
    for last in (False, True):
        asked.clear()
        figures = shipping.ship(run.folder, tmp_path / "bundle", data, last=last)
        shipped = bundle.load(tmp_path / "bundle")
        for path, average in zip(paths, run.average, strict=True):
            expected = average if last else average / 2
            same = np.isclose(shipped.weights[path], expected, rtol=2e-3, atol=1e-6)
            if path.endswith(BIAS):
                changed = {token for token, stays in zip(run.vocabulary.tokens, same, strict=True) if not stays}
                assert len(symbols) > 5 and symbols <= changed <= symbols | {"-", "\\frac", "\\sqrt"}
            else:
                assert same.all()
    for name, found in (("ink", INK), ("traced", PICTURES), ("both", MORE)):
        confidences, errors = zip(*found, strict=True)
        fitted = calibration.fit(confidences, [count == 0 for count in errors])
        assert shipped.calibration[name] == pytest.approx(fitted)
    assert figures["test2013_exprate"] == 50.0 and figures["test2014_offline_n"] == len(PICTURES)
    assert shipped.metrics == {"token_bias_strength": shipping.STRENGTH, **figures}
    assert asked == [
        ("test2013", "ink", None), ("test2013", "traced", None), ("test2013", "both", None),
        ("test2013", "ink", None), ("test2014", "ink", None),
        ("test2013", "traced", None), ("test2014", "traced", None),
        ("test2013", "both", None), ("test2014", "both", None),
    ]  # fmt: skip


def test_what_held_out_writers_wrote_and_further_folders_calibrate_too(
    data: Path, tmp_path: Path, expression_bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = sorted((data / "train").iterdir())[1]
    held_out = load(data / "train", progress=False).take([False, True])
    monkeypatch.setattr(shipping, "find", lambda folder: ExpressionData(held_out, held_out, held_out))
    calls: list[tuple[Path, Sequence[Path] | None, str, Any]] = []
    more = tmp_path / "more"
    shutil.copytree(data / "test2014", more)
    load_bundle, least = bundle.load, bundle.load(expression_bundle).decoding["least_confidence"]

    def found(folder: Path, kind: str, files: Sequence[Path] | None, symbols: Any) -> list[tuple[float, int]]:
        # Whoever stops this has a bundle that still refuses what it reads as nothing.
        assert load_bundle(tmp_path / "bundle").decoding["least_confidence"] == least > 0
        calls.append((folder, files, kind, symbols))
        return {data: PICTURES, more: MORE}.get(folder, INK)

    answer_with(monkeypatch, found)
    shutil.copytree(expression_bundle, tmp_path / "bundle")
    figures = shipping.ship(None, tmp_path / "bundle", data, calibrate_on=[more])
    shipped = bundle.load(tmp_path / "bundle").calibration
    known = [*INK, *PICTURES, *MORE]
    fitted = calibration.fit([confidence for confidence, _ in known], [errors == 0 for _, errors in known])
    for source in ("ink", "traced", "both"):
        assert shipped[source] == pytest.approx(fitted), source
    assert [call[1:] for call in calls if call[0] == more] == [(None, kind, None) for kind in ("ink", "traced", "both")]
    ours = [call for call in calls if call[0] == data]
    assert ours == [
        (data, [theirs], "ink", None), (data, [theirs], "traced", None), (data, [theirs], "both", None),
        (data, [theirs], "ink", None),
    ]  # fmt: skip
    assert figures["held_out_n"] == len(PICTURES)
    error = abs(0.9 - 1) + abs(0.3 - 0) + abs(0.85 + 0.8 - 1)
    assert figures["held_out_calibration_error"] == pytest.approx(error / 4, abs=1e-4)


def test_the_margin_is_calibrated_from_so_many_readings_on(
    data: Path, tmp_path: Path, expression_bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(0)
    confidences, margins = rng.uniform(0.05, 0.95, 300), rng.exponential(2, 300)
    log_odds = np.log(confidences / (1 - confidences))
    right = rng.random(300) < 1 / (1 + np.exp(2 - log_odds - margins**2))
    read = zip(confidences, margins, right, strict=True)
    found = [Outcome(str(i), "x", "x", c, 0 if hit else 1, margin=m) for i, (c, m, hit) in enumerate(read)]
    shutil.copytree(expression_bundle, tmp_path / "bundle")
    for number, is_fitted in ((shipping._ENOUGH - 1, False), (300, True), (shipping._ENOUGH - 1, False), (300, True)):
        monkeypatch.setattr(shipping, "evaluate", lambda *_, number=number, **__: found[:number])
        shipping.ship(None, tmp_path / "bundle", data)
        shipped = bundle.load(tmp_path / "bundle").calibration
        assert ("ink_margin" in shipped and bool(shipped["ink_margin"])) is is_fitted
    assert shipped["traced_margin"] == pytest.approx((1, 1, -2), abs=0.6)


def test_a_bundle_is_measured_anew_with_its_weights_as_they_are(
    data: Path, tmp_path: Path, expression_bundle: Path, asked: list[tuple[str, str, Any]]
) -> None:
    shutil.copytree(expression_bundle, tmp_path / "bundle")
    before = bundle.load(tmp_path / "bundle")
    shipping.ship(None, tmp_path / "bundle", data, also={"mine": data / "train"})
    after = bundle.load(tmp_path / "bundle")
    assert all(np.array_equal(after.weights[path], array) for path, array in before.weights.items())
    assert after.decoding == before.decoding and after.calibration != before.calibration
    assert after.metrics["mine_n"] == len(INK) and asked[-1] == ("train", "ink", None)


def test_a_network_that_knows_more_is_held_to_the_classes_of_crohme_where_it_is_measured_there(
    data: Path, tmp_path: Path, expression_bundle: Path, asked: list[tuple[str, str, Any]], monkeypatch
) -> None:
    shutil.copytree(expression_bundle, tmp_path / "bundle")
    monkeypatch.setattr(shipping, "vocabulary_of", lambda _: SimpleNamespace(alphabet=Alphabet.whole()))
    figures = shipping.ship(None, tmp_path / "bundle", data, also={"mine": data / "train"})
    kinds = ("ink", "traced", "both")
    assert asked == [
        *(("test2013", kind, None) for kind in kinds),
        *((split, kind, "crohme") for kind in kinds for split in ("test2013", "test2014")),
        ("test2013", "ink", None), ("train", "ink", None),
    ]  # fmt: skip
    assert figures["test2013_all_n"] == len(INK)


@pytest.mark.parametrize("further", ["also", "calibrate_on"])
def test_a_further_folder_that_is_missing_is_named_before_any_work(
    data: Path, tmp_path: Path, asked: list[tuple[str, str, Any]], further: str
) -> None:
    missing = tmp_path / "misspelt"
    folders: Any = {"mine": missing} if further == "also" else [missing]
    with pytest.raises(DataNotFound, match="no such folder: .*misspelt"):
        shipping.ship(None, tmp_path / "bundle", data, **{further: folders})
    assert not asked


def test_without_a_validation_split_nothing_is_trained(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "mine"
    shutil.copytree(sample_folder() / "test", folder)
    with pytest.raises(DataNotFound, match=r"mine: has no validation split to calibrate on"):
        shipping.splits(folder)
    arguments = ["--data", str(folder), "--out", str(tmp_path / "run"), "--set", "settings.calibrate=true"]
    assert main(["train", "expressions", *arguments]) == 1
    assert "has no validation split to calibrate on" in capsys.readouterr().err and not (tmp_path / "run").exists()


@pytest.mark.parametrize("read", [[(0.5, 1), (0.9, 1)], [(0.9, 1), (0.8, 1), (0.4, 0), (0.85, 0)], []])
def test_readings_that_say_nothing_of_confidence_leave_it_as_it_is(
    read: list[tuple[float, int]], data: Path, tmp_path: Path, expression_bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outcomes = [Outcome(str(i), "x", "y", confidence, errors) for i, (confidence, errors) in enumerate(read)]
    assert shipping._fitted(outcomes, "ink") == {}
    if not read:
        return  # there is nothing to measure
    shutil.copytree(expression_bundle, tmp_path / "bundle")
    before = bundle.load(tmp_path / "bundle")
    kept = {"ink": [0.6, 1.5], "traced": [0.5, 1.25], "ink_margin": [0.4, 0.1, 0.7], "traced_margin": []}
    kept |= {"both": [0.7, 1.0], "both_margin": []}
    bundle.revise(before, calibration=kept)  # as one that is trained further has it of its first bundle
    monkeypatch.setattr(shipping, "evaluate", lambda *_, **__: outcomes)
    shipping.ship(None, tmp_path / "bundle", data)
    assert {name: list(line) for name, line in bundle.load(tmp_path / "bundle").calibration.items()} == kept
