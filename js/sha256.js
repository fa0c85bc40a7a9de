/** SHA-256 (FIPS 180-4): browsers have it only where pages are served securely. */

const PRIMES = [];
for (let n = 2; PRIMES.length < 64; n++) if (PRIMES.every((prime) => n % prime)) PRIMES.push(n);
const fraction = (root) => ((root - Math.floor(root)) * 2 ** 32) | 0;
const ROUNDS = Int32Array.from(PRIMES, (prime) => fraction(Math.cbrt(prime)));
const START = PRIMES.slice(0, 8).map((prime) => fraction(Math.sqrt(prime)));

/** The hash of bytes, as 64 hexadecimal digits. */
export function sha256(bytes) {
  const state = Int32Array.from(START);
  const whole = bytes.length - (bytes.length % 64);
  digest(state, bytes, whole);
  const tail = new Uint8Array(bytes.length - whole < 56 ? 64 : 128);
  tail.set(bytes.subarray(whole));
  tail[bytes.length - whole] = 0x80;
  new DataView(tail.buffer).setBigUint64(tail.length - 8, 8n * BigInt(bytes.length));
  digest(state, tail, tail.length);
  return [...state].map((word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
}

function digest(state, bytes, length) {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const words = new Int32Array(64);
  for (let start = 0; start < length; start += 64) {
    for (let i = 0; i < 16; i++) words[i] = view.getInt32(start + 4 * i);
    for (let i = 16; i < 64; i++) {
      const x = words[i - 15], y = words[i - 2];
      const small = turn(x, 7) ^ turn(x, 18) ^ (x >>> 3), large = turn(y, 17) ^ turn(y, 19) ^ (y >>> 10);
      words[i] = words[i - 16] + small + words[i - 7] + large;
    }
    let [a, b, c, d, e, f, g, h] = state;
    for (let i = 0; i < 64; i++) {
      const first = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + ROUNDS[i] + words[i]) | 0;
      const second = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g; g = f; f = e; e = (d + first) | 0;
      d = c; c = b; b = a; a = (first + second) | 0;
    }
    [a, b, c, d, e, f, g, h].forEach((value, i) => { state[i] += value; });
  }
}

function turn(word, by) {
  return (word >>> by) | (word << (32 - by));
}
