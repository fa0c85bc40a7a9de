"""Chromium, cut off from the network, reads what Python reads: a small run of scripts/read_in_chromium.py."""

from __future__ import annotations

from pathlib import Path

import pytest

from crohme.expressions.recognizer import Recognizer
from inkml_parser import Ink
from tests.web.test_browser import pytestmark  # noqa: F401


def test_readings_are_those_of_python_without_a_network(recognizer: Recognizer, inks: list[Ink]) -> None:
    from scripts.read_in_chromium import offline_site

    assert recognizer.bundle is not None
    one_place = Ink.from_arrays([[[3, 4], [3, 4]], [[3, 4]]])
    with offline_site(recognizer.bundle) as chromium:
        for ink in inks[::40]:
            answer = chromium.read(ink)
            assert answer["latex"] == recognizer.recognize(ink).latex
            assert answer["cpu"] > 0
        assert chromium.read(one_place)["code"] == "nothing_to_recognise"
        used = chromium.memory()
        assert 1 < used.page < 50 < used.process < 1000
        assert 1 < used.worker < 50 and used.worker != used.page


def test_the_script_prints_what_it_compared(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], recognizer: Recognizer, tmp_path: Path
) -> None:
    from contextlib import contextmanager

    from scripts import read_in_chromium

    class Other:
        def read(self, ink: Ink) -> dict[str, object]:
            return {
                "latex": "x" if len(ink.strokes) % 2 else recognizer.recognize(ink).latex,
                "milliseconds": 7,
                "cpu": 5,
            }

        def memory(self) -> read_in_chromium.Memory:
            return read_in_chromium.Memory(142, 3, 24.25)

    @contextmanager
    def site(_: object):  # type: ignore[no-untyped-def]
        yield Other()

    monkeypatch.setattr(read_in_chromium, "offline_site", site)
    for name, strokes in (("a", [[[0, 5], [10, 5]], [[5, 0], [5, 10]]]), ("b", [[[0, 5], [10, 5]]])):
        traces = "".join(f"<trace>{', '.join(f'{x} {y}' for x, y in stroke)}</trace>" for stroke in strokes)
        (tmp_path / f"{name}.inkml").write_text(f'<ink xmlns="http://www.w3.org/2003/InkML">{traces}</ink>')
    assert read_in_chromium.main(["--data", str(tmp_path), "--readings", "100"]) == 0
    out = capsys.readouterr().out
    assert "1 of 2 files read alike: 50.0 %" in out
    assert "Chromium 7 ms, of which 5 on the processor" in out
    assert "after 100 readings 142 MB in the process, 3.0 of the page's JavaScript, 24.2 of the worker's" in out
