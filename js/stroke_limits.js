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

/** By how much a stroke has more than its symbol may; null among the limits is no limit. */
export function excess(measured, limits) {
  return Math.max(...measured.map((value, i) => (limits[i] === null ? 0 : value / limits[i])));
}
