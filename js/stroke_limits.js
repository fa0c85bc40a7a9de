/** How long, curled and turned the strokes of a symbol are at the most: what has more of it is not that symbol. */
import { bounds } from "./features.js";
import { pathLength } from "./sequences.js";

/** Of each stroke of `count` points: length, length by the longer side of the box, and sum of all turns in radians. */
export function measures(points, count) {
  return Array.from({ length: points.length / (2 * count) }, (_, stroke) => {
    const first = stroke * count, path = pathLength(points, first, count);
    const [left, top, right, bottom] = bounds(points, first, count);
    const extent = Math.max(right - left, bottom - top);
    return [path, extent > 0 ? path / extent : 0, turn(points, first, count)];
  });
}

function turn(points, first, count) {
  let total = 0, direction = null;
  for (let i = 2 * first; i < 2 * (first + count - 1); i += 2) {
    const dx = points[i + 2] - points[i], dy = points[i + 3] - points[i + 1];
    const moves = Math.max(Math.abs(dx), Math.abs(dy)) > 1e-9;
    const next = moves ? Math.atan2(dy, dx) : null;
    if (next !== null && direction !== null) {
      const turned = Math.abs(next - direction);
      total += Math.min(turned, 2 * Math.PI - turned);
    }
    direction = next;
  }
  return total;
}

/** How often a stroke goes there and back: the most runs along X or along Y of a share `swing` of its extent. */
export function swings(points, first, count, { swing, thin }) {
  const [left, top, right, bottom] = bounds(points, first, count), extents = [right - left, bottom - top];
  return Math.max(...extents.map((extent, axis) => {
    const least = Math.max(swing * extent, thin * Math.max(...extents));
    let low = points[2 * first + axis], high = low, way = 0, runs = 0;
    for (let i = 1; i < count; i++) {
      const at = points[2 * (first + i) + axis], rises = way < 1 && at > low + least, falls = way > -1 && at < high - least;
      if (rises || falls) runs++;
      way = rises ? 1 : falls ? -1 : way;
      low = falls ? at : Math.min(low, at);
      high = rises ? at : Math.max(high, at);
    }
    return runs;
  }));
}

/** By how much a stroke has more than its symbol may; null among the limits is no limit. */
export function excess(measured, limits) {
  return Math.max(...measured.map((value, i) => (limits[i] === null ? 0 : value / limits[i])));
}
