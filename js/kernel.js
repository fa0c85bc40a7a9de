/**
 * The one hot loop, as WebAssembly with 128-bit vectors, written out here: no compiler and no second file is needed.
 *
 * `multiply_R` adds the product of R rows and a packed matrix to a bias, with eight columns at once, see `matrix.js`.
 */

export const MOST_ROWS = 6;
export const COLUMNS = 8;

const I32 = 0x7f, V128 = 0x7b;
const LOOP = [0x03, 0x40], END = 0x0b, BRANCH_IF = [0x0d, 0x00];
const ADD = 0x6a, SUBTRACT = 0x6b;
const ADD_FLOATS = [0xfd, 0xe4, 0x01], MULTIPLY_FLOATS = [0xfd, 0xe6, 0x01];

/** The exported functions `multiply_1` … on a memory; null where WebAssembly or its vectors are not to be had. */
export function instantiate(memory) {
  try {
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(assemble()), { js: { memory } });
    return Array.from({ length: MOST_ROWS }, (_, i) => exports[`multiply_${i + 1}`]);
  } catch {
    return null;
  }
}

function assemble() {
  const rows = Array.from({ length: MOST_ROWS }, (_, i) => i + 1);
  const takes = [0x60, ...vector(Array(7).fill(I32)), 0x00];
  return new Uint8Array([
    0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00,
    ...section(1, [0x01, ...takes]),
    ...section(2, [0x01, ...name("js"), ...name("memory"), 0x02, 0x00, ...unsigned(1)]),
    ...section(3, vector(rows.map(() => 0))),
    ...section(7, [rows.length, ...rows.flatMap((count, i) => [...name(`multiply_${count}`), 0x00, i])]),
    ...section(10, [rows.length, ...rows.flatMap((count) => vector(body(count)))]),
  ]);
}

/** The function for so many rows. Arguments: addresses of rows, matrix, bias and result, steps, blocks, stride. */
function body(rows) {
  const [a, b, bias, c, steps, blocks, stride, at, left, first, second, factor, sums] = Array.from({ length: 13 }, (_, i) => i);
  const sum = (row, half) => sums + 2 * row + half;
  const each = (make) => Array.from({ length: rows }, (_, row) => make(row)).flat();
  const move = (local, bytes) => [...get(local), ...constant(bytes), ADD, ...set(local)];
  const again = (local) => [...get(local), ...constant(1), SUBTRACT, ...tee(local), ...BRANCH_IF];
  const add = (row, half, vector_) => [
    ...get(sum(row, half)), ...get(factor), ...get(vector_), ...MULTIPLY_FLOATS, ...ADD_FLOATS, ...set(sum(row, half)),
  ];
  return [
    2, 2, I32, ...unsigned(3 + 2 * rows), V128,
    ...LOOP,
    ...each((row) => [0, 1].flatMap((half) => [...get(bias), ...load(16 * half), ...set(sum(row, half))])),
    ...get(a), ...set(at), ...get(steps), ...set(left),
    ...LOOP,
    ...get(b), ...load(0), ...set(first), ...get(b), ...load(16), ...set(second),
    ...each((row) => [...get(at), ...spread(4 * row), ...set(factor), ...add(row, 0, first), ...add(row, 1, second)]),
    ...move(at, 4 * rows), ...move(b, 32), ...again(left),
    END,
    ...get(c), ...set(at),
    ...each((row) => [
      ...[0, 1].flatMap((half) => [...get(at), ...get(sum(row, half)), ...store(16 * half)]),
      ...get(at), ...get(stride), ADD, ...set(at),
    ]),
    ...move(c, 32), ...move(bias, 32), ...again(blocks),
    END,
    END,
  ];
}

const get = (local) => [0x20, local];
const set = (local) => [0x21, local];
const tee = (local) => [0x22, local];
const constant = (value) => [0x41, ...signed(value)];
const load = (offset) => [0xfd, 0x00, 0x04, ...unsigned(offset)];
const spread = (offset) => [0xfd, 0x09, 0x02, ...unsigned(offset)];
const store = (offset) => [0xfd, 0x0b, 0x04, ...unsigned(offset)];

function unsigned(value) {
  const low = value & 0x7f;
  return value > 0x7f ? [low | 0x80, ...unsigned(value >>> 7)] : [low];
}

function signed(value) {
  return value > 0x3f ? [(value & 0x7f) | 0x80, ...signed(value >> 7)] : [value];
}

function vector(bytes) {
  return [...unsigned(bytes.length), ...bytes];
}

function name(text) {
  return vector([...text].map((character) => character.charCodeAt(0)));
}

function section(id, bytes) {
  return [id, ...vector(bytes)];
}
