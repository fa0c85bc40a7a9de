from __future__ import annotations

import pytest

from crohme.notation import BIG_OPERATORS, CLASSES, FUNCTIONS, STRUCTURE, VOCABULARY, canonical_label
from crohme.notation.labels import SYMBOL_CLASSES, Kind


def test_there_are_101_classes_in_a_fixed_order() -> None:
    assert len(CLASSES) == len(set(CLASSES)) == 101
    assert list(CLASSES) == sorted(CLASSES)
    assert CLASSES[0] == "!" and CLASSES[-1] == "|"


def test_the_vocabulary_is_the_classes_and_the_structure() -> None:
    assert len(VOCABULARY) == 106
    assert set(VOCABULARY) - set(CLASSES) == set(STRUCTURE) == {"\\frac", "^", "_", "{", "}"}


def test_functions_and_big_operators() -> None:
    assert FUNCTIONS == {"\\cos", "\\lim", "\\log", "\\sin", "\\tan"}
    assert BIG_OPERATORS == {"\\sum", "\\int"}


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
    assert len({symbol.text for symbol in SYMBOL_CLASSES.values()}) == 101
