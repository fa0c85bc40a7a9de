"""Strokes that are known to be one symbol."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import crohme
from crohme.datasets.location import inkml_files, sample_folder
from crohme.expressions import features
from crohme.expressions.decoding import decode
from crohme.expressions.fixed import FixedSymbol, FixedSymbolError, checked
from crohme.expressions.recognizer import Recognizer
from crohme.expressions.side_by_side import alone
from crohme.expressions.vocabulary import Vocabulary
from crohme.notation import Alphabet
from inkml_parser import read

CROHME = Vocabulary.crohme()


@pytest.fixture(scope="module")
def recognizer(expression_bundle: Path) -> Recognizer:
    return crohme.load(expression_bundle)


@pytest.mark.parametrize("backward", [False, True])
@pytest.mark.parametrize("beam", [1, 5])
def test_every_reading_has_the_fixed_symbols_and_leaves_none_out(
    recognizer: Recognizer, beam: int, backward: bool
) -> None:
    labels = ["x", "-", "\\sqrt", "[", "\\sum", None]
    read_any = 0
    for seed in range(12):
        rng = np.random.default_rng(seed)
        n = int(rng.integers(3, 9))
        ink = rng.normal(size=(n, features.POINTS, 2)).cumsum(axis=1)
        order = rng.permutation(n).tolist()
        fixed = checked(
            [
                FixedSymbol(tuple(order[:2]), labels[seed % len(labels)]),
                FixedSymbol(tuple(order[2:3]), labels[(seed + 1) % len(labels)]),
            ],
            n,
            CROHME.alphabet,
        )
        memory = recognizer.network.encode(features.to_unit_scale(ink))
        search = decode(recognizer.network, memory, CROHME, beam=beam, backward=[backward], fixed=fixed)
        (candidates,) = alone(recognizer.network, search)
        read_any += bool(candidates)
        for candidate in candidates:
            found = {node.strokes: node.label for node in candidate.tree.nodes()}
            for symbol in fixed:
                assert found[symbol.strokes] == (symbol.label or found[symbol.strokes])
            used = [stroke for strokes in found for stroke in strokes]
            assert len(used) == len(set(used))
    assert read_any >= 8


def test_a_corrected_symbol_changes_what_is_read_and_stays_certain() -> None:
    recognizer = crohme.load()
    ink = read(inkml_files(sample_folder() / "test")[3])
    before = recognizer.recognize(ink)
    symbol = min(before.symbols, key=lambda s: s.confidence)
    other = next(label for label in symbol.candidates if label != symbol.label)
    after = recognizer.recognize(ink, fixed=[FixedSymbol(symbol.strokes, other)])
    assert after.latex != before.latex
    (corrected,) = [s for s in after.symbols if s.strokes == symbol.strokes]
    assert (corrected.label, corrected.confidence, corrected.is_doubtful) == (other, 1.0, False)
    same = recognizer.recognize(ink, fixed=[FixedSymbol(s.strokes, s.label) for s in before.symbols])
    assert same.latex == before.latex


@pytest.mark.parametrize(
    ("given", "expected"),
    [("α", "\\alpha"), ("alpha", "\\alpha"), ("\\alpha", "\\alpha"), ("<", "\\lt"), (" x ", "x"), ("−", "-")],
)
def test_labels_are_known_by_sign_and_by_name(given: str, expected: str) -> None:
    (symbol,) = checked([FixedSymbol((1, 0, 1), given)], 2, Alphabet.whole())
    assert symbol == FixedSymbol((0, 1), expected)


@pytest.mark.parametrize(
    ("fixed", "cause"),
    [
        ([((), "x")], "no strokes"),
        ([((0, 2), "x")], "has stroke 2; there are 2"),
        ([((-1,), "x")], "has stroke"),
        ([((0,), "x"), ((1, 0), None)], "stroke 0 is of two fixed symbols"),
        ([((0,), "nosuchsign")], "does not know nosuchsign"),
    ],
)
def test_fixed_symbols_that_cannot_be_are_refused(fixed: list[tuple[tuple[int, ...], str | None]], cause: str) -> None:
    with pytest.raises(FixedSymbolError, match=cause):
        checked([FixedSymbol(*one) for one in fixed], 2, Alphabet.crohme())
