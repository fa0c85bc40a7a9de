/** Strokes to one scale, and points at even distances along them. A stroke is a Float64Array of x, y, x, y … */
import { InkError } from "./errors.js";

/** Strokes as arrays of [x, y] or [x, y, time], checked, as Float64Arrays. Throws InkError. */
export function asStrokes(strokes, most) {
  if (!Array.isArray(strokes)) throw new InkError("strokes are an array of arrays of points");
  if (!strokes.length) throw new InkError("no strokes", "nothing_to_recognise");
  if (strokes.length > most) throw new InkError(`${strokes.length} strokes, more than ${most}`, "too_large");
  return strokes.map((stroke, number) => {
    if (!Array.isArray(stroke) || !stroke.length) throw new InkError(`stroke ${number} is no array of points`);
    const size = stroke[0]?.length;
    const flat = new Float64Array(2 * stroke.length);
    stroke.forEach((point, i) => {
      const isPoint = (Array.isArray(point) || ArrayBuffer.isView(point)) && (size === 2 || size === 3);
      if (!isPoint || point.length !== size || !Array.prototype.every.call(point, Number.isFinite)) {
        throw new InkError(`point ${i} of stroke ${number} is not [x, y] or [x, y, time] of finite numbers`);
      }
      flat[2 * i] = point[0];
      flat[2 * i + 1] = point[1];
    });
    return flat;
  });
}

/** Strokes moved so that the centre of their box is 0, and scaled so that its longer side is 1. */
export function normalise(strokes) {
  const [low, high] = box(strokes);
  // Halves throughout: coordinates near the largest float must not overflow.
  const centre = [0, 1].map((axis) => (high[axis] / 2 - low[axis] / 2) / 2);
  const size = Math.max(high[0] / 2 - low[0] / 2, high[1] / 2 - low[1] / 2) || 1;
  return strokes.map((stroke) =>
    stroke.map((value, i) => clip((value / 2 - low[i & 1] / 2 - centre[i & 1]) / size, -0.5, 0.5)),
  );
}

/** `count` points at even distances along a stroke; its two ends stay. */
export function resample(stroke, count) {
  const along = arcLength(stroke);
  const n = along.length;
  const step = along[n - 1] / (count - 1);
  const resampled = new Float64Array(2 * count);
  let at = 0;
  for (let i = 0; i < count; i++) {
    const where = i * step;
    while (at < n - 1 && along[at + 1] <= where) at++;
    for (const axis of [0, 1]) {
      const from = stroke[2 * at + axis];
      const isLast = at === n - 1 || i === count - 1;
      const slope = isLast ? 0 : (stroke[2 * at + 2 + axis] - from) / (along[at + 1] - along[at]);
      resampled[2 * i + axis] = isLast ? stroke[2 * n - 2 + axis] : slope * (where - along[at]) + from;
    }
  }
  return resampled;
}

/** Length of a stroke, or of `count` points of an array from the point `first` on. */
export function pathLength(points, first = 0, count = points.length / 2) {
  let length = 0;
  for (let i = 2 * first; i < 2 * (first + count - 1); i += 2) {
    length += Math.hypot(points[i + 2] - points[i], points[i + 3] - points[i + 1]);
  }
  return length;
}

/** The bounding box of strokes: [x, y] of its upper left and of its lower right corner. */
export function box(strokes) {
  const low = [Infinity, Infinity], high = [-Infinity, -Infinity];
  for (const stroke of strokes) {
    for (let i = 0; i < stroke.length; i++) {
      low[i & 1] = Math.min(low[i & 1], stroke[i]);
      high[i & 1] = Math.max(high[i & 1], stroke[i]);
    }
  }
  return [low, high];
}

export function clip(value, low, high) {
  return Math.min(Math.max(value, low), high);
}

function arcLength(stroke) {
  const along = new Float64Array(stroke.length / 2);
  for (let i = 1; i < along.length; i++) along[i] = along[i - 1] + pathLength(stroke, i - 1, 2);
  return along;
}
