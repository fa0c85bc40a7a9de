/**
 * A page and what can be done to it. A page is never changed: writing, erasing and correcting make new ones.
 *
 * `strokes` are arrays of [x, y, milliseconds] in CSS pixels; `picture` is {file, bitmap} or null; `fixed` are the
 * symbols {strokes, label} that the writer has set: numbers of strokes, and a label, null for any.
 */
export function page(strokes, { picture = null, fixed = [] } = {}) {
  return Object.freeze({ strokes: Object.freeze([...strokes]), picture, fixed: Object.freeze([...fixed]) });
}

export const BLANK = page([]);

/** One more stroke. Ink on a picture takes its place. */
export function written(of, stroke) {
  return page([...of.strokes, stroke], { fixed: of.fixed });
}

/** Strokes taken away, and what was set of them. */
export function without(of, indices) {
  const gone = new Set(indices);
  const kept = of.strokes.map((_, index) => index).filter((index) => !gone.has(index));
  const numbers = new Map(kept.map((index, number) => [index, number]));
  const fixed = of.fixed
    .filter(({ strokes }) => strokes.every((index) => numbers.has(index)))
    .map(({ strokes, label }) => ({ strokes: strokes.map((index) => numbers.get(index)), label }));
  return page(kept.map((index) => of.strokes[index]), { picture: of.picture, fixed });
}

/** Strokes set to be one symbol, `label` or any; nothing else that was set of them holds any more. */
export function corrected(of, strokes, label = null) {
  return page(of.strokes, { picture: of.picture, fixed: [...released(of, strokes).fixed, { strokes, label }] });
}

/** Strokes set to be a symbol each. */
export function separated(of, strokes) {
  const each = strokes.map((index) => ({ strokes: [index], label: null }));
  return page(of.strokes, { picture: of.picture, fixed: [...released(of, strokes).fixed, ...each] });
}

/** Nothing set of some strokes. */
export function released(of, strokes) {
  const free = new Set(strokes);
  return page(of.strokes, { picture: of.picture, fixed: of.fixed.filter((one) => !one.strokes.some((index) => free.has(index))) });
}

/** Strokes with each point changed by a function of x and y. What was set of them stays. */
export function moved(of, indices, change) {
  const chosen = new Set(indices);
  const strokes = of.strokes.map((stroke, index) => (chosen.has(index) ? changed(stroke, change) : stroke));
  return page(strokes, of);
}

/** Strokes once more, changed as by `moved`, with what was set of them. They are the last strokes of the page. */
export function copied(of, indices, change) {
  const numbers = new Map(indices.map((index, i) => [index, of.strokes.length + i]));
  const fixed = of.fixed
    .filter(({ strokes }) => strokes.every((index) => numbers.has(index)))
    .map(({ strokes, label }) => ({ strokes: strokes.map((index) => numbers.get(index)), label }));
  const copies = indices.map((index) => changed(of.strokes[index], change));
  return page([...of.strokes, ...copies], { picture: of.picture, fixed: [...of.fixed, ...fixed] });
}

function changed(stroke, change) {
  return stroke.map(([x, y, t]) => [...change(x, y), t]);
}
