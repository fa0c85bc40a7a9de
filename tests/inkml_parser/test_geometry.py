"""What InkML says about coordinates is applied, or refused by name."""

from __future__ import annotations

import pytest

from inkml_parser import InkError, MalformedInk, UnsupportedInk, mappings, read
from inkml_parser.mapping_steps import Lookup

FLIP = "<mapping type='affine'><affine>1 0 0, 0 -1 0</affine></mapping>"


BARE = "<affine>1 0 0, 0 -1 0</affine>"
UP = "<channel name='X'/><channel name='Y' orientation='-ve'/>"
UPWARD = f"<canvas><traceFormat>{UP}</traceFormat></canvas>"


def points(body: str) -> list[list[float]]:
    return read(f"<ink>{body}</ink>".encode()).strokes[0].tolist()


def channels(x: str = "", y: str = "", properties: str = "", trace: str = "2 4, 6 8") -> str:
    """A format with attributes of X and Y, and an ink source around it."""
    form = f"<traceFormat><channel name='X' {x}/><channel name='Y' {y}/></traceFormat>"
    source = f"<inkSource>{form}<channelProperties>{properties}</channelProperties></inkSource>"
    return f"<definitions><context xml:id='c'>{source}</context></definitions><trace contextRef='#c'>{trace}</trace>"


def resolution(x: str, y: str, units: str = "1/cm") -> str:
    return "".join(
        f"<channelProperty channel='{name}' name='resolution' value='{value}' units='{units}'/>"
        for name, value in (("X", x), ("Y", y))
    )


@pytest.mark.parametrize(
    "body",
    [
        f"<context><canvasTransform>{FLIP}</canvasTransform></context><trace>1 2, 3 4</trace>",
        f"<canvasTransform>{FLIP}</canvasTransform><trace>1 2, 3 4</trace>",
        f"<definitions><canvasTransform xml:id='k' invertible='true'>{FLIP}{FLIP}</canvasTransform>"
        "<context xml:id='c' canvasTransformRef='#k'/></definitions><trace contextRef='#c'>1 2, 3 4</trace>",
        f"<definitions><context xml:id='c'><canvasTransform>{FLIP}</canvasTransform></context>"
        "<context xml:id='d' contextRef='#c'/></definitions>"
        "<traceGroup contextRef='#d'><trace>1 2, 3 4</trace></traceGroup>",
        f"<definitions><mapping xml:id='m'{FLIP[8:]}</definitions>"
        "<context><canvasTransform><mapping mappingRef='#m'/></canvasTransform></context><trace>1 2, 3 4</trace>",
        "<context><canvasTransform><mapping><affine>1 0\n0 -1</affine></mapping></canvasTransform></context>"
        "<trace>1 2, 3 4</trace>",
        "<context><canvasTransform><mapping type='affine'><bind source='Y' target='Y'/><affine>-1 0</affine></mapping>"
        "</canvasTransform></context><trace>1 2, 3 4</trace>",
        "<traceFormat><channel name='X'/><channel name='Y'><mapping type='affine'><affine>-1 0</affine></mapping>"
        "</channel></traceFormat><trace>1 2, 3 4</trace>",
        "<traceFormat><channel name='X'/><channel name='Y' orientation='-ve'/></traceFormat><trace>1 2, 3 4</trace>",
        # A transform leads to the canvas: which way the axes of the device run is told by it.
        "<context><traceFormat><channel name='X'/><channel name='Y' orientation='-ve'/></traceFormat>"
        f"<canvasTransform>{FLIP}</canvasTransform></context><trace>1 2, 3 4</trace>",
        "<context><canvas><traceFormat><channel name='X'/><channel name='Y' orientation='-ve'/></traceFormat></canvas>"
        "<canvasTransform><mapping type='affine'><affine>1 0 0, 0 1 0</affine></mapping></canvasTransform></context>"
        "<trace>1 2, 3 4</trace>",
        # So does the identity, which is what holds without a transform.
        f"<context>{UPWARD}<canvasTransform><mapping type='identity'/></canvasTransform></context>"
        "<trace>1 2, 3 4</trace>",
        f"<context>{UPWARD}</context><trace>1 2, 3 4</trace>",
        f"<context><traceFormat>{UP}</traceFormat>{UPWARD}</context><trace>1 2, 3 4</trace>",
        f"<context><traceFormat>{UP}</traceFormat><canvas><traceFormat><channel name='X'/><channel name='Y'/>"
        "</traceFormat></canvas></context><trace>1 2, 3 4</trace>",
        "<context><canvasTransform><mapping type='lookup'><bind source='Y' target='Y'/><table>0 0, 10 -10</table>"
        "</mapping></canvasTransform></context><trace>1 2, 3 4</trace>",
        "<context><canvasTransform><mapping type='product'><mapping type='affine'><bind source='X' target='X'/>"
        "<affine>1 0</affine></mapping><mapping type='affine'><bind source='Y' target='Y'/><affine>-1 0</affine>"
        "</mapping></mapping></canvasTransform></context><trace>1 2, 3 4</trace>",
        # Bare, though the standard wants a mapping around it.
        f"<context><canvasTransform>{BARE}</canvasTransform></context><trace>1 2, 3 4</trace>",
        f"<context><canvasTransform invertible='true'>{BARE}{BARE}</canvasTransform></context><trace>1 2, 3 4</trace>",
        f"<context><canvasTransform>{BARE}{FLIP}</canvasTransform></context><trace>1 2, 3 4</trace>",
        "<context><canvasTransform><bind source='Y' target='Y'/><affine>-1 0</affine></canvasTransform></context>"
        "<trace>1 2, 3 4</trace>",
        "<traceFormat><channel name='X'/><channel name='Y'><affine>-1 0</affine></channel></traceFormat>"
        "<trace>1 2, 3 4</trace>",
        f"<definitions><mapping xml:id='m'{FLIP[8:]}</definitions>"
        "<context><canvasTransform mappingRef='#m'/></context><trace>1 2, 3 4</trace>",
        # In homogeneous coordinates.
        "<context><canvasTransform><affine>1 0 0, 0 -1 0, 0 0 1</affine></canvasTransform></context>"
        "<trace>1 2, 3 4</trace>",
        "<traceFormat><channel name='X'/><channel name='Y' orientation=' -VE'/></traceFormat><trace>1 2, 3 4</trace>",
        "<traceFormat><channel name='y' orientation='-ve'/><channel name='x'/></traceFormat><trace>2 1, 4 3</trace>",
    ],
)
def test_every_way_to_turn_the_page_over(body: str) -> None:
    assert points(body) == [[1, -2], [3, -4]]


def test_translation_rotation_and_scale() -> None:
    affine = "<affine>0 -2 10, 2 0 20</affine>"
    body = f"<context><canvasTransform><mapping type='affine'>{affine}</mapping></canvasTransform></context>"
    assert points(body + "<trace>1 2, 3 4</trace>") == [[6, 22], [2, 26]]


def test_each_context_has_its_own_transform() -> None:
    ink = read(
        f"<ink><trace>1 2</trace><context><canvasTransform>{FLIP}</canvasTransform></context><trace>1 2</trace>"
        "<context/><trace>1 2</trace><trace contextRef='#DefaultContext'>1 2</trace></ink>".encode()
    )
    assert [stroke[0].tolist() for stroke in ink.strokes] == [[1, 2], [1, -2], [1, -2], [1, 2]]


def test_what_a_group_changes_ends_with_it() -> None:
    ink = read(
        f"<ink><traceGroup><canvasTransform>{FLIP}</canvasTransform><trace>1 2</trace><traceGroup>"
        "<context><canvasTransform><affine>2 0 0, 0 2 0</affine></canvasTransform></context><trace>1 2</trace>"
        "</traceGroup><trace>1 2</trace></traceGroup><trace>1 2</trace></ink>".encode()
    )
    assert [stroke[0].tolist() for stroke in ink.strokes] == [[1, -2], [2, 4], [1, -2], [1, 2]]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (channels("units='mm'", "units='cm'"), [[2, 40], [6, 80]]),
        (channels("units='in'", "units='pt'", trace="1 72"), [[1, 1]]),
        (channels("units='pc'", "units='in'", trace="6 1"), [[6, 6]]),
        (channels("units='mm'", "units='mm'"), [[2, 4], [6, 8]]),
        (channels("units='Inches'", "units='points'", trace="1 72"), [[1, 1]]),
        (channels("units='mm'", "units='\u00b5m'", trace="1 1000"), [[1, 1]]),
        (channels("units='in'", "units='twips'", trace="1 1440"), [[1, 1]]),
        (channels("units='in'", "units='EMU'", trace="1 914400"), [[1, 1]]),
        (channels("", "", resolution("200", "100", "ppi")), [[2, 8], [6, 16]]),
        (channels("", "", resolution("200", "100", "lpi")), [[2, 8], [6, 16]]),
        (channels("units='em'", "units='em'"), [[2, 4], [6, 8]]),
        (channels("", "", resolution("1000", "500")), [[2, 8], [6, 16]]),
        (channels("units='dev'", "", resolution("1000", "500", "1/in")), [[2, 8], [6, 16]]),
        (channels("units='cm'", "units='cm'", resolution("1000", "1000")), [[2, 4], [6, 8]]),
        (channels("units='cm'", "units='cm'", resolution("1000", "250")), [[2, 16], [6, 32]]),
        (channels("units='mm'", "", resolution("10", "10", "1/mm")), [[2, 0.4], [6, 0.8]]),
        (channels("", "", resolution("0.01", "0.02", "mm")), [[2, 8], [6, 16]]),
        (channels("", "", resolution(" 1e3 ", "+500.")), [[2, 8], [6, 16]]),
        (channels("", "", resolution("1000", "500").replace("resolution", "Resolution")), [[2, 8], [6, 16]]),
        (channels("", "", resolution("1000", "500")).replace(" contextRef='#c'", ""), [[2, 8], [6, 16]]),
    ],
)
def test_x_and_y_come_to_one_unit(body: str, expected: list[list[float]]) -> None:
    assert points(body) == [pytest.approx(point) for point in expected]


def test_all_traces_come_to_one_unit() -> None:
    form = "<context xml:id='{0}'><traceFormat><channel name='X' units='{0}'/><channel name='Y' units='{0}'/>"
    contexts = "".join(form.format(unit) + "</traceFormat></context>" for unit in ("mm", "cm"))
    ink = read(
        f"<ink><definitions>{contexts}</definitions><trace contextRef='#mm'>1 2</trace>"
        "<trace contextRef='#cm'>1 2</trace></ink>".encode()
    )
    assert [stroke[0].tolist() for stroke in ink.strokes] == [[1, 2], [10, 20]]


def transform(mapping: str) -> str:
    return f"<context>\n<canvasTransform>\n{mapping}</canvasTransform></context><trace id='t'>1 2</trace>"


@pytest.mark.parametrize(
    ("body", "error", "cause"),
    [
        (transform("<mapping type='mathml'><math/></mapping>"), UnsupportedInk, "<mapping type='mathml'> in line 3"),
        (transform("<mapping type='unknown'/>"), UnsupportedInk, "trace 't': <mapping type='unknown'> in line 3"),
        (transform("<mapping/>"), UnsupportedInk, "<mapping> in line 3"),
        (transform("<mapping type='affine'><affine>1 0 0</affine></mapping>"), UnsupportedInk, "type='affine'"),
        (transform("<mapping type='affine'><affine>1 0 0, 2 0 0</affine></mapping>"), MalformedInk, "line 3"),
        (transform("<mapping type='affine'><affine>1 0 0, 0 x 0</affine></mapping>"), MalformedInk, "no number"),
        (transform("<mapping mappingRef='#no'/>"), MalformedInk, "'#no'"),
        (transform("<mapping xml:id='m' mappingRef='#m'/>"), MalformedInk, "circle"),
        (
            transform(
                "<mapping type='lookup'><bind source='X' target='X'/><table interpolation='cubic'>0 0</table></mapping>"
            ),
            UnsupportedInk,
            "cubic",
        ),
        ("<context canvasTransformRef='#no'/><trace>1 2</trace>", MalformedInk, "'#no', which is not defined"),
        (transform(FLIP * 3), UnsupportedInk, "<canvasTransform> in line 2 with <mapping>, <mapping>, <mapping>"),
        (transform("1 0 0, 0 -1 0"), UnsupportedInk, "<canvasTransform> in line 2 with text"),
        (transform("<matrix>1 0 0, 0 -1 0</matrix>"), UnsupportedInk, "<canvasTransform> in line 2 with <matrix>"),
        (transform("<math/>"), UnsupportedInk, "<canvasTransform> in line 2 with <math>"),
        (transform("<table>0 0, 9 9</table>"), UnsupportedInk, "<canvasTransform> in line 2 from X Y to X Y"),
        (
            transform(f"<mapping type='identity'>{BARE}</mapping>"),
            UnsupportedInk,
            "'identity'> in line 3 with <affine>",
        ),
        (transform(f"<mapping type='affine'>{BARE}{BARE}</mapping>"), UnsupportedInk, "with <affine>, <affine>"),
        (
            transform("<mapping type='affine'>1 0 0, 0 -1 0</mapping>"),
            UnsupportedInk,
            "'affine'> in line 3 with nothing",
        ),
        (
            transform(
                "<mapping type='lookup'><bind source='Y' column='2'/><bind target='Y' column='1'/>"
                "<table>0 0, 9 9</table></mapping>"
            ),
            UnsupportedInk,
            "with columns in another order",
        ),
        (transform(f"{FLIP}</canvasTransform><canvasTransform>{FLIP}"), UnsupportedInk, "in line 3 is the second"),
        (f"<context>{FLIP}</context><trace>1 2</trace>", UnsupportedInk, "<mapping> in line 1 stands where"),
        (f"<context>\n{BARE}</context><trace>1 2</trace>", UnsupportedInk, "<affine> in line 2 stands where"),
        (f"{FLIP}<trace>1 2</trace>", UnsupportedInk, "<mapping> in line 1 stands where"),
        (f"<traceGroup>{BARE}<trace>1 2</trace></traceGroup>", UnsupportedInk, "<affine> in line 1 stands where"),
        (
            f"<context><canvas><canvasTransform>{FLIP}</canvasTransform></canvas></context><trace>1 2</trace>",
            UnsupportedInk,
            "<canvasTransform> in line 1 stands where",
        ),
        (
            f"<traceFormat><channel name='X'/><channel name='Y'>{FLIP}{FLIP}</channel></traceFormat><trace>1 2</trace>",
            UnsupportedInk,
            "<channel> in line 1 with <mapping>, <mapping>",
        ),
        (
            channels("", "", resolution("1000", "1000").partition("<channelProperty channel='Y'")[0]),
            UnsupportedInk,
            "channel X has a resolution and channel Y",
        ),
        (channels("", "", resolution("5", "5") + resolution("9", "5")), MalformedInk, "channel X has 2 resolutions"),
        (channels("", "", resolution("5", "5", "1/a").replace("1/a", "1/b", 1)), UnsupportedInk, "a resolution in 'a'"),
        *(
            (
                channels("", "", resolution(*values)),
                MalformedInk,
                f"channel {name} in line 1 is no positive number: '{bad}'",
            )
            for bad in ("0", "-1", "NaN", "inf", "1e400", "1_0", "", "1e-320")
            for name, values in (("X", (bad, "1000")), ("Y", ("1000", bad)))
        ),
        *(
            (body, UnsupportedInk, f"<{name}> in line 1 has an attribute '{attribute}'")
            for body, name, attribute in (
                ("<trace transform='scale(1 -1)'>1 2</trace>", "trace", "transform"),
                ("<traceGroup transform='scale(1 -1)'><trace>1 2</trace></traceGroup>", "traceGroup", "transform"),
                ("<context><canvasTransform matrix='1 0 0'/></context><trace>1 2</trace>", "canvasTransform", "matrix"),
            )
        ),
        (channels("", "orientation='-'"), UnsupportedInk, "orientation '-' of a channel in line 1"),
        (channels("units='mm'", "units='em'"), UnsupportedInk, "X in 'mm', Y in 'em'"),
        (channels("units='mm'", ""), UnsupportedInk, "Y in 'dev'"),
        (channels("units='%'", "units='%'"), UnsupportedInk, "percent"),
    ],
)
def test_what_is_not_applied_is_refused_by_name(body: str, error: type[InkError], cause: str) -> None:
    with pytest.raises(error, match=cause):
        points(body)


def test_traces_with_a_resolution_are_not_mixed_with_traces_without_one() -> None:
    with pytest.raises(UnsupportedInk, match="channel X has a resolution and channel X elsewhere has none"):
        points(
            channels("", "", resolution("1000", "1000")) + "<context xml:id='d'><traceFormat><channel name='X'/>"
            "<channel name='Y'/></traceFormat></context><trace contextRef='#d'>1 2</trace>"
        )


def test_mappings_that_no_trace_uses_do_no_harm() -> None:
    mapping = "<canvasTransform xml:id='k'><mapping type='mathml'/></canvasTransform>"
    assert points(f"<definitions>{mapping}</definitions><trace>1 2</trace>") == [[1, 2]]


def test_the_mapping_of_another_channel_is_noted() -> None:
    ink = read(
        b"<ink><traceFormat><channel name='X'/><channel name='Y'/><channel name='F'><mapping type='mathml'/></channel>"
        b"</traceFormat><trace>1 2 3</trace></ink>"
    )
    assert ink.channels[0]["F"].tolist() == [3]
    assert "channel F is kept as it is written" in str(ink.warnings[0])


_TWO = "<mapping mappingRef='#n?'/>" * 2


@pytest.mark.parametrize("part", ["<mapping mappingRef='#m'/>", "<mapping mappingRef='#n'/>" * 2, "<mapping/>" * 65])
def test_products_of_products_and_of_too_many_mappings_are_refused(part: str) -> None:
    chain = "".join(
        f"<mapping xml:id='n{i}' type='product'>{_TWO.replace('?', str(i + 1))}</mapping>" for i in range(2000)
    )
    definitions = f"<mapping xml:id='m' type='product'>{part}</mapping>{chain.replace('n0', 'n')}"
    transform = "<context><canvasTransform><mapping mappingRef='#m'/></canvasTransform></context>"
    with pytest.raises(UnsupportedInk, match="product.*of too many mappings, or of products"):
        read(f"<ink><definitions>{definitions}</definitions>{transform}<trace>1 2, 3 4</trace></ink>".encode())


LOOKUP = "<mapping type='lookup'><bind source='Y' target='Y'/><table>9 -9, 0 0,\n4 -8,</table></mapping>"


def test_all_traces_of_a_context_are_mapped() -> None:
    traces = "".join(f"<trace id='t{i}'>{i} {i % 9}, 1 4</trace>" for i in range(400))
    ink = read(f"<ink><context><canvasTransform>{LOOKUP}</canvasTransform></context>{traces}</ink>".encode())
    expected = [-2.0 * y if y <= 4 else -8 - (y - 4) / 5 for y in range(9)]
    assert [stroke[0].tolist() for stroke in ink.strokes] == [[i, pytest.approx(expected[i % 9])] for i in range(400)]
    assert all(stroke[1].tolist() == [1, -8] for stroke in ink.strokes)


def test_channels_are_mapped_beside_x_and_y_and_may_be_missing() -> None:
    ink = read(
        b"<ink><traceFormat><channel name='X'/><channel name='Y' orientation='-ve'/><channel name='F'><mapping>"
        b"<affine>2 1</affine></mapping></channel></traceFormat>"
        b"<trace>1 2 3</trace><trace>1 2</trace><trace>4 5 6, 7 8 9</trace></ink>"
    )
    assert [stroke.tolist() for stroke in ink.strokes] == [[[1, -2]], [[1, -2]], [[4, -5], [7, -8]]]
    assert [{name: values.tolist() for name, values in own.items()} for own in ink.channels] == [
        {"F": [7]},
        {},
        {"F": [13, 19]},
    ]


def test_the_trace_that_cannot_be_mapped_is_named() -> None:
    traces = "".join(f"<trace id='t{i}'>1 {i}</trace>" for i in range(12))
    with pytest.raises(MalformedInk, match="trace 't10': a value of Y lies outside of the <table> in line 1"):
        points(f"<context><canvasTransform>{LOOKUP}</canvasTransform></context>{traces}")


def test_a_mapping_is_read_once_however_many_contexts_use_it(monkeypatch: pytest.MonkeyPatch) -> None:
    read_ones = []
    monkeypatch.setattr(mappings, "Lookup", lambda *args: read_ones.append(args) or Lookup(*args))
    use = "<context><canvasTransform><mapping mappingRef='#m'/></canvasTransform></context><trace>1 4</trace>"
    definition = LOOKUP.replace("<mapping", "<mapping xml:id='m'")
    ink = read(f"<ink><definitions>{definition}</definitions>{use * 50}</ink>".encode())
    assert [stroke.tolist() for stroke in ink.strokes] == [[[1, -8]]] * 50
    assert len(read_ones) == 1


@pytest.mark.parametrize(
    ("table", "cause"),
    [
        ("0 0, 1", "rows of other than two numbers"),
        ("0 0,, 9 9", "rows of other than two numbers"),
        ("0 0 9 9", "rows of other than two numbers"),
        ("0 0, 9 x", "holds what is no number"),
        ("0 0, 0 1", "has a value twice"),
        ("0 0, 9 1e999", "a number that is too large"),
        ("", "rows of other than two numbers"),
    ],
)
def test_tables_that_are_none(table: str, cause: str) -> None:
    with pytest.raises(InkError, match=cause):
        points(transform(f"<mapping type='lookup'><bind source='Y' target='Y'/><table>{table}</table></mapping>"))
