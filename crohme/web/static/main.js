/** Puts the page together. */
import { post, Refusal } from "./api.js";
import { save, sendable, takeFiles, typeOf } from "./files.js";
import { fitted } from "./ink.js";
import { BLANK, History, page } from "./history.js";
import { keep, load } from "./kept.js";
import { Pad } from "./pad.js";
import { showNetworks, showReadings } from "./readings.js";
import { Recognition } from "./recognition.js";
import { Shown } from "./shown.js";
import { percent } from "./formula.js";
import { showNoSolution, showSolution } from "./solution.js";

const $ = (id) => document.getElementById(id);
const history = new History();
const pad = new Pad($("pad"), history);
const recognition = new Recognition();
const shown = new Shown($("shown"));
let reading = null; // the one that is shown, {page, latex}; null while there is none

const mode = () => document.querySelector("[name=mode]:checked").value;
const isUpToDate = () => reading?.page === history.current;
const EXPLAINED = {
  nothing_to_recognise: "Nothing to recognise yet.",
};

function say(text, isWrong = false) {
  $("status").textContent = text;
  $("status").classList.toggle("wrong", isWrong);
}

function waiting(isWaiting) {
  document.querySelector(".result").toggleAttribute("data-waiting", isWaiting);
}

function showReading(of, { latex, mathml, doubtful = [] }, certainty) {
  reading = { page: of, latex };
  shown.show(mathml, doubtful);
  $("latex").textContent = latex;
  $("copy").disabled = $("solve").disabled = false;
  $("solve").hidden = mode() === "symbol";
  $("answer").hidden = true;
  const marked = { 0: "", 1: "; the marked symbol is doubtful" }[doubtful.length] ?? "; the marked symbols are doubtful";
  say(`Read with ${percent(certainty)} certainty${marked}`);
}

function showNothing(refusal) {
  reading = null;
  shown.show(null);
  $("latex").textContent = "";
  $("copy").disabled = $("solve").disabled = $("answer").hidden = true;
  $("readings").replaceChildren();
  $("none-yet").hidden = false;
  const { code, message } = refusal;
  say(EXPLAINED[code] ?? message, code !== "nothing_to_recognise");
}

recognition.addEventListener("asking", () => {
  waiting(true);
  if (!reading) say("Reading…");
});
recognition.addEventListener("answer", ({ detail }) => {
  const { page: of, mode: asked, answer, refusal, isPassing = false, isRetried } = detail;
  waiting(of !== history.current || isPassing);
  if (isPassing) return say(isRetried ? `${refusal.message} Trying again…` : refusal.message, true);
  if (refusal) return showNothing(refusal);
  $("none-yet").hidden = true;
  if (asked === "expression") {
    const [best] = answer.readings;
    showReadings($("readings"), answer.readings, (picked) => showReading(of, picked, picked.confidence));
    showReading(of, best, best.confidence);
  } else {
    showNetworks($("readings"), answer.networks);
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
  keep(history.current.strokes, history.current.picture?.file ?? null).catch(() => {}); // some browsers forbid it
});
pad.addEventListener("pendown", () => {
  $("invitation").hidden = true;
  recognition.hold();
});
pad.addEventListener("unchanged", () => {
  $("invitation").hidden = !history.isBlank;
  recognition.resume();
});
pad.addEventListener("hover", ({ detail }) => { if (isUpToDate()) shown.lightStroke(detail); });
shown.addEventListener("light", ({ detail }) => { if (isUpToDate()) pad.light(detail); });
shown.addEventListener("erase", ({ detail }) => { if (isUpToDate()) history.erase(detail); });

for (const radio of document.querySelectorAll("[name=mode]")) {
  radio.addEventListener("change", () => recognition.schedule(history.current, mode(), 0));
}

const clear = () => { if (!history.isBlank) history.push(BLANK); };
const toggleEraser = (isOn = !pad.erasing) => {
  pad.erasing = isOn;
  $("erase").ariaPressed = String(isOn);
  $("pad").classList.toggle("erasing", isOn);
};
$("undo").addEventListener("click", () => history.undo());
$("redo").addEventListener("click", () => history.redo());
$("clear").addEventListener("click", clear);
$("erase").addEventListener("click", () => toggleEraser());
const isPaperMeant = () => [$("pad"), document.body, null].includes(document.activeElement);
addEventListener("keydown", (event) => {
  const key = event.key.toLowerCase();
  if (event.ctrlKey || event.metaKey) {
    if (key === "z" && !event.shiftKey) history.undo();
    else if (key === "y" || key === "z") history.redo();
    else return;
  } else if (event.altKey) {
    return;
  } else if (key === "e") {
    toggleEraser();
  } else if (key === "escape") {
    toggleEraser(false);
    $("save").open = false;
    return;
  } else if (key === "delete" && isPaperMeant()) {
    clear();
  } else if (key === "backspace" && isPaperMeant()) {
    if (history.current.strokes.length) history.erase([history.current.strokes.length - 1]);
  } else {
    return;
  }
  event.preventDefault();
});

$("copy").addEventListener("click", async () => {
  try {
    await navigator.clipboard.writeText(reading.latex);
    $("copy").textContent = "Copied";
  } catch {
    getSelection().selectAllChildren($("latex")); // no clipboard without https, but on this machine
    $("copy").textContent = "Ctrl+C";
  }
  setTimeout(() => { $("copy").textContent = "Copy"; }, 1500);
});
$("solve").addEventListener("click", async () => {
  const asked = reading;
  $("solve").disabled = true;
  say("Solving…");
  try {
    const body = JSON.stringify({ latex: asked.latex });
    const solution = await post("/v1/solve", body, "application/json");
    if (reading === asked) showSolution($("answer"), solution);
  } catch (refusal) {
    if (reading === asked) showNoSolution($("answer"), refusal);
  } finally {
    if (reading === asked) {
      $("solve").disabled = false;
      say("");
    }
  }
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
      : page([], { file: sent, bitmap: await createImageBitmap(sent) });
    recognition.learn(opened, asked, answer);
    history.push(opened);
  } catch (refusal) {
    waiting(false);
    if (!(refusal instanceof Refusal)) throw refusal;
    say(EXPLAINED[refusal.code] ?? refusal.message, true);
  }
}

$("save").addEventListener("toggle", () => {
  const { strokes } = history.current;
  for (const button of $("save").querySelectorAll("[data-save]")) {
    button.disabled = button.dataset.save === "tex" ? !isUpToDate() : !strokes.length;
  }
});
$("save").addEventListener("click", ({ target }) => {
  const kind = target.dataset?.save;
  if (!kind) return;
  save(kind, history.current.strokes, reading?.latex);
  $("save").open = false;
});
addEventListener("click", (event) => { // a palm that rests on a button while the pen writes
  if (!pad.isPalm(event)) return;
  event.preventDefault();
  event.stopPropagation();
}, true);
addEventListener("pointerdown", ({ target }) => { if (!$("save").contains(target)) $("save").open = false; });

say("Nothing to recognise yet.");
restore().catch(() => {}); // nothing could be kept

async function restore() {
  const kept = await load();
  if (!kept?.strokes.length && !kept?.file) return;
  const picture = kept.file && { file: kept.file, bitmap: await createImageBitmap(kept.file) };
  if (history.isBlank) history.begin(page(kept.strokes, picture));
  else history.push(page([...kept.strokes, ...history.current.strokes], picture)); // a quick hand was first
}
