"""InkML given to `inkml_parser.read`: ink, or an `InkError`; and what is read can be written and read again.

Documents are made of contexts, formats, brushes, mappings, traces, continuations, groups and views that
mostly fit together; then their text is damaged, now and then their bytes.
"""

from __future__ import annotations

import io
import sys

import numpy as np
from harness import main

from inkml_parser import InkError, read, write

ALLOWED = InkError
_SNIPPETS = (
    *(b"<", b"&", b"&alpha;", b"#", b"?", b"*", b"T", b"'", b'"', b"\xff", b"\0", b"1e999", b"nan", b",", b" ", b":"),
    *(b"<trace/>", b"<traceView/>", b"</math>", b"<math>", b"]]>", b"<![CDATA[", b"<!--", b"-->", b"<?p?>", b"\x0c"),
    *(b"<!DOCTYPE ink>", b"\xef\xbb\xbf", b"\xff\xfe", b"xml:id='t0'", b"encoding='utf-16'", b"-ve", b"0", b"2:1"),
    *(b";", b"\xc2\xa0", b"1,2 3,4", b"transform='a'", b"opacity", b"rgba(1,2,3,.4)", b"hover", b"inch", b"lpi"),
)


def make(rng: np.random.Generator) -> bytes:
    """A document, damaged or not."""
    data = _document(rng).encode(_mostly(rng, ("utf-8", "utf-16", "iso-8859-1")), "replace")
    changed = bytearray(data)
    for _ in range(rng.choice([0] * 8 + [1, 4])):
        at = int(rng.integers(len(changed)))
        kind = rng.integers(4)
        if kind == 0:
            changed[at] = rng.integers(256)
        elif kind == 1:
            del changed[at : at + int(rng.integers(1, 30))]
        elif kind == 2:
            changed[at:at] = changed[int(rng.integers(len(changed))) :][: int(rng.integers(1, 80))]
        else:
            changed[at : at + 1] = _SNIPPETS[rng.integers(len(_SNIPPETS))]
        if not changed:
            break
    return bytes(changed)


def attempt(data: bytes) -> str:
    """Read, write, and read again."""
    ink = read(data)
    assert ink.strokes
    assert all(np.isfinite(stroke).all() for stroke in ink.strokes)
    assert len(ink.warnings) <= 101
    buffer = io.BytesIO()
    write(ink, buffer)
    again = read(buffer.getvalue())
    assert again == ink
    assert not again.warnings
    return "with warnings" if ink.warnings else "read"


def _document(rng: np.random.Generator) -> str:
    body = [_definitions(rng)] if rng.random() < 0.8 else []
    body += [_mostly(rng, _FORMATS)] if rng.random() < 0.4 else []
    body.append(f'<annotation type="truth">{_mostly(rng, _TRUTHS)}</annotation>')
    body.append(f'<annotationXML type="truth">{_mostly(rng, _MATHS)}</annotationXML>')
    for number in range(rng.integers(1, 8)):
        body += [_one_of(rng, _SETTINGS)] if rng.random() < 0.1 else []
        trace = _trace(rng, number)
        body.append(
            f"<traceGroup{_attribute(rng, 'contextRef', 0.2)}>{trace}</traceGroup>" if rng.random() < 0.1 else trace
        )
    body += [_group(rng, number) for number in range(rng.integers(0, 5))]
    declaration = _mostly(rng, ("", "<?xml version='1.0'?>", "<?xml version='1.0' encoding='utf-8'?>", *_DECLARED))
    return f"{declaration}<ink xmlns='http://www.w3.org/2003/InkML'>{''.join(body)}</ink>"


_DECLARED = tuple(f"<?xml version='1.0' encoding='{name}'?>" for name in ("utf-16", "iso-8859-1", "nonsense", "gbk"))
_TRUTHS = ("x^2", "$a &lt; b$", "a < b", "a & b &alpha;", "<![CDATA[x]]>", "\x0crac", "é", "")
_MATHS = (
    "<math><mi xml:id='x_1'>x</mi></math>",
    "<math><mi>x</mi><trace id='t0'>1 2</trace><traceFormat/><traceGroup/></math>",
    "<math><mi>&alpha;</mi></math>",
    "<math><mi>x</math>",
    "<math xmlns='http://www.w3.org/1998/Math/MathML'><mo>&#x2212;</mo></math>",
    "",
)
_X, _Y = "<channel name='X'{x}>{m}</channel>", "<channel name='Y'{y}/>"
_FORMATS = tuple(
    f"<traceFormat xml:id='f{i}'>{channels}</traceFormat>"
    for i, channels in enumerate(
        (
            _X.format(x="", m="") + _Y.format(y=""),
            _Y.format(y="") + _X.format(x="", m=""),
            _X.format(x="", m="") + _Y.format(y=" orientation='-ve'") + "<channel name='T' type='integer'/>",
            _X.format(x=" units='mm'", m="") + _Y.format(y=" units='in'"),
            _X.format(x=" units='cm'", m="<mapping type='affine'><affine>2 1</affine></mapping>")
            + _Y.format(y=" units='cm'"),
            _X.format(x="", m="")
            + _Y.format(y="")
            + "<intermittentChannels><channel name='B' type='boolean'/></intermittentChannels>",
            _X.format(x=" units='%'", m="<mapping type='mathml'><math/></mapping>") + _Y.format(y=""),
        )
    )
)
_MAPPINGS = (
    "<mapping type='affine'><affine>1 0 0, 0 -1 0</affine></mapping>",
    "<mapping type='affine'><bind source='Y' target='Y'/><affine>-1 100</affine></mapping>",
    "<mapping type='identity'/>",
    "<mapping type='lookup'><bind source='X' target='X'/>"
    "<table interpolation='floor'>-999 0, 0 1, 9999 7</table></mapping>",
    "<mapping type='product'><mapping type='affine'><bind source='X' target='X'/>"
    "<affine>2 0</affine></mapping></mapping>",
    "<mapping mappingRef='#m'/>",
    "<mapping type='unknown'/>",
    "<mapping type='affine'><affine>1 0, 1 0</affine></mapping>",
)
_BRUSHES = (
    "<brush xml:id='b'><brushProperty name='transparency' value='128'/></brush>",
    "<brush xml:id='b'><brushProperty name='color' value='#000000'/></brush>",
    "<brush xml:id='b' brushRef='#b'><brushProperty name='tip' value='rectangle'/></brush>",
)
_SETTINGS = (
    "<context/>",
    "<context contextRef='#c0'/>",
    "<context brushRef='#b'/>",
    "<context><canvasTransform><mapping type='affine'><affine>1 0 5, 0 1 5</affine></mapping>"
    "</canvasTransform></context>",
    *_FORMATS,
)


def _definitions(rng: np.random.Generator) -> str:
    parts = [_mostly(rng, _FORMATS), _one_of(rng, _BRUSHES), "<context xml:id='c0'/>"]
    if rng.random() < 0.3:
        parts.append(f"<canvasTransform xml:id='k'>{_mostly(rng, _MAPPINGS)}</canvasTransform>")
    if rng.random() < 0.2:
        parts.append(_one_of(rng, _MAPPINGS).replace("<mapping", "<mapping xml:id='m'", 1))
    for number in range(1, rng.integers(1, 4)):
        inside = _one_of(rng, _FORMATS) if rng.random() < 0.5 else ""
        if rng.random() < 0.3:
            resolution = "".join(
                f"<channelProperty channel='{name}' name='resolution' value='{rng.integers(0, 3) * 500}' units='1/cm'/>"
                for name in "XY"
            )
            inside = f"<inkSource>{inside}<channelProperties>{resolution}</channelProperties></inkSource>"
        references = "".join(
            _attribute(rng, name, 0.15)
            for name in ("contextRef", "brushRef", "canvasTransformRef", "traceFormatRef", "inkSourceRef")
        )
        parts.append(f"<context xml:id='c{number}'{references}>{inside}</context>")
    return f"<definitions>{''.join(parts)}</definitions>"


def _trace(rng: np.random.Generator, number: int) -> str:
    name = _one_of(rng, (f" id='t{number}'",) * 8 + (f" xml:id='t{number}'", "", " id='t0'", f" id='{number + 1}'"))
    more = "".join(_attribute(rng, one, 0.1) for one in ("contextRef", "brushRef", "priorRef"))
    if rng.random() < 0.2:
        more += f" continuation='{_one_of(rng, ('begin', 'middle', 'end'))}'"
    if rng.random() < 0.05:
        more += " type='penUp'"
    width = int(rng.choice([2] * 17 + [3, 3, 4]))
    rows = [[_value(rng) for _ in range(width)] for _ in range(rng.integers(1, 6))]
    comma = _mostly(rng, (", ", ",", "\n", " ", ",\n"))
    return f"<trace{name}{more}>{comma.join(' '.join(row) for row in rows)}</trace>"


def _value(rng: np.random.Generator) -> str:
    number = _one_of(rng, (str(rng.integers(-999, 9999)), f"{rng.normal():.3f}", f"{rng.normal():e}", "7"))
    return (
        number
        if rng.random() < 0.993
        else _one_of(rng, ("*", "?", "T", "#1F", f"'{number}", f'"{number}', f"! {number}"))
    )


def _group(rng: np.random.Generator, number: int) -> str:
    views = []
    for _ in range(rng.integers(0, 4)):
        bounds = "".join(
            f" {end}='{_one_of(rng, ('1', '2', '1:1', '2:3', '0', 'x'))}'"
            for end in ("from", "to")
            if rng.random() < 0.15
        )
        views.append(f"<traceView{_attribute(rng, 'traceDataRef', 0.95)}{bounds}/>")
    label = "<annotation type='truth'>x</annotation>" if rng.random() < 0.8 else ""
    name = _one_of(rng, ("traceGroup", "traceView"))
    return f"<{name} xml:id='g{number}'>{label}{''.join(views)}<annotationXML href='x_1'/></{name}>"


def _attribute(rng: np.random.Generator, name: str, share: float) -> str:
    if rng.random() >= share:
        return ""
    targets = {
        "contextRef": ("c0", "DefaultContext") * 8 + ("c1", "gone"),
        "brushRef": ("b", "gone"),
        "canvasTransformRef": ("k", "DefaultCanvasTransform"),
        "traceFormatRef": ("f0", "f2", "c1"),
        "inkSourceRef": ("c0", "gone"),
    }.get(name, ("t0", "t1", "t2", "0", "1", "g0", "g1", "gone"))
    return f" {name}='{'#' if rng.random() < 0.7 else ''}{_one_of(rng, targets)}'"


def _mostly(rng: np.random.Generator, options: tuple[str, ...]) -> str:
    """The first one, more often than not."""
    return options[0] if rng.random() < 0.8 else _one_of(rng, options)


def _one_of(rng: np.random.Generator, options: tuple[str, ...]) -> str:
    return options[rng.integers(len(options))]


if __name__ == "__main__":
    sys.exit(main(__doc__, make, attempt, ALLOWED))
