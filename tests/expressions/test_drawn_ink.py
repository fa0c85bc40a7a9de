"""Symbols that were drawn alone, and signs outside the alphabet, become ink to typeset with."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import numpy as np
import pytest

from crohme.augment.others import OTHER_SIGNS, scribble
from crohme.augment.pool import Pool
from crohme.augment.rename import rename
from crohme.datasets import location
from crohme.expressions.drawn_ink import add_drawn_ink, alone, drawings
from crohme.expressions.recipe import Pools, Recipe, sample
from crohme.notation import Alphabet, from_latex, to_latex
from crohme.notation.alphabet import OTHER, SYMBOL_CLASSES
from crohme.notation.tree import symbols

SIGNS = {"\\nabla": 30, "\\heartsuit": 30, "\\mathfrak{A}": 30}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(location, "cache_folder", lambda: tmp_path / "cache")
    rng = np.random.default_rng(1)
    with gzip.open(tmp_path / "detexify.jsonl.gz", "wt") as file:
        for label, count in SIGNS.items():
            for number in range(count):
                strokes = rng.uniform(0, 1, (2, 5, 2)).round(3).tolist()
                file.write(json.dumps({"label": label, "src": f"{label}{number}", "strokes": strokes}) + "\n")
    return tmp_path


def test_signs_outside_the_alphabet_are_samples_of_the_unknown_class_and_mere_styles_are_not(folder: Path) -> None:
    whole = drawings([folder], Alphabet.whole())
    assert set(whole) == {"\\nabla", OTHER}
    assert len(whole["\\nabla"]) > 20 and len(whole[OTHER]) == 12  # of one sign no more, so that all have their share
    assert set(drawings([folder], Alphabet(["\\nabla", "x"]))) == {"\\nabla"}


def test_a_drawing_of_one_point_is_a_dot_and_no_letter(folder: Path) -> None:
    with gzip.open(folder / "detexify.jsonl.gz", "at") as file:
        for label in ("\\nabla", "\\cdot"):
            for number in range(30):
                one = {"label": label, "src": f"dot {label}{number}", "strokes": [[[0.5, 0.5], [0.5, 0.5]]]}
                file.write(json.dumps(one) + "\n")
    found = drawings([folder], Alphabet.whole())
    assert all(np.ptp(drawing, axis=(0, 1)).max() > 0 for drawing in found["\\nabla"])
    assert len(found["\\cdot"]) > 20 and np.ptp(found["\\cdot"][0]) == 0


def test_no_sign_of_the_alphabet_stands_for_an_unknown_one() -> None:
    assert len(OTHER_SIGNS) > 150
    assert not {Alphabet.whole().canonical(sign) for sign in OTHER_SIGNS} & set(SYMBOL_CLASSES)


def test_pools_get_scribbles_too_and_texts_a_few_unknown_signs(folder: Path) -> None:
    pool = Pool([])
    add_drawn_ink([pool], [folder], Alphabet.whole())
    assert len(pool.symbols[OTHER]) > 300
    rng = np.random.default_rng(0)
    tree = from_latex("a + b = c", Alphabet.whole())
    labels = [node.label for _ in range(300) for node in symbols(rename(tree, pool.symbols, rng).row)]
    assert 0.01 < np.mean([label == OTHER for label in labels]) < 0.12
    assert OTHER not in {node.label for _ in range(100) for node in symbols(rename(tree, {"\\nabla"}, rng).row)}


def test_single_symbols_are_drawn_evenly_when_the_recipe_asks_for_them(folder: Path) -> None:
    pool = Pool([])
    add_drawn_ink([pool], [folder], Alphabet.whole())
    recipe = Recipe(traced=0, one_hand=0, alone=1.0, primed=0)
    rng = np.random.default_rng(0)
    read = [" ".join(to_latex(sample(Pools(pool, pool), recipe, rng).tree)) for _ in range(60)]
    assert {"\\nabla", "?"} == set(read) and 15 < read.count("\\nabla") < 45


def test_drawings_alone_are_expressions_of_one_symbol(folder: Path) -> None:
    shown = alone([folder], Alphabet.whole(), most=5)
    assert sorted(to_latex(e.tree)[0] for e in shown) == ["?"] * 5 + ["\\nabla"] * 5
    assert all(e.row[0].strokes == tuple(range(len(e.points))) for e in shown)


@pytest.mark.parametrize("seed", range(20))
def test_scribbles_wander(seed: int) -> None:
    strokes = scribble(np.random.default_rng(seed), points=32)
    assert strokes.shape[1:] == (32, 2) and 1 <= len(strokes) <= 3 and np.isfinite(strokes).all()
    steps = np.hypot(*np.diff(strokes, axis=1).transpose(2, 0, 1))
    assert steps.sum() > 1.5 * np.ptp(strokes, axis=(0, 1)).max()  # far longer than its box is wide
