/** Strokes that no symbol is written with: several that were joined, and spirals; see `crohme/expressions/odd_strokes.py`. */
import { box } from "./sequences.js";

/** How often the pen of a stroke went far at once, as no pen does that is down; of a stroke as it was written. */
export function jumps(stroke, { fewest_steps: fewest, jump, jump_of_extent: ofExtent }) {
  const steps = [];
  for (let i = 0; i + 3 < stroke.length; i += 2) {
    const step = Math.hypot(stroke[i + 2] - stroke[i], stroke[i + 3] - stroke[i + 1]);
    if (step > 0) steps.push(step);
  }
  if (steps.length < fewest) return 0;
  const half = steps.toSorted((a, b) => a - b)[steps.length >> 1], least = Math.max(jump * half, ofExtent * longerSide(stroke));
  return steps.filter((step) => step > least).length;
}

/** How many turns of a resampled stroke lie beside the turn before, if it is a spiral; 0 if it is none. */
export function coiled(points, { fewest_steps: fewest, arm: share, smooth, back, gap }) {
  const directions = [], middles = [], turns = [], turned = [0];
  for (let i = 0; i + 3 < points.length; i += 2) {
    const dx = points[i + 2] - points[i], dy = points[i + 3] - points[i + 1];
    if (Math.max(Math.abs(dx), Math.abs(dy)) <= 1e-9) continue;
    directions.push(Math.atan2(dy, dx));
    middles.push([(points[i] + points[i + 2]) / 2, (points[i + 1] + points[i + 3]) / 2]);
  }
  if (directions.length < fewest) return 0;
  for (let i = 1; i < directions.length; i++) {
    const turn = directions[i] - directions[i - 1];
    turns.push(turn >= Math.PI ? turn - 2 * Math.PI : turn < -Math.PI ? turn + 2 * Math.PI : turn);
  }
  const third = Math.floor(turns.length / 3), begin = Math.abs(sum(turns.slice(0, third))), end = Math.abs(sum(turns.slice(-third)));
  const arm = (begin > end ? turns.toReversed() : turns).slice(0, Math.floor(share * turns.length)), all = sum(turns);
  const isSmooth = arm.slice(2).every((turn, i) => Math.abs(arm[i] + arm[i + 1] + turn) < smooth);
  if (!isSmooth || sum(turns.map(Math.abs)) > back * Math.abs(all)) return 0;
  const way = all > 0 ? 1 : -1, least = gap * longerSide(points), beside = [0, 0]; // the next turn is outside, inside
  turns.forEach((turn, i) => turned.push(turned[i] + way * turn));
  for (let i = 0; i < turns.length; i++) {
    const later = turned.findIndex((angle, j) => j >= i && angle >= turned[i] + 2 * Math.PI);
    if (later < 0) continue;
    const dx = middles[later][0] - middles[i][0], dy = middles[later][1] - middles[i][1];
    const outwards = way * (dx * Math.sin(directions[i]) - dy * Math.cos(directions[i]));
    if (Math.abs(outwards) > least) beside[outwards < 0 ? 1 : 0] += turned[i + 1] - turned[i];
  }
  return Math.max(...beside) / (2 * Math.PI);
}

function longerSide(stroke) {
  const [low, high] = box([stroke]);
  return Math.max(high[0] - low[0], high[1] - low[1]);
}

function sum(values) {
  return values.reduce((total, value) => total + value, 0);
}
