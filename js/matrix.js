/** Matrix products, and what is done to rows of numbers. A matrix is a Float32Array, row after row. */
import { COLUMNS, instantiate, MOST_ROWS } from "./kernel.js";

const PAGE = 65536;

/** Dense layers, whose weights lie packed in one memory: by blocks of eight columns, in each row after row. */
export class Layers {
  #floats;
  #kernels;
  #layers = new Map();
  #row;
  #result;

  /**
   * `given` maps names to {kernel, bias, inner}: a kernel has `inner` rows and as many columns as the bias.
   * `vectors` false keeps to plain JavaScript.
   */
  constructor(given, vectors = true) {
    let size = 0;
    const reserve = (count) => {
      const start = size;
      size += 4 * Math.ceil(count / 4); // vectors of four
      return start;
    };
    let longest = 0, widest = 0;
    for (const [name, { bias, inner }] of given) {
      const columns = bias.length, blocks = Math.ceil(columns / COLUMNS), width = blocks * COLUMNS;
      this.#layers.set(name, { inner, columns, blocks, width, kernel: reserve(inner * width), bias: reserve(width) });
      longest = Math.max(longest, inner);
      widest = Math.max(widest, width);
    }
    this.#row = reserve(MOST_ROWS * longest);
    this.#result = reserve(MOST_ROWS * widest);
    const memory = vectors && typeof WebAssembly === "object" ? new WebAssembly.Memory({ initial: Math.ceil((4 * size) / PAGE) }) : null;
    this.#kernels = memory && instantiate(memory);
    this.#floats = this.#kernels ? new Float32Array(memory.buffer) : new Float32Array(size);
    for (const [name, layer] of this.#layers) this.#pack(layer, given.get(name));
  }

  /** Whether products are made with vectors. */
  get hasVectors() {
    return this.#kernels !== null;
  }

  columnsOf(name) {
    return this.#layers.get(name).columns;
  }

  /** `x @ kernel + bias` of `rows` rows, a new array. */
  apply(name, x, rows = x.length / this.#layers.get(name).inner) {
    const layer = this.#layers.get(name);
    const { inner, columns, blocks, width } = layer;
    const out = new Float32Array(rows * columns), floats = this.#floats;
    for (let start = 0; start < rows; start += MOST_ROWS) {
      const count = Math.min(MOST_ROWS, rows - start);
      for (let r = 0; r < count; r++) {
        let to = this.#row + r;
        for (let k = (start + r) * inner, end = k + inner; k < end; k++, to += count) floats[to] = x[k];
      }
      if (this.#kernels) {
        this.#kernels[count - 1](4 * this.#row, 4 * layer.kernel, 4 * layer.bias, 4 * this.#result, inner, blocks, 4 * width);
      } else {
        this.#multiply(layer, count);
      }
      for (let r = 0; r < count; r++) {
        const from = this.#result + r * width;
        out.set(floats.subarray(from, from + columns), (start + r) * columns);
      }
    }
    return out;
  }

  #pack({ inner, columns, blocks, kernel, bias }, given) {
    this.#floats.set(given.bias, bias);
    for (let block = 0; block < blocks; block++) {
      for (let k = 0; k < inner; k++) {
        const from = k * columns + block * COLUMNS;
        const count = Math.min(COLUMNS, columns - block * COLUMNS);
        this.#floats.set(given.kernel.subarray(from, from + count), kernel + (block * inner + k) * COLUMNS);
      }
    }
  }

  #multiply({ inner, blocks, width, kernel, bias }, count) {
    const floats = this.#floats, row = this.#row;
    for (let block = 0; block < blocks; block++) {
      for (let r = 0; r < count; r++) {
        const [b, to] = [bias + block * COLUMNS, this.#result + r * width + block * COLUMNS];
        let s0 = floats[b], s1 = floats[b + 1], s2 = floats[b + 2], s3 = floats[b + 3];
        let s4 = floats[b + 4], s5 = floats[b + 5], s6 = floats[b + 6], s7 = floats[b + 7];
        let at = kernel + block * inner * COLUMNS;
        for (let k = 0, from = row + r; k < inner; k++, from += count, at += COLUMNS) {
          const factor = floats[from];
          s0 += factor * floats[at];
          s1 += factor * floats[at + 1];
          s2 += factor * floats[at + 2];
          s3 += factor * floats[at + 3];
          s4 += factor * floats[at + 4];
          s5 += factor * floats[at + 5];
          s6 += factor * floats[at + 6];
          s7 += factor * floats[at + 7];
        }
        floats.set([s0, s1, s2, s3, s4, s5, s6, s7], to);
      }
    }
  }
}

/** Each row with mean 0 and variance 1, a new array. */
export function standardised(x, width) {
  const out = new Float32Array(x.length);
  for (let start = 0; start < x.length; start += width) {
    let mean = 0, variance = 0;
    for (let i = start; i < start + width; i++) mean += x[i];
    mean /= width;
    for (let i = start; i < start + width; i++) variance += (x[i] - mean) ** 2;
    const factor = 1 / Math.sqrt(variance / width + 1e-5);
    for (let i = start; i < start + width; i++) out[i] = (x[i] - mean) * factor;
  }
  return out;
}

/** x · sigmoid(x), in place. */
export function silu(x) {
  for (let i = 0; i < x.length; i++) x[i] /= 1 + Math.exp(-x[i]);
  return x;
}

/** Softmax of `count` numbers from `start` on, in place. */
export function softmax(x, start, count) {
  let most = -Infinity, sum = 0;
  for (let i = start; i < start + count; i++) if (x[i] > most) most = x[i];
  for (let i = start; i < start + count; i++) sum += x[i] = Math.exp(x[i] - most);
  for (let i = start; i < start + count; i++) x[i] /= sum;
  return x;
}

/** Log-probabilities of rows of logits, a new array. */
export function logSoftmax(x, width) {
  const out = new Float32Array(x.length);
  for (let start = 0; start < x.length; start += width) {
    let most = -Infinity, sum = 0;
    for (let i = start; i < start + width; i++) if (x[i] > most) most = x[i];
    for (let i = start; i < start + width; i++) sum += Math.exp(x[i] - most);
    const shift = most + Math.log(sum);
    for (let i = start; i < start + width; i++) out[i] = x[i] - shift;
  }
  return out;
}

/** Add a second array to the first. */
export function addTo(x, other) {
  for (let i = 0; i < x.length; i++) x[i] += other[i];
  return x;
}

/** `Σ x[i] y[j]` over `count` numbers from i and j on, in four sums: the processor adds to one while the others wait. */
export function dot(x, i, y, j, count) {
  let s0 = 0, s1 = 0, s2 = 0, s3 = 0, k = 0;
  for (; k + 3 < count; k += 4) {
    s0 += x[i + k] * y[j + k];
    s1 += x[i + k + 1] * y[j + k + 1];
    s2 += x[i + k + 2] * y[j + k + 2];
    s3 += x[i + k + 3] * y[j + k + 3];
  }
  for (; k < count; k++) s0 += x[i + k] * y[j + k];
  return s0 + s1 + (s2 + s3);
}

/** Add `factor` times `count` numbers of y, from j on, to those of x from i on. */
export function accumulate(x, i, factor, y, j, count) {
  let k = 0;
  for (; k + 3 < count; k += 4) {
    x[i + k] += factor * y[j + k];
    x[i + k + 1] += factor * y[j + k + 1];
    x[i + k + 2] += factor * y[j + k + 2];
    x[i + k + 3] += factor * y[j + k + 3];
  }
  for (; k < count; k++) x[i + k] += factor * y[j + k];
}

/** Rows of two matrices beside each other. */
export function beside(x, width, other, otherWidth) {
  const rows = x.length / width, both = width + otherWidth;
  const out = new Float32Array(rows * both);
  for (let r = 0; r < rows; r++) {
    out.set(x.subarray(r * width, (r + 1) * width), r * both);
    out.set(other.subarray(r * otherWidth, (r + 1) * otherWidth), r * both + width);
  }
  return out;
}
