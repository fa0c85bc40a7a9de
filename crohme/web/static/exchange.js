/** The whole notebook as one file, JSON or InkML, and from one. */
import { areApart, page } from "./page.js";

const FORMAT = "crohme notebook";
const INKML = "http://www.w3.org/2003/InkML";
const MOST = { pages: 1000, strokes: 20_000, name: 80, symbol: 40, latex: 4000 };
const FAR = 1e6;

/** Records of pages, as `Notebook.records` gives them, as text. */
export async function toJson(records) {
  const pages = await Promise.all(records.map(async ({ name, strokes, file, fixed, lines, text, readings }) => ({
    name, strokes: strokes.map((stroke) => stroke.map(rounded)), picture: file && await toDataUrl(file), fixed, text,
    lines: lines.map((line) => ({ strokes: line.strokes, latex: readingOf(line, readings), isPicked: isPicked(line), isTyped: isTyped(line) })),
  })));
  return `${JSON.stringify({ format: FORMAT, version: 1, pages })}\n`;
}

/**
 * The same as InkML: a group for each page with its traces, and in it a group for each line with views of its traces and an
 * annotation "reading", LaTeX. Pictures are left out.
 */
export function toInkml(records) {
  const pages = records.map(({ name, strokes, fixed, lines, text, readings }, at) => {
    const traces = strokes.map((stroke, i) => `<trace xml:id="p${at}t${i}">${stroke.map((point) => rounded(point).join(" ")).join(", ")}</trace>`);
    const group = (kind, value, own) =>
      `<traceGroup>${annotation(kind, value)}${own.map((i) => `<traceView traceDataRef="#p${at}t${i}"/>`).join("")}</traceGroup>`;
    const groups = [
      ...lines.map((line) => group(`${isTyped(line) ? "typed " : isPicked(line) ? "picked " : ""}reading`, readingOf(line, readings) ?? "", line.strokes)),
      ...fixed.map(({ label, strokes: own }) => group("symbol", label ?? "", own)),
      ...(text.length ? [group("text", "", text)] : []),
    ];
    return `<traceGroup xml:id="p${at}">\n${[annotation("page", name), ...traces, ...groups].join("\n")}\n</traceGroup>`;
  });
  const channels = ["X", "Y", "T"].map((name) => `<channel name="${name}" type="decimal"/>`);
  return `<?xml version="1.0" encoding="UTF-8"?>
<ink xmlns="${INKML}">
<annotation type="creator">${FORMAT}</annotation>
<traceFormat>${channels.join("")}</traceFormat>
${pages.join("\n")}
</ink>
`;
}

/** Whether a file's text is a notebook that was written here. */
export function isNotebook(text) {
  return text.slice(0, 1000).includes(FORMAT);
}

/** The pages of such a text: [{name, content, readings}]. Throws Error that says what is wrong with it. */
export async function fromText(text) {
  const pages = text.trimStart().startsWith("<") ? ofInkml(text) : ofJson(text);
  if (!pages.length) throw new Error("it has no page");
  if (pages.length > MOST.pages) throw new Error(`it has more than ${MOST.pages} pages`);
  return Promise.all(pages.map((one, at) => checked(one ?? {}, at)));
}

function ofJson(text) {
  let content;
  try {
    content = JSON.parse(text);
  } catch {
    throw new Error("it is no JSON");
  }
  if (content?.format !== FORMAT || !Array.isArray(content.pages)) throw new Error(`it is no ${FORMAT}`);
  if (content.version !== 1) throw new Error(`its version is ${content.version}, and only 1 is known`);
  return content.pages;
}

function ofInkml(text) {
  const file = new DOMParser().parseFromString(text, "application/xml");
  if (file.querySelector("parsererror")) throw new Error("it is no XML");
  const groups = [...file.documentElement.children].filter(({ localName }) => localName === "traceGroup");
  return groups.map((group) => {
    const inside = (name) => [...group.children].filter(({ localName }) => localName === name);
    const traces = inside("trace"), numbers = new Map(traces.map((trace, i) => [`#${trace.getAttribute("xml:id")}`, i]));
    const one = { name: annotated(group, "page"), strokes: traces.map(({ textContent }) => pointsOf(textContent)), fixed: [], lines: [], text: [] };
    for (const part of inside("traceGroup")) {
      const own = [...part.children].filter(({ localName }) => localName === "traceView").map((view) => numbers.get(view.getAttribute("traceDataRef")));
      const { type, value } = kindOf(part);
      if (type === "symbol") one.fixed.push({ strokes: own, label: value || null });
      else if (type === "text") one.text = own;
      else one.lines.push({ strokes: own, latex: value || null, isPicked: type === "picked reading", isTyped: type === "typed reading" });
    }
    return one;
  });
}

function kindOf(group) {
  const found = [...group.children].find(({ localName }) => localName === "annotation");
  return { type: found?.getAttribute("type"), value: found?.textContent };
}

function annotated(group, type) {
  return [...group.children].find((one) => one.localName === "annotation" && one.getAttribute("type") === type)?.textContent;
}

function pointsOf(text) {
  return text.trim().split(",").map((point) => point.trim().split(/\s+/).map(Number));
}

async function checked({ name, strokes, picture = null, fixed = [], lines = [], text = [] }, at) {
  const of = `page ${at + 1}`;
  const must = (is, what) => { if (!is) throw new Error(`${of}: ${what}`); };
  must(typeof name === "string" && name.trim() && name.length <= MOST.name, "it has no name, or one that is too long");
  must([strokes, fixed, lines, text].every(Array.isArray), "strokes, fixed, lines and text must be lists");
  must(strokes.length <= MOST.strokes, `it has more than ${MOST.strokes} strokes`);
  for (const [i, stroke] of strokes.entries()) {
    const isPoint = (point) => Array.isArray(point) && point.length >= 2 && point.length <= 3 && point.every(Number.isFinite) && Math.abs(point[0]) < FAR && Math.abs(point[1]) < FAR;
    must(Array.isArray(stroke) && stroke.length && stroke.every(isPoint), `stroke ${i + 1} cannot be read`);
  }
  const areStrokes = (own) => Array.isArray(own) && own.every((index) => Number.isInteger(index) && index >= 0 && index < strokes.length);
  const isText = (value, most) => value === null || (typeof value === "string" && value.length <= most);
  const isSymbol = (one) => areStrokes(one?.strokes) && one.strokes.length && isText(one.label, MOST.symbol) && one.label !== "";
  must(areStrokes(text), "its text names strokes that there are not");
  must(fixed.every(isSymbol), "a corrected symbol cannot be read");
  must(areApart(fixed), "a stroke is in two corrected symbols");
  must(lines.every((one) => areStrokes(one?.strokes) && one.strokes.length && isText(one.latex, MOST.latex)), "a line cannot be read");
  const placed = [...lines.flatMap((line) => line.strokes), ...text];
  must(new Set(placed).size === placed.length, "a stroke is in two lines");
  const own = lines.map((line, i) => ({ id: i + 1, strokes: [...line.strokes].sort((a, b) => a - b), latex: line.isPicked ? line.latex : null, typed: line.isTyped ? line.latex : null }));
  const ink = strokes.map((stroke) => stroke.map(([x, y, t = 0]) => [x, y, t]));
  return { name: name.trim(), content: page(ink, { picture: picture && await pictureOf(picture, of), fixed, lines: own, text }) };
}

async function pictureOf(address, of) {
  try {
    if (!/^data:image\/(png|jpeg|webp);base64,/.test(address)) throw new Error();
    const [head, content] = address.split(","), bytes = Uint8Array.from(atob(content), (character) => character.charCodeAt(0));
    const file = new Blob([bytes], { type: head.slice("data:".length, -";base64".length) });
    return { file, bitmap: await createImageBitmap(file) };
  } catch {
    throw new Error(`${of}: its picture cannot be read`);
  }
}

function toDataUrl(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
}

const isTyped = ({ typed = null }) => typed !== null;
const isPicked = (line) => line.latex !== null && !isTyped(line);

/** The LaTeX of a line of a record: typed, picked, or read; of readings that may be of fewer strokes; null for none. */
export function readingOf({ strokes, latex, typed }, readings) {
  return typed ?? latex ?? readings.find((one) => one.strokes.join() === strokes.join())?.latex ?? null;
}

function annotation(type, text) {
  return `<annotation type="${type}">${escaped(text)}</annotation>`;
}

/** Text for XML, which has no control characters, nor halves of characters. */
function escaped(text) {
  return text.toWellFormed().replaceAll(/[\0-\x08\v\f\x0e-\x1f\ufffe\uffff]/g, "").replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function rounded([x, y, t]) {
  return [Math.round(x * 100) / 100, Math.round(y * 100) / 100, Math.round(t)];
}
