/** The weights of a network, as `crohme export` writes them. */
import { BundleError } from "./errors.js";
import { sha256 } from "./sha256.js";

/** The arrays of a file by name, each {shape, data}. Throws BundleError where it is not that of its description. */
export function readWeights(bytes, { sha256: expected, arrays }) {
  const found = sha256(bytes);
  if (found !== expected) throw new BundleError(`the weights are damaged or of another version: ${found.slice(0, 12)}…`);
  const singles = ofHalves();
  const weights = new Map();
  for (const { name, shape, offset } of arrays) {
    const count = shape.reduce((product, side) => product * side, 1);
    const halves = new Uint16Array(count);
    const view = new DataView(bytes.buffer, bytes.byteOffset + offset, 2 * count);
    const data = new Float32Array(count);
    for (let i = 0; i < count; i++) halves[i] = view.getUint16(2 * i, true);
    for (let i = 0; i < count; i++) data[i] = singles[halves[i]];
    weights.set(name, { shape, data });
  }
  return weights;
}

/** What each of the numbers of half precision is. */
function ofHalves() {
  return Float32Array.from({ length: 65536 }, (_, bits) => {
    const sign = bits & 0x8000 ? -1 : 1, exponent = (bits >> 10) & 31, fraction = bits & 1023;
    if (exponent === 31) return fraction ? NaN : sign * Infinity;
    return sign * (exponent ? 2 ** (exponent - 15) * (1 + fraction / 1024) : 2 ** -14 * (fraction / 1024));
  });
}
