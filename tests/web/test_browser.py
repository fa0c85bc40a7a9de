"""The page in a real browser."""

from __future__ import annotations

import base64
import io
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

pytest.importorskip("selenium", reason="selenium is not installed")

from selenium.common.exceptions import WebDriverException  # noqa: E402
from selenium.webdriver.common.actions.action_builder import ActionBuilder  # noqa: E402
from selenium.webdriver.common.actions.pointer_input import PointerInput  # noqa: E402
from selenium.webdriver.common.keys import Keys  # noqa: E402

from crohme.ink.export import symbol_to_png, to_png  # noqa: E402
from crohme.notation import Alphabet, from_latex, to_mathml  # noqa: E402
from crohme.solver import Kind, NotUnderstood, Solution  # noqa: E402
from crohme.web.networks import Networks  # noqa: E402
from inkml_parser import Ink, read, write  # noqa: E402
from tests.web.chromium import (  # noqa: E402
    CROSS,
    DESKTOP,
    ON_ITS_SIDE,
    PHONE,
    POINTERS,
    Page,
    count_strokes,
    mathml_of,
    needs_chromium,
    picture_of,
    readings_of,
    widths_of,
)
from tests.web.limits import LIMITS  # noqa: E402

pytestmark = needs_chromium


def show_alone(page: Page, latex: str) -> None:
    """A reading with the font of formulas."""
    mathml = to_mathml(from_latex(latex, Alphabet.whole()))
    answer = {"latex": latex, "confidence": 0.9, "symbols": [], "mathml": mathml}
    page.intercept()
    page.write_at_once(CROSS)
    page.answer(0, {"readings": [answer]})
    page.wait_for_reading()
    fonts = "return [...document.fonts].map((font) => `${font.family} ${font.status}`).join()"
    page.wait(lambda: page.browser.execute_script(fonts) == "Formulas loaded")


def drawn_parts(page: Page) -> list[np.ndarray]:
    """What hangs together in the formula, from the top, as its pixels. Its boxes are as before stretching."""
    picture = cv2.imdecode(np.frombuffer(page.one("#shown math").screenshot_as_png, np.uint8), cv2.IMREAD_GRAYSCALE)
    count, parts = cv2.connectedComponents((picture < 128).astype(np.uint8))
    return sorted((np.argwhere(parts == part) for part in range(1, count)), key=lambda points: points[:, 0].min())


@pytest.mark.parametrize("latex", [r"\overline { A B C }", r"\widehat { A B C }"])
def test_what_lies_over_several_symbols_is_as_wide_as_they_are(page: Page, latex: str) -> None:
    show_alone(page, latex)
    parts = drawn_parts(page)
    assert np.ptp(parts[0][:, 1]) > 0.8 * np.ptp(np.concatenate(parts)[:, 1]) > 0  # without it, a quarter


def test_frames_are_drawn_and_the_brace_of_a_case_distinction_is_as_high_as_it(page: Page) -> None:
    show_alone(page, r"\boxed { E } = \{ \begin{matrix} x & y \\ 0 & \textcircled { 1 } \\ 2 & 3 \end{matrix}")
    edges = page.browser.execute_script(
        "return [...document.querySelectorAll('#shown menclose')]"
        ".map((one) => parseFloat(getComputedStyle(one).borderTopWidth))"
    )
    assert len(edges) == 2 and min(edges) > 0
    heights = [np.ptp(part[:, 0]) for part in drawn_parts(page)]
    assert max(heights) > 0.9 * np.ptp(np.concatenate(drawn_parts(page))[:, 0]) > 0


def test_doubtful_symbols_are_marked(page: Page) -> None:
    symbols = [("x", [0], False), ("+", [1, 2], False), ("\\other", [3, 4], True)]
    mathml = """<math xmlns="http://www.w3.org/1998/Math/MathML"><mrow><mi data-strokes="0">x</mi>
      <mo data-strokes="1 2">+</mo><mi data-strokes="3 4">\ufffd</mi></mrow></math>"""
    named = [{"label": label, "strokes": s, "doubtful": d, "candidates": []} for label, s, d in symbols]
    answer = {"latex": "x + ?", "confidence": 0.1, "symbols": named, "mathml": mathml}
    page.browser.execute_script(
        "const [answer] = arguments; window.fetch = async () => new Response(JSON.stringify({readings: [answer]}), "
        "{headers: {'Content-Type': 'application/json'}});",
        answer,
    )
    page.write_at_once([*CROSS, *([(60, y), (80, y)] for y in (0, 10, 20))])
    page.wait_for_reading()
    assert [symbol.get_attribute("data-strokes") for symbol in page.all("#shown .doubtful")] == ["3 4"]
    assert page.one("#shown .doubtful").value_of_css_property("border-bottom-style") == "dotted"
    assert page.text("#status") == "Read with 10 % certainty; the marked symbol is doubtful"
    assert page.text("#shown .doubtful") == "?"
    assert page.spoken() == "x plus unknown sign"


@pytest.mark.parametrize("pointer", ["mouse", "pen", "touch"])
def test_what_is_written_is_read(page: Page, pointer: str) -> None:
    page.write(CROSS, pointer)
    latex = page.wait_for_reading()
    assert latex
    assert "certainty" in page.text("#status")
    strokes = {s for e in page.all("#shown [data-strokes]") for s in e.get_attribute("data-strokes").split()}
    assert strokes and strokes <= {"0", "1"}
    assert len(page.all(".reading")) == len(page.all(".reading math")) >= 2


def test_another_reading_can_be_picked(page: Page) -> None:
    page.write(CROSS)
    first = page.wait_for_reading()
    second = page.all(".reading")[1]
    second.click()
    picked = second.get_attribute("title")
    assert page.text("#latex") == picked != first
    page.all(".reading input")[1].send_keys(Keys.ARROW_UP)
    assert page.text("#latex") == first


def test_undo_redo_erase_and_clear(page: Page) -> None:
    page.write(CROSS[:1])
    one = page.wait_for_reading()
    page.write(CROSS[1:])
    page.wait_for_reading()
    page.click("#undo")
    page.wait(lambda: page.text("#latex") == one and not page.all(".result[data-waiting]"))
    page.one("body").send_keys(Keys.CONTROL, "y")
    assert count_strokes(page) == 2
    page.click("#erase")
    assert page.one("#erase").get_attribute("aria-pressed") == "true"
    page.write([[(-30, -30), (-30, 30)]])  # across the horizontal bar alone
    assert count_strokes(page) == 1
    page.click("#clear")
    page.wait(lambda: page.text("#status") == "Nothing to recognise yet.")
    assert not page.all("#shown math") and not page.all(".reading")
    page.click("#undo")
    page.wait_for_reading()
    assert count_strokes(page) == 1


def test_a_lone_dot_is_nothing(page: Page) -> None:
    page.write([[(0, 0), (1, 1)]])
    page.wait(lambda: page.one("#undo").is_enabled())
    assert page.text("#status") == "Nothing to recognise yet."
    assert not page.all("#shown math")


def test_pointing_at_a_symbol_lights_its_strokes(page: Page) -> None:
    page.write(CROSS)
    page.wait_for_reading()
    before = picture_of(page)
    page.one("#shown").send_keys(Keys.ARROW_RIGHT)
    assert len(page.all("#shown .lit")) == 1
    page.wait(lambda: picture_of(page) != before)
    page.one("#shown").send_keys(Keys.ESCAPE)
    page.wait(lambda: picture_of(page) == before)
    actions = ActionBuilder(page.browser)
    actions.pointer_action.move_to(page.all("#shown [data-strokes]")[0])
    actions.perform()
    page.wait(lambda: page.all("#shown .lit") and picture_of(page) != before)


def test_what_was_read_is_solved_or_said_not_to_be_understood(
    page: Page, networks: Networks, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def solve(tree, **_):
        return Solution("1 + 1", ["2"], None, Kind.VALUE)

    monkeypatch.setattr(networks.solver, "solve", solve)
    page.write(CROSS)
    page.wait_for_reading()
    page.click("#solve")
    page.wait(lambda: page.all("#answer math"))
    assert [e.text.split() for e in page.all("#answer math")] == [["1", "+", "1"], ["2"]]

    async def refuse(tree, **_):
        raise NotUnderstood("! is not understood")

    monkeypatch.setattr(networks.solver, "solve", refuse)
    page.browser.refresh()  # answers are kept
    page.wait_for_reading()
    page.click("#solve")
    page.wait(lambda: page.text("#answer") == "! is not understood.")


def test_a_file_is_dropped_and_saved_again(page: Page) -> None:
    ink = Ink.from_arrays([np.array([[0, 0], [30, 5], [60, 0]]), np.array([[30, -20], [30, 40]])])
    file = io.BytesIO()
    write(ink, file)
    page.drop(file.getvalue(), "cross.inkml")
    latex = page.wait_for_reading()
    saved = read(page.save("inkml"))
    (bar, pole), (saved_bar, saved_pole) = ink.strokes, saved.strokes
    scale = np.ptp(saved_bar[:, 0]) / np.ptp(bar[:, 0])
    np.testing.assert_allclose(saved_bar - saved_bar[0], scale * (bar - bar[0]), atol=0.02)
    np.testing.assert_allclose(saved_pole - saved_bar[0], scale * (pole - bar[0]), atol=0.02)
    assert page.save("png").startswith(b"\x89PNG")
    assert page.save("tex").decode() == f"{latex}\n"


def test_a_dropped_picture_becomes_ink(page: Page) -> None:
    strokes = [np.linspace((0, 0), (60, 4), 9), np.linspace((30, -20), (30, 40), 9), np.linspace((80, 0), (110, 0), 9)]
    page.drop(to_png(Ink.from_arrays(strokes)), "photo.png")
    latex = page.wait_for_reading()
    saved = read(page.save("inkml"))
    assert len(saved.strokes) == 3
    bar, minus, pole = sorted((np.ptp(stroke, axis=0) for stroke in saved.strokes), key=lambda size: -size[0])
    assert bar[0] / pole[1] == pytest.approx(1, abs=0.05) and minus[0] / bar[0] == pytest.approx(0.5, abs=0.05)
    page.click("#undo")
    page.wait(lambda: "Nothing to recognise" in page.text("#status"))
    page.click("#redo")
    assert page.wait_for_reading() == latex


def test_a_photograph_of_many_bytes_is_sent_smaller(page: Page) -> None:
    photo = np.full((300, 4000), 230, np.uint8)
    cv2.line(photo, (300, 150), (3000, 150), 20, 20)
    content = cv2.imencode(".png", photo, [cv2.IMWRITE_PNG_COMPRESSION, 0])[1].tobytes()
    assert len(content) > 1_000_000 > LIMITS.max_bytes
    page.drop(content, "large.png")
    page.wait_for_reading()
    assert len(read(page.save("inkml")).strokes) == 1


def test_files_that_are_refused(page: Page) -> None:
    page.drop(b"<ink>", "broken.inkml")
    page.wait(lambda: "Not InkML" in page.text("#status"))
    page.drop(b"text", "notes.txt")
    page.wait(lambda: "Only InkML, PNG, JPEG and WebP" in page.text("#status"))


def test_single_symbols(page: Page) -> None:
    page.click("[value=symbol] + span")
    page.write(CROSS)
    page.wait_for_reading()
    assert [e.text for e in page.all(".networks h3")] == ["LSTM: the strokes", "CNN: the picture", "The mean of all"]
    assert len(page.all(".networks tr")) == 15
    page.drop(symbol_to_png(Ink.from_arrays(np.array(CROSS, dtype=float))), "cross.png")
    page.wait(lambda: [e.text for e in page.all(".networks h3")] == ["CNN: the picture"])


def test_the_page_fits_two_widths_in_both_colours(page: Page, tmp_path: Path) -> None:
    page.write(CROSS)
    page.wait_for_reading()
    grounds = {}
    for width, height in (DESKTOP, PHONE):
        for colours in ("light", "dark"):
            page.resize(width, height)
            page.colour(colours)
            file = tmp_path / f"{width}-{colours}.png"
            assert page.browser.save_screenshot(str(file))
            wide, high = page.browser.execute_script(
                "const page = document.documentElement; return [page.scrollWidth, page.scrollHeight]"
            )
            assert (wide, high) == (width, height), "all of it is in sight"
            grounds[colours] = page.one("body").value_of_css_property("background-color")
    assert grounds["light"] != grounds["dark"]


def test_a_tapped_dot_is_drawn(page: Page) -> None:
    page.write([[(0, 0)]])
    page.wait(lambda: page.one("#undo").is_enabled())

    def inked() -> int:
        content = base64.b64decode(picture_of(page).partition(",")[2])
        return int((cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_UNCHANGED)[..., 3] > 127).sum())

    page.wait(lambda: 4 < inked() < 30)


@pytest.mark.parametrize("size", [(1280, 800), PHONE, ON_ITS_SIDE], ids=["desktop", "phone", "phone on its side"])
def test_the_paper_never_moves(page: Page, size: tuple[int, int]) -> None:
    page.resize(*size)
    page.intercept()
    script = "const { x, y, width, height } = document.getElementById('pad').getBoundingClientRect();"
    paper = lambda: page.browser.execute_script(f"{script} return [x, y, width, height]")  # noqa: E731
    at_first = paper()
    tall = "x"
    for _ in range(6):
        tall = f"\\frac {{ {tall} }} {{ y }}"
    wide = " + ".join(["x y z"] * 15)
    for index, latex in enumerate(("x", wide, tall)):
        page.write([[(-40 + 20 * index, -30), (-40 + 20 * index, 30)]])
        assert paper() == at_first
        page.answer(index, readings_of(latex, tall, wide, "y", "z"))
        page.wait(lambda: page.wait_for_reading() == latex)  # noqa: B023
        assert paper() == at_first
        assert page.one("#shown").rect["height"] > 40
    page.click("#solve")
    page.wait(lambda: page.text("#status") == "Solving…")
    formula = {"latex": tall, "mathml": mathml_of(tall)}
    page.answer(3, {"kind": "value", "understood": formula, "answers": [formula] * 3, "decimal": None, "notes": []})
    page.wait(lambda: len(page.all("#answer math")) == 4)
    assert paper() == at_first
    page.write([[(30, -30), (30, 30)]])
    page.answer(4, {"error": {"code": "too_large", "message": "Too many strokes. " * 9}}, 413)
    page.wait(lambda: "Too many" in page.text("#status"))
    assert paper() == at_first
    extent = "const page = document.documentElement; return [page.scrollWidth, page.scrollHeight]"
    assert tuple(page.browser.execute_script(extent)) == size, "all of it is in sight"
    if size == ON_ITS_SIDE:
        assert at_first[2] * at_first[3] > 0.55 * size[0] * size[1]


def test_ink_comes_back_after_a_reload_and_in_a_new_tab(page: Page) -> None:
    page.write(CROSS)
    page.browser.refresh()
    page.wait_for_reading()
    ink = page.save("inkml")
    assert len(read(ink).strokes) == 2
    assert not page.one("#undo").is_enabled()
    lost = page.browser.current_window_handle
    page.browser.switch_to.new_window("tab")
    kept = page.browser.current_window_handle
    page.browser.switch_to.window(lost)
    page.browser.close()
    page.browser.switch_to.window(kept)
    page.browser.get(page.address)
    page.wait_for_reading()
    assert page.save("inkml") == ink
    page.click("#clear")
    page.browser.refresh()
    page.write(CROSS[:1])
    page.wait_for_reading()
    assert count_strokes(page) == 1, "what is cleared does not come back"


def test_ink_comes_back_after_a_crash(page: Page) -> None:
    page.write(CROSS)
    crashed = page.browser.current_window_handle
    page.browser.switch_to.new_window("tab")
    other = page.browser.current_window_handle
    page.browser.switch_to.window(crashed)
    with pytest.raises(WebDriverException, match="crashed"):
        page.browser.get("chrome://crash")
    page.browser.switch_to.window(other)
    page.browser.get(page.address)
    page.wait_for_reading()
    assert count_strokes(page) == 2


def test_ink_is_kept_when_the_data_of_the_site_were_cleared_meanwhile(page: Page) -> None:
    page.write(CROSS[:1])
    page.wait_for_reading()
    page.clear_data()
    page.write(CROSS[1:])
    page.wait_for_reading()
    page.browser.refresh()
    page.wait_for_reading()
    assert count_strokes(page) == 2


def test_a_dropped_picture_comes_back_after_a_reload(page: Page) -> None:
    page.click("[value=symbol] + span")
    page.drop(symbol_to_png(Ink.from_arrays(np.array(CROSS, dtype=float))), "cross.png")
    page.wait_for_reading()
    picture = picture_of(page)
    page.browser.refresh()
    page.wait(lambda: picture_of(page) == picture)
    page.wait_for_reading()  # as an expression: with doubtful symbols, whose strokes the paper does not have
    assert page.all("#shown .doubtful")
    page.one("#shown").send_keys(Keys.ARROW_RIGHT, Keys.ENTER, Keys.DELETE)
    page.wait(lambda: picture_of(page) == picture)
    assert not page.one("#undo").is_enabled()


BUSY = {"error": {"code": "busy", "message": "Too many requests are waiting."}}


@pytest.mark.parametrize(
    ("answer", "status"),
    [(None, 0), (BUSY, 503), ('{"readings": [', 200)],
    ids=["lost connection", "busy server", "half an answer"],
)
def test_a_failed_request_keeps_the_reading_and_is_made_again(page: Page, answer: Any, status: int) -> None:
    page.intercept()
    page.write(CROSS[:1])
    page.answer(0, readings_of("x"))
    page.wait_for_reading()
    page.write(CROSS[1:])
    page.answer(1, answer, status)
    page.wait(lambda: "Trying again" in page.text("#status"))
    assert page.text("#latex") == "x" and page.all("#shown math") and page.all(".reading")
    if status:  # else in a second
        page.browser.execute_script("dispatchEvent(new Event('focus'))")
    page.answer(2, readings_of("y"))
    page.wait(lambda: page.text("#latex") == "y" and "certainty" in page.text("#status"))
    assert page.asked() == [(1, False), (2, False), (2, False)]


def test_late_answers_are_shown_while_one_writes_on(page: Page) -> None:
    page.intercept()
    page.write(CROSS[:1])
    page.wait(lambda: page.asked() == [(1, False)])
    pen = PointerInput("pen", "pen")
    page.point(pen, (0, -40), "down", (0, 0))
    page.answer(0, readings_of("x"))
    page.wait(lambda: page.text("#latex") == "x")
    page.point(pen, (0, 40), "up")
    page.wait(lambda: page.asked() == [(1, False), (2, False)])
    page.write([[(-60, -60), (60, 60)]])
    page.wait(lambda: page.asked() == [(1, False), (2, True), (3, False)])  # replaced, for it took too long
    assert page.text("#latex") == "x"
    page.answer(2, readings_of("y"))
    page.wait(lambda: page.text("#latex") == "y" and not page.all(".result[data-waiting]"))


def test_delete_and_backspace_are_for_the_paper_when_it_has_the_focus(page: Page) -> None:
    page.intercept()
    page.write([*CROSS, [(-60, -60), (60, 60)]])
    for elsewhere in ("#shown", "#erase", "[name=mode]"):
        page.one(elsewhere).send_keys(Keys.DELETE, Keys.BACKSPACE)
    assert count_strokes(page) == 3
    page.one("#pad").send_keys(Keys.BACKSPACE)
    assert count_strokes(page) == 2
    page.browser.execute_script("document.activeElement.blur()")
    page.one("body").send_keys(Keys.DELETE)
    assert page.browser.execute_script("return document.getElementById('clear').disabled")


def test_a_palm_destroys_nothing_while_the_pen_writes(page: Page) -> None:
    page.intercept()
    page.write([[(-20, -50), (20, -50)]])
    palm = [("down", "touch", 20, 60), ("move", "touch", 60, 70), ("up", "touch", 60, 70), ("click", "touch", 0, 0)]
    pen = [("down", "pen", -40, 0), ("move", "pen", 0, 0), *palm, ("move", "pen", 40, 0), ("up", "pen", 40, 0)]
    page.browser.execute_script(POINTERS, [*pen, *palm])
    assert widths_of(page) == pytest.approx([40, 80])


def test_the_pen_writes_while_a_palm_rests_on_the_paper(page: Page) -> None:
    page.intercept()
    pen = [("down", "pen", -40, 0), ("move", "pen", 0, 0), ("move", "pen", 40, 0), ("up", "pen", 40, 0)]
    palm = ("down", "touch", 20, 60), ("move", "touch", 25, 60), *pen, ("up", "touch", 60, 70)
    page.browser.execute_script(POINTERS, palm)
    assert widths_of(page) == pytest.approx([80])


def test_a_second_finger_does_not_end_the_stroke_of_the_first(page: Page) -> None:
    page.intercept()
    second = [("down", "touch", 20, 60, False), ("move", "touch", 60, 70, False), ("up", "touch", 60, 70, False)]
    first = [("down", "touch", -40, 0), ("move", "touch", 0, 0), *second, ("move", "touch", 40, 0)]
    page.browser.execute_script(POINTERS, [*first, ("up", "touch", 40, 0)])
    assert widths_of(page) == pytest.approx([80])


def test_documentation_page(page: Page) -> None:
    page.browser.get(f"{page.address}/docs")
    page.wait(lambda: len(page.all(".operation")) == 7)
    assert "/v1/recognize" in page.text("main") and "503" in page.text("main")
