"""Elements of other vocabularies are no ink, and their presence is told."""

from __future__ import annotations

import pytest

from inkml_parser import EmptyInk, read

INKML = "http://www.w3.org/2003/InkML"


def strokes(body: str, root: str = f"<ink xmlns='{INKML}' xmlns:z='urn:other'>") -> tuple[list[list[float]], list[str]]:
    ink = read(f"{root}{body}<trace>1 2</trace></ink>".encode())
    return [stroke[0].tolist() for stroke in ink.strokes], [warning.cause for warning in ink.warnings]


@pytest.mark.parametrize(
    "body",
    [
        "<z:trace>7 7</z:trace><z:trace>8 8</z:trace>",
        "<trace xmlns='urn:other'>7 7</trace>",
        "<z:traceFormat><channel name='Y'/><channel name='X'/></z:traceFormat>",
        "<z:canvasTransform/>",
        "<z:traceGroup><z:trace>7 7</z:trace></z:traceGroup>",
        "<definitions><z:brush xml:id='b'><z:brushProperty name='transparency' value='128'/></z:brush></definitions>",
    ],
)
@pytest.mark.parametrize("root", [f"<ink xmlns='{INKML}' xmlns:z='urn:other'>", "<ink xmlns:z='urn:other'>"])
def test_foreign_elements_are_left_out_and_told(body: str, root: str) -> None:
    found, causes = strokes(body, root)
    assert found == [[1, 2]]
    assert "is of namespace 'urn:other', not InkML's" in causes[0]


def test_each_kind_of_foreign_element_is_told_once() -> None:
    _, causes = strokes("<z:trace>7 7</z:trace>" * 3 + "<z:context/>")
    assert [cause.split(" in ")[0] for cause in causes] == ["<trace>", "<context>"]


def test_foreign_ink_alone_is_none() -> None:
    with pytest.raises(EmptyInk, match="no trace"):
        read(b"<ink xmlns:z='urn:other'><z:trace>1 2</z:trace></ink>")


@pytest.mark.parametrize(
    ("body", "root"),
    [
        ("<trace xmlns=''>7 7</trace>", f"<ink xmlns='{INKML}'>"),
        (f"<trace xmlns='{INKML}'>7 7</trace>", "<ink>"),
        (f"<trace xmlns='{INKML}'>7 7</trace>", "<ink xmlns='urn:x'>"),
        ("<trace>7 7</trace>", "<ink xmlns='https://www.w3.org/2003/InkML/'>"),
        ("<z:layer><trace>7 7</trace></z:layer>", f"<ink xmlns='{INKML}' xmlns:z='urn:other'>"),
    ],
)
def test_the_namespace_of_the_root_and_none_at_all_will_do(body: str, root: str) -> None:
    assert strokes(body, root) == ([[7, 7], [1, 2]], [])


def test_mathml_keeps_elements_that_are_named_like_those_of_inkml() -> None:
    math = "<math xmlns='http://www.w3.org/1998/Math/MathML'><trace>7 7</trace><table/></math>"
    ink = read(f"<ink xmlns='{INKML}'><annotationXML>{math}</annotationXML><trace>1 2</trace></ink>".encode())
    assert "<trace>7 7</trace><table/>" in (ink.mathml or "")
    assert len(ink.strokes) == 1
