/** The weights of a network, as `crohme/browser/weights.py` writes them. */
import { BundleError } from "./errors.js";
import { sha256 } from "./sha256.js";

/** The arrays of a file by name, each {shape, data}. Throws BundleError where it is not that of its description. */
export function readWeights(bytes, { sha256: expected, arrays }) {
  const found = sha256(bytes);
  if (found !== expected) throw new BundleError(`the weights are damaged or of another version: ${found.slice(0, 12)}…`);
  const singles = ofHalves();
  return new Map(arrays.map(({ name, shape, offset, type, scales }) => {
    const count = shape.reduce((product, side) => product * side, 1);
    const data = type === "int8"
      ? fromEighths(bytes, offset, shape, scales === "rows")
      : Float32Array.from({ length: count }, (_, i) => singles[bytes[offset + 2 * i] + 256 * bytes[offset + 2 * i + 1]]);
    return [name, { shape, data }];
  }));
}

/** A matrix of whole numbers, before which stand the scales of its rows or columns. */
function fromEighths(bytes, offset, [rows, columns], byRow) {
  const count = byRow ? rows : columns, view = new DataView(bytes.buffer, bytes.byteOffset + offset, 4 * count);
  const scales = Float32Array.from({ length: count }, (_, i) => view.getFloat32(4 * i, true));
  const numbers = new Int8Array(bytes.buffer, bytes.byteOffset + offset + 4 * count, rows * columns);
  const data = new Float32Array(rows * columns);
  for (let r = 0, at = 0; r < rows; r++) for (let c = 0; c < columns; c++, at++) data[at] = numbers[at] * scales[byRow ? r : c];
  return data;
}

let halves;

/** What each of the numbers of half precision is. */
export function ofHalves() {
  return halves ??= Float32Array.from({ length: 65536 }, (_, bits) => {
    const sign = bits & 0x8000 ? -1 : 1, exponent = (bits >> 10) & 31, fraction = bits & 1023;
    if (exponent === 31) return fraction ? NaN : sign * Infinity;
    return sign * (exponent ? 2 ** (exponent - 15) * (1 + fraction / 1024) : 2 ** -14 * (fraction / 1024));
  });
}
