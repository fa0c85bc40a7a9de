"""Symbols that were drawn alone, and signs outside the alphabet, become ink to typeset with."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from crohme.augment.one_hand import OneHand
from crohme.augment.others import OTHER_SIGNS, scribble
from crohme.augment.pool import Pool
from crohme.augment.rename import rename
from crohme.augment.texts import read_texts, strokes_of
from crohme.datasets import location
from crohme.datasets.splits import is_chosen
from crohme.expressions import drawn_ink
from crohme.expressions import recipe as recipes
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
    whole = Counter(one.label for one in drawings([folder], Alphabet.whole()))
    assert set(whole) == {"\\nabla", OTHER}
    assert whole["\\nabla"] > 20 and whole[OTHER] == 12  # of one sign no more, so that all have their share
    assert {one.label for one in drawings([folder], Alphabet(["\\nabla", "x"]))} == {"\\nabla"}


def test_a_drawing_of_one_point_is_a_dot_and_no_letter(folder: Path) -> None:
    with gzip.open(folder / "detexify.jsonl.gz", "at") as file:
        for label in ("\\nabla", "\\cdot"):
            for number in range(30):
                one = {"label": label, "src": f"dot {label}{number}", "strokes": [[[0.5, 0.5], [0.5, 0.5]]]}
                file.write(json.dumps(one) + "\n")
    found = drawings([folder], Alphabet.whole())
    sizes = {label: [np.ptp(one.strokes) for one in found if one.label == label] for label in ("\\nabla", "\\cdot")}
    assert min(sizes["\\nabla"]) > 0 and len(sizes["\\cdot"]) > 20 and max(sizes["\\cdot"]) == 0


LETTERS = "a c e m n o r s u v w x z b d h k B C D E M N O R S 2 3 p y".split()
WRITERS = [name for name in map("writer {}".format, range(40)) if not is_chosen(name)][:4]


@pytest.fixture
def letters(folder: Path) -> Path:
    """Three people drew each letter twice, y pointing up, each in another unit; the fourth drew x only, fifty times."""
    rng = np.random.default_rng(2)
    with gzip.open(folder / "isolated_1c.jsonl.gz", "wt") as file:

        def write(label: str, writer: str, size: float) -> None:
            height = size * {"b": 1.6, "d": 1.6, "h": 1.6, "k": 1.6, "p": 1.6, "y": 1.6}.get(label, 1.0)
            height *= 1.6 if label.isupper() or label.isdigit() else 1.0
            stroke = np.column_stack([rng.uniform(0, size, 6), np.linspace(0, height, 6)]).round(3).tolist()
            file.write(json.dumps({"label": label, "src": writer, "strokes": [stroke]}) + "\n")

        for unit, writer in zip((1.0, 50.0, 900.0), WRITERS, strict=False):
            for label in LETTERS * 2:
                write(label, writer, unit * (1.3 if label == "c" else 1.0))
            write("x", writer, 5 * unit)  # in a field of another size
        for _ in range(50):
            write("x", WRITERS[3], 1.0)
    (folder / "detexify.jsonl.gz").unlink()
    (folder / "t.txt").write_text("c x\n", encoding="utf-8")
    return folder


def heights(inks: Sequence[np.ndarray]) -> set[float]:
    return {round(float(np.ptp(ink[..., 1])), 2) for ink in inks}


def test_hands_that_drew_many_letters_keep_how_large_these_are_beside_each_other(letters: Path) -> None:
    pool = Pool([])
    add_drawn_ink([pool], [letters], Alphabet.whole())
    assert len(pool.drawn_hands) == 3
    for hand in pool.drawn_hands:
        assert {label: heights(hand.symbols[label]) for label in "xcCpb"} == {
            "x": {1.0}, "c": {1.3}, "C": {1.6}, "p": {1.6}, "b": {1.6}
        }  # fmt: skip
        [c, *_] = hand.symbols["c"]
        assert c[..., 1].max() == pytest.approx(0.5, abs=1e-3)  # on the line, above which it is larger
        assert len(hand.symbols["x"]) == 2  # without the one that is five times as large
    assert len(pool.symbols["x"]) == 3 * 2 + 50 and heights(pool.symbols["x"]) == {1.0}
    assert len(pool.symbols["c"]) == 3 * 2


def test_of_a_class_so_many_are_taken_of_each_who_drew_it(letters: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawn_ink, "_MOST", 9)
    found = Counter(one.writer for one in drawings([letters], Alphabet.whole()) if one.label == "x")
    assert sorted(found.values()) == [2, 2, 2, 3] and sum(found.values()) == 9


def test_what_is_typeset_may_have_the_letters_of_one_who_drew_them_alone(letters: Path) -> None:
    written = alone([letters], Alphabet.whole(), most=1)
    pool = Pool(written, [f"writer {i}" for i in range(len(written))])
    add_drawn_ink([pool], [letters], Alphabet.whole())
    texts, _ = read_texts([letters / "t.txt"], strokes_of(pool), Alphabet.whole())
    rng = np.random.default_rng(0)
    shares = {}
    for share in (0.0, 1.0):
        recipe = Recipe(
            traced=0, one_hand=1, typeset=1, drawn_hands=share, primed=0, redrawn=0, lifted=0, recorded=0,
            weakest=0, strongest=0,
        )  # fmt: skip
        made = [sample(Pools(pool, pool, texts), recipe, rng) for _ in range(40)]
        ratios = [np.ptp(e.points[0, :, 1]) / np.ptp(e.points[1, :, 1]) for e in made]
        shares[share] = np.mean([abs(ratio - 1.3) < 0.05 for ratio in ratios])
    assert shares[1.0] > 0.9 > shares[0.0] + 0.3


def test_symbols_may_be_exchanged_for_the_letters_of_one_who_drew_them_alone(
    letters: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = alone([letters], Alphabet.whole(), most=1)
    pool = Pool(written, [f"writer {i}" for i in range(len(written))])
    add_drawn_ink([pool], [letters], Alphabet.whole())
    theirs = {id(stroke) for hand in pool.drawn_hands for stroke in hand.symbols["x"]}
    given: list[Pool | OneHand] = []
    monkeypatch.setattr(recipes, "swap", lambda expression, ink, rng, **_: given.append(ink) or expression)
    rng = np.random.default_rng(0)
    for share, one_hand, expected in ((1.0, 1, 1.0), (0.5, 1, 0.5), (0.0, 1, 0.0), (1.0, 0, 0.0)):
        given.clear()
        recipe = Recipe(traced=0, one_hand=one_hand, composed=0, part=0, swapped=1, drawn_hands=share, primed=0)
        for _ in range(60):
            sample(Pools(pool, pool, None), recipe, rng)
        if not one_hand:
            assert given == [pool] * 60
            continue
        lettered = [{id(ink.symbol("x", rng)) for _ in range(5)} <= theirs for ink in given]
        assert np.mean(lettered) == pytest.approx(expected, abs=0.25)


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
