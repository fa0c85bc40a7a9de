/** The stroke transformer's forward pass, see `crohme/expressions/forward.py`. */
import { featurize, PAIR_FEATURES, POINT_FEATURES } from "./features.js";
import { fusedLayers } from "./fused.js";
import { accumulate, addTo, beside, dot, Layers, silu, softmax, standardised } from "./matrix.js";

/** A stroke transformer to run. */
export class Network {
  /** `weights` is what `readWeights` gives; it is emptied. `vectors` false keeps to plain JavaScript. */
  constructor(weights, networkArguments, preprocessing, vectors = true) {
    const a = networkArguments;
    this.heads = a.heads;
    this.width = a.width;
    this.geometry = a.geometry;
    this.tokens = a.tokens;
    this.symbols = a.symbols;
    this.encoders = a.encoder_layers;
    this.decoders = a.decoder_layers;
    this.points = a.points;
    this.pairFeatures = a.pair_features;
    this.preprocessing = preprocessing;
    this.layers = new Layers(fusedLayers(weights, a), vectors);
    this.table = new Map([...weights].map(([name, { data }]) => [name, data]));
  }

  /** Encode strokes, `(n, points, 2)` in the unit of `toUnitScale`. */
  encode(ink) {
    const { layers, width, heads, geometry: edge } = this;
    const n = ink.length / (2 * this.points);
    const features = featurize(ink, this.points, this.preprocessing);
    const pairs = cut(features.pairs, PAIR_FEATURES, this.pairFeatures);
    const geometry = silu(layers.apply("encoder/geometry_2", silu(layers.apply("encoder/geometry_1", pairs))));
    const biases = layers.apply("encoder/biases", geometry), kinds = this.encoders * heads;
    const x = this.#shape(features.points, n);
    addTo(x, layers.apply("encoder/place_2", silu(layers.apply("encoder/place_1", features.strokes))));
    const size = width / heads;
    for (let layer = 0; layer < this.encoders; layer++) {
      const name = `encoder/attention_${layer}`;
      const qkv = layers.apply(`${name}/fused`, standardised(x, width));
      const found = new Float32Array(n * (width + heads * edge)), shares = new Float32Array(n);
      for (let i = 0; i < n; i++) {
        for (let h = 0; h < heads; h++) {
          const q = 3 * width * i + h * size;
          for (let j = 0; j < n; j++) {
            const bias = biases[(i * n + j) * kinds + layer * heads + h];
            shares[j] = dot(qkv, q, qkv, 3 * width * j + width + h * size, size) + bias;
          }
          softmax(shares, 0, n);
          const to = i * (width + heads * edge);
          for (let j = 0; j < n; j++) {
            accumulate(found, to + h * size, shares[j], qkv, 3 * width * j + 2 * width + h * size, size);
            accumulate(found, to + width + h * edge, shares[j], geometry, (i * n + j) * edge, edge);
          }
        }
      }
      addTo(x, layers.apply(`${name}/out`, found));
      this.#feedForward(x, `encoder/mlp_${layer}`);
    }
    const encoded = this.#norm(x, "encoder/norm");
    const cross = Array.from({ length: this.decoders }, (_, i) => layers.apply(`decoder/cross_${i}/key_value`, encoded));
    return { n, encoded, geometry, cross, pointerKeys: layers.apply("decoder/pointer_key", encoded) };
  }

  /** Logits of each stroke's symbol class, `(n, symbols)`. */
  classify(memory) {
    return this.layers.apply("symbol", memory.encoded);
  }

  /** Logits of the relation of stroke j to stroke i, `(n, n, relations + 2)`. */
  relate(memory) {
    const { n, encoded, geometry } = memory;
    const parent = this.layers.apply("pair/parent", encoded), child = this.layers.apply("pair/child", encoded);
    const hidden = this.layers.apply("pair/lying", geometry), width = parent.length / n;
    for (let i = 0, at = 0; i < n; i++) {
      for (let j = 0; j < n; j++) for (let k = 0; k < width; k++, at++) hidden[at] += parent[i * width + k] + child[j * width + k];
    }
    return this.layers.apply("pair/out", silu(hidden));
  }

  /** The state before the first token: for each hypothesis what is kept of each token, keys and values of all layers. */
  start(hypotheses = 1) {
    return Array.from({ length: hypotheses }, () => []);
  }

  /**
   * Read q more tokens of each of k hypotheses. `steps` are k arrays of q {previous, anchor, written, relation, row}:
   * the token, the strokes of the symbol on which the next one hangs, n numbers 0 or 1 for those written, and
   * how the next symbol hangs, and its row does. Gives {tokens, pointers, state}: logits `(k · q, tokens)` of
   * the token after each, `(k · q, n)` of the strokes that it writes, and the state after them.
   */
  read(memory, state, steps) {
    const { layers, width } = this, { n, geometry } = memory;
    const flat = steps.flat(), q = steps[0].length, edge = this.geometry + 2;
    const means = this.#means(memory, flat);
    const x = layers.apply("decoder/anchor", means);
    const [previous, relations, rows] = ["previous", "relation", "row"].map((name) => this.table.get(`decoder/${name}/embeddings`));
    const seen = new Float32Array(flat.length * n * edge);
    flat.forEach((step, r) => {
      accumulate(x, r * width, 1, previous, step.previous * width, width);
      accumulate(x, r * width, 1, relations, step.relation * width, width);
      accumulate(x, r * width, 1, rows, step.row * width, width);
      accumulate(x, r * width, 1, position(state[Math.floor(r / q)].length + (r % q), width), 0, width);
      for (let j = 0; j < n; j++) {
        const at = (r * n + j) * edge;
        for (const i of step.anchor) accumulate(seen, at, 1 / step.anchor.length, geometry, (i * n + j) * this.geometry, this.geometry);
        seen[at + this.geometry] = step.anchor.includes(j) ? 1 : 0;
        seen[at + this.geometry + 1] = step.written[j];
      }
    });
    const kept = flat.map(() => new Float32Array(2 * width * this.decoders));
    const after = state.map((past, k) => [...past, ...kept.slice(k * q, (k + 1) * q)]);
    for (let layer = 0; layer < this.decoders; layer++) {
      addTo(x, this.#lookBack(x, layer, kept, after, q));
      addTo(x, this.#lookAtInk(x, layer, memory, seen));
      this.#feedForward(x, `decoder/mlp_${layer}`);
    }
    const normed = this.#norm(x, "decoder/norm");
    const pointers = this.#pointers(normed, memory, seen);
    const shares = pointers.slice(), pointed = new Float32Array(flat.length * width);
    for (let r = 0; r < flat.length; r++) {
      softmax(shares, r * n, n);
      for (let j = 0; j < n; j++) accumulate(pointed, r * width, shares[r * n + j], memory.encoded, j * width, width);
    }
    const hidden = silu(layers.apply("decoder/token_in", beside(normed, width, pointed, width)));
    return { tokens: layers.apply("decoder/token", hidden), pointers, state: after };
  }

  /** Mean of the encoded strokes of each anchor. */
  #means({ encoded }, steps) {
    const means = new Float32Array(steps.length * this.width);
    steps.forEach(({ anchor }, r) => {
      for (const i of anchor) accumulate(means, r * this.width, 1 / anchor.length, encoded, i * this.width, this.width);
    });
    return means;
  }

  /** Attention to the tokens so far. */
  #lookBack(x, layer, kept, after, q) {
    const { width, heads } = this, size = width / heads, first = 2 * width * layer;
    const qkv = this.layers.apply(`decoder/self_${layer}/fused`, standardised(x, width));
    kept.forEach((one, r) => one.set(qkv.subarray(3 * width * r + width, 3 * width * (r + 1)), first));
    const found = new Float32Array(x.length), shares = new Float32Array(after[0].length);
    kept.forEach((_, r) => {
      const all = after[Math.floor(r / q)], count = all.length - q + (r % q) + 1;
      for (let h = 0; h < heads; h++) {
        for (let t = 0; t < count; t++) shares[t] = dot(qkv, 3 * width * r + h * size, all[t], first + h * size, size);
        softmax(shares, 0, count);
        for (let t = 0; t < count; t++) accumulate(found, r * width + h * size, shares[t], all[t], first + width + h * size, size);
      }
    });
    return this.layers.apply(`decoder/self_${layer}/out`, found);
  }

  /** Attention to the strokes, as they lie seen from the anchor. */
  #lookAtInk(x, layer, { n, cross }, seen) {
    const { width, heads } = this, size = width / heads, edge = this.geometry + 2, name = `decoder/cross_${layer}`;
    const rows = x.length / width, sought = this.layers.apply(`decoder/look_${layer}/seek`, x);
    const queries = this.layers.apply(`${name}/fused`, standardised(x, width)), keysAndValues = cross[layer];
    const whole = width + heads * edge, found = new Float32Array(rows * whole), shares = new Float32Array(n);
    for (let r = 0; r < rows; r++) {
      for (let h = 0; h < heads; h++) {
        for (let j = 0; j < n; j++) {
          const bias = dot(sought, (r * heads + h) * edge, seen, (r * n + j) * edge, edge) * edge ** -0.5;
          shares[j] = dot(queries, r * width + h * size, keysAndValues, 2 * width * j + h * size, size) + bias;
        }
        softmax(shares, 0, n);
        for (let j = 0; j < n; j++) {
          accumulate(found, r * whole + h * size, shares[j], keysAndValues, 2 * width * j + width + h * size, size);
          accumulate(found, r * whole + width + h * edge, shares[j], seen, (r * n + j) * edge, edge);
        }
      }
    }
    return this.layers.apply(`${name}/out`, found);
  }

  #pointers(x, { n, pointerKeys }, seen) {
    const { width } = this, edge = this.geometry + 2, rows = x.length / width;
    const queries = this.layers.apply("decoder/pointer_query", x), sought = this.layers.apply("decoder/pointer_look/seek", x);
    const pointers = new Float32Array(rows * n);
    for (let r = 0; r < rows; r++) {
      for (let j = 0; j < n; j++) {
        const bias = dot(sought, r * edge, seen, (r * n + j) * edge, edge) * edge ** -0.5;
        pointers[r * n + j] = dot(queries, r * width, pointerKeys, j * width, width) * width ** -0.5 + bias;
      }
    }
    return pointers;
  }

  #feedForward(x, name) {
    const hidden = silu(this.layers.apply(`${name}/fused`, standardised(x, this.width)));
    addTo(x, this.layers.apply(`${name}/out`, hidden));
  }

  #norm(x, name) {
    const gamma = this.table.get(`${name}/gamma`), beta = this.table.get(`${name}/beta`);
    return standardised(x, this.width).map((value, i) => value * gamma[i % this.width] + beta[i % this.width]);
  }

  /** Strided convolutions along each stroke. */
  #shape(points, n) {
    const { layers } = this, count = this.points / 4;
    let x = silu(layers.apply("encoder/shape_1", withNeighbours(points, n, count, 4 * POINT_FEATURES)));
    x = silu(layers.apply("encoder/shape_2", withNeighbours(x, n, count, layers.columnsOf("encoder/shape_1"))));
    return layers.apply("encoder/shape_3", x);
  }
}

const positions = new Map();

function position(at, width) {
  const key = at * 65536 + width;
  if (!positions.has(key)) {
    const half = width >> 1;
    const angles = Array.from({ length: half }, (_, i) => at * Math.fround(Math.exp((-Math.log(10000) * i) / half)));
    positions.set(key, Float32Array.from([...angles.map(Math.sin), ...angles.map(Math.cos)]));
  }
  return positions.get(key);
}

/** Of `count` parts of each stroke, each with the one before and the one after it. */
function withNeighbours(x, n, count, width) {
  const out = new Float32Array(3 * x.length);
  for (let s = 0; s < n; s++) {
    for (let i = 0; i < count; i++) {
      for (const shift of [-1, 0, 1]) {
        if (i + shift < 0 || i + shift >= count) continue;
        const from = (s * count + i + shift) * width;
        out.set(x.subarray(from, from + width), (s * count + i) * 3 * width + (shift + 1) * width);
      }
    }
  }
  return out;
}

/** The first columns of a matrix: networks that were trained earlier read fewer features. */
function cut(x, width, kept) {
  if (kept === width) return x;
  const out = new Float32Array((x.length / width) * kept);
  for (let r = 0; r < x.length / width; r++) out.set(x.subarray(r * width, r * width + kept), r * kept);
  return out;
}
