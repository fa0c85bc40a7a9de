"""Points that begin with the time are not taken for X and Y."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from inkml_parser import MalformedInk, read

PLUS = [[(0, 10), (6, 11), (13, 10), (20, 10)], [(10, 0), (11, 7), (10, 13), (10, 20)]]
TWO = [[(0, 5), (3, 1), (7, 0), (10, 3), (8, 8), (4, 13), (0, 18), (5, 18), (11, 17)]]
TXY = '<traceFormat><channel name="T"/><channel name="X"/><channel name="Y"/></traceFormat>'
Row = Callable[[float, float, float], tuple[float, ...]]


def document(strokes: list[list[tuple[int, int]]], row: Row, step: Callable[[int], float], head: str = "") -> bytes:
    texts, time, number = [], 0.0, 0
    for stroke in strokes:
        rows = []
        for x, y in stroke:
            time, number = time + step(number), number + 1
            rows.append(" ".join(f"{value:.15g}" for value in row(time, x, y)))
        texts.append(f"<trace>{', '.join(rows)}</trace>")
        time += 300
    return f"<ink>{head}{''.join(texts)}</ink>".encode()


@pytest.mark.parametrize("step", [lambda n: 8, lambda n: (8, 9, 7)[n % 3], lambda n: (0, 17, 16)[n % 3]])
def test_time_before_x_and_y_has_to_be_declared(step: Callable[[int], float]) -> None:
    with pytest.raises(MalformedInk, match="trace '0': the first value of its points never falls, as time does"):
        read(document(PLUS, lambda t, x, y: (t, x, y), step))
    ink = read(document(PLUS, lambda t, x, y: (t, x, y), step, TXY))
    assert [stroke.tolist() for stroke in ink.strokes] == [[list(point) for point in stroke] for stroke in PLUS]


def test_a_single_stroke_tells_it_by_even_steps() -> None:
    with pytest.raises(MalformedInk, match="T X Y"):
        read(document(TWO, lambda t, x, y: (1.7e12 + t, x, y), lambda n: 8 + n % 2))


def test_time_after_x_and_y_is_what_it_is() -> None:
    for strokes in (PLUS, TWO):
        ink = read(document(strokes, lambda t, x, y: (x, y, t), lambda n: 8))
        assert [stroke.tolist() for stroke in ink.strokes] == [[list(point) for point in stroke] for stroke in strokes]


def test_a_bar_that_goes_to_the_right_all_the_way_may_have_its_force() -> None:
    x = 100 * (1 - np.cos(np.linspace(0, np.pi, 20)))
    force = np.sin(np.linspace(0, np.pi, 20))
    rows = ", ".join(f"{a:.2f} 5 {f:.2f}" for a, f in zip(x, force, strict=True))
    assert len(read(f"<ink><trace>{rows}</trace></ink>".encode()).strokes[0]) == 20


def test_strokes_that_go_back_may_have_any_third_value() -> None:
    ink = read(document(PLUS[::-1], lambda t, x, y: (x, y, 1 - (t / 8) % 2), lambda n: 8))
    assert len(ink.strokes) == 2


def test_a_clock_that_begins_anew_with_each_trace_is_time_as_well() -> None:
    def texts(row: Row) -> bytes:
        traces = (
            ", ".join(" ".join(f"{value:g}" for value in row(8 * n + n % 2, x, y)) for n, (x, y) in enumerate(stroke))
            for stroke in (TWO[0], PLUS[0], TWO[0][::-1])
        )
        return f"<ink>{''.join(f'<trace>{text}</trace>' for text in traces)}</ink>".encode()

    with pytest.raises(MalformedInk, match="T X Y"):
        read(texts(lambda t, x, y: (t, x, y)))
    assert len(read(texts(lambda t, x, y: (x, y, t))).strokes) == 3


def test_time_before_x_y_and_force_has_to_be_declared() -> None:
    with pytest.raises(MalformedInk, match="the first value of its points"):
        read(document(PLUS, lambda t, x, y: (t, x, y, 5, 6 + t % 3), lambda n: 8))
