/** Strokes that take away what they are written on: a scratch to and fro, a line through a row. */
import { extent, strokeAt } from "./ink.js";

const LEGS = 5; // to and fro
const LONG_LEG = 0.4; // of the scratch's length
const CROSSINGS = 3; // of the scratch with the ink under it
const COVERED = 0.6; // of a stroke's points
const STRAIGHT = 0.96; // distance of the ends, of the way between them
const STRUCK = 3; // strokes beside each other

/** The strokes that a new stroke scratches out or strikes through; empty if it is one to be written. */
export function takenAway(stroke, strokes) {
  if (stroke.length < 3 || !strokes.length) return [];
  const under = isScratch(stroke) ? scratched(stroke, strokes) : [];
  return under.length ? under : struck(stroke, strokes);
}

function isScratch(stroke) {
  const { width, height } = extent([stroke]), axis = width >= height ? 0 : 1;
  const length = Math.max(width, height), long = LONG_LEG * length;
  let legs = 0, turn = stroke[0][axis], far = turn, way = 0;
  for (const point of stroke) {
    const at = point[axis];
    if (way === 0 ? Math.abs(at - turn) >= long : way * (far - at) >= long) {
      legs++;
      way = way === 0 ? Math.sign(at - turn) : -way;
      far = at;
    } else if (way * (at - far) > 0) {
      far = at;
    }
  }
  return length > 12 && legs >= LEGS;
}

function scratched(stroke, strokes) {
  const { left, top, width, height } = extent([stroke]), margin = 4;
  const isInside = ([x, y]) => x >= left - margin && x <= left + width + margin && y >= top - margin && y <= top + height + margin;
  const under = strokes.map((_, index) => index).filter((index) => {
    const inside = strokes[index].filter(isInside).length;
    return inside >= COVERED * strokes[index].length;
  });
  const crossed = under.reduce((sum, index) => sum + crossings(stroke, strokes[index]).length, 0);
  return crossed >= CROSSINGS ? under : [];
}

/** A straight line through the middle of three strokes beside each other, or more, strikes out all between its ends. */
function struck(stroke, strokes) {
  const [first, last] = [stroke[0], stroke.at(-1)];
  const way = stroke.slice(1).reduce((sum, [x, y], i) => sum + Math.hypot(x - stroke[i][0], y - stroke[i][1]), 0);
  const [right, down] = [Math.abs(last[0] - first[0]), Math.abs(last[1] - first[1])];
  if (Math.hypot(right, down) < STRAIGHT * way || down > right / 2) return [];
  const boxes = strokes.map((one) => extent([one])), line = extent([stroke]);
  const isThrough = ({ left, top, width, height }, index) => {
    if (left < line.left || left + width > line.left + line.width) return false;
    return crossings(stroke, strokes[index]).some((y) => y > top + height / 5 && y < top + (4 * height) / 5);
  };
  const through = boxes.map((box, index) => ({ ...box, index })).filter((box) => isThrough(box, box.index)).sort((a, b) => a.left - b.left);
  let apart = 0, end = -Infinity;
  for (const { left, width } of through) {
    if (left > end) apart++;
    end = Math.max(end, left + width);
  }
  if (apart < STRUCK) return [];
  const top = Math.min(...through.map((box) => box.top)), bottom = Math.max(...through.map((box) => box.top + box.height));
  const isBetween = ({ left, top: above, width, height }) =>
    left >= line.left && left + width <= line.left + line.width && above >= top && above + height <= bottom;
  return boxes.map((_, index) => index).filter((index) => isBetween(boxes[index]));
}

/** The heights at which two strokes cross. */
function crossings(one, other) {
  const found = [];
  for (let i = 1; i < one.length; i++) {
    for (let j = 1; j < other.length; j++) {
      const at = crossing(one[i - 1], one[i], other[j - 1], other[j]);
      if (at !== null) found.push(at);
    }
  }
  return found;
}

function crossing([ax, ay], [bx, by], [cx, cy], [dx, dy]) {
  const across = (bx - ax) * (dy - cy) - (by - ay) * (dx - cx);
  if (across === 0) return null;
  const one = ((cx - ax) * (dy - cy) - (cy - ay) * (dx - cx)) / across;
  const other = ((cx - ax) * (by - ay) - (cy - ay) * (bx - ax)) / across;
  return one >= 0 && one < 1 && other >= 0 && other < 1 ? ay + one * (by - ay) : null;
}

const TAP = { far: 4, long: 400 }; // CSS pixels, milliseconds
const NEAR = { pen: 4, mouse: 5, touch: 9 }; // CSS pixels; with a pen, dots are set close to what is there

/** The stroke that a short touch of a "pen", "mouse" or "touch" lies on; undefined if there is none. */
export function tapped(stroke, strokes, pointer) {
  const { width, height } = extent([stroke]), [x, y, start] = stroke[0];
  if (Math.max(width, height) > TAP.far || stroke.at(-1)[2] - start > TAP.long) return undefined;
  return strokeAt(strokes, x, y, NEAR[pointer] ?? NEAR.mouse);
}
