"""Sets of classes that isolated symbols are sorted into."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from importlib import resources

import numpy as np

from crohme.datasets.symbols import SymbolSet
from crohme.notation import CLASSES


def class_set(size: int) -> dict[str, str]:
    """Which class each label belongs to.

    Args:
        size: int. 101 for the labels of CROHME, each a class of its own. 82 for the classes of the public set of
            pictures of 45 × 45 pixels that was cut from CROHME: `A` and `a` lay in one folder there, where case
            makes no difference, and the full stop is left out. `classes_82.txt` lists them.

    Returns:
        dict of label → class.
    """
    if size == 101:
        return {label: label for label in CLASSES}
    if size == 82:
        text = (resources.files(__package__) / "classes_82.txt").read_text(encoding="utf-8")
        return {label: labels[0] for labels in map(str.split, text.splitlines()) for label in labels}
    raise ValueError(f"there is no set of {size} classes, only of 82 and 101")


def sorted_into(symbols: SymbolSet, classes: Mapping[str, str]) -> SymbolSet:
    """The symbols that belong to a class, with it as their label."""
    of_a_class = symbols.take(np.isin(symbols.labels, list(classes)))
    return replace(of_a_class, labels=np.array([classes[label] for label in of_a_class.labels.tolist()], dtype=str))
