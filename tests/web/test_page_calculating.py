"""The page in a real browser: what is written is calculated, with steps and plots."""

from __future__ import annotations

import json
import math
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

pytest.importorskip("selenium", reason="selenium is not installed")
pytest.importorskip("sympy", reason="the extra [solver] is not installed")

from selenium.webdriver.common.action_chains import ActionChains  # noqa: E402
from selenium.webdriver.common.keys import Keys  # noqa: E402

from tests.web.chromium import CROSS, DESKTOP, ON_ITS_SIDE, PHONE, Page, needs_chromium, readings_of  # noqa: E402

pytestmark = needs_chromium

READ = """
const [answer] = arguments, ask = (window.askServer ??= window.fetch);
window.solved = [];
window.fetch = (path, options) => {
  if (path === "/v1/recognize") return Promise.resolve(new Response(JSON.stringify(answer)));
  solved.push([path, options.body]);
  return ask(path, options);
};
"""
WHEEL = """
const turn = { deltaY: -120, clientX: 400, clientY: 200, cancelable: true };
arguments[0].dispatchEvent(new WheelEvent("wheel", turn));
"""
STATIC = Path(__file__).resolve().parents[2] / "crohme/web/static"


@pytest.fixture(scope="module", autouse=True)
def _solver(address: str) -> None:
    """The solver has loaded SymPy: a busy machine takes longer than a question may wait."""
    body = json.dumps({"latex": "1 + 1"}).encode()
    asked = Request(f"{address}/v1/solve", body, {"Content-Type": "application/json"})
    for _ in range(20):
        try:
            urlopen(asked, timeout=60).close()
            return
        except HTTPError:
            time.sleep(0.5)


def read(page: Page, latex: str) -> None:
    """Something written, of which this is the reading; all else is asked of the server."""
    page.browser.execute_script(READ, readings_of(latex))
    page.write_at_once(CROSS)
    page.wait(lambda: page.text("#latex") == latex)


def questions(page: Page) -> list[tuple[str, dict[str, Any]]]:
    return [(path, json.loads(body)) for path, body in page.browser.execute_script("return solved")]


def formulas(page: Page, selector: str) -> list[str]:
    return ["".join(one.get_attribute("textContent").split()) for one in page.all(f"{selector} math")]


def test_an_equals_sign_at_the_end_is_answered_in_place(page: Page) -> None:
    read(page, "\\frac { 1 } { 2 } + \\frac { 1 } { 3 } =")
    page.wait(lambda: page.all("#shown .in-place"))
    assert page.one("#shown .in-place").get_attribute("textContent") == "56"
    page.wait(lambda: "Read as" in page.text("#answer"))
    assert page.text("#latex").endswith("="), "what was read is as it was"
    page.click("#clear")
    page.wait(lambda: not page.all("#shown .in-place") and not page.one("#answer").is_displayed())


def test_a_formula_is_not_cut_off_to_make_room_for_its_answer(page: Page) -> None:
    read(page, "S = \\frac { 1 } { \\frac { 1 } { E } - \\frac { 1 } { P } }")
    page.wait(lambda: "No plot" in page.text("#answer"))
    sizes = (
        "const { scrollHeight, clientHeight } = document.getElementById('shown'); return [clientHeight, scrollHeight]"
    )
    room, needed = page.browser.execute_script(sizes)
    assert room >= 0.8 * needed > 40  # without room for what it needs, a half
    assert page.one("#answer").rect["height"] > 40
    assert not page.all(".line-answer .preview") and "No plot" not in page.text("#tags"), "nobody asked for one"


def test_an_expression_is_answered_only_when_asked_for(page: Page) -> None:
    read(page, "2 + 3")
    page.browser.execute_async_script("setTimeout(arguments[0], 900)")
    assert not questions(page) and not page.one("#answer").is_displayed()
    page.click("#solve")
    page.wait(lambda: formulas(page, "#answer") == ["2+3", "5"])


def test_an_equation_shows_its_solutions_with_steps(page: Page) -> None:
    read(page, "x ^ { 2 } - 5 x + 6 = 0")
    page.wait(lambda: page.all("#answer .steps"))
    assert formulas(page, "#answer .solution") == ["x=2", "x=3"]
    assert not page.one("#answer .steps ol").is_displayed()
    page.click("#answer .steps summary")
    assert "discriminant is positive" in page.text("#answer .steps")
    assert formulas(page, "#answer .steps")[-1] == "x=2,x=3"


def test_steps_name_the_rule_of_each(page: Page) -> None:
    for latex, count, rule, last in (
        ("3 x - 5 = 4", 2, "Divide both sides by the factor of the unknown.", "x=3"),
        ("x + y = 3 , x - y = 1", 4, "Subtract equation 1 from equation 2.", "x=2"),
        ("\\frac { d } { d x } x ^ { 2 } \\sin x =", 4, "Product rule.", "x(xcos(x)+2sin(x))"),
        ("\\int x \\cos x d x =", 4, "Integrate by parts", "xsin(x)+cos(x)+C"),
    ):
        read(page, latex)
        page.wait(lambda: page.all("#answer .steps"))
        page.click("#answer .steps summary")
        assert len(page.all("#answer .steps li")) == count and rule in page.text("#answer .steps")
        assert formulas(page, "#answer .steps")[-1].replace("\u2061", "") == last
        page.click("#clear")
        page.wait(lambda: not page.all("#answer .steps"))


def test_angles_are_in_the_unit_that_was_chosen_and_stay_so(page: Page) -> None:
    read(page, "\\sin 3 0 =")
    page.wait(lambda: page.all("#answer .angle"))
    assert page.one("#shown .in-place").get_attribute("textContent") == "≈−0.988031624093"
    page.one("#answer .angle").send_keys("degrees")
    page.wait(lambda: [one.get_attribute("textContent") for one in page.all("#shown .in-place")] == ["12"])
    assert "∘" in "".join(formulas(page, "#answer")) and "angles are in degrees" in page.text("#answer")
    page.browser.refresh()
    page.wait(lambda: page.all("#pad"))
    read(page, "\\cos 6 0 =")
    page.wait(lambda: page.all("#shown .in-place"))
    assert page.one("#shown .in-place").get_attribute("textContent") == "12"


@pytest.mark.parametrize("size", [DESKTOP, PHONE, ON_ITS_SIDE], ids=["desktop", "phone", "phone on its side"])
def test_a_function_has_a_plot_that_is_dragged_and_zoomed(page: Page, size: tuple[int, int]) -> None:
    page.resize(*size)
    read(page, "f ( x ) = x ^ { 2 } - 2")
    page.wait(lambda: page.all("#answer .preview:enabled"))
    label = page.one("#answer .preview").get_attribute("aria-label")
    assert label.startswith("Plot of f")
    page.browser.execute_script("arguments[0].scrollIntoView()", page.one("#answer .preview"))
    page.click("#answer .preview")
    page.wait(lambda: page.all(".plot-dialog[open] .marks section"))
    box = page.one(".plot-dialog").rect
    assert box["x"] >= 0 and box["y"] >= 0 and box["x"] + box["width"] <= size[0] and box["height"] <= size[1]
    assert page.one(".plot canvas").rect["height"] >= 120
    page.wait(lambda: formulas(page, ".plot-dialog .marks") == ["x=−2", "x=2", "x=0"])
    assert "with 2 roots, 1 minimum" in page.one(".plot canvas").get_attribute("aria-label")
    page.wait(lambda: questions(page)[-1][1]["high"] < 10)  # what is seen at first is where the roots are
    wide = questions(page)[-1][1]["high"] - questions(page)[-1][1]["low"]
    assert wide == pytest.approx(2 * 3 * 2 * math.sqrt(2))
    asked = len(questions(page))
    canvas = page.one(".plot canvas")
    ActionChains(page.browser).click_and_hold(canvas).move_by_offset(-60, 0).release().perform()
    page.wait(lambda: len(questions(page)) > asked)
    moved = questions(page)[-1][1]
    width = canvas.rect["width"]
    assert (moved["low"] + moved["high"]) / 2 == pytest.approx(wide / 2 * 60 / width, rel=0.1)
    assert moved["high"] - moved["low"] == pytest.approx(wide)
    asked = len(questions(page))
    page.browser.execute_script(WHEEL, canvas)
    page.wait(lambda: len(questions(page)) > asked)
    assert questions(page)[-1][1]["high"] - questions(page)[-1][1]["low"] == pytest.approx(wide / 1.25)
    asked = len(questions(page))
    canvas.send_keys(Keys.ARROW_RIGHT)
    page.wait(lambda: len(questions(page)) > asked)
    page.click(".plot-dialog header button")
    page.wait(lambda: not page.all(".plot-dialog"))


def test_what_is_not_understood_is_said_and_nothing_is_guessed(page: Page) -> None:
    read(page, "1 / 2 x =")
    page.wait(lambda: "ow far the divisor" in page.text("#answer"))
    assert not page.all("#shown .in-place")


# === Lines of a page ===


LINES = """
const done = arguments[0];
const reader = new EventTarget(), written = ["a = 3", "f ( x ) = a x", "f ( 2 ) =", "x ^ { 2 } = 4", "1 / 2 x =",
  "f ( x ) = 5 x", "f ( 2 ) ="];
const slot = () => document.body.appendChild(document.createElement("div"));
reader.lines = written.map((latex, id) => ({ id, latex, answer: slot() }));
const modules = ["beside", "calculation", "api"].map((name) => import(`/static/${name}.js`));
Promise.all(modules).then(([beside, calculation, api]) => {
  const post = (path, body, signal) => api.post(path, JSON.stringify(body), "application/json", signal);
  const calculator = new calculation.Calculator(post);
  beside.keepAnswers(reader, calculator, 0);
  const texts = () => reader.lines.map(({ answer }) => [answer.textContent, answer.title]);
  calculator.addEventListener("change", () => {
    if (reader.lines.every(({ id }) => calculator.stateOf(id)?.answer)) {
      if (reader.lines[0].latex === "a = 5") return done([window.first, texts()]);
      window.first = texts();
      reader.lines[0].latex = "a = 5";
      reader.dispatchEvent(new Event("reading"));
    }
  });
  reader.dispatchEvent(new Event("lines"));
});
"""


def test_each_line_has_its_answer_beside_it_and_follows_those_above(page: Page) -> None:
    page.browser.set_script_timeout(60)
    first, then = page.browser.execute_async_script(LINES)
    assert [text for text, _ in first] == ["", "", "6", "x=−2x=2", "?", "", "10"]
    assert [text for text, _ in then] == ["", "", "10", "x=−2x=2", "?", "", "10"]
    assert first[2][1].startswith("Read as a equals 3") and "ow far the divisor" in first[4][1]


def plan(script: str) -> Any:
    """What a script that has `kindOf`, `definedBy`, `plan` and `heightsOf` returns, run by Node."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("no Node")
    names = f"""
import {{ kindOf, definedBy, plan, Calculator }} from {json.dumps((STATIC / "calculation.js").as_uri())};
import {{ firstView, heightsOf, ticks, label }} from {json.dumps((STATIC / "axes.js").as_uri())};
const found = await (async () => {{ {script} }})();
console.log(JSON.stringify(found));
"""
    found = subprocess.run([node, "--input-type=module", "-e", names], capture_output=True, text=True, check=True)
    return json.loads(found.stdout)


ASKED = [
    ("2 + 3 =", "value", None),
    ("a = 3", "definition", "a"),
    ("a =", "value", None),
    ("f ( x ) = x ^ { 2 }", "definition", "f"),
    ("x _ { 1 } = 2", "definition", "x_1"),
    ("\\alpha = 2", "definition", "\\alpha"),
    ("x ^ { 2 } = 4", "relation", None),
    ("a ( x ) = 4", "relation", None),
    ("x < 4", "relation", None),
    ("x + 1", None, None),
    ("= 3", None, None),
    ("", None, None),
    ("f(x)=2x", "definition", "f"),
]


def test_what_a_line_asks_for_is_seen_in_its_text() -> None:
    texts = json.dumps([latex for latex, _, _ in ASKED])
    found = plan(f"return {texts}.map((text) => [text, kindOf(text), definedBy(text)])")
    assert [tuple(one) for one in found] == ASKED


def test_definitions_go_down_the_page_and_a_line_waits_for_those_above_it() -> None:
    found = plan("""
      const lines = [["1", "a = 3"], ["2", "b = 2 a"], ["3", "x"], ["4", "b + 1 ="], ["5", "5 + 5 ="]];
      const known = new Map(), rounds = [];
      const defines = { "a = 3": ["a"], "b = 2 a": ["b"] };
      for (let round = 0; round < 4; round++) {
        const { states, questions } = plan(lines.map(([id, latex]) => ({ id, latex })), known, "degrees");
        const asked = questions.map(({ body }) => [body.latex, body.definitions, body.angle]);
        rounds.push([asked, states.filter((s) => s.answer).map((s) => s.id)]);
        for (const { key, body } of questions) known.set(key, { solution: { defines: defines[body.latex] ?? [] } });
      }
      return rounds;
    """)
    assert found == [
        [[["a = 3", [], "degrees"]], []],
        [[["b = 2 a", ["a = 3"], "degrees"]], ["1"]],
        [[["b + 1 =", ["a = 3", "b = 2 a"], "degrees"], ["5 + 5 =", ["a = 3", "b = 2 a"], "degrees"]], ["1", "2"]],
        [[], ["1", "2", "4", "5"]],
    ]


def test_a_letter_whose_new_value_is_not_understood_has_not_its_old_one() -> None:
    found = plan("""
      const lines = ["a = 3", "a = 1 / 2 x", "a + 1 =", "b = 2", "b + 1 ="].map((latex, id) => ({ id, latex }));
      const known = new Map();
      for (let round = 0; round < 5; round++) {
        for (const { key, body } of plan(lines, known).questions) {
          const defines = body.latex.endsWith("=") ? [] : [body.latex[0]];
          known.set(key, body.latex.includes("/") ? { refusal: { message: "?" } } : { solution: { defines } });
        }
      }
      return plan(lines, known).states.map(({ answer, body }) => answer.refusal?.message ?? body.definitions);
    """)
    assert found == [[], "?", "What a is was not understood in a line above.", ["a = 3"], ["a = 3", "b = 2"]]


def test_an_equation_of_a_function_that_is_known_leaves_it_as_it_is() -> None:
    found = plan("""
      const lines = ["f ( x ) = x", "f ( x ) = 0", "f ( 2 ) ="].map((latex, id) => ({ id, latex })), known = new Map();
      for (let round = 0; round < 4; round++) {
        for (const { key, body } of plan(lines, known).questions) {
          known.set(key, { solution: { defines: body.latex === "f ( x ) = x" ? ["f"] : [] } });
        }
      }
      return plan(lines, known).states.at(-1).answer.solution;
    """)
    assert found == {"defines": []}


def test_only_what_changed_is_asked_again_and_what_is_outdated_is_taken_back() -> None:
    found = plan("""
      const asked = [];
      const calculator = new Calculator((path, body, signal) => new Promise((resolve, reject) => {
        asked.push([body.latex, body.definitions, signal, resolve]);
        signal.addEventListener("abort", () => reject(Object.assign(new Error(), { name: "AbortError" })));
      }));
      const rest = () => new Promise((resolve) => setTimeout(resolve));
      const lines = (...texts) => calculator.update(texts.map((latex, id) => ({ id, latex })));
      lines("a = 3", "1 + 1 =");
      asked[0][3]({ defines: ["a"] }); await rest();
      asked[1][3]({ defines: [] }); await rest();
      lines("a = 3", "1 + 1 =", "a + 1 =");
      lines("a = 3", "1 + 1 =", "a + 2 ="); await rest();
      return asked.map(([latex, definitions, signal]) => [latex, definitions, signal.aborted]);
    """)
    assert found == [
        ["a = 3", [], False],
        ["1 + 1 =", ["a = 3"], False],
        ["a + 1 =", ["a = 3"], True],
        ["a + 2 =", ["a = 3"], False],
    ]


def test_a_plot_shows_both_sides_of_poles_at_first() -> None:
    ends = (-10, -2.00001), (-1.99999, 1.99999), (2.00001, 10)
    xs = [[low + (high - low) * k / 100 for k in range(101)] for low, high in ends]
    parts = [[[x, 1 / (x * x - 4)] for x in part] for part in xs]
    view = "firstView({{ parts: {}, marks: [{{ kind: 'maximum', x: 0, y: -0.25 }}] }}, [-10, 10])"
    (left, right), (low, high) = plan(f"const {{ x, y }} = {view.format(parts)}; return [x, y]")
    assert -10 <= left < -4 and 4 < right <= 10 and low < -0.25 and high > 0.25
    left, right = plan(f"return {view.format([[[x / 10, -1] for x in range(-100, 101)]])}.x")
    assert (left, right) == (-2, 2), "without poles, what is around its extrema"


def test_a_plot_is_as_high_as_what_is_worth_seeing() -> None:
    parts = [[[k / 50 - 2, 1 / (k / 50 - 2)] for k in range(100)], [[k / 50, 1 / (k / 50)] for k in range(1, 101)]]
    low, high = plan(f"return heightsOf({{ parts: {parts}, marks: [] }})")
    assert -40 < low < -2 and 2 < high < 40
    near = [[2 + 2**-k, 2.0**k] for k in range(40, 0, -1)]  # as many points beside a pole as it takes to draw it
    rest = [[3 + k / 50, 1 / (1 + k / 50)] for k in range(300)]
    low, high = plan(f"return heightsOf({{ parts: [{near + rest}], marks: [] }})")
    assert low < 0.2 and 0.5 < high < 5
    sine = [[[k / 10, math.sin(k / 10)] for k in range(100)]]
    low, high = plan(f"return heightsOf({{ parts: {sine}, marks: [] }})")
    assert low == pytest.approx(-1.16, abs=0.02) and high == pytest.approx(1.16, abs=0.02)
    assert plan("return heightsOf({ parts: [[[0, 5], [1, 5]]], marks: [] })") == pytest.approx([3.84, 6.16])
    assert plan("return [ticks(-10, 10, 8).at, label(0.30000000000000004, 0.1), label(-2, 1)]") == [
        [-10, -5, 0, 5, 10],
        "0.3",
        "−2",
    ]
