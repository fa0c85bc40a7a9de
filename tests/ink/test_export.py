"""Ink as pictures, data and notation."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from lxml import etree

from crohme.evaluation.scoring import Level, score
from crohme.ink.export import symbol_to_png, to_csv, to_json, to_png, to_svg, truth
from crohme.ink.formats import FORMATS
from crohme.ink.raster import PAPER, SIZE
from crohme.ink.truth import labelled
from crohme.notation import Node, NotationError, SymbolTree, from_mathml, read_lg, sign_name, to_latex
from inkml_parser import Ink, Symbol

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def squared() -> Ink:
    """`x ^ 2` in three strokes, with time on the first."""
    return Ink(
        strokes=(
            np.array([[0.0, 100.0], [100.0, 200.0]]),
            np.array([[100.0, 100.0], [0.0, 200.0]]),
            np.array([[120.0, 60.0], [150.0, 50.0], [120.0, 90.0], [160.0, 90.0]]),
        ),
        channels=({"T": np.array([0.5, 0.75])}, {}, {}),
        trace_ids=("a", "b", "c"),
        symbols=(Symbol("x", (0, 1), "x_1"), Symbol("2", (2,), "2_1")),
        latex="$x^2$",
        mathml='<math xmlns:xml="http://www.w3.org/XML/1998/namespace"><msup>'
        '<mi xml:id="x_1">x</mi><mn xml:id="2_1">2</mn></msup></math>',
        annotations={"writer": "w1"},
    )


def test_truth_as_latex_is_the_normal_form(squared: Ink) -> None:
    assert FORMATS["latex"].write(squared) == b"x ^ { 2 }\n"


def test_truth_as_label_graph_names_the_traces(squared: Ink) -> None:
    graph = read_lg(FORMATS["lg"].write(squared).decode())
    assert {(o.label, o.primitives) for o in graph.objects} == {("x", ("a", "b")), ("2", ("c",))}
    assert [r.label for r in graph.relations] == ["Sup"]


@pytest.mark.parametrize("sign", ["\\cdot", "\\cdots", ".", "\\ldots", "\\varphi", "\\phi"])
def test_signs_that_look_alike_are_written_as_they_are_and_score_as_right(
    sign: str, squared: Ink, tmp_path: Path
) -> None:
    ink = labelled(squared, SymbolTree((Node("x", (0,)), Node(sign, (1,)), Node("2", (2,)))))
    for name in ("inkml", "latex", "lg"):
        (tmp_path / name).mkdir()
        (tmp_path / name / f"a{FORMATS[name].suffix}").write_bytes(FORMATS[name].write(ink))
    assert FORMATS["latex"].write(ink).decode().split() == ["x", sign, "2"]
    assert to_latex(from_mathml(FORMATS["mathml"].write(ink).decode(), label=sign_name)) == ["x", sign, "2"]
    for level, one, other in (("stroke", "inkml", "lg"), ("symbol", "inkml", "latex"), ("tokens", "lg", "latex")):
        for paths in ((one, other), (other, one)):
            (file,) = score(*(tmp_path / path for path in paths), Level(level)).files.values()
            assert file.errors == 0, (level, paths)


def test_label_graph_keeps_symbols_outside_the_expression(squared: Ink) -> None:
    stray = Ink(
        strokes=(*squared.strokes, np.array([[0.0, 0.0]])),
        symbols=(*squared.symbols, Symbol(",", (3,))),
        mathml=squared.mathml,
    )
    graph = read_lg(FORMATS["lg"].write(stray).decode())
    assert (",", ("3",)) in {(o.label, o.primitives) for o in graph.objects}
    assert len(graph.relations) == 1


def test_truth_as_mathml_reads_back(squared: Ink) -> None:
    assert [n.label for n in from_mathml(FORMATS["mathml"].write(squared).decode()).nodes()] == ["x", "2"]


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_has_its_writers(name: str, squared: Ink) -> None:
    known = FORMATS[name]
    assert known.suffix.startswith(".") and known.about
    written = known.write(squared)
    assert len(written) > 8 or (name, written.decode().strip()) == ("text", "x²")
    if known.symbol_writer is not None:
        assert known.write_symbol(squared.select((2,))) != known.write_symbol(squared.select((0, 1)))


@pytest.mark.parametrize("name", ["lg", "mathml", "latex"])
def test_ink_without_truth_is_refused(name: str) -> None:
    with pytest.raises(NotationError, match="no MathML truth"):
        FORMATS[name].write(Ink.from_arrays([[[0, 0], [1, 1]]]))


def test_truth_carries_the_strokes(squared: Ink) -> None:
    assert [node.strokes for node in truth(squared).nodes()] == [(0, 1), (2,)]


def test_json_holds_the_whole_ink(squared: Ink) -> None:
    fields = json.loads(to_json(squared))
    fields["symbols"] = tuple(Symbol(s["label"], tuple(s["strokes"]), s["href"]) for s in fields["symbols"])
    assert Ink(**fields) == squared


def test_csv_has_one_line_per_point(squared: Ink) -> None:
    rows = list(csv.DictReader(io.StringIO(to_csv(squared).decode())))
    assert len(rows) == 8
    assert rows[1] == {
        "stroke": "0", "point": "1", "x": "100.0", "y": "200.0", "T": "0.75", "symbol": "0", "label": "x"
    }  # fmt: skip
    assert (rows[7]["T"], rows[7]["symbol"], rows[7]["label"]) == ("", "1", "2")


def test_svg_draws_every_stroke_inside_its_box(squared: Ink) -> None:
    svg = etree.fromstring(to_svg(squared))
    paths = [path.get("d") for path in svg.iter(f"{SVG}path")]
    assert len(paths) == 3
    left, top, width, height = map(float, svg.get("viewBox").split())
    points = np.array([float(v) for d in paths for v in d.replace("M", "").replace("L", "").split()]).reshape(-1, 2)
    assert np.all(points > [left, top]) and np.all(points < [left + width, top + height])
    assert width / height == pytest.approx(1032 / (1000 * 150 / 160 + 32), abs=0.01)


@pytest.mark.parametrize("strokes", [[[[5, 5]]], [[[1e300, -1e300], [-1e300, 1e300]]], [[[0, 0], [1e9, 0]]]])
def test_odd_ink_is_drawn(strokes: list) -> None:
    ink = Ink.from_arrays(strokes)
    assert "nan" not in to_svg(ink).decode() and "inf" not in to_svg(ink).decode()
    assert decode(to_png(ink)).min() < 128


def test_png_is_dark_on_white_and_keeps_the_aspect(squared: Ink) -> None:
    picture = decode(to_png(squared))
    assert picture[0].min() == PAPER and picture.min() < 50
    rows, columns = np.nonzero(picture < 128)
    assert np.ptp(columns) / np.ptp(rows) == pytest.approx(160 / 150, abs=0.05)


def test_symbol_png_has_the_size_the_networks_read(squared: Ink) -> None:
    assert decode(symbol_to_png(squared.select([2]))).shape == (SIZE, SIZE)


def decode(png: bytes) -> np.ndarray:
    return cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_UNCHANGED)
