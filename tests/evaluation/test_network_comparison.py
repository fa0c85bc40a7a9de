"""The comparison of networks, with ink of three shapes and next to no training."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from crohme.datasets.location import DataNotFound
from crohme.evaluation import network_comparison
from crohme.evaluation.network_comparison import Result, compare, load_data, markdown
from crohme.evaluation.speed import milliseconds_per_symbol
from inkml_parser import Ink, Symbol, write

SHAPES = {
    "-": np.array([[0.0, 0], [5, 0], [10, 0]]),
    "X": np.array([[0.0, 0], [5, 5], [10, 0], [10, 10]]),
    "x": np.array([[0.0, 0], [5, 5], [10, 0], [10, 10]]),
    ".": np.array([[0.0, 0]]),
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A set laid out as CROHME: twelve files to train on, three to test on."""
    monkeypatch.setenv("CROHME_CACHE", str(tmp_path / "cache"))
    rng = np.random.default_rng(2)
    for number in range(15):
        strokes = tuple(
            shape + rng.normal(0, 0.3, shape.shape) + (20 * i, 0) for i, shape in enumerate(SHAPES.values())
        )
        symbols = tuple(Symbol(label, (i,)) for i, label in enumerate(SHAPES))
        path = tmp_path / "set" / ("train" if number < 12 else "test2014") / f"{number}.inkml"
        path.parent.mkdir(parents=True, exist_ok=True)
        write(Ink(strokes, symbols=symbols), path)
    return tmp_path / "set"


def test_the_data_are_sorted_into_classes(folder: Path) -> None:
    data = load_data(folder, 82)
    assert len(data.classes) == 82
    assert (len(data.train), len(data.validation), len(data.test)) == (36, 0, 9)
    assert set(data.test.labels.tolist()) == {"-", "x"}
    assert set(load_data(folder, 101).test.labels.tolist()) == set(SHAPES)
    with pytest.raises(DataNotFound, match="test split"):
        load_data(folder / "train", 82)


def test_a_finished_network_is_not_trained_again(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trained: list[str] = []
    fit = network_comparison.training.fit

    def counting(settings, *arguments, **options):  # noqa: ANN001, ANN002, ANN003, ANN202
        trained.append(settings.network)
        return fit(settings, *arguments, **options)

    monkeypatch.setattr(network_comparison.training, "fit", counting)
    monkeypatch.setattr(network_comparison, "milliseconds_per_symbol", lambda bundles, symbols: len(symbols) / 10)
    data, out = load_data(folder, 82), tmp_path / "out"
    (first,) = compare(data, ["lstm"], out, minutes=0.001)
    assert trained == ["lstm"] and first.symbols == 9 and first.milliseconds == 0.9
    assert 0 <= first.interval[0] <= first.top1 <= first.interval[1] <= 1
    assert 100_000 < first.parameters < 200_000 and 0 < first.epochs < 3
    both = compare(data, ["lstm", "both"], out, minutes=0.001)
    assert trained == ["lstm", "cnn"] and both[0] == first
    assert both[1].parameters > first.parameters and both[1].minutes >= first.minutes
    rows = json.loads((out / "comparison.json").read_text())
    assert [row["network"] for row in rows] == ["lstm", "both"]
    assert (out / "table.md").read_text(encoding="utf-8") == markdown(both)


def test_the_table_reads_well() -> None:
    row = Result("vgg19", "VGG19", 82, 10_000, 0.91, (0.904, 0.916), 20_024_384, 60.0, 1.25, 2880.4, 12.345)
    assert markdown([row]).splitlines()[-1] == (
        "| VGG19 | 91.00% | 90.40% – 91.60% | 20,024,384 | 60 min, 1.2 epochs | 2880 | 12.35 |"
    )


def test_the_speed_is_measured_in_a_process_of_its_own(folder: Path, tmp_path: Path) -> None:
    from crohme import bundle

    arguments = {"classes": 2, "units": (8, 8), "dense": 8}
    weights = bundle.weights_of(bundle.build("symbol_lstm", arguments))
    bundle.save(tmp_path / "tiny", "symbol_lstm", arguments, ("-", "x"), weights, {})
    assert 0 < milliseconds_per_symbol([tmp_path / "tiny"], [[SHAPES["-"]], [SHAPES["x"]]]) < 10_000
