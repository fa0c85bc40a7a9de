"""Points as other programs separate them."""

from __future__ import annotations

import pytest

from inkml_parser import MalformedInk, read

POINTS = [[1, 2], [3, -4.5], [5, 6]]


def points(text: str, form: str = "") -> list[list[float]]:
    [stroke] = read(f"<ink>{form}<trace id='a'>{text}</trace></ink>".encode()).strokes
    return [[float(x), float(y)] for x, y in stroke]


@pytest.mark.parametrize(
    "text",
    [
        "1 2; 3 -4.5; 5 6;",
        "1 2;3 -4.5;5 6",
        "1,2 3,-4.5 5,6",
        "1,2\n3,-4.5\n5,6\n",
        "1, 2\n 3, -4.5\n5, 6",
        "1,2,3,-4.5,5,6",
        "1, 2, 3, -4.5, 5, 6",
        "1,2,\n3,-4.5,\n5,6,",
        "1\u00a02, 3\u00a0\u22124.5,\u20095 6",
        "1 2\uff0c3 -4.5\uff0c5 6",
    ],
)
def test_separators_of_other_programs(text: str) -> None:
    assert points(text) == POINTS


def test_points_of_three_values_as_in_svg() -> None:
    form = "<traceFormat><channel name='X'/><channel name='Y'/><channel name='T'/></traceFormat>"
    assert points("1,2,0 3,-4.5,10 5,6,20", form) == POINTS


def test_one_pair_is_one_point() -> None:
    assert points("10,20") == [[10, 20]]


@pytest.mark.parametrize("text", ["1 2", "10-5,3-2", "1 2,3 4,", "!1 2,'3'4", "1 2, 3 4\n, 5 6"])
def test_separators_of_inkml_stay_as_they_are(text: str) -> None:
    assert points(text)[0][0] in (1, 10)


@pytest.mark.parametrize("text", ["1,5 2,5; 3,5 4,5", "1,2 3,4,5", "1,2,3", "1 2; 3 4, 5 6", "1,2 3", "1,2;3,4"])
def test_what_could_be_anything_is_refused(text: str) -> None:
    with pytest.raises(MalformedInk, match="trace 'a'"):
        points(text)


@pytest.mark.parametrize("text", ["1,50 2,05 3,25 4,00", "1,5 2,25\n3,5 4,75", "10,5 2,5\n\n3,5 -4,75\n5,1 6,2\n"])
def test_commas_that_may_be_of_decimals_are_refused(text: str) -> None:
    with pytest.raises(MalformedInk, match="trace 'a'"):
        points(text)


def test_points_of_several_digits_are_no_decimals() -> None:
    assert points("229,183 239,184 249,187") == [[229, 183], [239, 184], [249, 187]]
    assert points("1,20 3,0 5,6\n7,8 9,10 11,12")[1] == [3, 0]
    assert points("1,-2 3,4\n5,6 7,8")[0] == [1, -2]
