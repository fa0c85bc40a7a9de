"""A damaged truth is named by whoever needs it, and keeps no ink from being read."""

from __future__ import annotations

from pathlib import Path

import pytest

from crohme.datasets.inkml import InkmlFolder
from crohme.datasets.symbols import read_symbols
from crohme.evaluation.scoring import Level, score
from crohme.expressions.corpus import read_corpus, with_truth
from crohme.ink.truth import labelled, truth, truth_expression, truth_graph
from crohme.notation import NotationError, to_latex
from inkml_parser import read

SYMBOL = "<traceGroup><annotation type='truth'>x</annotation><traceView traceDataRef='{0}'/>{1}</traceGroup>"
MATH = "<annotationXML><math><mi xml:id='x_1'>x</mi></math></annotationXML>"


def document(reference: str = "0", math: str = MATH) -> bytes:
    symbol = SYMBOL.format(reference, "<annotationXML href='x_1'/>")
    return f"<ink>{math}<trace id='0'>1 2, 3 4</trace>{symbol}</ink>".encode()


def test_a_damaged_segmentation_is_named_where_strokes_of_symbols_are_needed(tmp_path: Path) -> None:
    ink = read(document("9"))
    assert to_latex(truth(ink)) == ["x"]
    for needs_strokes in (truth_graph, with_truth):
        with pytest.raises(NotationError, match="damaged segmentation: symbol 'x' refers to trace '9'"):
            needs_strokes(ink)
    path = tmp_path / "a.inkml"
    path.write_bytes(document("9"))
    (tmp_path / "b.inkml").write_bytes(document())
    assert "a.inkml: damaged segmentation" in read_corpus(InkmlFolder(tmp_path), "whole", progress=False).skipped[0]
    symbols = read_symbols(tmp_path)
    assert (symbols.files.tolist(), len(symbols.unreadable)) == (["b.inkml"], 1)
    assert symbols.unreadable[0].startswith("a.inkml: damaged segmentation")


def test_damaged_mathml_is_named() -> None:
    ink = read(document(math="<annotationXML><math><mi>x</math></annotationXML>"))
    with pytest.raises(NotationError, match="damaged mathml: <annotationXML> in line 1"):
        truth(ink)


def test_what_was_read_has_no_damaged_truth() -> None:
    ink = read(document("9"))
    assert ink.warnings
    relabelled = labelled(ink, truth(read(document())).__class__(with_truth(read(document())).row))
    assert not relabelled.warnings
    assert to_latex(truth(relabelled)) == ["x"]


@pytest.mark.parametrize(
    "math",
    [
        "<annotationXML><math><mi>x</math></annotationXML>",
        "<annotationXML><math><maction><mi>y</mi></maction></math></annotationXML>",
        "<annotationXML><math></math></annotationXML>",
        "",
    ],
    ids=["damaged", "with an element that nobody knows", "empty", "none"],
)
@pytest.mark.parametrize("latex", ["x ^ { 2 }", r"\hat { x }"])
def test_where_mathml_cannot_be_read_the_latex_of_the_file_is_taken(math: str, latex: str, tmp_path: Path) -> None:
    annotated = f"<annotation type='truth'>${latex}$</annotation>{math}"
    content = document(math=annotated)
    assert truth_expression(read(content)).latex == latex
    (tmp_path / "truth").mkdir()
    (tmp_path / "truth" / "a.inkml").write_bytes(content)
    (tmp_path / "read.csv").write_text(f"file,latex\na,{latex}\n")
    for level in (Level.SYMBOL, Level.TOKENS):
        assert score(tmp_path / "truth", tmp_path / "read.csv", level).overall()["exact"] == 1
