"""Ink as other people's files: pictures, data, and the notations of its truth. `crohme.ink.formats` lists them."""

from __future__ import annotations

import csv
import io
import json

import numpy as np
from lxml import etree

from crohme.extras import needed_by
from crohme.ink import raster
from crohme.ink.strokes import StrokeBatch
from crohme.ink.truth import truth, truth_graph
from crohme.notation import sign_name, to_latex, to_mathml, to_text, to_typst, write_lg
from crohme.types import Image
from inkml_parser import Ink, write

_SVG_SIDE = 1000
_SVG_LINE_WIDTH = 8


def to_png(ink: Ink) -> bytes:
    """A picture of the whole ink as `raster.render_ink` draws it."""
    return _encode_png(raster.render_ink(ink.strokes))


def symbol_to_png(ink: Ink) -> bytes:
    """A picture of an ink that is one symbol, in the normal form of `raster.render`."""
    return _encode_png(raster.render(StrokeBatch.from_symbols([ink.strokes]))[0])


def to_svg(ink: Ink) -> bytes:
    """A drawing with one path per stroke, its longer side 1000 units and a margin around it."""
    (strokes,) = StrokeBatch.from_symbols([ink.strokes])
    low = np.min([stroke.min(axis=0) for stroke in strokes], axis=0)
    extent = np.max([stroke.max(axis=0) for stroke in strokes], axis=0) - low
    margin = 2 * _SVG_LINE_WIDTH
    width, height = extent * _SVG_SIDE + 2 * margin
    svg = etree.Element("svg", nsmap={None: "http://www.w3.org/2000/svg"})
    svg.set("viewBox", f"{-margin} {-margin} {width:.1f} {height:.1f}")
    lines = etree.SubElement(svg, "g", {"fill": "none", "stroke": "black", "stroke-width": str(_SVG_LINE_WIDTH)})
    lines.set("stroke-linecap", "round")
    lines.set("stroke-linejoin", "round")
    for stroke in strokes:
        places = [f"{x:.1f} {y:.1f}" for x, y in (stroke - low) * _SVG_SIDE]
        # A line to where it starts: the round ends make a dot of it.
        etree.SubElement(lines, "path", d=f"M{places[0]} L{' '.join(places[1:] or places)}")
    return etree.tostring(svg, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def to_json(ink: Ink) -> bytes:
    """All that `Ink` holds, under the names of its fields."""
    fields = {
        "strokes": [stroke.tolist() for stroke in ink.strokes],
        "channels": [{name: values.tolist() for name, values in of.items()} for of in ink.channels],
        "trace_ids": list(ink.trace_ids),
        "symbols": [{"label": s.label, "strokes": list(s.strokes), "href": s.href} for s in ink.symbols],
        "latex": ink.latex,
        "mathml": ink.mathml,
        "annotations": dict(ink.annotations),
    }
    return (json.dumps(fields, ensure_ascii=False) + "\n").encode()


def to_inkml(ink: Ink) -> bytes:
    """InkML in the form of CROHME's files."""
    content = io.BytesIO()
    write(ink, content)
    return content.getvalue()


def to_csv(ink: Ink) -> bytes:
    """One line per point: `stroke,point,x,y`, one column per further channel, and the symbol and its label."""
    names = sorted({name for channels in ink.channels for name in channels})
    owner = {stroke: (number, s.label) for number, s in enumerate(ink.symbols) for stroke in s.strokes}
    text = io.StringIO()
    out = csv.writer(text, lineterminator="\n")
    out.writerow(["stroke", "point", "x", "y", *names, "symbol", "label"])
    for index, (stroke, channels) in enumerate(zip(ink.strokes, ink.channels, strict=True)):
        for point, (x, y) in enumerate(stroke.tolist()):
            more = [float(channels[name][point]) if name in channels else "" for name in names]
            out.writerow([index, point, x, y, *more, *owner.get(index, ("", ""))])
    return text.getvalue().encode()


def truth_to_latex(ink: Ink) -> bytes:
    """The truth as LaTeX tokens in normal form, on one line."""
    return (" ".join(to_latex(truth(ink, sign_name))) + "\n").encode()


def truth_to_lg(ink: Ink) -> bytes:
    """The truth as a label graph over strokes, see `truth.truth_graph`."""
    return write_lg(truth_graph(ink, sign_name)).encode()


def truth_to_mathml(ink: Ink) -> bytes:
    """The truth as Presentation MathML."""
    return (to_mathml(truth(ink, sign_name)) + "\n").encode()


def truth_to_text(ink: Ink) -> bytes:
    """The truth as Unicode text, on one line."""
    return (to_text(truth(ink, sign_name)) + "\n").encode()


def truth_to_typst(ink: Ink) -> bytes:
    """The truth as a formula of Typst."""
    return f"$ {to_typst(truth(ink, sign_name))} $\n".encode()


def _encode_png(image: Image) -> bytes:
    with needed_by("writing PNG"):
        import cv2  # here: the other formats do without

    return cv2.imencode(".png", image)[1].tobytes()
