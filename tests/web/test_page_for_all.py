"""The page in a real browser: what is heard of it, and how the keyboard goes through it."""

from __future__ import annotations

import pytest

pytest.importorskip("selenium", reason="selenium is not installed")

from selenium.webdriver.common.keys import Keys  # noqa: E402

from crohme.notation import Alphabet, from_latex, to_mathml  # noqa: E402
from tests.web.chromium import CROSS, DESKTOP, ON_ITS_SIDE, PHONE, Page, needs_axe, needs_chromium  # noqa: E402
from tests.web.letters import A, B, choose, poles  # noqa: E402
from tests.web.shown_readings import answer, reading, show  # noqa: E402

pytestmark = needs_chromium


WORDS = {
    r"\frac { a } { b }": "a over b",
    r"\frac { x ^ { 2 } } { 1 2 }": "the fraction x squared over 12, end of fraction,",
    r"\sqrt { x + 1 }": "the square root of x plus 1, end of root,",
    r"\sum _ { i = 1 } ^ { n } \alpha _ { i }": "the sum from i equals 1 to n of alpha sub i",
    r"\lim _ { x \rightarrow 0 } f ^ { \prime } ( x )": "the limit as x to 0 of f prime open bracket x close bracket",
    r"\hat { A } \neq e ^ { - x }": "capital A hat is not equal to e to the power minus x, end of power,",
    r"\binom { n } { k }": "n choose k",
}


def test_the_formula_is_spoken_and_so_are_its_symbols(page: Page) -> None:
    show(page, reading("x + y", [0], [1], [2], doubtful=2))
    assert page.spoken() == "x plus y"
    page.one("#shown").send_keys(Keys.ARROW_LEFT)
    assert page.spoken() == "y, doubtful"
    page.one("#shown").send_keys(Keys.ARROW_LEFT)
    assert page.spoken() == "plus"
    page.one("#shown").send_keys(Keys.ENTER)
    page.wait(lambda: page.one("#correction").is_displayed())


def test_the_keyboard_goes_on_at_the_symbol_that_it_was_at(page: Page) -> None:
    show(page, reading("x + y", [0], [1], [2]))
    page.one("#shown").send_keys(Keys.ARROW_RIGHT, Keys.ARROW_RIGHT, Keys.ENTER)
    page.wait(lambda: page.one("#correction").is_displayed())
    page.browser.switch_to.active_element.send_keys(Keys.ESCAPE)
    page.wait(lambda: not page.one("#correction").is_displayed())
    page.browser.switch_to.active_element.send_keys(Keys.ENTER)
    page.wait(lambda: page.one("#correction").is_displayed())
    page.one("#correction [data-label=t]").send_keys(Keys.ENTER)
    page.answer(1, answer(reading("x t y", [0], [1], [2])))
    page.wait(lambda: page.text("#latex") == "x t y")
    page.browser.switch_to.active_element.send_keys(Keys.ARROW_RIGHT)
    assert page.spoken() == "y"


def test_the_focus_stays_where_one_was_in_menus_and_lists(notebook: Page) -> None:
    focused = "const { ariaLabel, textContent } = document.activeElement; return (ariaLabel ?? textContent).trim()"
    active = lambda: notebook.browser.execute_script(focused)  # noqa: E731
    notebook.write_at_once(poles(A))
    notebook.wait(lambda: notebook.text("#latex") == "a")
    notebook.one("#save summary").send_keys(Keys.ENTER)
    notebook.one("[data-save=inkml]").send_keys(Keys.ESCAPE)
    assert active() == "Save" and not notebook.one("[data-save=inkml]").is_displayed()
    choose(notebook, "add")
    notebook.wait(lambda: notebook.text("#page-name") == "Page 2")
    notebook.write_at_once(poles(B))
    notebook.wait(lambda: notebook.text("#latex") == "b")
    notebook.click("#pages")
    for key, name in ((Keys.ENTER, "Algebra"), (Keys.ESCAPE, "Page 2")):
        at = "first" if name == "Algebra" else "last"
        notebook.one(f"#page-list li:{at}-child [data-act=rename]").send_keys(Keys.ENTER)
        notebook.one("#page-list input").send_keys("Algebra", key)
        notebook.wait(lambda: active() == name)  # noqa: B023
    notebook.one("#page-list li:first-child [data-act=remove]").send_keys(Keys.ENTER)
    notebook.wait(lambda: len(notebook.all("#page-list li")) == 1 and active() == "Page 2")


def test_a_name_is_typed_to_its_end_though_another_tab_tells_of_a_page_meanwhile(notebook: Page) -> None:
    notebook.write_at_once(poles(A))
    notebook.wait(lambda: notebook.text("#latex") == "a")
    notebook.click("#pages")
    notebook.one("#page-list [data-act=rename]").send_keys(Keys.ENTER)
    field = notebook.one("#page-list input")
    field.send_keys("Alge")
    tell = "new BroadcastChannel('crohme notebook').postMessage({ id: '?', isGone: true })"
    notebook.browser.execute_async_script(f"{tell}; setTimeout(arguments[0], 200)")
    field.send_keys("bra", Keys.ENTER)
    notebook.wait(lambda: notebook.text("#page-name") == "Algebra")


def test_formulas_in_words(page: Page) -> None:
    script = """
      const [mathml, done] = arguments;
      Promise.all(["words", "formula"].map((name) => import(`/static/${name}.js`)))
        .then(([{ inWords }, { formula }]) => done(mathml.map((one) => inWords(formula(one)))));
    """
    formulas = [to_mathml(from_latex(latex, Alphabet.whole()), with_strokes=True) for latex in WORDS]
    said = page.browser.execute_async_script(script, formulas)
    assert said == list(WORDS.values())


def test_the_toolbar_is_one_stop_with_arrows(page: Page) -> None:
    page.intercept()
    page.write(CROSS)
    stops = "return [...document.querySelectorAll('#tools .tool')].filter((t) => t.tabIndex === 0).map((t) => t.id)"
    assert page.browser.execute_script(stops) == ["undo"]
    page.one("#undo").send_keys(Keys.ARROW_RIGHT)
    assert page.browser.execute_script("return document.activeElement.id") == "erase", "what is disabled is passed over"
    page.one("#erase").send_keys(Keys.END, Keys.ARROW_RIGHT)
    assert page.browser.execute_script("return document.activeElement.id") == "undo"


@needs_axe
@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE, ON_ITS_SIDE], ids=["desktop", "phone", "phone on its side"])
def test_nothing_stands_in_the_way_of_anybody(page: Page, size: tuple[int, int], colours: str) -> None:
    page.resize(*size)
    page.colour(colours)
    show(page, reading("x + y", [0], [1], [2], doubtful=2), reading("x + t", [0], [1], [2]))
    for opened in ("#shown", "#shown [data-strokes]", "#copy-as"):
        page.click(opened)
        assert not page.barriers(), opened
        page.browser.execute_script("for (const one of document.querySelectorAll(':popover-open')) one.hidePopover()")
