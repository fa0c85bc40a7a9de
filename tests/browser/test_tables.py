"""JavaScript has its tables from Python."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from crohme import bundle
from crohme.browser.tables import tables_of
from crohme.expressions.vocabulary import vocabulary_of
from crohme.notation import Alphabet
from crohme.notation.grammar import Kind
from tests.browser.conftest import REPOSITORY

MODULES = sorted((REPOSITORY / "js").glob("*.js"))
COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)
TEXT = re.compile(r'"((?:[^"\\\n]|\\.)*)"')
LABELS = {label for label in Alphabet.whole().labels if len(label) > 1}


def texts(module: str) -> Iterator[str]:
    """The texts in a module as they are written there, comments left out."""
    yield from TEXT.findall(COMMENT.sub("", module))


@pytest.mark.parametrize("file", MODULES, ids=lambda file: file.name)
def test_no_module_names_a_command(file: Path) -> None:
    written = texts(file.read_text(encoding="utf-8"))
    named = {text for text in written if text in LABELS or re.match(r"\\\\[A-Za-z]", text)}
    assert not named


def test_a_command_would_be_found() -> None:
    assert {r"\\prime", "sin", "ok"} == set(texts('const a = ["\\\\prime", "sin"]; // "no"\nf("ok") /* "no" */'))
    assert "alpha" not in LABELS and {r"\alpha", r"\sin"} <= LABELS


def test_lists_of_kinds_are_those_of_the_grammar() -> None:
    trained = bundle.load("math")
    grammar = tables_of(trained, vocabulary_of(trained))["grammar"]
    kinds = {kind.name for kind in Kind}
    assert all(set(grammar[name]) < kinds for name in ("written", "closing", "nesting", "line_ends"))
    assert {"CLOSE", "END"} <= set(grammar["closing"]) and "GRID" in grammar["nesting"]
    assert grammar["line_ends"] == ["END_GRID", "NEXT_LINE"]
