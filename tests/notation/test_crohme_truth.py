"""What is true of the truth of real CROHME files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from crohme.notation import (
    VOCABULARY,
    LabelGraph,
    SymbolTree,
    from_latex,
    from_mathml,
    read_lg,
    stroke_graph,
    symbol_graph,
    to_latex,
    to_tree,
    to_truth_mathml,
    tokenize,
    without_limits,
)
from inkml_parser import Ink, read


def _tree(ink: Ink) -> SymbolTree:
    assert ink.mathml is not None
    return from_mathml(ink.mathml, ((s.label, s.strokes, s.href) for s in ink.symbols))


def _inks(files: list[Path]) -> Iterator[Ink]:
    for file in files:
        ink = read(file)
        if ink.mathml is not None:  # 34_em_225 of 2014 has none
            yield ink


@pytest.fixture(scope="module")
def truths(crohme_data: Path) -> list[SymbolTree]:
    """All of test2013 and every 20th training file."""
    train = [file for file in sorted((crohme_data / "train").rglob("*.inkml")) if file.stat().st_size]
    tests = sorted((crohme_data / "test2013").rglob("*.inkml"))
    return [_tree(ink) for ink in _inks(tests + train[::20])]


def test_every_token_is_in_the_vocabulary(truths: list[SymbolTree]) -> None:
    assert len(truths) == 671 + 442
    assert {token for tree in truths for token in to_latex(tree)} <= set(VOCABULARY)


def test_latex_is_read_and_written_without_change(truths: list[SymbolTree]) -> None:
    for tree in truths:
        tokens = to_latex(tree)
        again = from_latex(" ".join(tokens))
        assert to_latex(again) == tokens == tokenize(" ".join(tokens))
        assert without_limits(again) == _without_strokes(without_limits(tree))


def _without_strokes(tree: SymbolTree) -> SymbolTree:
    return to_tree(symbol_graph(tree))


def test_every_symbol_has_strokes_of_its_own(truths: list[SymbolTree]) -> None:
    for tree in truths:
        strokes = [stroke for node in tree.nodes() for stroke in node.strokes]
        assert all(node.strokes for node in tree.nodes())
        assert len(strokes) == len(set(strokes))


def test_mathml_is_written_and_read_without_change(truths: list[SymbolTree]) -> None:
    for tree in truths:
        assert from_mathml(*to_truth_mathml(tree)) == tree


def test_captions_agree_with_the_mathml(crohme_data: Path) -> None:
    lines = (crohme_data / "captions" / "train.txt").read_text().splitlines()[::20]
    captions = dict(line.split("\t", 1) for line in lines)
    files = [file for file in sorted((crohme_data / "train").rglob("*.inkml")) if file.stem in captions]
    trees = {file.stem: _tree(read(file)) for file in files}
    assert len(trees) == len(captions) == 442
    same = sum(to_latex(from_latex(captions[name])) == to_latex(tree) for name, tree in trees.items())
    assert same >= 430  # the others are mistakes of one or the other annotation


def _content(graph: LabelGraph) -> tuple[set, set]:
    strokes = {obj.id: frozenset(obj.primitives) for obj in graph.objects}
    return (
        {(obj.label, strokes[obj.id]) for obj in graph.objects},
        {(strokes[r.parent], strokes[r.child], r.label) for r in graph.relations},
    )


@pytest.fixture(scope="module")
def reference(crohme_data: Path) -> Path:
    """Label graphs that the official converters wrote."""
    folder = crohme_data.parent / "lgeval_reference"
    if not folder.is_dir():
        pytest.skip(f"no reference label graphs at {folder}")
    return folder


def test_stroke_graphs_are_those_of_the_official_converter(crohme_data: Path, reference: Path) -> None:
    files = sorted((reference / "stroke" / "truth").glob("*.lg"))
    assert len(files) == 200
    for file in files:
        year, name = file.stem.split("_", 1)
        (ink,) = _inks([crohme_data / f"test{year}" / f"{name}.inkml"])
        tree = _tree(ink)
        drawn = {stroke for node in tree.nodes() for stroke in node.strokes}
        unattached = [(s.label, s.strokes) for s in ink.symbols if drawn.isdisjoint(s.strokes)]
        official = read_lg(file.read_text())
        assert _content(stroke_graph(tree, ink.trace_ids, unattached)) == _content(official), file.name
        if not unattached:
            assert to_tree(official, ink.trace_ids) == tree


@pytest.mark.parametrize("folder", ["symbol", "synthetic/symbol"])
def test_symbol_graphs_are_those_of_the_official_converter(reference: Path, folder: str) -> None:
    files = sorted((reference / folder).rglob("*.tex"))
    differing = [file.stem for file in files if not _same_as_official(file)]
    # There pandoc gives the script of `E ( _ { c } )` a base of its own, without a label.
    assert differing == (["2014_518_em_436"] if folder == "symbol" else [])


def _same_as_official(file: Path) -> bool:
    written = _with_nolimits(file.read_text().split())
    return _content(symbol_graph(from_latex(written))) == _content(read_lg(file.with_suffix(".lg").read_text()))


def _with_nolimits(tokens: list[str]) -> list[str]:
    """The official converter puts scripts beside every operator that has no `\\limits`."""
    following = [*tokens[1:], ""]
    result = []
    for token, after in zip(tokens, following, strict=True):
        result += [token, "\\nolimits"] if token in ("\\sum", "\\lim") and after != "\\limits" else [token]
    return result
