from __future__ import annotations

import numpy as np
import pytest

from crohme.datasets.class_sets import class_set, sorted_into
from crohme.datasets.symbols import SymbolSet
from crohme.ink.strokes import StrokeBatch
from crohme.notation import CLASSES


def test_the_82_classes_are_those_of_crohme_without_case_and_full_stop() -> None:
    classes = class_set(82)
    assert set(classes) == set(CLASSES) - {"."}
    assert len(set(classes.values())) == 82
    assert classes["A"] == classes["a"] == "a" and classes["\\Delta"] == "\\Delta"
    assert all(label.lower() == of.lower() for label, of in classes.items())


def test_other_sets() -> None:
    assert len(set(class_set(101).values())) == 101
    with pytest.raises(ValueError, match="only of 82 and 101"):
        class_set(100)


def test_symbols_of_no_class_are_left_out() -> None:
    strokes = StrokeBatch.from_symbols([[np.zeros((n, 2))] for n in (2, 3, 4, 5)])
    names = np.array(list("abcd"))
    symbols = SymbolSet(strokes, np.array(["X", ".", "x", "\\pi"]), names, names, ("e.inkml: empty",))
    found = sorted_into(symbols, class_set(82))
    assert found.labels.tolist() == ["x", "x", "\\pi"] and found.files.tolist() == ["a", "c", "d"]
    assert [len(stroke) for (stroke,) in found.strokes] == [2, 4, 5]
    assert found.unreadable == ("e.inkml: empty",)
