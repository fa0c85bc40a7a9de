/** Which strokes of a page are which line. Nothing is read for it: only where strokes lie counts, and their order. */
import { boxOf, joined } from "./ink.js";

// Distances are in units: the size of a usual stroke of the page.
const NEAR = 1; // gap to the line above, or below, within which a stroke belongs to it
const NEAR_AFTER_RETURN = 0.6; // the same where the pen came back to the left, as to begin another line
const NEAR_BAR = 1.6; // the same below and above the bar of a fraction
const WIDE = 2.5; // a line that another can be expected below
const MARGIN = 3; // from the left end of the line above, where another begins
const RETURN = 2.5; // the way back to the left, where one begins anywhere
const ASIDE = 0.08; // what a gap to the side counts, of one above or below
const BAR = { wide: 1.4, slim: 6, under: 0.9 }; // and so near below what it is the bar of, whatever else it is near
const TALL = 1.7; // a bracket, or another sign that rows stand beside
const ENCLOSED = 5;
const PREFERRED = 0.6; // what a gap to the line that is written on counts
const OUTSIDE = 0.5; // what it counts that a stroke does not lie in the height of a line
const PART = { width: 8, height: 2.3, gap: 1.6 }; // of what was taken for a line, and belongs to the one beside it
const SIZES = { least: 12, most: 90, dot: 5 }; // CSS pixels

/**
 * The lines of a page, from the top down, each as the numbers of its strokes.
 *
 * Lines that are `known` stay as they are, but for strokes that tie two of them together: a stroke that is written changes
 * the line that it joins, and no other. Strokes that are `skipped` are in none.
 */
export function findLines(strokes, known = [], skipped = []) {
  const boxes = strokes.map(boxOf), page = { boxes, unit: unitOf(boxes) };
  const lines = known.filter((line) => line.length).map((line) => [...line].sort((a, b) => a - b));
  const placed = new Set([...lines.flat(), ...skipped]);
  boxes.forEach((_, index) => {
    if (!placed.has(index)) put(index, lines, page);
  });
  const around = new Map(lines.map((line) => [line, boxAround(line, page)]));
  return lines.sort((one, other) => order(around.get(one), around.get(other)));
}

function unitOf(boxes) {
  const sizes = boxes.map(({ width, height }) => Math.max(width, height)).filter((size) => size > SIZES.dot).sort((a, b) => a - b);
  return Math.min(SIZES.most, Math.max(SIZES.least, sizes[sizes.length >> 1] ?? 0));
}

/** Put a stroke where it fits best: into a line, or one of its own. */
function put(index, lines, page) {
  const fitting = lines.map((line) => ({ line, ...fitOf(index, line, page) })).filter(({ excess }) => excess <= 0);
  if (!fitting.length) return lines.push([index]);
  const { line } = fitting.reduce((best, one) => (one.cost < best.cost ? one : best));
  const before = lines.find((one) => one !== line && one.includes(index - 1));
  insert(line, index);
  const fitsToo = new Set(fitting.map((one) => one.line));
  const isTied = (other) => other !== line && (
    ties(index, line, other, page) || (fitsToo.has(other) && isBarUnder(index, [...line, ...other], page)) || (other === before && isPart(other, line, page))
  );
  for (const other of lines.filter(isTied)) {
    for (const one of other) insert(line, one);
    lines.splice(lines.indexOf(other), 1);
  }
}

function insert(line, index) {
  line.splice(line.findLastIndex((one) => one < index) + 1, 0, index);
}

/** How far a stroke is from a line beyond what is allowed, and the cost of putting it there. */
function fitOf(index, line, { boxes, unit }) {
  const box = boxes[index], last = boxes[line.findLast((one) => one < index) ?? line[0]];
  const whole = boxAround(line, { boxes }), isLeft = box.left < whole.left + MARGIN * unit || right(box) < last.left - RETURN * unit;
  const isReturn = whole.width > WIDE * unit && isLeft && box.top > last.top;
  let gap = Infinity, excess = Infinity;
  for (const other of line) {
    const own = boxes[other];
    const aside = Math.max(0, own.left - right(box), box.left - right(own)) / unit;
    const away = Math.max(0, own.top - bottom(box), box.top - bottom(own)) / unit;
    const distance = Math.hypot(away, ASIDE * aside);
    let limit = isReturn ? NEAR_AFTER_RETURN : NEAR;
    if (isBarOf(own, box, unit) || isBarOf(box, own, unit)) limit = NEAR_BAR;
    else if (own.height > TALL * unit && right(own) <= box.left + box.width / 2 && covered(box, own) > 0.6) limit = ENCLOSED;
    if (distance - limit < excess) [gap, excess] = [distance, distance - limit];
  }
  const outside = OUTSIDE * (1 - Math.max(0, Math.min(1, covered(box, whole))));
  return { excess, cost: gap * (line.includes(index - 1) ? PREFERRED : 1) + outside };
}

/** Whether a box is a bar in whose column another lies. */
function isBarOf(bar, box, unit) {
  const middle = box.left + box.width / 2;
  return bar.width > BAR.wide * unit && bar.width > BAR.slim * bar.height && middle >= bar.left && middle <= right(bar);
}

/** Whether a stroke goes along two lines, as a bracket does. */
function ties(index, line, other, page) {
  const box = page.boxes[index];
  return box.height > TALL * page.unit && [line, other].every((one) => covered(boxAround(one.filter((own) => own !== index), page), box) > 0.6);
}

/** Whether a stroke is the bar of a fraction whose numerator is among others. */
function isBarUnder(index, others, { boxes, unit }) {
  const bar = boxes[index];
  const isOver = (own) => isBarOf(bar, own, unit) && Math.abs(bar.top - bottom(own)) <= BAR.under * unit && own.top < bar.top;
  return others.some((other) => other !== index && isOver(boxes[other]));
}

/** Whether what was written before a line was gone on with belongs to it: a limit below its first sign, a numerator. */
function isPart(part, line, page) {
  const { unit } = page, box = boxAround(part, page), whole = boxAround(line, page);
  const away = Math.max(0, whole.top - bottom(box), box.top - bottom(whole));
  const isWithin = box.left > whole.left - 1.5 * unit && right(box) < right(whole) + unit;
  return isWithin && away <= PART.gap * unit && box.width <= PART.width * unit && box.height <= PART.height * unit;
}

/** In the order of reading: what lies beside each other from the left, all else from the top. */
function order(one, other) {
  const isBeside = Math.min(bottom(one), bottom(other)) - Math.max(one.top, other.top) > 0.5 * Math.min(one.height, other.height);
  return isBeside ? one.left - other.left : one.top - other.top;
}

function boxAround(line, { boxes }) {
  return joined(line.map((index) => boxes[index]));
}

/** The share of a box's height that lies beside another. */
function covered(box, by) {
  return (Math.min(bottom(by), bottom(box)) - Math.max(by.top, box.top)) / (box.height || 1);
}

const right = ({ left, width }) => left + width;
const bottom = ({ top, height }) => top + height;
