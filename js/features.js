/** What the network is fed, see `crohme/expressions/features.py`. Points are Float32Arrays `(n, count, 2)`. */
import { clip } from "./sequences.js";

/** Resampled strokes moved to the origin and scaled so that the median stroke is one unit large, `(n, count, 2)`. */
export function toUnitScale(strokes) {
  const boxes = strokes.map((stroke) => bounds(stroke, 0, stroke.length / 2));
  const low = [0, 1].map((axis) => Math.min(...boxes.map((box) => box[axis])));
  const high = [0, 1].map((axis) => Math.max(...boxes.map((box) => box[axis + 2])));
  const sizes = boxes.map(([left, top, right, bottom]) => Math.max(right - left, bottom - top)).sort((a, b) => a - b);
  const n = sizes.length;
  const median = (sizes[(n - 1) >> 1] + sizes[n >> 1]) / 2;
  // An expression of minus signs and dots has a tiny median: the whole bounds it from below.
  const scale = Math.max(median, 0.05 * Math.max(high[0] - low[0], high[1] - low[1])) || 1;
  const length = strokes[0].length;
  const points = new Float32Array(n * length);
  strokes.forEach((stroke, s) => {
    for (let i = 0; i < length; i++) {
      points[s * length + i] = (stroke[i] - (low[i & 1] + high[i & 1]) / 2) / scale;
    }
  });
  return points;
}

/** The three inputs of the encoder: `points` (n, count, 4), `strokes` (n, 13) and `pairs` (n, n, 27). */
export function featurize(points, count, preprocessing) {
  const n = points.length / (2 * count);
  const boxes = Array.from({ length: n }, (_, s) => bounds(points, s * count, count));
  return {
    points: pointFeatures(points, count, boxes, preprocessing.smallest_stroke),
    strokes: strokeFeatures(points, count, boxes, preprocessing.smallest_stroke),
    pairs: pairFeatures(points, count, boxes, preprocessing),
  };
}

export const POINT_FEATURES = 4;
export const STROKE_FEATURES = 13;
export const PAIR_FEATURES = 27;

function pointFeatures(points, count, boxes, tiny) {
  const features = new Float32Array(boxes.length * count * POINT_FEATURES);
  boxes.forEach(([left, top, right, bottom], s) => {
    const size = Math.max(right - left, bottom - top, tiny);
    for (let i = 0; i < count; i++) {
      const at = 2 * (s * count + i);
      const from = i < count - 1 ? at : at - 2;
      const dx = points[from + 2] - points[from], dy = points[from + 3] - points[from + 1];
      const length = Math.sqrt(dx * dx + dy * dy + 1e-8);
      features.set(
        [(points[at] - (left + right) / 2) / size, (points[at + 1] - (top + bottom) / 2) / size, dx / length, dy / length],
        POINT_FEATURES * (s * count + i),
      );
    }
  });
  return features;
}

function strokeFeatures(points, count, boxes, tiny) {
  const features = new Float32Array(boxes.length * STROKE_FEATURES);
  boxes.forEach(([left, top, right, bottom], s) => {
    const width = right - left, height = bottom - top;
    const size = Math.max(width, height, tiny);
    const first = 2 * s * count, last = first + 2 * (count - 1);
    let length = 0;
    for (let i = first; i < last; i += 2) {
      const dx = points[i + 2] - points[i], dy = points[i + 3] - points[i + 1];
      length += Math.sqrt(dx * dx + dy * dy + 1e-8);
    }
    features.set([
      Math.log(width + tiny), Math.log(height + tiny), Math.log(size), Math.log(length + tiny),
      (width - height) / (width + height + tiny), Math.log(length / size + 1),
      (points[last] - points[first]) / size, (points[last + 1] - points[first + 1]) / size,
      Math.asinh((left + right) / 2), Math.asinh((top + bottom) / 2),
      Math.exp(-width), Math.exp(-height), Math.min(s, 3) / 3,
    ], STROKE_FEATURES * s);
  });
  return features;
}

function pairFeatures(points, count, boxes, preprocessing) {
  const n = boxes.length;
  const features = new Float32Array(n * n * PAIR_FEATURES);
  const shapes = shapesOf(points, count, boxes, preprocessing.smallest_stroke);
  for (let i = 0; i < n; i++) {
    const a = boxes[i];
    const own = Math.max(a[2] - a[0], a[3] - a[1], 0.2);
    const end = 2 * (i * count + count - 1);
    for (let j = 0; j < n; j++) {
      const b = boxes[j];
      let at = PAIR_FEATURES * (i * n + j);
      const both = (value) => { features[at++] = value(0); features[at++] = value(1); };
      const offset = (axis) => (b[axis] + b[axis + 2]) / 2 - (a[axis] + a[axis + 2]) / 2;
      const extent = (box, axis) => box[axis + 2] - box[axis];
      both((axis) => Math.asinh(offset(axis)));
      both((axis) => Math.asinh(offset(axis) / own));
      both((axis) => Math.asinh(b[axis] - a[axis + 2]));
      both((axis) => Math.asinh(b[axis + 2] - a[axis]));
      both((axis) => Math.asinh(b[axis] - a[axis]));
      both((axis) => Math.asinh(b[axis + 2] - a[axis + 2]));
      both((axis) => Math.log(extent(b, axis) + 0.1) - Math.log(extent(a, axis) + 0.1));
      both((axis) => {
        const overlap = Math.min(b[axis + 2], a[axis + 2]) - Math.max(b[axis], a[axis]);
        return clip(overlap / (Math.min(extent(b, axis), extent(a, axis)) + 0.1), -2, 1);
      });
      both((axis) => Math.asinh(points[2 * j * count + axis] - points[end + axis]));
      const near = nearest(points, count, i, j);
      features[at++] = Math.asinh(near);
      features[at++] = Math.asinh(near / own);
      features[at++] = clip((j - i) / 8, -2, 2);
      for (const k of [1, -1, 0]) features[at++] = 1 - Math.min(Math.abs(j - i - k), 1);
      for (const likeness of likenesses(shapes[i], shapes[j], count, preprocessing.likeness_scale)) {
        features[at++] = likeness;
      }
    }
  }
  return features;
}

/** Each stroke around 0 with size 1. */
function shapesOf(points, count, boxes, tiny) {
  return boxes.map(([left, top, right, bottom], s) => {
    const size = Math.max(right - left, bottom - top, tiny);
    const centre = [(left + right) / 2, (top + bottom) / 2];
    return Float64Array.from({ length: 2 * count }, (_, i) => (points[2 * s * count + i] - centre[i & 1]) / size);
  });
}

/** How alike two strokes are: written the same way, the other way round, and the better of both, sharper. */
function likenesses(own, other, count, alike) {
  let along = 0, against = 0;
  for (let i = 0; i < 2 * count; i += 2) {
    const back = 2 * count - 2 - i;
    along += (own[i] - other[i]) ** 2 + (own[i + 1] - other[i + 1]) ** 2;
    against += (own[i] - other[back]) ** 2 + (own[i + 1] - other[back + 1]) ** 2;
  }
  along = Math.sqrt(along / count + 1e-8);
  against = Math.sqrt(against / count + 1e-8);
  return [Math.exp(-along / alike), Math.exp(-against / alike), Math.exp(-((Math.min(along, against) / alike) ** 2))];
}

/** Distance of the nearest two of eight points of each stroke. */
function nearest(points, count, i, j) {
  const step = Math.floor(count / 8);
  let least = Infinity;
  for (let a = 2; a < count; a += step) {
    const from = 2 * (i * count + a);
    for (let b = 2; b < count; b += step) {
      const to = 2 * (j * count + b);
      least = Math.min(least, (points[from] - points[to]) ** 2 + (points[from + 1] - points[to + 1]) ** 2);
    }
  }
  return Math.sqrt(least + 1e-8);
}

/** Left, top, right, bottom of `count` points from the point `first` on. */
export function bounds(points, first, count) {
  let left = Infinity, top = Infinity, right = -Infinity, bottom = -Infinity;
  for (let i = 2 * first; i < 2 * (first + count); i += 2) {
    left = Math.min(left, points[i]);
    right = Math.max(right, points[i]);
    top = Math.min(top, points[i + 1]);
    bottom = Math.max(bottom, points[i + 1]);
  }
  return [left, top, right, bottom];
}
