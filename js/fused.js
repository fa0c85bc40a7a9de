/** The dense layers of a stroke transformer, with several taken together, as `crohme/expressions/forward.py` does. */

/** Layers by name, each {kernel, bias, inner}. */
export function fusedLayers(weights, { heads, encoder_layers: encoders, decoder_layers: decoders }) {
  const layers = new Map();
  const take = (name) => {
    const found = weights.get(name);
    weights.delete(name);
    return found;
  };
  /** The layers after a norm as one, with the norm's own scale and offset; queries are scaled. */
  const fuse = (name, parts) => {
    const gamma = take(`${name}/norm/gamma`).data, beta = take(`${name}/norm/beta`).data;
    const kernels = parts.map((part) => take(`${name}/${part}/kernel`)), biases = parts.map((part) => take(`${name}/${part}/bias`));
    const inner = gamma.length, columns = biases.reduce((sum, { data }) => sum + data.length, 0);
    const kernel = new Float32Array(inner * columns), sums = new Float64Array(columns);
    let start = 0;
    parts.forEach((part, p) => {
      const width = biases[p].data.length, scale = part === "query" ? (width / heads) ** -0.5 : 1;
      for (let c = 0; c < width; c++) sums[start + c] = scale * biases[p].data[c];
      for (let k = 0; k < inner; k++) {
        for (let c = 0; c < width; c++) {
          const weight = scale * kernels[p].data[k * width + c];
          kernel[k * columns + start + c] = gamma[k] * weight;
          sums[start + c] += beta[k] * weight;
        }
      }
      start += width;
    });
    layers.set(`${name}/fused`, { kernel, bias: Float32Array.from(sums), inner });
  };
  /** What follows the heads, and what they found on the edges, in one product. */
  const withEdges = (name) => {
    const own = weights.get(`${name}/out/kernel`), edge = take(`${name}/edge/kernel`);
    const data = new Float32Array(own.data.length + edge.data.length);
    data.set(own.data);
    data.set(edge.data, own.data.length);
    weights.set(`${name}/out/kernel`, { shape: [own.shape[0] + edge.shape[0], own.shape[1]], data });
  };
  for (let i = 0; i < encoders; i++) {
    fuse(`encoder/attention_${i}`, ["query", "key_value"]);
    withEdges(`encoder/attention_${i}`);
    fuse(`encoder/mlp_${i}`, ["inner"]);
  }
  for (let i = 0; i < decoders; i++) {
    fuse(`decoder/self_${i}`, ["query", "key_value"]);
    fuse(`decoder/cross_${i}`, ["query"]);
    withEdges(`decoder/cross_${i}`);
    fuse(`decoder/mlp_${i}`, ["inner"]);
  }
  for (const name of [...weights.keys()].filter((one) => one.endsWith("/kernel"))) {
    const layer = name.slice(0, -"/kernel".length);
    const { shape, data } = take(name);
    layers.set(layer, { kernel: data, bias: take(`${layer}/bias`).data, inner: shape[0] });
  }
  return layers;
}
