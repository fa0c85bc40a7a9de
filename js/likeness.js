/** How alike the symbols of a reading are written: one hand draws a symbol alike each time, and others differently. */
import { bounds } from "./features.js";
import { symbols } from "./tree.js";

/**
 * How much a reading gives different labels to what is drawn alike. `points` are strokes of `count` points each,
 * `constants` are {farthest, largest_ratio}, see `crohme/expressions/likeness.py`.
 */
export function disagreement(row, points, count, constants) {
  const all = [...symbols(row)].map((node) => shapeOf(node, points, count));
  let total = 0;
  all.forEach((one, i) => {
    for (const other of all.slice(i + 1)) {
      if (one.label === other.label || one.strokes.length !== other.strokes.length) continue;
      if (Math.max(one.size, other.size) >= constants.largest_ratio * Math.min(one.size, other.size)) continue;
      total += Math.max(0, 1 - distance(one, other, count) / constants.farthest);
    }
  });
  return total;
}

function shapeOf({ label, strokes }, points, count) {
  const boxes = strokes.map((stroke) => bounds(points, stroke * count, count));
  const low = [0, 1].map((axis) => Math.min(...boxes.map((box) => box[axis])));
  const high = [0, 1].map((axis) => Math.max(...boxes.map((box) => box[axis + 2])));
  const size = Math.max(high[0] - low[0], high[1] - low[1], 1e-6);
  const shape = (stroke) =>
    Float64Array.from({ length: 2 * count }, (_, i) =>
      (points[2 * stroke * count + i] - (low[i & 1] + high[i & 1]) / 2) / size);
  return { label, size, strokes: strokes.map(shape) };
}

/** Mean distance of the points of two shapes of as many strokes, each stroke in the better direction. */
function distance(one, other, count) {
  let total = 0;
  one.strokes.forEach((stroke, s) => {
    const second = other.strokes[s];
    let along = 0, against = 0;
    for (let i = 0; i < 2 * count; i += 2) {
      const back = 2 * count - 2 - i;
      along += Math.hypot(stroke[i] - second[i], stroke[i + 1] - second[i + 1]);
      against += Math.hypot(stroke[i] - second[back], stroke[i + 1] - second[back + 1]);
    }
    total += Math.min(along, against) / count;
  });
  return total / one.strokes.length;
}
