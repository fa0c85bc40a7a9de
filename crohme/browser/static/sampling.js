/** Points of a function over a range, its gaps, roots and extrema: all of it as numbers. */

const POINTS = 385;
const HALVINGS = 40;
const MOST = 40; // roots and extrema

/** {parts, roots, extrema: [{kind, x, y}]} of a function to float64. */
export function sampled(f, low, high) {
  const at = (x) => { const y = f(x); return Number.isFinite(y) ? y : NaN; };
  const points = Array.from({ length: POINTS }, (_, k) => {
    const x = k === POINTS - 1 ? high : low + ((high - low) * k) / (POINTS - 1);
    return [x, at(x)];
  });
  const steps = points.slice(1).map(([, y], k) => Math.abs(y - points[k][1]));
  const usual = [...steps].filter(Number.isFinite).sort((a, b) => a - b);
  const steep = 4 * (usual[Math.floor(usual.length / 2)] ?? 0);
  const parts = [[]];
  points.forEach((point, k) => {
    const next = points[k + 1], isThere = !Number.isNaN(point[1]);
    if (isThere) parts.at(-1).push(point);
    if (!next) return;
    const isNextThere = !Number.isNaN(next[1]);
    if (!isThere && !isNextThere) return;
    if (isThere && isNextThere && (!(steps[k] > steep) || !jumps(at, point, next))) return;
    const [before, after] = beside(at, point, next);
    parts.at(-1).push(...before);
    parts.push(after);
  });
  const drawn = parts.filter((part) => part.length > 1);
  return { parts: drawn, marks: marksOf(at, drawn) };
}

/** Whether all of a step stays on one side, however often it is halved. */
function jumps(f, left, right) {
  const step = Math.abs(right[1] - left[1]);
  for (let k = 0; k < HALVINGS; k++) {
    const x = (left[0] + right[0]) / 2, middle = [x, f(x)];
    if (Number.isNaN(middle[1])) return true;
    if (x === left[0] || x === right[0]) break;
    if (Math.abs(middle[1] - left[1]) > Math.abs(right[1] - middle[1])) right = middle;
    else left = middle;
    if (Math.abs(right[1] - left[1]) < step / 2) return false;
  }
  return true;
}

/** Points that lead up to a gap between two points, and from it on. */
function beside(f, left, right) {
  const before = [], after = [];
  for (let k = 0; k < 16; k++) {
    const x = (left[0] + right[0]) / 2, middle = [x, f(x)];
    const isLeft = Number.isNaN(middle[1]) ? Number.isNaN(right[1])
      : Number.isNaN(left[1]) || (!Number.isNaN(right[1]) && Math.abs(middle[1] - left[1]) > Math.abs(right[1] - middle[1]));
    if (isLeft) {
      right = middle;
      if (!Number.isNaN(middle[1])) after.unshift(middle);
    } else {
      left = middle;
      if (!Number.isNaN(middle[1])) before.push(middle);
    }
  }
  return [before, after];
}

function marksOf(f, parts) {
  const marks = [];
  for (const part of parts) {
    const size = Math.max(...part.map(([, y]) => Math.abs(y)).filter((y) => y < 1e6), 1e-9);
    part.forEach(([x, y], k) => {
      if (marks.length >= MOST) return;
      const next = part[k + 1], last = part[k - 1];
      if (y === 0 && last?.[1] !== 0 && next?.[1] !== 0) marks.push({ kind: "root", x, y: 0 });
      else if (next && y * next[1] < 0) marks.push({ kind: "root", x: bisected(f, x, next[0]), y: 0 });
      if (!next || !last || y === last[1]) return;
      const end = y === next[1] ? part[k + 2] : next; // an extremum in the middle between two points
      if (!end || y === end[1] || (y - last[1]) * (end[1] - y) > 0) return;
      const isMaximum = y > last[1], at = turned(f, last[0], end[0], isMaximum), height = f(at), isNothing = Math.abs(height) < 1e-12 * size;
      marks.push({ kind: isMaximum ? "maximum" : "minimum", x: at, y: isNothing ? 0 : height });
      if (isNothing && y !== 0) marks.push({ kind: "root", x: at, y: 0 });
    });
  }
  return marks.sort((a, b) => a.x - b.x);
}

function bisected(f, low, high) {
  const isRising = f(high) > 0;
  for (let k = 0; k < 100; k++) {
    const middle = (low + high) / 2, y = f(middle);
    if (middle === low || middle === high) break;
    if (y === 0) return middle;
    if (y > 0 === isRising) high = middle;
    else low = middle;
  }
  return (low + high) / 2;
}

/** Where a function is largest or smallest, by golden-section search; half of the digits of a float64 are right. */
function turned(f, low, high, isMaximum) {
  const ratio = (Math.sqrt(5) - 1) / 2, height = (x) => (isMaximum ? f(x) : -f(x));
  for (let k = 0; k < 60; k++) {
    const a = high - ratio * (high - low), b = low + ratio * (high - low);
    if (height(a) > height(b)) high = b;
    else low = a;
  }
  return (low + high) / 2;
}
