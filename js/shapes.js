/** What a symbol looks like by itself: like which other ones, and like which class, see `crohme/expressions/shapes.py`. */
import { Layers, softmax } from "./matrix.js";
import { normalise, pathLength, resample } from "./sequences.js";
import { ofHalves } from "./weights.js";

const HEADER = 14;
const BITS = 7, LARGEST = 2 ** (BITS - 1) - 1;
const FEATURES = 10;
const LEAST_LENGTH = 1e-6;
const FLOOR = 1e-3;

/** The network that stands in the file of the weights, see `crohme/browser/shapes.py`; null where there is none. */
export function readShapes(bytes, { offset, length } = { offset: 0, length: 0 }, vectors = true) {
  return length ? new ShapeNetwork(bytes.slice(offset, offset + length), vectors) : null;
}

/** Convolutions over the points of single symbols in pairs, mean and maximum over the points, and layers for vector and classes. */
export class ShapeNetwork {
  constructor(bytes, vectors = true) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), singles = ofHalves(), given = new Map();
    const [points, count, names] = [0, 2, 4].map((place) => view.getUint16(place, true));
    const [scale, offset] = [6, 10].map((place) => view.getFloat32(place, true));
    Object.assign(this, { points, scale, offset });
    let at = HEADER + 8 * count + names;
    this.classes = new Map(new TextDecoder().decode(bytes.subarray(at - names, at)).split("\n").map((label, i) => [label, i]));
    const halves = (size) => Float32Array.from({ length: size }, () => (at += 2, singles[view.getUint16(at - 2, true)]));
    this.sides = Array.from({ length: count }, (_, i) => {
      const [width, inputs, outputs, stride] = [0, 2, 4, 6].map((place) => view.getUint16(HEADER + 8 * i + place, true));
      const scales = halves(outputs), size = width * inputs * outputs;
      const kernel = ofSevenths(bytes, at, size).map((number, k) => number * scales[k % outputs]);
      at += Math.ceil((size * BITS) / 8);
      given.set(i, { kernel, bias: halves(outputs), inner: width * inputs });
      return { width, inputs, stride };
    });
    this.layers = new Layers(given, vectors);
  }

  /**
   * A symbol: its vector, of length 1 (or of zeros), and for each class the logarithm of its probability and `FLOOR`.
   * `strokes` are Float64Arrays of x, y, x, y … in any unit.
   */
  look(strokes) {
    let x = sequence(strokes, this.points);
    const last = this.sides.length - 2;
    for (let layer = 0; layer < last; layer += 2) {
      x = this.#convolved(x, layer);
      const more = this.#convolved(x, layer + 1);
      for (let i = 0; i < x.length; i++) x[i] += more[i];
    }
    const hidden = rectified(this.layers.apply(last, pooled(x, this.sides[last].inputs / 2)));
    const length = Math.max(Math.hypot(...hidden), LEAST_LENGTH), odds = this.layers.apply(last + 1, hidden);
    return {
      vector: hidden.map((value) => value / length),
      classes: softmax(odds, 0, odds.length).map((probability) => Math.log(probability + FLOOR)),
    };
  }

  /** How improbable it is that two symbols by one hand are of one class, from their looks: minus the logarithm. */
  unlike({ vector: one }, { vector: other }) {
    const odds = this.scale * one.reduce((cosine, value, i) => cosine + value * other[i], 0) + this.offset;
    return Math.max(-odds, 0) + Math.log1p(Math.exp(-Math.abs(odds)));
  }

  /** That of one class. A label that is none of the classes may be what looks most like another. */
  classScore({ classes }, label) {
    return this.classes.has(label) ? classes[this.classes.get(label)] : Math.max(...classes);
  }

  /** Of rows of points, each with the points around it; beyond the ends are zeros. */
  #convolved(x, layer) {
    const { width, inputs, stride } = this.sides[layer], points = x.length / inputs;
    const count = Math.ceil(points / stride), missing = Math.max((count - 1) * stride + width - points, 0);
    const padded = new Float32Array((points + missing) * inputs), windows = new Float32Array(count * width * inputs);
    padded.set(x, (missing >> 1) * inputs);
    for (let i = 0; i < count; i++) {
      windows.set(padded.subarray(i * stride * inputs, (i * stride + width) * inputs), i * width * inputs);
    }
    return rectified(this.layers.apply(layer, windows));
  }
}

/** Numbers of seven bits, the lowest first, as `LARGEST` less. */
function ofSevenths(bytes, start, count) {
  const found = new Float32Array(count);
  let kept = 0, bits = 0, at = start;
  for (let i = 0; i < count; i++) {
    while (bits < BITS) {
      kept |= bytes[at++] << bits;
      bits += 8;
    }
    found[i] = (kept & (2 ** BITS - 1)) - LARGEST;
    kept >>= BITS;
    bits -= BITS;
  }
  return found;
}

function rectified(x) {
  for (let i = 0; i < x.length; i++) x[i] = Math.max(x[i], 0);
  return x;
}

/** The mean of each column, and then the largest of each. */
function pooled(x, width) {
  const out = new Float32Array(2 * width).fill(-Infinity, width), rows = x.length / width;
  for (let i = 0; i < x.length; i++) {
    const column = i % width;
    out[column] += x[i] / rows;
    out[width + column] = Math.max(out[width + column], x[i]);
  }
  return out;
}

/** A symbol as points at even distances along its ink, each with ten features, see `crohme/ink/sequences.py`. */
export function sequence(strokes, points) {
  const unit = normalise(strokes);
  const counts = shared(unit, Math.max(points, 2 * unit.length));
  const all = Math.min(counts.reduce((sum, count) => sum + count, 0), points);
  const out = new Float32Array(all * FEATURES);
  let at = 0, before = null;
  unit.forEach((stroke, s) => {
    const placed = resample(stroke, counts[s]), n = counts[s];
    for (let i = 0; i < n && at < all; i++, at++) {
      const [x, y] = placed.subarray(2 * i, 2 * i + 2), [from, to] = [Math.max(i - 1, 0), Math.min(i + 1, n - 1)];
      const tangent = directed(placed[2 * to] - placed[2 * from], placed[2 * to + 1] - placed[2 * from + 1]);
      const turn = before
        ? [tangent[0] * before.tangent[0] + tangent[1] * before.tangent[1], before.tangent[0] * tangent[1] - before.tangent[1] * tangent[0]]
        : [1, 0];
      const step = before ? [x - before.x, y - before.y] : [0, 0];
      out.set([x, y, 4 * step[0], 4 * step[1], ...tangent, ...turn, Number(i === 0), Number(i === n - 1)], at * FEATURES);
      before = { x, y, tangent };
    }
  });
  return out;
}

/** How many points each stroke gets: two, and a share of the rest by its length. */
function shared(strokes, points) {
  const weights = strokes.map((stroke) => pathLength(stroke) + 1e-6), spare = points - 2 * strokes.length;
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let along = 0, given = 0;
  return weights.map((weight, i) => {
    along += weight;
    const upTo = i === weights.length - 1 ? spare : toEven((along / total) * spare), own = Math.max(upTo - given, 0);
    given = upTo;
    return 2 + own;
  });
}

/** Rounded, halves to the even number. */
function toEven(value) {
  const rounded = Math.round(value);
  return value % 1 === 0.5 && rounded % 2 ? rounded - 1 : rounded;
}

function directed(x, y) {
  const length = Math.hypot(x, y);
  return length > 1e-9 ? [x / length, y / length] : [1, 0];
}
