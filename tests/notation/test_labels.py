from __future__ import annotations

import pytest

from crohme.notation import BIG_OPERATORS, CLASSES, FUNCTIONS, STRUCTURE, VOCABULARY, Alphabet, canonical_label
from crohme.notation.alphabet import SYMBOL_CLASSES, Kind, symbol_class


def test_there_are_101_classes_in_a_fixed_order() -> None:
    assert len(CLASSES) == len(set(CLASSES)) == 101
    assert list(CLASSES) == sorted(CLASSES)
    assert CLASSES[0] == "!" and CLASSES[-1] == "|"


def test_the_vocabulary_is_the_classes_and_the_structure() -> None:
    assert len(VOCABULARY) == 106
    assert set(VOCABULARY) - set(CLASSES) == set(STRUCTURE) == {"\\frac", "^", "_", "{", "}"}


def test_functions_and_big_operators() -> None:
    assert FUNCTIONS == {"\\cos", "\\lim", "\\log", "\\sin", "\\tan"}
    assert BIG_OPERATORS & set(CLASSES) == {"\\sum", "\\int"}
    assert {"\\prod", "\\oint", "\\bigcup"} <= BIG_OPERATORS


@pytest.mark.parametrize(
    ("raw", "label"),
    [("<", "\\lt"), (" > ", "\\gt"), ("COMMA", ","), ("'", "\\prime"), ("\\to", "\\rightarrow"), ("\\cdot", "."),
     ("x", "x"), ("\\alpha", "\\alpha"), ("\\Omega", "\\Omega")],
)  # fmt: skip
def test_canonical_label(raw: str, label: str) -> None:
    assert canonical_label(raw) == label


def test_a_class_is_its_own_normal_form() -> None:
    assert [canonical_label(label) for label in CLASSES] == list(CLASSES)


@pytest.mark.parametrize(
    ("label", "text", "kind"),
    [("-", "−", Kind.OPERATOR), ("\\theta", "θ", Kind.IDENTIFIER), ("7", "7", Kind.DIGIT), ("\\{", "{", Kind.OPENING)],
)
def test_classes_have_a_unicode_text_and_a_kind(label: str, text: str, kind: Kind) -> None:
    assert (SYMBOL_CLASSES[label].text, SYMBOL_CLASSES[label].kind) == (text, kind)


def test_no_two_classes_look_the_same() -> None:
    accents = (Kind.ACCENT, Kind.ACCENT_UNDER)  # told apart by what they stand over
    signs = [symbol.text for symbol in SYMBOL_CLASSES.values() if symbol.kind not in accents]
    assert len(set(signs)) == len(signs) > 200
    over = [symbol.text for symbol in SYMBOL_CLASSES.values() if symbol.kind is Kind.ACCENT and symbol.twin is None]
    assert len(set(over)) == len(over) > 10


def test_no_spelling_means_two_symbols() -> None:
    spellings = [s for symbol in SYMBOL_CLASSES.values() for s in (symbol.label, *symbol.aliases)]
    assert len(spellings) == len(set(spellings))
    names = [name for symbol in SYMBOL_CLASSES.values() for name in symbol.names]
    assert len(names) == len(set(names))


def test_twins_and_stand_ins_are_symbols() -> None:
    for symbol in SYMBOL_CLASSES.values():
        assert symbol.twin is None or symbol.twin in SYMBOL_CLASSES
        assert set(symbol.instead) <= set(CLASSES)


def test_a_centred_dot_is_a_symbol_of_its_own_where_the_alphabet_has_it() -> None:
    assert Alphabet.crohme().canonical("\\cdot") == "."
    assert Alphabet.whole().canonical("\\cdot") == "\\cdot"
    assert Alphabet.whole().canonical("\\leqslant") == Alphabet.crohme().canonical("\\le") == "\\leq"


def test_an_alphabet_may_have_symbols_that_the_table_does_not_know() -> None:
    own = Alphabet(["x", "\\smiley", "\\nabla"])
    assert own.labels == ("\\nabla", "\\smiley", "x") and own.index["x"] == 2
    assert "\\smiley" in own and "y" not in own and own.canonical("\\smiley") == "\\smiley"
    assert symbol_class("\\smiley").text == "smiley" and symbol_class("\\nabla").text == "∇"
    assert own == Alphabet(("\\nabla", "x", "x", "\\smiley")) != Alphabet.crohme()
