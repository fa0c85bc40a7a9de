"""The static site's worker is started again after it has failed."""

from __future__ import annotations

import json
import subprocess

from tests.browser.conftest import NODE, REPOSITORY, needs_node

pytestmark = needs_node

SCRIPT = """
const made = [];
globalThis.Worker = class extends EventTarget {
  constructor() { super(); this.asked = []; made.push(this); }
  postMessage(body) { this.asked.push(body); }
  terminate() { this.isGone = true; }
  say(data) { this.dispatchEvent(Object.assign(new Event("message"), { data })); }
};
const { post } = await import(API);
const told = [({ readings }) => readings, ({ code }) => code];
const ask = (body) => post("/v1/recognize", body, "application/json").then(...told);
const first = [ask("a"), ask("b")];
made[0].dispatchEvent(new Event("error"));
const second = ask("c");
made[1].say({ code: "unreachable", message: "The recogniser cannot be loaded." });
const third = [ask("d"), ask("e")];
made[2].say({ readings: ["d"] });
made[2].say({ code: "too_large", message: "Too large." });
console.log(JSON.stringify({
  answers: [...await Promise.all(first), await second, ...await Promise.all(third)],
  workers: made.map(({ asked, isGone = false }) => [asked.join(""), isGone]),
}));
"""


def test_a_worker_that_failed_is_started_again_for_the_next_question() -> None:
    api = json.dumps((REPOSITORY / "crohme/browser/static/api.js").as_uri())
    command = [str(NODE), "--input-type=module", "-e", SCRIPT.replace("API", api)]
    found = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    assert found["answers"] == ["unreachable"] * 3 + [["d"], "too_large"]
    assert found["workers"] == [["a", True], ["c", True], ["de", False]]
