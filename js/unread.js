/** Strokes that a reading leaves out, in whole or in part, see `crohme/expressions/unread.py`. */
import { bounds } from "./features.js";
import { coiled, jumps } from "./odd_strokes.js";
import { pathLength } from "./sequences.js";
import { excess, measures, swings } from "./stroke_limits.js";
import { symbols } from "./tree.js";

/** How much of the ink each stroke is, in sum 1. */
export function inkWeights(points, count, { contact }) {
  const lengths = Array.from({ length: points.length / (2 * count) }, (_, stroke) => pathLength(points, stroke * count, count));
  const mean = sum(lengths) / lengths.length;
  const weights = lengths.map((length) => length + contact * mean), total = sum(weights);
  return weights.map((weight) => (total > 0 ? weight / total : 1 / weights.length));
}

/** How much of each stroke its resampled points show, 1 for those that keep as much of their length as usual. */
export function seenShares(strokes, resampled, { usually_kept: usuallyKept }) {
  return strokes.map((stroke, i) => {
    const written = pathLength(stroke);
    return Math.min((written > 0 ? pathLength(resampled[i]) / written : 1) / usuallyKept, 1);
  });
}

/** How much of each stroke a reading leaves unread, between 0 and 1. */
export function unreadShares(row, points, count, seen, { most_strokes: mostStrokes }, strokeLimits) {
  const found = measures(points, count), unread = seen.map(() => 1);
  for (const { label, strokes } of symbols(row)) {
    if (strokes.length > mostStrokes) continue;
    for (const stroke of strokes) unread[stroke] = 1 - seen[stroke] / Math.max(excess(found[stroke], strokeLimits[label]), 1);
  }
  return unread;
}

/** What is left of the confidence of a reading, 1 if no stroke is unread. */
export function coverageFactor(weights, unread, { power }) {
  const lost = weights.reduce((total, weight, i) => total + weight * unread[i], 0);
  return (1 - Math.min(lost, 1)) ** power;
}

/** What is left of the confidence of a reading, 1 if all its signs are known. */
export function knownFactor(row, other, { unknown }) {
  return [...symbols(row)].some(({ label }) => label === other) ? unknown : 1;
}

/** What is left of all confidences, given the best reading and how probable the class of its symbol is, if it is one. */
export function aloneFactor(row, confidence, ofClass) {
  const [node, ...others] = symbols(row);
  return others.length || !confidence ? 1 : Math.min(1, ofClass(node) / confidence);
}

/** What is left of the confidence of a reading, 1 if its dots are as small as dots are. */
export function dotFactor(row, points, count, { dots, dot_of_largest: ofLargest, dot_of_all: ofAll, large_dot: largeDot }) {
  const all = [...symbols(row)].flatMap(({ label, strokes }) => (dots.includes(label) ? strokes : []));
  if (!all.length) return 1;
  const longer = ([left, top, right, bottom]) => Math.max(right - left, bottom - top);
  const sizes = Array.from({ length: points.length / (2 * count) }, (_, stroke) => longer(bounds(points, stroke * count, count)));
  const least = Math.max(ofLargest * Math.max(...sizes), ofAll * longer(bounds(points, 0, points.length / 2)));
  return Math.max(...all.map((stroke) => sizes[stroke])) > least ? largeDot : 1;
}

/** What is left of the confidence of all readings, 1 if no stroke goes there and back too often. */
export function swingFactor(points, count, constants) {
  const strokes = Array.from({ length: points.length / (2 * count) }, (_, stroke) => swings(points, stroke * count, count, constants));
  return Math.max(...strokes) > constants.most_swings ? constants.swinging : 1;
}

/** What is left of the confidence of a reading, 1 unless a sign has more lines than it has, or all are bars. */
export function linesFactor(row, { bars, hatching, lines, too_many_lines: tooManyLines }) {
  const all = [...symbols(row)], isHatching = sum(all.map(({ label }) => bars[label] ?? NaN)) >= hatching;
  return isHatching || all.some(({ label, strokes }) => strokes.length > lines[label]) ? tooManyLines : 1;
}

/** What is left of all confidences, 1 unless most of the ink is strokes that were joined; of strokes as they were written. */
export function joinedFactor(strokes, weights, constants) {
  const joined = weights.filter((_, i) => jumps(strokes[i], constants) > constants.most_jumps);
  return sum(joined) > constants.joined_share ? constants.joined : 1;
}

/** What is left of all confidences, 1 unless all the ink is one spiral. */
export function spiralFactor(points, count, constants) {
  return points.length === 2 * count && coiled(points, constants) > constants.most_coiled ? constants.spiral : 1;
}

function sum(values) {
  return values.reduce((total, value) => total + value, 0);
}
