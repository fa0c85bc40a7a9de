"""Symbols that are drawn alike and named differently speak against a reading."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import crohme
from crohme import bundle
from crohme.bundle.configuration import sealed
from crohme.expressions.likeness import disagreements
from crohme.expressions.ranking import best_readings
from crohme.expressions.recognizer import prepare
from crohme.expressions.rescoring import ClassScores
from crohme.expressions.side_by_side import alone
from crohme.notation import to_latex
from crohme.notation.tree import Node, Relation, SymbolTree
from inkml_parser import Ink

ANGLES = np.linspace(0, 1.5 * np.pi, 32)
CURVE = np.stack([np.cos(ANGLES), np.sin(ANGLES)], axis=1)
LINE = np.stack([np.linspace(-1, 1, 32), np.zeros(32)], axis=1)


def points(*strokes: np.ndarray) -> np.ndarray:
    return np.stack(strokes).astype(np.float32)


def row(*labels: str) -> SymbolTree:
    return SymbolTree(tuple(Node(label, (i,)) for i, label in enumerate(labels)))


def test_equal_shapes_with_different_names_disagree_wherever_they_lie() -> None:
    ink = points(CURVE, CURVE + (5, 3), LINE)
    assert disagreements([row("c", "C", "-")], ink)[0] == pytest.approx(1)
    assert disagreements([row("c", "c", "-")], ink)[0] == 0
    tree = SymbolTree((Node("c", (0,), {Relation.SUP: (Node("C", (1,)),)}),))
    assert disagreements([tree], ink)[0] == pytest.approx(1)


def test_the_direction_of_a_stroke_does_not_matter_and_the_size_does() -> None:
    assert disagreements([row("c", "C")], points(CURVE, CURVE[::-1]))[0] == pytest.approx(1)
    assert disagreements([row("c", "C")], points(CURVE, 1.4 * CURVE))[0] == pytest.approx(1)
    assert disagreements([row("c", "C")], points(CURVE, 1.6 * CURVE))[0] == 0


def test_the_farther_two_shapes_are_the_less_they_disagree() -> None:
    bent = [
        disagreements([row("c", "C")], points(CURVE, CURVE + share * (LINE - CURVE)))[0] for share in (0, 0.1, 0.2, 0.8)
    ]
    assert bent == sorted(bent, reverse=True) and bent[0] > bent[1] > bent[2] > bent[3] == 0


def test_symbols_of_more_strokes_are_compared_stroke_by_stroke() -> None:
    ink = points(CURVE, LINE, CURVE + (9, 0), LINE + (9, 0), CURVE + (18, 0))
    pair = SymbolTree((Node("e", (0, 1)), Node("\\epsilon", (2, 3)), Node("c", (4,))))
    assert disagreements([pair], ink)[0] == pytest.approx(1)


def test_the_ranking_takes_its_weight_from_the_constants_of_the_bundle() -> None:
    recognizer = crohme.load("expressions")
    strokes = prepare(Ink.from_arrays([CURVE * 10, CURVE * 10 + (40, 0), LINE * 10 + (80, 0)]))
    memory = recognizer.network.encode(strokes)

    def scores(weight: float) -> dict[str, float]:
        decoding = replace(recognizer.decoding, likeness_weight=weight)
        network, vocabulary = recognizer.network, recognizer.vocabulary
        classes = ClassScores(network, memory, vocabulary)
        found = alone(network, best_readings(network, memory, strokes, vocabulary, classes, decoding, beam=5))
        return {" ".join(to_latex(c.tree)): c.score - weight * -disagreements([c.tree], strokes)[0] for c in found}

    plain, weighed = scores(0.0), scores(3.0)
    assert plain.keys() == weighed.keys() and len(plain) > 3
    assert [weighed[latex] for latex in plain] == pytest.approx([plain[latex] for latex in plain])


def test_a_bundle_from_before_there_was_likeness_is_ranked_without_it(expression_bundle: Path, tmp_path: Path) -> None:
    assert bundle.load(expression_bundle).decoding["likeness_weight"] > 0
    folder = shutil.copytree(expression_bundle, tmp_path / "older")
    for missing in ("likeness_weight", "forward_weight"):
        config = json.loads((folder / "config.json").read_text())
        del config["decoding"][missing]
        config = {name: value for name, value in config.items() if name != "format" and not name.endswith("_sha256")}
        (folder / "config.json").write_text(sealed(config, folder))
        if missing == "likeness_weight":
            assert bundle.load(folder).decoding["likeness_weight"] == 0.0
    with pytest.raises(bundle.BundleError, match="needs the decoding constant 'forward_weight'"):
        bundle.load(folder)
