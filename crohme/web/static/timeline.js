/** The earlier versions of the page that lies open: what it was, and when, to be brought back. */
import { readingOf } from "./exchange.js";
import { element } from "./formula.js";
import { boxOf, joined, pathOf } from "./ink.js";
import { pageOf } from "./notebook.js";
import { belongsTo } from "./popovers.js";

const PICTURE = { width: 96, height: 60, margin: 4, line: 1.4 }; // CSS pixels

/** `parts` are elements by name: `button`, beside which `popover` opens, and in it `list` and `none`. */
export function showTimeline({ button, popover, list, none }, notebook, history, notice) {
  belongsTo(popover, button);
  list.addEventListener("click", async ({ target }) => {
    const entry = target.closest("button");
    if (!entry) return;
    popover.hidePopover();
    const content = await pageOf(entry.version);
    if (notebook.open.id !== entry.version.id) return; // another page was opened meanwhile
    history.push(content);
    notice.tell(`The page is as it was on ${entry.when}.`, { name: "Undo", run: () => history.undo() });
  });
  /** Show the versions of the page. */
  return async () => {
    const versions = await notebook.versions.of(notebook.open.id).catch(() => []);
    none.hidden = versions.length > 0;
    list.replaceChildren(...versions.map((version) => element("li", {}, entryOf(version))));
    popover.showPopover();
    for (const [i, canvas] of [...list.querySelectorAll("canvas")].entries()) draw(canvas, versions[i].strokes);
    (list.querySelector("button") ?? popover).focus();
  };
}

function entryOf(version) {
  const changed = new Date(version.at), when = changed.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "medium" });
  const read = version.lines.map((line) => readingOf(line, version.readings)).filter(Boolean).join(", ");
  const size = `${version.strokes.length} ${version.strokes.length === 1 ? "stroke" : "strokes"}`;
  const time = element("time", { dateTime: changed.toISOString(), textContent: when });
  const said = element("span", {}, time, element("span", { className: "faint" }, size), element("code", { className: "faint" }, read));
  return Object.assign(element("button", { type: "button", title: "Bring it back" }, element("canvas"), said), { version, when });
}

/** The ink, small. */
function draw(canvas, strokes) {
  const { width, height, margin, line } = PICTURE, ratio = devicePixelRatio || 1;
  [canvas.width, canvas.height] = [width * ratio, height * ratio];
  const box = joined(strokes.map(boxOf)), brush = canvas.getContext("2d");
  const scale = Math.min((width - 2 * margin) / (box.width || 1), (height - 2 * margin) / (box.height || 1), 1);
  const [x, y] = [(width - box.width * scale) / 2 - box.left * scale, (height - box.height * scale) / 2 - box.top * scale];
  brush.setTransform(ratio * scale, 0, 0, ratio * scale, ratio * x, ratio * y);
  Object.assign(brush, { lineWidth: line / scale, lineCap: "round", lineJoin: "round", strokeStyle: getComputedStyle(canvas).color });
  for (const stroke of strokes) brush.stroke(pathOf(stroke));
}
