"""The channels of a stroke: a read-only mapping, whatever they were given as."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest

from inkml_parser import Ink, MalformedInk, read
from inkml_parser.formats import TraceFormat
from inkml_parser.points import decode

NAMES = ("T", "X", "A", "Y", *(f"C{number}" for number in range(60)))
WIDE = TraceFormat(NAMES, len(NAMES), frozenset({"A", "Y"}))


def timed(times: list[float]) -> Ink:
    return Ink(strokes=(np.zeros((len(times), 2)),), channels=({"T": np.array(times), "F": np.ones(len(times))},))


@pytest.mark.parametrize("write", ["{:d}", "!{:d}", "#{:X}", "{:d}.0", "+{:d}"])
@pytest.mark.parametrize("between", [" ", "\n", "  "])
def test_every_encoding_of_all_channels_means_the_same(write: str, between: str) -> None:
    values = np.random.default_rng(0).integers(0, 999, (3, len(NAMES)))
    text = ", ".join(between.join(write.format(value) for value in row) for row in values.tolist())
    points, channels = decode(text, WIDE)
    assert points.tolist() == np.stack([values[:, 1], -values[:, 3]], axis=1).tolist()
    assert list(channels) == [name for name in NAMES if name not in ("X", "Y")]
    for number, name in enumerate(NAMES):
        if name not in ("X", "Y"):
            assert channels[name].tolist() == (-values[:, number] if name == "A" else values[:, number]).tolist()


def test_only_channels_known_at_every_point_are_kept_beside_differences_and_switches() -> None:
    points, channels = decode("1 2 T 5 #A, '1 '1 F ? '#1, 1 1 * 7 1", TraceFormat(("X", "Y", "B", "F", "H"), 5))
    assert points.tolist() == [[1, 2], [2, 3], [3, 4]]
    assert {name: values.tolist() for name, values in channels.items()} == {"B": [1, 0, 0], "H": [10, 11, 12]}


@pytest.mark.parametrize("write", ["{}", "!{}"])
def test_one_value_more_than_a_point_may_have_is_refused_in_every_encoding(write: str) -> None:
    point = " ".join(write.format(number) for number in range(65))
    with pytest.raises(MalformedInk, match="point 0 has more than 64 values"):
        decode(f"{point}, {point}", TraceFormat(), usual=65)


def test_traces_that_continue_each_other_keep_the_channels_that_all_have() -> None:
    ink = read(
        b"<ink><traceFormat><channel name='X'/><channel name='Y'/><channel name='T'/><channel name='F'/></traceFormat>"
        b"<trace id='a' continuation='begin'>1 2 3 4</trace>"
        b"<trace id='b' continuation='end' priorRef='#a'>5 6 ? 8</trace></ink>"
    )
    assert {name: values.tolist() for name, values in ink.channels[0].items()} == {"F": [4, 8]}


def test_channels_are_copied_and_read_only() -> None:
    times = np.array([1.0, 2.0])
    ink = Ink(strokes=(np.zeros((2, 2)),), channels=({"T": times},))
    times[0] = 9
    assert ink.channels[0]["T"].tolist() == [1, 2]
    for one in (ink, pickle.loads(pickle.dumps(ink)), copy.deepcopy(ink), ink.select([0])):
        assert one.channels == ink.channels
        with pytest.raises(ValueError, match="read-only"):
            one.channels[0]["T"][0] = 9


def test_channels_are_equal_by_name_and_value() -> None:
    assert timed([1, 2]) == timed([1, 2])
    assert timed([1, 2]) != timed([1, 3])
    assert timed([1, 2]).channels[0] == {"F": np.ones(2), "T": np.array([1, 2])}
    assert timed([1, 2]).channels[0] != {"T": np.array([1, 2])}
    assert "X" not in timed([1]).channels[0]
    assert timed([1]).channels[0].get("X") is None
