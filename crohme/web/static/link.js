/** A page in the fragment of an address: nothing of it is sent to the host. */
import { areApart, page } from "./page.js";

const KEY = "#ink=";
const UNITS = 4; // of a CSS pixel
const MOST_BYTES = 4_000_000; // unpacked
const MOST_STROKES = 5000;
const FAR = 1e6;
const LONGEST = 4000; // characters of LaTeX

/** The address of this site with the page's ink in it. */
export async function linkTo({ strokes, fixed, lines, text }) {
  const packed = strokes.map((stroke) => {
    let [left, top] = [0, 0];
    return stroke.flatMap(([x, y]) => {
      const [right, down] = [Math.round(x * UNITS), Math.round(y * UNITS)];
      const step = [right - left, down - top];
      [left, top] = [right, down];
      return step;
    });
  });
  const bytes = new TextEncoder().encode(JSON.stringify({ strokes: packed, fixed, lines: lines.map((line) => line.strokes), typed: lines.map((line) => line.typed ?? null), text }));
  return `${location.href.split("#")[0]}${KEY}${toText(await through(new CompressionStream("deflate-raw"), bytes))}`;
}

/** Whether an address has ink. */
export function hasInk(hash) {
  return hash.startsWith(KEY);
}

/** The page of a fragment. Throws Error if it is damaged. */
export async function pageOf(hash) {
  try {
    const bytes = await through(new DecompressionStream("deflate-raw"), toBytes(hash.slice(KEY.length)), MOST_BYTES);
    const { strokes, fixed = [], lines = [], typed = [], text = [] } = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    if (!strokes.length || strokes.length > MOST_STROKES) throw new Error();
    const placed = [...lines.flat(), ...text];
    if (!lines.every((own) => Array.isArray(own) && own.length)) throw new Error();
    if (!areApart(fixed) || new Set(placed).size < placed.length || !placed.every((index) => isStroke(index, strokes.length))) throw new Error();
    return page(strokes.map(unpacked), {
      fixed: fixed.map((one) => checked(one, strokes.length)), text,
      lines: lines.map((own, i) => ({ id: i + 1, strokes: own, latex: null, typed: typeof typed[i] === "string" && typed[i].length <= LONGEST ? typed[i] : null })),
    });
  } catch {
    throw new Error("The link is damaged: its ink cannot be read.");
  }
}

function unpacked(steps) {
  if (!steps.length || steps.length % 2 || !steps.every(Number.isFinite)) throw new Error();
  let [x, y] = [0, 0];
  return Array.from({ length: steps.length / 2 }, (_, i) => {
    x += steps[2 * i] / UNITS;
    y += steps[2 * i + 1] / UNITS;
    if (!(Math.abs(x) < FAR && Math.abs(y) < FAR)) throw new Error();
    return [x, y, 0];
  });
}

function checked({ strokes, label }, count) {
  if (!strokes.length || !strokes.every((index) => isStroke(index, count)) || !(label === null || (label && typeof label === "string"))) throw new Error();
  return { strokes, label };
}

function isStroke(index, count) {
  return Number.isInteger(index) && index >= 0 && index < count;
}

/** Bytes through a stream that changes them, as bytes. */
async function through(stream, bytes, most = Infinity) {
  const changed = new Blob([bytes]).stream().pipeThrough(stream).getReader();
  const parts = [];
  let size = 0;
  for (let part = await changed.read(); !part.done; part = await changed.read()) {
    size += part.value.length;
    if (size > most) throw new Error();
    parts.push(part.value);
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

function toText(bytes) {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

function toBytes(text) {
  return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (character) => character.charCodeAt(0));
}
