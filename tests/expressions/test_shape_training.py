"""How the network of shapes is taught: whose symbols come into a batch, and what of the trained network is kept."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from crohme.augment.symbols import Distortion, distort
from crohme.datasets.symbols import SymbolSet
from crohme.expressions import shape_batches
from crohme.expressions.shape_batches import CLASSES, GROUPS, MEMBERS, PAIRS, Chunk, Sampler, between, look_alikes
from crohme.expressions.shape_inks import MOST_STROKES, POINTS, ShapeInks, batch_of
from crohme.expressions.shapes import ShapeNetwork
from crohme.ink.strokes import StrokeBatch
from crohme.notation import Alphabet
from crohme.training.run_folder import CheckpointError

SAMPLE = Path(__file__).resolve().parents[2] / "data/sample"
ANGLES = np.linspace(0, 5, 40)
DRAWN = {
    "c": [np.column_stack([np.cos(ANGLES), np.sin(ANGLES)])],
    "C": [np.column_stack([np.cos(ANGLES), 1.1 * np.sin(ANGLES)])],
    "-": [np.array([[0, 0], [1, 0.0]])],
    "+": [np.array([[0, 0.5], [1, 0.5]]), np.array([[0.5, 0], [0.5, 1]])],
    "\\exists": [np.array([[0, 0], [1, 0.0], [1, 1], [0, 1]]), np.array([[0, 0.5], [1, 0.5]])],
}


def symbols(labels: list[str], writers: list[str]) -> SymbolSet:
    """Symbols as drawn above, each a little otherwise."""
    batch = StrokeBatch.from_symbols([DRAWN.get(label, DRAWN["-"]) for label in labels])
    made = distort(batch, np.random.default_rng(3), Distortion(untouched=0, reverse=0, reorder=0))
    return SymbolSet(made, np.array(labels), np.array(labels), np.array(writers))


@pytest.fixture(scope="module")
def inks() -> ShapeInks:
    labels = [label for label in DRAWN for _ in range(30)]
    return ShapeInks.of(
        [symbols(labels, ["ann", "bob", "cid"] * 50), symbols(["c"] * 5, ["ann"] * 5)], Alphabet.whole()
    )


def test_symbols_are_kept_by_label_and_writer_of_their_set(inks: ShapeInks) -> None:
    assert inks.classes == tuple(sorted(DRAWN)) and len(inks) == 155
    assert len(inks.strokes) == inks.counts.sum() == 155 + 60
    assert len(set(inks.writers)) == 4  # ann of the second set is another one
    crosses = inks.take(np.flatnonzero(inks.labels == inks.classes.index("+")))
    assert (crosses.counts == 2).all() and crosses.strokes.shape == (60, POINTS, 2)
    assert np.abs(crosses.strokes).max() <= 0.5 + 1e-6


def test_labels_outside_the_alphabet_and_symbols_of_very_many_strokes_are_left_out() -> None:
    many = [np.array([[i, 0.0], [i, 1]]) for i in range(MOST_STROKES + 1)]
    batch = StrokeBatch.from_symbols([DRAWN["c"], many, DRAWN["c"], many[1:]])
    labels = np.array(["c", "c", "\\nosuch", "+"])
    found = ShapeInks.of([SymbolSet(batch, labels, labels, labels)], Alphabet.whole())
    assert found.classes == ("+", "c") and found.counts.tolist() == [1, MOST_STROKES]
    assert len(ShapeInks.of([], Alphabet.whole())) == 0
    known = ShapeInks.of([SymbolSet(batch, labels, labels, labels)], Alphabet.whole(), ("x", "c"))
    assert known.labels.tolist() == [1] and known.classes == ("x", "c")


def test_a_hand_is_of_one_writer_with_twins_and_what_looks_alike(inks: ShapeInks) -> None:
    sampler, rng = Sampler(inks), np.random.default_rng(0)
    counts = []
    for _ in range(60):
        chosen = sampler.by_one_hand(rng)
        assert len(chosen) == MEMBERS and len(set(inks.writers[chosen])) == 1
        labels = inks.labels[chosen]
        assert (labels[8:12] == labels[:4]).all()
        for one, other in zip(labels[:4], labels[12:], strict=True):
            if inks.classes[one] in "cC":
                assert {inks.classes[one], inks.classes[other]} == {"c", "C"}
        counts.append(np.bincount(labels, minlength=5))
    assert (np.sum(counts, axis=0) > 60).all()


def test_classes_that_are_drawn_alike_are_found(inks: ShapeInks) -> None:
    found = look_alikes(inks)
    c, capital, minus = (inks.classes.index(label) for label in "cC-")
    assert found[c, capital] == found[capital, c] > 0.3
    assert found[c, minus] == 0 and found[c, c] == 0


def test_a_symbol_lies_between_itself_and_another_of_its_class_if_these_are_near() -> None:
    rng = np.random.default_rng(0)
    line = np.stack([np.linspace(-0.5, 0.5, POINTS), np.zeros(POINTS)], axis=1).astype(np.float32)
    own = np.stack([line] * 300)
    lifted = own + np.float32([0, 0.1])
    counts = np.ones(300, np.int64)
    mixed = between(own, lifted[:, ::-1], counts, rng)
    np.testing.assert_allclose(mixed[:, :, 0], own[:, :, 0], atol=1e-6)
    moved = mixed[:, 0, 1]
    assert (moved == 0).mean() == pytest.approx(0.5, abs=0.1)
    assert -0.02 <= moved.min() < -0.01 and 0.05 < moved.max() <= 0.055
    far = own + np.float32([0, 0.4])
    np.testing.assert_array_equal(between(own, far, counts, rng), own)


def test_batches_are_the_same_again_and_count_pairs_of_one_hand_only(inks: ShapeInks) -> None:
    sampler = Sampler(inks)
    one, again, other = Chunk(sampler, 20, 1, 4)[7], Chunk(sampler, 20, 1, 4)[7], Chunk(sampler, 20, 1, 4)[8]
    np.testing.assert_array_equal(one.inputs["symbols"], again.inputs["symbols"])
    assert one.inputs["symbols"].shape == (GROUPS, MEMBERS, 20, 10)
    assert not np.array_equal(one.inputs["symbols"], other.inputs["symbols"])
    labels, same, counted = one.targets[CLASSES], one.targets[PAIRS], one.weights[PAIRS]
    np.testing.assert_array_equal(same, labels[:, :, None] == labels[:, None, :])
    assert (counted[GROUPS // 2 :] == 0).all() and counted.mean() == pytest.approx(1)
    diagonal = counted[:, np.arange(MEMBERS), np.arange(MEMBERS)]
    assert (diagonal == 0).all()
    hands = counted[: GROUPS // 2]
    weights = {is_same: np.unique(hands[(same[: GROUPS // 2] == is_same) & (hands > 0)]) for is_same in (0, 1)}
    assert weights[1] == pytest.approx(3 * weights[0])


def test_who_wrote_too_few_symbols_has_no_hand(inks: ShapeInks) -> None:
    with pytest.raises(ValueError, match="nobody wrote 24 symbols"):
        Sampler(inks.take(np.arange(20)))


def test_what_is_kept_of_the_network_gives_what_keras_does(inks: ShapeInks) -> None:
    training = pytest.importorskip("crohme.expressions.shape_training")
    model = training.built(len(inks.classes))
    rng = np.random.default_rng(5)
    model.set_weights(  # among them means and variances of batches that are not those of the start
        [np.abs(w + rng.normal(0, 0.1, w.shape)) if "variance" in v.path else w + rng.normal(0, 0.1, w.shape)
         for v, w in zip(model.weights, model.get_weights(), strict=True)]
    )  # fmt: skip
    network = ShapeNetwork.from_bytes(training.network_of(model, inks.classes).to_bytes())
    chosen = np.arange(0, 155, 155 // MEMBERS)[:MEMBERS]
    strokes, counts = inks.strokes_of(chosen)
    x = shape_batches.sequences(batch_of(strokes, counts), training.POINTS)
    expected = model.predict_on_batch({"symbols": x[None]})
    drawn = np.split(strokes, np.cumsum(counts)[:-1])
    looks = network.look(drawn)
    np.testing.assert_allclose(looks.unlike, np.logaddexp(0, -expected[PAIRS][0]), atol=0.02)
    odds = np.exp(expected[CLASSES][0].astype(np.float64))
    np.testing.assert_allclose(
        looks.classes, np.log(odds / odds.sum(axis=1, keepdims=True) + 1e-3), atol=0.02, rtol=0.02
    )


def test_validation_is_on_held_out_writers(inks: ShapeInks, tmp_path: Path) -> None:
    training = pytest.importorskip("crohme.expressions.shape_training")
    run = training.ShapeRun(tmp_path / "r", training.SETTINGS, inks.classes, inks)
    assert run.objective == "held-out pairs"
    weights = [weight.copy() for weight in run.average]
    measured = run.measure(weights)
    assert 0 <= measured["held-out top1"] <= 1 and measured["held-out pairs"] < 0
    offset = next(i for i, v in enumerate(run.model.weights) if v.path.endswith("offset"))
    weights[offset] = np.float32(-50)  # nothing is of one class: wrong for a third of the pairs or so
    assert run.measure(weights)["held-out pairs"] < measured["held-out pairs"] - 3


def test_a_run_trains_goes_on_and_begins_another(tmp_path: Path) -> None:
    training = pytest.importorskip("crohme.expressions.shape_training")
    first = training.train([SAMPLE], tmp_path / "a", minutes=0.02)
    assert ShapeNetwork.from_bytes(first.read_bytes()).points == training.POINTS
    with pytest.raises(CheckpointError, match="holds a run"):
        training.train([SAMPLE], tmp_path / "a", minutes=0.02)
    training.train([SAMPLE], tmp_path / "a", minutes=0.03, resume=True)
    rows = [json.loads(line) for line in (tmp_path / "a/log.jsonl").read_text().splitlines()]
    steps = [row["step"] for row in rows if row["kind"] == "validation"]
    assert len(steps) == 2 and 0 < steps[0] < steps[1]
    other = training.train([SAMPLE], tmp_path / "b", minutes=0.001, start=tmp_path / "a")
    assert ShapeNetwork.from_bytes(other.read_bytes()).layers[0].kernel.shape == (5, 10, 48)
