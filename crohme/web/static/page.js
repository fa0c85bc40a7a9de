/**
 * A page and what can be done to it. A page is never changed: writing, erasing and correcting make new ones.
 *
 * `strokes` are arrays of [x, y, milliseconds] in CSS pixels; `picture` is {file, bitmap} or null; `fixed` are the
 * symbols {strokes, label} that the writer has set: numbers of strokes, and a label, null for any. `lines` are
 * {id, strokes, latex, typed} from the top down, `latex` the reading that the writer has picked, `typed` the LaTeX that was
 * typed in its place, both null if there is none; `text` are the numbers of the strokes that are no formulas.
 */
import { findLines } from "./lines.js";

export function page(strokes, { picture = null, fixed = [], lines = [], text = [] } = {}) {
  return Object.freeze({ strokes: Object.freeze([...strokes]), picture, fixed: Object.freeze([...fixed]), lines, text });
}

export const BLANK = page([]);

/** The numbers of strokes on a page, of those that are on it: what is remembered for later is strokes, never numbers. */
export function numbersOn({ strokes }, some) {
  const numbers = new Map(strokes.map((stroke, index) => [stroke, index]));
  return [...some].filter((stroke) => numbers.has(stroke)).map((stroke) => numbers.get(stroke));
}

/** Whether symbols, or whatever else has strokes, share none. */
export function areApart(some) {
  const all = some.flatMap(({ strokes }) => strokes);
  return new Set(all).size === all.length;
}

/** One more stroke. Ink on a picture takes its place. */
export function written(of, stroke) {
  return page([...of.strokes, stroke], { ...of, picture: null });
}

/** Strokes taken away, and what was set of them. A line that loses some is looked at again: it may be two now. */
export function without(of, indices) {
  const gone = new Set(indices);
  const kept = of.strokes.map((_, index) => index).filter((index) => !gone.has(index));
  const numbers = new Map(kept.map((index, number) => [index, number]));
  const lines = of.lines.flatMap((line) => {
    const left = line.strokes.filter((index) => numbers.has(index));
    if (left.length === line.strokes.length) return [line];
    return findLines(left.map((index) => of.strokes[index])).map((part, i) => unread(i ? null : line.id, part.map((number) => left[number])));
  });
  return page(kept.map((index) => of.strokes[index]), { picture: of.picture, ...renumbered({ ...of, lines }, numbers) });
}

/** Strokes set to be one symbol, `label` or any; nothing else that was set of them holds any more. */
export function corrected(of, strokes, label = null) {
  return set(of, strokes, [{ strokes, label }]);
}

/** Strokes set to be a symbol each. */
export function separated(of, strokes) {
  return set(of, strokes, strokes.map((index) => ({ strokes: [index], label: null })));
}

/** Nothing set of some strokes. */
export function released(of, strokes) {
  return set(of, strokes, []);
}

/** Symbols in place of all that was set of some strokes, and of what was typed for their lines. */
function set(of, strokes, symbols) {
  const chosen = new Set(strokes), isOther = (one) => !one.strokes.some((index) => chosen.has(index));
  const lines = of.lines.map((line) => (isOther(line) ? line : { ...line, typed: null }));
  return page(of.strokes, { ...of, lines, fixed: [...of.fixed.filter(isOther), ...symbols] });
}

/** Strokes with each point changed by a function of x and y. What was set of them stays; their lines are found anew. */
export function moved(of, indices, change) {
  const chosen = new Set(indices);
  const strokes = of.strokes.map((stroke, index) => (chosen.has(index) ? changed(stroke, change) : stroke));
  const isWhole = (line) => line.strokes.every((index) => chosen.has(index));
  const lines = of.lines.map((line) => (isWhole(line) ? line : lineWithout(line, chosen)));
  return page(strokes, { ...of, lines });
}

/** Strokes once more, changed as by `moved`, with what was set of them. They are the last strokes of the page. */
export function copied(of, indices, change) {
  const numbers = new Map(indices.map((index, i) => [index, of.strokes.length + i]));
  const { fixed, text } = renumbered(of, numbers);
  const copies = indices.map((index) => changed(of.strokes[index], change));
  return page([...of.strokes, ...copies], { ...of, fixed: [...of.fixed, ...fixed], text: [...of.text, ...text] });
}

/** Strokes set to be a line of their own. */
export function asLine(of, strokes) {
  const chosen = new Set(strokes);
  const lines = [...of.lines.map((line) => lineWithout(line, chosen)), unread(null, [...strokes])];
  return page(of.strokes, { ...of, lines, text: of.text.filter((index) => !chosen.has(index)) });
}

/** Strokes set to be no formula: they stay ink. */
export function asText(of, strokes) {
  const chosen = new Set(strokes);
  const lines = of.lines.map((line) => lineWithout(line, chosen));
  return page(of.strokes, { ...released(of, strokes), lines, text: [...new Set([...of.text, ...strokes])] });
}

/** The reading of a line set to one of its others. */
export function picked(of, id, latex) {
  return page(of.strokes, { ...of, lines: of.lines.map((line) => (line.id === id ? { ...line, latex, typed: null } : line)) });
}

/** LaTeX in place of what a line is read as, as long as its ink is as it is; null for the reading. */
export function typed(of, id, latex) {
  return page(of.strokes, { ...of, lines: of.lines.map((line) => (line.id === id ? { ...line, typed: latex } : line)) });
}

/** The page with all its strokes in lines, but those of text. Lines that it has stay, unless one symbol lies in two. */
export function lined(of) {
  const placed = new Set([...of.lines.flatMap(({ strokes }) => strokes), ...of.text]);
  if (placed.size === of.strokes.length && of.lines.every(({ id, strokes }) => id !== null && strokes.length) && !of.fixed.length) return of;
  const known = tied(of.lines.filter(({ strokes }) => strokes.length), of.fixed);
  const found = findLines(of.strokes, known.map(({ strokes }) => strokes), of.text);
  let next = 1 + Math.max(0, ...known.map(({ id }) => id ?? 0));
  const free = new Set(known);
  const lines = found.map((strokes) => {
    const own = new Set(strokes), before = [...free].filter((line) => own.has(line.strokes[0]));
    before.forEach((line) => free.delete(line));
    const same = before.find((line) => line.strokes.length === strokes.length && line.id !== null);
    return same ?? unread(before.find(({ id }) => id !== null)?.id ?? next++, strokes);
  });
  return page(of.strokes, { ...of, lines });
}

/** A line as a page of its own. */
export function inkOf(of, { strokes }) {
  const { fixed } = renumbered(of, new Map(strokes.map((index, number) => [index, number])));
  return page(strokes.map((index) => of.strokes[index]), { fixed });
}

/** Lines, those joined that share a symbol which the writer has set. */
function tied(lines, fixed) {
  return fixed.reduce((all, { strokes }) => {
    const sharing = all.filter((line) => line.strokes.some((index) => strokes.includes(index)));
    if (sharing.length < 2) return all;
    const joined = sharing.flatMap((line) => line.strokes).sort((a, b) => a - b);
    return [...all.filter((line) => !sharing.includes(line)), unread(sharing[0].id, joined)];
  }, lines);
}

/** What a page says of its strokes, for those that are left, by their new numbers. */
function renumbered({ fixed, lines, text }, numbers) {
  const renumber = (strokes) => strokes.filter((index) => numbers.has(index)).map((index) => numbers.get(index));
  return {
    fixed: fixed.filter(({ strokes }) => strokes.every((index) => numbers.has(index))).map(({ strokes, label }) => ({ strokes: renumber(strokes), label })),
    lines: lines.map((line) => ({ ...line, strokes: renumber(line.strokes) })),
    text: renumber(text),
  };
}

function lineWithout(line, gone) {
  const strokes = line.strokes.filter((index) => !gone.has(index));
  return strokes.length === line.strokes.length ? line : unread(line.id, strokes);
}

function unread(id, strokes) {
  return { id, strokes, latex: null, typed: null };
}

function changed(stroke, change) {
  return stroke.map(([x, y, t]) => [...change(x, y), t]);
}
