"""Readings of the sample, some of them wrong, each in a way of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from crohme.datasets.location import sample_folder
from crohme.evaluation import expressions
from crohme.evaluation.expressions import evaluate
from crohme.evaluation.outcomes import Outcome
from crohme.ink.truth import truth
from crohme.notation import Node, Relation, SymbolTree, to_latex, without_limits
from crohme.recognition import Reading, Recognition
from inkml_parser import read


def misread_symbol(tree: SymbolTree) -> SymbolTree:
    """The first symbol is taken for an x."""
    return SymbolTree((replace(tree.row[0], label="x"), *tree.row[1:]))


def misread_relation(tree: SymbolTree) -> SymbolTree:
    """What hangs on the first symbol is read beside it."""
    first, *others = tree.row
    hanging = [node for row in first.rows.values() for node in row]
    return SymbolTree((replace(first, rows={}), *hanging, *others))


def misread_place(tree: SymbolTree) -> SymbolTree:
    """The last symbol, with all that hangs on it, is read as a superscript of the one before."""
    *others, before, last = tree.row
    return SymbolTree((*others, replace(before, rows={Relation.SUP: (last,)})))


def misread_segmentation(tree: SymbolTree) -> SymbolTree:
    """The first two symbols are read as an m."""
    first, second, *others = tree.row
    return SymbolTree((Node("m", (*first.strokes, *second.strokes)), *others))


MISREAD: dict[str, Callable[[SymbolTree], SymbolTree]] = {
    "sample7_09.inkml": misread_symbol,  # z = x + i y
    "sample8_08.inkml": misread_place,  # I = V / R
    "sample8_09.inkml": misread_relation,  # j ^ 2 = - 1
    "sample7_04.inkml": misread_segmentation,  # P V = N k T
    "sample8_02.inkml": without_limits,  # e ^ x = sum …: right, but for what label graphs say of limits
}


@pytest.fixture(scope="session")
def outcomes() -> list[Outcome]:
    """The sample's 44 test files, five of them read as `MISREAD` says, and one that nobody can read."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(expressions, "recognize_files", _recognize_files)
        found = evaluate(sample_folder() / "test", "none")
    return [*found, Outcome("broken.inkml", "", "", problem="empty file")]


def _recognize_files(files: Sequence[Path], bundle: str, **_: object) -> Iterator[tuple[Path, Recognition]]:
    for path in files:
        ink = read(path)
        tree = MISREAD.get(path.name, lambda tree: tree)(truth(ink))
        confidence = 0.45 if path.name in MISREAD else 0.95
        yield path, Recognition(ink, (Reading(" ".join(to_latex(tree)), confidence, tree),))
