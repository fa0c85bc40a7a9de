"""The embedded sample: what the README promises of it, and that its script still makes it."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from crohme.notation import CLASSES, Relation, SymbolTree, from_latex, from_mathml, to_latex
from crohme.notation.edges import edges_of
from inkml_parser import Ink, read

REPOSITORY = Path(__file__).resolve().parents[1]
SAMPLE = REPOSITORY / "data" / "sample"
SPLITS = ("train", "test")


def _tree(ink: Ink) -> SymbolTree:
    assert ink.mathml is not None
    return from_mathml(ink.mathml, [(symbol.label, symbol.strokes, symbol.href) for symbol in ink.symbols])


@pytest.fixture(scope="module")
def sample() -> dict[str, dict[str, Ink]]:
    """Split → name of file → ink."""
    return {split: {path.name: read(path) for path in sorted((SAMPLE / split).glob("*.inkml"))} for split in SPLITS}


@pytest.fixture(scope="module")
def inks(sample: dict[str, dict[str, Ink]]) -> list[Ink]:
    return [ink for by_name in sample.values() for ink in by_name.values()]


def test_size(inks: list[Ink]) -> None:
    files = list(SAMPLE.rglob("*.*"))
    assert len(files) == len(inks)
    assert 150 <= len(inks) <= 250
    assert sum(path.stat().st_size for path in files) <= 800_000


def test_truth_in_latex_is_truth_in_mathml(inks: list[Ink]) -> None:
    for ink in inks:
        assert ink.latex is not None
        assert to_latex(_tree(ink)) == ink.latex.split() == to_latex(from_latex(ink.latex))


def test_every_stroke_belongs_to_one_symbol_of_the_truth(inks: list[Ink]) -> None:
    for ink in inks:
        in_groups = Counter(stroke for symbol in ink.symbols for stroke in symbol.strokes)
        in_tree = Counter(stroke for node in _tree(ink).nodes() for stroke in node.strokes)
        assert in_groups == in_tree == Counter(range(len(ink.strokes)))


def test_layout_is_the_truth(inks: list[Ink]) -> None:
    """Where each symbol lies agrees with the relation to its parent, Y down."""
    for ink in inks:
        tree = _tree(ink)
        nodes = list(tree.nodes())
        boxes = [_box(ink, node.strokes) for node in nodes]
        for parent, child, relation in edges_of(tree):
            (left, top, right, bottom), (x0, y0, x1, y1) = boxes[parent], boxes[child]
            middle = (top + bottom) / 2
            what = f"{ink.annotations['UI']}: {nodes[child].label} {relation} of {nodes[parent].label}"
            if relation is Relation.RIGHT:
                assert x0 + x1 > left + right, what
            elif relation is Relation.SUP:
                assert (y0 + y1) / 2 < middle, what
            elif relation is Relation.SUB:
                assert (y0 + y1) / 2 > middle, what
            elif relation is Relation.ABOVE:
                assert (y0 + y1) / 2 < middle, what
            elif relation is Relation.BELOW:
                assert (y0 + y1) / 2 > middle, what
            else:
                assert left < x0 and x1 < right, what


def _box(ink: Ink, strokes: tuple[int, ...]) -> tuple[float, float, float, float]:
    x, y = zip(*(point for stroke in strokes for point in ink.strokes[stroke]), strict=True)
    return min(x), min(y), max(x), max(y)


def test_all_classes_and_relations_occur_in_train(sample: dict[str, dict[str, Ink]]) -> None:
    trees = [_tree(ink) for ink in sample["train"].values()]
    assert {node.label for tree in trees for node in tree.nodes()} == set(CLASSES)
    assert {relation for tree in trees for _, _, relation in edges_of(tree)} == set(Relation)


def test_writers_are_disjoint(sample: dict[str, dict[str, Ink]]) -> None:
    train, test = ({ink.annotations["writer"] for ink in sample[split].values()} for split in SPLITS)
    assert (len(train), len(test)) == (6, 2)
    assert not train & test


def test_script_makes_it_byte_for_byte(tmp_path: Path) -> None:
    script = REPOSITORY / "scripts" / "make_sample.py"
    subprocess.run([sys.executable, str(script), "--output", str(tmp_path)], check=True)
    made, kept = _contents(tmp_path), _contents(SAMPLE)
    assert made.keys() == kept.keys()
    assert [name for name in made if made[name] != kept[name]] == []


def _contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*.inkml")}
