"""Bad files: each cause has its error, which names the file; nothing else ever escapes."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inkml_parser import EmptyInk, ForbiddenInk, InkError, Limits, MalformedInk, OversizedInk, read

LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE ink [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><ink><annotation type="truth">&c;</annotation><trace>1 2</trace></ink>'
)


@pytest.mark.parametrize(
    ("data", "error", "cause"),
    [
        (b"", EmptyInk, "the file is empty"),
        (b" \n\t ", EmptyInk, "the file is empty"),
        (b"\xef\xbb\xbf", EmptyInk, "the file is empty"),
        (b"<ink/>", EmptyInk, "no trace"),
        (b"<ink><trace/><trace> </trace></ink>", EmptyInk, "no trace with points"),
        (b"\x00" * 100, MalformedInk, "not well-formed XML"),
        (bytes(range(256)), MalformedInk, "not well-formed XML"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", MalformedInk, "not well-formed XML"),
        (b"\x1f\x8b\x08\0\0", MalformedInk, "not well-formed XML, but a gzip file"),
        (b"PK\x03\x04\0\0", MalformedInk, "not well-formed XML, but a ZIP archive"),
        (b"\x89PNG\r\n\x1a\n", MalformedInk, "not well-formed XML, but a PNG picture"),
        (b"GIF89a", MalformedInk, "not well-formed XML, but a GIF picture"),
        (b"%PDF-1.7", MalformedInk, "not well-formed XML, but a PDF"),
        (b'{"type": "Math"}', MalformedInk, "not well-formed XML, but JSON"),
        (b"<ink><trace>1 2, 3", MalformedInk, "not well-formed XML"),
        (b"<ink><trace>1 2</trace>", MalformedInk, "not well-formed XML"),
        (b"<ink><trace>1 2</trace></ink><ink/>", MalformedInk, "not well-formed XML"),
        (b"<ink><trace>1 2</trace><trace>&alpha;</trace></ink>", MalformedInk, "not well-formed XML"),
        (b"\xff\xfe<\0i\0n", MalformedInk, "not well-formed XML"),
        (b"\xff\xfe<\0i", MalformedInk, "begins as UTF-16"),
        (b'<?xml version="1.0" encoding="nonsense"?><ink/>', EmptyInk, "no trace"),
        (b"<ink>" + b"<traceGroup>" * 300 + b"</traceGroup>" * 300 + b"</ink>", MalformedInk, "not well-formed XML"),
        (b"<svg><trace>1 2</trace></svg>", MalformedInk, "the root element is <svg>, not <ink>"),
        (b"<ink><trace>1 2<b/>, 3 4</trace></ink>", MalformedInk, "<b> inside a trace"),
        (b"<!DOCTYPE ink><ink><trace>1 2</trace></ink>", ForbiddenInk, "DOCTYPE"),
        (LAUGHS.encode(), ForbiddenInk, "DOCTYPE"),
        (LAUGHS.replace("1.0", '1.0" encoding="utf-16').encode("utf-16"), ForbiddenInk, "DOCTYPE"),
        (b"\xef\xbb\xbf <!-- x --><?p?><!DOCTYPE ink SYSTEM 'file:///etc/passwd'><ink/>", ForbiddenInk, "DOCTYPE"),
    ],
)
def test_refused(data: bytes, error: type[InkError], cause: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.inkml"
    path.write_bytes(data)
    with pytest.raises(error, match=cause) as from_path:
        read(path)
    assert str(from_path.value).startswith(f"{path}: ")
    assert "\n" not in str(from_path.value).rstrip()
    with pytest.raises(error, match=cause):
        read(data)


def test_a_doctype_in_the_text_is_text() -> None:
    data = b"<ink><annotation type='note'><![CDATA[<!DOCTYPE ink>]]></annotation><trace>1 2</trace></ink>"
    assert read(data).annotations == {"note": "<!DOCTYPE ink>"}


def test_file_objects_name_the_file(tmp_path: Path) -> None:
    path = tmp_path / "bad.inkml"
    path.write_bytes(b"junk")
    with path.open("rb") as file, pytest.raises(MalformedInk, match="bad.inkml"):
        read(file)


DATA = b"<ink><trace>1 2, 3 4</trace><trace>5 6</trace></ink>"


@pytest.mark.parametrize(
    ("limits", "cause"),
    [
        (Limits(max_bytes=len(DATA) - 1), f"more than {len(DATA) - 1} bytes"),
        (Limits(max_strokes=1), "more than 1 traces"),
        (Limits(max_points=2), "more than 2 points"),
    ],
)
def test_limits(limits: Limits, cause: str, tmp_path: Path) -> None:
    path = tmp_path / "large.inkml"
    path.write_bytes(DATA)
    for source in (path, DATA):
        with pytest.raises(OversizedInk, match=cause):
            read(source, limits=limits)


def test_just_within_limits() -> None:
    assert len(read(DATA, limits=Limits(len(DATA), 2, 3)).strokes) == 2


def test_default_limits_hold() -> None:
    with pytest.raises(OversizedInk, match="bytes"):
        read(b"<ink>" + b" " * Limits().max_bytes + b"</ink>")
    with pytest.raises(OversizedInk, match="traces"):
        read(b"<ink>" + b"<trace>1 2</trace>" * (Limits().max_strokes + 1) + b"</ink>")
    with pytest.raises(OversizedInk, match="points"):
        read(b"<ink><trace>" + b"1 2," * Limits().max_points + b"1 2</trace></ink>")
    with pytest.raises(OversizedInk, match="contexts"):
        read(b"<ink>" + b"<traceFormat/>" * 20_001 + b"<trace>1 2</trace></ink>")


@given(st.binary(max_size=400))
def test_any_bytes_are_ink_or_a_typed_error(data: bytes) -> None:
    with pytest.raises(InkError):  # nobody gets well-formed InkML by chance
        read(data)


VALID = (
    b"<ink xmlns='http://www.w3.org/2003/InkML'><traceFormat><channel name='X'/><channel name='Y'/><channel name='T'/>"
    b"</traceFormat><annotation type='truth'>x &lt; 1</annotation><annotationXML type='truth'><math><mi>x</mi></math>"
    b"</annotationXML><trace id='0'>1 2 3, '1 '2 '3, 4 5 *</trace><trace id='1'>1.5 -2 3</trace><traceGroup>"
    b"<annotation type='truth'>x</annotation><traceView traceDataRef='0'/><annotationXML href='x'/></traceGroup></ink>"
)


@given(st.randoms(use_true_random=False), st.integers(1, 6))
def test_any_damage_is_ink_or_a_typed_error(rng: random.Random, edits: int) -> None:
    data = bytearray(VALID)
    for _ in range(edits):
        at = rng.randrange(len(data))
        kind = rng.randrange(4)
        if kind == 0:
            data[at] = rng.randrange(256)
        elif kind == 1:
            del data[at : at + rng.randrange(1, 30)]
        elif kind == 2:
            data[at:at] = data[rng.randrange(len(data)) :][: rng.randrange(1, 60)]
        else:
            data[at : at + 1] = rng.choice([b"<", b"&", b"#", b"?", b"\xff", b"1e999", b"nan", b"<trace/>", b","])
    try:
        ink = read(bytes(data))
    except InkError:
        return
    assert ink.strokes
