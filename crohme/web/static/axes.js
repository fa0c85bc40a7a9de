/** The window of a plot: what of the plane is seen, and where its lines are. Pure. */

const LEAST = 2; // the distance that the points of interest are given at least
const EVEN = 500; // points over a range that are no nearer to each other; those beside a gap are

/** What is seen of a plot at first: all of its range, or the part where its roots, extrema, and gaps, as at poles, are. */
export function firstView({ parts, marks }, range) {
  const gaps = parts.slice(1).flatMap((part, i) => [...parts[i].slice(-1), ...part.slice(0, 1)]).map(([x]) => x);
  const at = [...marks.map(({ x }) => x), ...gaps], [first, last] = [Math.min(...at), Math.max(...at)];
  const around = Math.max(last - first, LEAST), isSmall = marks.length > 0 && last - first < (range[1] - range[0]) / 4;
  const x = isSmall ? [Math.max(range[0], first - around), Math.min(range[1], last + around)] : range;
  const within = parts.map((part) => part.filter(([at]) => at >= x[0] && at <= x[1]));
  return { x, y: heightsOf({ parts: within, marks }) };
}

/** A range of y that shows what a function does, without what it does beside its poles. */
export function heightsOf({ parts, marks }, fallback = [-1, 1]) {
  const points = parts.flat(), nearest = points.length ? (points.at(-1)[0] - points[0][0]) / EVEN : 0;
  const even = [];
  for (const point of points) if (!even.length || point[0] - even.at(-1)[0] >= nearest) even.push(point);
  const heights = even.map(([, y]) => y).filter(Number.isFinite).sort((a, b) => a - b);
  if (!heights.length) return fallback;
  const at = (share) => heights[Math.min(heights.length - 1, Math.floor(share * heights.length))];
  let low = at(0.06), high = at(0.94);
  const within = 2 * (high - low);
  if (heights.at(-1) - high <= within) high = heights.at(-1);
  if (low - heights[0] <= within) low = heights[0];
  for (const { kind, y } of marks) {
    if (kind === "root" || Math.abs(y) <= 3 * Math.max(Math.abs(low), Math.abs(high))) {
      low = Math.min(low, y);
      high = Math.max(high, y);
    }
  }
  if (high - low < 1e-9 * Math.max(1, Math.abs(high))) [low, high] = [low - 1, high + 1];
  const margin = 0.08 * (high - low);
  return [low - margin, high + margin];
}

/** Round numbers within a range, about `count` of them. */
export function ticks(low, high, count) {
  const rough = (high - low) / Math.max(1, count), power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10);
  const first = Math.ceil(low / step - 1e-9), last = Math.floor(high / step + 1e-9), found = [];
  for (let k = first; k <= last; k++) found.push(k * step);
  return { step, at: found };
}

/** A number beside a line, in no more digits than the distance of the lines asks for. */
export function label(value, step) {
  if (Math.abs(value) < step / 2) return "0";
  const large = Math.max(Math.abs(value), step);
  if (large >= 1e6 || large < 1e-4) return value.toExponential(1).replace(/\.0e/, "e").replace("e+", "e").replace("-", "−");
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  return value.toFixed(digits).replace("-", "−");
}

/** A view {x: [low, high], y: [low, high]} moved by shares of its size. */
export function moved({ x, y }, right, up) {
  const dx = right * (x[1] - x[0]), dy = up * (y[1] - y[0]);
  return { x: [x[0] + dx, x[1] + dx], y: [y[0] + dy, y[1] + dy] };
}

/** A view with `factor` times the size around a point of the plane. */
export function scaled({ x, y }, factor, [cx, cy]) {
  const around = ([low, high], centre) => [centre + factor * (low - centre), centre + factor * (high - centre)];
  return { x: around(x, cx), y: around(y, cy) };
}

/** Whether a plot can be asked for over such a range of x. */
export function isAllowed([low, high]) {
  return Math.max(Math.abs(low), Math.abs(high)) <= 1e6 && high - low >= 1e-5;
}
