/** Puts the page together. */
import { post, Refusal } from "./api.js";
import { Calculator } from "./calculation.js";
import { Correction } from "./correction.js";
import { save, sendable, takeFiles, typeOf } from "./files.js";
import { History } from "./history.js";
import { fitted } from "./ink.js";
import { keep, load } from "./kept.js";
import { hasInk, pageOf } from "./link.js";
import { Pad } from "./pad.js";
import { BLANK, corrected, page, released, separated, without } from "./page.js";
import { showNetworks, showReadings } from "./readings.js";
import { Recognition } from "./recognition.js";
import { Result } from "./result.js";
import { actOnSelection } from "./selection.js";
import { walkWithArrows } from "./toolbar.js";

const $ = (id) => document.getElementById(id);
const history = new History();
const pad = new Pad($("pad"), history);
const recognition = new Recognition();
const correction = new Correction($("correction"));
const calculator = new Calculator(
  (path, body, signal) => post(path, JSON.stringify(body), "application/json", signal),
  localStorage.getItem("angle") ?? "radians",
);
const result = new Result({
  shown: $("shown"), status: $("status"), spoken: $("spoken"), latex: $("latex"), copy: $("copy"), copyAs: $("copy-as"),
  copies: $("copies"), solve: $("solve"), answer: $("answer"),
}, () => history.current, calculator);
const { shown } = result;

const mode = () => document.querySelector("[name=mode]:checked").value;
const EXPLAINED = {
  nothing_to_recognise: "Nothing to recognise yet.",
};

function waiting(isWaiting) {
  document.querySelector(".result").toggleAttribute("data-waiting", isWaiting);
}

function showReading(of, reading, certainty, signs) {
  result.show(of, reading, certainty, signs);
  $("solve").hidden = mode() === "symbol";
  if (result.isUpToDate) pad.mark(result.reading.symbols.filter((symbol) => symbol.doubtful).map((symbol) => symbol.strokes));
}

function showNothing({ code, message }) {
  result.clear(EXPLAINED[code] ?? message, code !== "nothing_to_recognise");
  $("readings").replaceChildren();
  $("none-yet").hidden = false;
}

recognition.addEventListener("asking", () => {
  waiting(true);
  if (!result.reading) result.say("Reading…");
});
recognition.addEventListener("answer", ({ detail }) => {
  const { page: of, mode: asked, answer, refusal, isPassing = false, isRetried } = detail;
  waiting(of !== history.current || isPassing);
  if (isPassing) return result.say(isRetried ? `${refusal.message} Trying again…` : refusal.message, true);
  if (refusal?.code === "invalid" && of.fixed.length) { // the reading of before stays, and so does the ink
    return result.say(`${refusal.message} Undo the correction, or write it anew.`, true);
  }
  if (refusal) return showNothing(refusal);
  $("none-yet").hidden = true;
  if (asked === "expression") {
    const [best] = answer.readings;
    showReadings($("readings"), answer.readings, (picked) => showReading(of, picked, picked.confidence, answer.signs));
    showReading(of, best, best.confidence, answer.signs);
  } else {
    showNetworks($("readings"), answer.networks, (picked) => showReading(of, picked, picked.probability));
    const [best] = answer.networks.at(-1).candidates; // of both, if there are both
    showReading(of, best, best.probability);
  }
});

history.addEventListener("change", () => {
  $("undo").disabled = !history.canUndo;
  $("redo").disabled = !history.canRedo;
  $("clear").disabled = history.isBlank;
  $("invitation").hidden = !history.isBlank;
  recognition.schedule(history.current, mode());
  keep(history.current).catch(() => {}); // some browsers forbid it
});
pad.addEventListener("pendown", () => {
  $("invitation").hidden = true;
  recognition.hold();
});
pad.addEventListener("unchanged", () => {
  $("invitation").hidden = !history.isBlank;
  recognition.resume();
});
pad.addEventListener("view", () => { $("unzoom").hidden = !pad.isZoomed; });
$("unzoom").addEventListener("click", () => pad.unzoom());
pad.addEventListener("hover", ({ detail }) => { if (result.isUpToDate) shown.lightStroke(detail); });
pad.tools.pen.addEventListener("tap", (event) => {
  const symbol = result.symbolOf(event.detail);
  if (!symbol) return;
  event.preventDefault();
  setTimeout(() => correct(symbol, pad.boxOf(symbol.strokes))); // when the tap is over, which would close it
});
pad.tools.pen.addEventListener("taken", ({ detail }) => {
  const told = `${detail} ${detail === 1 ? "stroke" : "strokes"} crossed out. Undo brings back what was there.`;
  setTimeout(() => result.say(told)); // after what is said of the new question
});
shown.addEventListener("light", ({ detail }) => { if (result.isUpToDate) pad.light(detail); });
shown.addEventListener("erase", ({ detail }) => { if (result.isUpToDate) history.push(without(history.current, detail)); });
shown.addEventListener("pick", ({ detail: { strokes, box } }) => {
  const symbol = result.symbolOf(strokes[0]);
  if (symbol) correct(symbol, box);
});

function correct(symbol, box) {
  const isFixed = history.current.fixed.some(({ strokes }) => strokes.some((index) => symbol.strokes.includes(index)));
  correction.open(symbol, result.reading.signs, isFixed, box);
  pad.light(symbol.strokes);
}
correction.addEventListener("correct", ({ detail: { strokes, label } }) => history.push(corrected(history.current, strokes, label)));
correction.addEventListener("separate", ({ detail: { strokes } }) => history.push(separated(history.current, strokes)));
correction.addEventListener("release", ({ detail: { strokes } }) => history.push(released(history.current, strokes)));
correction.addEventListener("erase", ({ detail: { strokes } }) => history.push(without(history.current, strokes)));

for (const radio of document.querySelectorAll("[name=mode]")) {
  radio.addEventListener("change", () => recognition.schedule(history.current, mode(), 0));
}

const clear = () => { if (!history.isBlank) history.push(BLANK); };
const BUTTONS = { eraser: $("erase"), lasso: $("select") };
const use = (tool) => {
  pad.tool = tool;
  $("pad").dataset.tool = tool;
  for (const [name, button] of Object.entries(BUTTONS)) button.ariaPressed = String(name === tool);
};
const toggle = (tool) => use(pad.tool === tool ? "pen" : tool);
const travel = (way) => {
  pad.tools.lasso.choose([]);
  history[way]();
};
$("undo").addEventListener("click", () => travel("undo"));
$("redo").addEventListener("click", () => travel("redo"));
$("clear").addEventListener("click", clear);
$("erase").addEventListener("click", () => toggle("eraser"));
$("select").addEventListener("click", () => toggle("lasso"));
walkWithArrows($("tools"));
actOnSelection($("selection"), pad, history);
const isPaperMeant = () => [$("pad"), document.body, null].includes(document.activeElement);
const isTyping = () => document.activeElement?.matches("input:not([type=radio]), [contenteditable=plaintext-only]");
addEventListener("keydown", (event) => {
  if (isTyping()) return;
  const key = event.key.toLowerCase();
  if (event.ctrlKey || event.metaKey) {
    if (key === "z" && !event.shiftKey) travel("undo");
    else if (key === "y" || key === "z") travel("redo");
    else return;
  } else if (event.altKey) {
    return;
  } else if (key === "e") {
    toggle("eraser");
  } else if (key === "s") {
    toggle("lasso");
  } else if (key === "escape") {
    use("pen");
    $("save").open = false;
    return;
  } else if ((key === "delete" || key === "backspace") && isPaperMeant() && pad.tools.lasso.chosen.length) {
    const next = without(history.current, pad.tools.lasso.chosen);
    pad.tools.lasso.choose([]);
    history.push(next);
  } else if (key === "delete" && isPaperMeant()) {
    clear();
  } else if (key === "backspace" && isPaperMeant()) {
    if (history.current.strokes.length) history.push(without(history.current, [history.current.strokes.length - 1]));
  } else {
    return;
  }
  event.preventDefault();
});

takeFiles({ button: $("open"), input: $("file"), curtain: $("drop"), take: openFile });

async function openFile(file) {
  const type = typeOf(file);
  const asked = mode();
  try {
    if (!type) throw new Refusal("type", "Only InkML, PNG, JPEG and WebP files can be read.");
    const sent = await sendable(file, type);
    const answer = await recognition.askFile(sent, sent.type, asked);
    const opened = answer.strokes
      ? page(fitted(answer.strokes, pad.width, pad.height))
      : page([], { picture: { file: sent, bitmap: await createImageBitmap(sent) } });
    recognition.learn(opened, asked, answer);
    history.push(opened);
  } catch (refusal) {
    waiting(false);
    if (!(refusal instanceof Refusal)) throw refusal;
    result.say(EXPLAINED[refusal.code] ?? refusal.message, true);
  }
}

$("save").addEventListener("toggle", () => {
  const { strokes } = history.current;
  for (const button of $("save").querySelectorAll("[data-save]")) {
    button.disabled = button.dataset.save === "tex" ? result.reading?.page !== history.current : !strokes.length;
  }
});
$("save").addEventListener("click", ({ target }) => {
  const kind = target.dataset?.save;
  if (!kind) return;
  save(kind, history.current.strokes, result.reading?.latex);
  $("save").open = false;
});
addEventListener("click", (event) => { // a palm that rests on a button while the pen writes
  if (!pad.isPalm(event)) return;
  event.preventDefault();
  event.stopPropagation();
}, true);
addEventListener("pointerdown", ({ target }) => { if (!$("save").contains(target)) $("save").open = false; });

result.say("Nothing to recognise yet.");
restore().catch(() => {}).then(follow); // nothing could be kept
addEventListener("hashchange", follow);

async function restore() {
  const kept = await load();
  if (!kept?.strokes.length && !kept?.file) return;
  const picture = kept.file && { file: kept.file, bitmap: await createImageBitmap(kept.file) };
  const { strokes, fixed = [] } = kept;
  if (history.isBlank) history.begin(page(strokes, { picture, fixed }));
  else history.push(page([...strokes, ...history.current.strokes], { picture, fixed })); // a quick hand was first
}

/** Open the ink of the address, which is then forgotten: a reload brings back what is written after it. */
async function follow() {
  const { hash } = location;
  if (!hasInk(hash)) return;
  globalThis.history.replaceState(null, "", location.href.split("#")[0]);
  try {
    const linked = await pageOf(hash);
    const fits = linked.strokes.flat().every(([x, y]) => x >= 0 && x <= pad.width && y >= 0 && y <= pad.height);
    history.push(fits ? linked : page(fitted(linked.strokes, pad.width, pad.height), linked));
  } catch (error) {
    result.say(error.message, true);
  }
}
