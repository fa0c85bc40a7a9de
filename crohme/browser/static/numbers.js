/**
 * Numbers: exact fractions, exact multiples of π, and reals with a bound of their error.
 *
 * An exact number is {n, d, isPi} with BigInts in lowest terms, a real one {x, e}: |value − x| ≤ e.
 */

export class NoValue extends Error {}

const EPSILON = 2 ** -52;
const MOST_BITS = 7000; // of an exact number, some 2,000 digits
const DIGITS = 12;

export const isExact = (a) => "n" in a;
export const isFraction = (a) => isExact(a) && !a.isPi;
export const isWhole = (a) => isFraction(a) && a.d === 1n;
const isZero = (a) => isExact(a) && a.n === 0n;

/** n / d, times π if that is said. */
export function exact(n, d = 1n, isPi = false) {
  [n, d] = [BigInt(n), BigInt(d)];
  if (d === 0n) throw new NoValue("it is not defined: a division by zero");
  if (d < 0n) [n, d] = [-n, -d];
  const common = gcd(n < 0n ? -n : n, d);
  return { n: n / common, d: d / common, isPi: isPi && n !== 0n };
}

/** A decimal number as it is written. */
export function decimal(text) {
  const [whole, part = ""] = text.split(".");
  return exact(BigInt(whole + part), 10n ** BigInt(part.length));
}

export const PI = exact(1n, 1n, true);
export const E = { x: Math.E, e: Math.E * EPSILON };

function gcd(a, b) {
  while (b) [a, b] = [b, a % b];
  return a || 1n;
}

/** A float64 next to an exact number. */
export function approximate(a) {
  if (!isExact(a)) return a.x;
  return quotient(a.n, a.d) * (a.isPi ? Math.PI : 1);
}

function quotient(n, d) {
  const x = Number(n), y = Number(d);
  if (Number.isFinite(x) && Number.isFinite(y)) return x / y;
  const size = (value) => (value < 0n ? -value : value).toString(2).length;
  const shift = BigInt(size(n) - size(d) - 64);
  const scaled = shift > 0n ? n / (d << shift) : (n << -shift) / d;
  return Number(scaled) * 2 ** Number(shift);
}

/** A number as a real one. */
export function real(a) {
  if (!isExact(a)) return a;
  const x = approximate(a);
  return made(x, 2 * EPSILON * Math.abs(x));
}

/** A real number, if it is one. */
export function made(x, e) {
  if (!Number.isFinite(x) || !Number.isFinite(e)) throw new NoValue("its value is too large, or is no real number");
  return { x, e: e + Number.MIN_VALUE };
}

export function negative(a) {
  return isExact(a) ? { ...a, n: -a.n } : { x: -a.x, e: a.e };
}

export function sum(a, b) {
  if (isZero(a)) return b;
  if (isZero(b)) return a;
  if (isExact(a) && isExact(b) && a.isPi === b.isPi) return exact(a.n * b.d + b.n * a.d, a.d * b.d, a.isPi);
  const [p, q] = [real(a), real(b)], x = p.x + q.x;
  return made(x, p.e + q.e + EPSILON * Math.abs(x));
}

export function product(a, b) {
  if (isZero(a) || isZero(b)) return exact(0n);
  if (isExact(a) && isExact(b) && !(a.isPi && b.isPi)) return exact(a.n * b.n, a.d * b.d, a.isPi || b.isPi);
  const [p, q] = [real(a), real(b)], x = p.x * q.x;
  return made(x, Math.abs(p.x) * q.e + Math.abs(q.x) * p.e + p.e * q.e + EPSILON * Math.abs(x));
}

export function divided(a, b) {
  if (isZero(b)) throw new NoValue("it is not defined: a division by zero");
  if (isExact(a) && isExact(b) && (!b.isPi || a.isPi)) return exact(a.n * b.d, a.d * b.n, a.isPi && !b.isPi);
  const [p, q] = [real(a), real(b)], least = Math.abs(q.x) - q.e;
  if (least <= 0) throw new NoValue("a division by what may be zero");
  const x = p.x / q.x;
  return made(x, (p.e + Math.abs(x) * q.e) / least + EPSILON * Math.abs(x));
}

/** a to the power b; `isFractional` says that b is written as a fraction, whose odd roots are real ones. */
export function power(a, b, isFractional = false) {
  if (isExact(b) && b.n === 0n) {
    if (isZero(a)) throw new NoValue("it is not defined: 0 to the power 0");
    return exact(1n);
  }
  if (isWhole(b) && isFraction(a)) {
    const count = b.n < 0n ? -b.n : b.n, bits = Math.max(a.n.toString(2).length, a.d.toString(2).length);
    const isUnit = a.d === 1n && (a.n === 1n || a.n === -1n || a.n === 0n); // whose powers are as short
    if (isUnit || Number(count) * bits <= MOST_BITS) {
      const times = isUnit ? count % 2n || 2n : count;
      return b.n > 0n ? exact(a.n ** times, a.d ** times) : exact(a.d ** times, a.n ** times);
    }
  }
  if (isFraction(b) && b.d <= 64n && b.d > 1n && (isFractional || b.d === 2n)) {
    if (b.d % 2n === 1n || sign(a) >= 0) return power(root(a, b.d), exact(b.n));
  }
  const [p, q] = [real(a), real(b)];
  if (isWhole(b)) {
    const x = p.x ** q.x;
    return made(x, Math.abs(x) * (Math.abs(q.x) * p.e / Math.max(Number.MIN_VALUE, Math.abs(p.x) - p.e) + 8 * EPSILON));
  }
  if (isZero(a) && q.x - q.e > 0) return exact(0n);
  if (p.x - p.e <= 0) throw new NoValue("a power of what may be negative has no real value");
  const x = p.x ** q.x;
  const error = Math.abs(q.x) * p.e / (p.x - p.e) + Math.abs(Math.log(p.x)) * q.e + (4 + Math.abs(q.x * Math.log(p.x))) * EPSILON;
  return made(x, Math.abs(x) * error);
}

/** The real root with a whole index. */
export function root(a, index) {
  const n = BigInt(index), isNegative = sign(a) < 0;
  if (n < 1n || n > 64n) throw new NoValue("a root with such an index is not calculated here");
  if (isNegative && n % 2n === 0n) throw new NoValue("it has no real value: an even root of a negative number");
  const size = isNegative ? negative(a) : a;
  if (isFraction(size)) {
    const [above, below] = [whole(size.n, n), whole(size.d, n)];
    if (above !== null && below !== null) return exact(isNegative ? -above : above, below);
  }
  const { x, e } = real(size);
  if (x - e <= 0) throw new NoValue("a root of what may be zero or negative");
  const found = n === 2n ? Math.sqrt(x) : n === 3n ? Math.cbrt(x) : x ** (1 / Number(n));
  return made(isNegative ? -found : found, (found * e) / (Number(n) * (x - e)) + 4 * EPSILON * found);
}

/** The whole root of a whole number; null if there is none. */
function whole(value, n) {
  if (value < 2n) return value;
  let guess = 1n << BigInt(Math.ceil(value.toString(2).length / Number(n)));
  for (;;) {
    const next = ((n - 1n) * guess + value / guess ** (n - 1n)) / n;
    if (next >= guess) break;
    guess = next;
  }
  return guess ** n === value ? guess : null;
}

/** −1, 0 or 1. */
export function sign(a) {
  if (isExact(a)) return a.n < 0n ? -1 : a.n > 0n ? 1 : 0;
  if (Math.abs(a.x) <= a.e) throw new NoValue("whether it is negative is not sure: it may be zero");
  return Math.sign(a.x);
}

/** A function of Math, with the slope that carries the error on. */
export function applied(a, f, slope) {
  const { x, e } = real(a), found = f(x), steep = Math.max(...[x - e, x, x + e].map((at) => Math.abs(slope(at))));
  return made(found, steep * e + 2 * EPSILON * Math.abs(found));
}

/**
 * A number as text: {whole, fraction: [n, d], decimal, isRounded}. Of a real number, no more digits than are right.
 */
export function written(a) {
  if (isFraction(a)) {
    const text = { n: String(a.n), d: String(a.d) };
    if (text.n.length > 2000 || text.d.length > 2000) throw new NoValue("it has more than 2000 digits");
    if (a.d === 1n) return { whole: text.n, isRounded: false };
    const ends = terminates(a.d), [digits, isShort] = rounded(approximate(a), ends);
    return { fraction: [text.n, text.d], decimal: digits, isRounded: !(ends && isShort) };
  }
  const { x, e } = real(a);
  if (Math.abs(x) <= e) return { decimal: "0", isRounded: true };
  const digits = Math.min(DIGITS, Math.floor(Math.log10(Math.abs(x) / e)));
  if (digits < 3) throw new NoValue("it was not found with a useful bound of its error");
  return { decimal: plain(x, digits), isRounded: true };
}

function terminates(d) {
  for (const p of [2n, 5n]) while (d % p === 0n) d /= p;
  return d === 1n;
}

/** In `DIGITS` digits, and whether that is all. */
function rounded(x, ends) {
  const text = plain(x, DIGITS);
  return [text, ends && text.replace(/[-.]|e.*/g, "").replace(/^0+/, "").length < DIGITS];
}

/** `1.5`, `2e20`: without zeros at the end. */
export function plain(x, digits) {
  const [mantissa, exponent] = x.toPrecision(digits).split("e");
  const short = mantissa.includes(".") ? mantissa.replace(/\.?0+$/, "") : mantissa;
  return exponent ? `${short}e${Number(exponent)}` : short;
}
