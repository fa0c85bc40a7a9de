/** Puts the page together. */
import { post } from "./api.js";
import { keepAnswers } from "./beside.js";
import { Calculator } from "./calculation.js";
import { showContents } from "./contents.js";
import { Correction } from "./correction.js";
import { toInkml, toJson } from "./exchange.js";
import { download, save, takeFiles } from "./files.js";
import { History } from "./history.js";
import { listenToKeys } from "./keys.js";
import { Notebook } from "./notebook.js";
import { Notice } from "./notice.js";
import { Opening } from "./opening.js";
import { Pad } from "./pad.js";
import { BLANK, corrected, numbersOn, released, separated, typed, without } from "./page.js";
import { Panel } from "./panel.js";
import { Reader } from "./reader.js";
import { Recognition } from "./recognition.js";
import { Result } from "./result.js";
import { scrollWith } from "./scrollbar.js";
import { actOnSelection } from "./selection.js";
import { Tags } from "./tags.js";
import { showTimeline } from "./timeline.js";
import { walkWithArrows } from "./toolbar.js";

const $ = (id) => document.getElementById(id);
const mode = () => document.querySelector("[name=mode]:checked").value;

const history = new History();
const notebook = new Notebook(history);
const pad = new Pad($("pad"), history);
const recognition = new Recognition();
const reader = new Reader(recognition);
const correction = new Correction($("correction"));
const calculator = new Calculator(
  (path, body, signal) => post(path, JSON.stringify(body), "application/json", signal),
  localStorage.getItem("angle") ?? "radians",
);
const calculate = keepAnswers(reader, calculator);
const notice = new Notice($("notice"));
const result = new Result({
  shown: $("shown"), status: $("status"), spoken: $("spoken"), latex: $("latex"), copy: $("copy"), copyAs: $("copy-as"),
  copies: $("copies"), solve: $("solve"), answer: $("answer"),
}, {
  get page() { return history.current; },
  get ink() { return reader.active?.ink; },
  get line() { return reader.active?.id; },
  type(id, latex) {
    const line = reader.lines.find((one) => one.id === id), isRead = latex === line?.reading?.latex;
    if (history.current.lines.some((one) => one.id === id)) history.push(typed(history.current, id, isRead ? null : latex));
    else if (line) reader.type(line, latex); // a picture's, or a single symbol's
  },
  calculate,
}, calculator);
const panel = new Panel({
  result: document.querySelector(".result"), readings: $("readings"), none: $("none-yet"), solve: $("solve"),
}, result, reader, recognition, history);
const opening = new Opening({ pad, notebook, recognition, reader, panel, notice });
const { shown } = result;
new Tags($("tags"), reader, pad);
scrollWith($("scrollbar"), pad.view);
const openTimeline = showTimeline({ button: $("pages"), popover: $("timeline"), list: $("versions"), none: $("no-versions") }, notebook, history, notice);
showContents({ button: $("pages"), popover: $("contents"), name: $("page-name"), list: $("page-list") }, notebook, notice);

// What is written is read, and kept.
let openSheet = null;
const read = (pause) => {
  const isOther = openSheet !== notebook.open;
  openSheet = notebook.open;
  if (isOther) {
    pad.tools.lasso.choose([]);
    pad.view.reset();
    pad.view.scrollTo(0);
  }
  reader.read(history.current, mode(), { pause, isOther });
};
history.addEventListener("change", () => {
  $("undo").disabled = !history.canUndo;
  $("redo").disabled = !history.canRedo;
  $("clear").disabled = history.isBlank;
  $("invitation").hidden = !history.isBlank;
  read();
});
for (const radio of document.querySelectorAll("[name=mode]")) radio.addEventListener("change", () => read(0));
reader.addEventListener("reading", () => {
  pad.mark(reader.lines.filter((line) => line.isUpToDate && line.reading && !line.typed).flatMap(doubtfulOf));
  notebook.note(reader.lines.filter((line) => line.typed || (line.isUpToDate && line.reading)).map(({ ink, latex }) => ({ strokes: ink.strokes, latex })));
});
notebook.addEventListener("unkept", () => notice.tell("This browser does not keep what you write. Export the notebook before you close the page."), { once: true });

function doubtfulOf(line) {
  const doubtful = line.reading.symbols.filter((symbol) => symbol.doubtful);
  return doubtful.map(({ strokes }) => line.strokesOf(strokes)).filter((strokes) => strokes.length);
}

// The pen, and what is under it.
pad.addEventListener("pendown", () => {
  $("invitation").hidden = true;
  notice.clear();
  recognition.hold();
});
pad.addEventListener("unchanged", () => {
  $("invitation").hidden = !history.isBlank;
  recognition.resume();
});
pad.view.addEventListener("change", () => { $("unzoom").hidden = !pad.view.isZoomed; });
$("unzoom").addEventListener("click", () => pad.view.reset());
pad.addEventListener("hover", ({ detail }) => { if (result.isUpToDate) shown.lightStroke(reader.active.ink.strokes.indexOf(detail)); });
pad.tools.pen.addEventListener("tap", (event) => {
  const line = reader.lineOf(event.detail), symbol = line?.symbolOf(event.detail);
  if (!symbol) return;
  event.preventDefault();
  reader.choose(line);
  setTimeout(() => correct(symbol, pad.boxOf(symbol.strokes))); // when the tap is over, which would close it
});
pad.tools.pen.addEventListener("taken", ({ detail }) => {
  const told = `${detail} ${detail === 1 ? "stroke" : "strokes"} crossed out. Undo brings back what was there.`;
  setTimeout(() => result.say(told)); // after what is said of the new question
});

// One symbol, in the formula or on the paper, lit, corrected, erased.
shown.addEventListener("light", ({ detail }) => { if (result.isUpToDate) pad.light(reader.active.strokesOf(detail)); });
shown.addEventListener("erase", ({ detail }) => { if (result.isUpToDate) change(reader.active.strokesOf(detail), without); });
shown.addEventListener("pick", ({ detail: { strokes, box } }) => {
  const symbol = result.isUpToDate && reader.active.symbolOf(reader.active.ink.strokes[strokes[0]]);
  if (symbol) correct(symbol, box);
});
function correct(symbol, box) {
  const { current } = history, numbers = numbersOn(current, symbol.strokes);
  const isFixed = current.fixed.some(({ strokes }) => strokes.some((index) => numbers.includes(index)));
  correction.open(symbol, reader.active.signs, isFixed, box);
  pad.light(symbol.strokes);
}
/** Change the page where strokes are, if they are all still there: `how` takes it, their numbers, and what else it needs. */
function change(strokes, how, ...rest) {
  const { current } = history, numbers = numbersOn(current, strokes);
  if (numbers.length && numbers.length === strokes.length) history.push(how(current, numbers, ...rest));
}
for (const [name, how] of Object.entries({ correct: corrected, separate: separated, release: released, erase: without })) {
  correction.addEventListener(name, ({ detail: { strokes, label } }) => change(strokes, how, label));
}
history.addEventListener("change", () => correction.close());

// The tools.
const BUTTONS = { eraser: $("erase"), lasso: $("select") };
const use = (tool) => {
  pad.tool = tool;
  $("pad").dataset.tool = tool;
  for (const [name, button] of Object.entries(BUTTONS)) button.ariaPressed = String(name === tool);
};
const toggle = (tool) => use(pad.tool === tool ? "pen" : tool);
const clear = () => { if (!history.isBlank) history.push(BLANK); };
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
const eraseChosen = () => {
  const { lasso } = pad.tools, { current } = history, chosen = lasso.chosenOn(current);
  lasso.choose([]);
  if (current.strokes.length) history.push(without(current, chosen.length ? chosen : [current.strokes.length - 1]));
};
listenToKeys($("pad"), {
  travel, toggle, use: (tool) => {
    use(tool);
    if ($("save").open && $("save").contains(document.activeElement)) $("save").querySelector("summary").focus();
    $("save").open = false;
  },
  erase: eraseChosen,
  clear: () => (pad.tools.lasso.chosenOn(history.current).length ? eraseChosen() : clear()),
  scroll: (share) => pad.view.pan(0, -share * pad.height),
});

// Files.
takeFiles({ button: $("open"), input: $("file"), curtain: $("drop"), take: (file) => opening.file(file, history, mode()) });
const latexOfAll = () => reader.lines.map(({ latex }) => latex).filter(Boolean).join("\n");
$("save").addEventListener("toggle", () => {
  for (const button of $("save").querySelectorAll("[data-save]")) {
    button.disabled = button.dataset.save === "tex" ? !result.reading : !history.current.strokes.length;
  }
});
$("save").addEventListener("click", ({ target }) => {
  const kind = target.dataset?.save;
  if (!kind) return;
  save(kind, history.current.strokes, reader.lines.length > 1 ? latexOfAll() : result.reading?.latex);
  $("save").open = false;
});
$("contents").addEventListener("click", async ({ target }) => {
  const act = target.closest("[data-notebook]")?.dataset.notebook;
  if (!act) return;
  $("contents").hidePopover();
  if (act === "add") await notebook.add();
  else if (act === "timeline") await openTimeline();
  else if (act === "import") $("import").click();
  else if (act === "json") download(new Blob([await toJson(notebook.records())], { type: "application/json" }), "notebook.json");
  else download(new Blob([toInkml(notebook.records())], { type: "application/inkml+xml" }), "notebook.inkml");
});
$("import").addEventListener("change", async () => {
  const [file] = $("import").files;
  if (file) await opening.notebook(file.name, await file.text());
  $("import").value = "";
});

addEventListener("click", (event) => { // a palm that rests on a button while the pen writes
  if (!pad.isPalm(event)) return;
  event.preventDefault();
  event.stopPropagation();
}, true);
addEventListener("pointerdown", ({ target }) => { if (!$("save").contains(target)) $("save").open = false; });

result.say("Nothing to recognise yet.");
notebook.restore().catch(() => {}).then(() => { // nothing could be kept
  if (history.current.strokes.length) pad.view.reveal(history.current.strokes.slice(-1));
  return opening.link();
});
addEventListener("hashchange", () => opening.link());
