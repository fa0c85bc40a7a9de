/** Strokes chosen with a loop, to be moved, made larger or smaller, copied, erased, or read as one symbol. */
import { boxOf, joined } from "./ink.js";
import { copied, moved, numbersOn } from "./page.js";
import { Tool } from "./tools.js";

const MARGIN = 10; // CSS pixels around what is chosen
const HANDLE = 16;
const APART = 30; // CSS pixels at least between a line and its copy below it: they are two
const MOST = 0.6; // of a stroke's points within the loop
const SMALLEST = 0.2;

/** Fires "choose" whenever other strokes are chosen, or none. */
export class Lasso extends Tool {
  #chosen = new Set(); // strokes
  #loop = null;
  #drag = null; // {from, to, isScaling, box}

  /** The numbers of what is chosen on a page. */
  chosenOn(page) { return this.#chosen.size ? numbersOn(page, this.#chosen) : []; }

  choose(strokes) {
    this.#chosen = new Set(strokes);
    this.dispatchEvent(new Event("choose"));
  }

  /** {left, top, width, height} around what is chosen on a page; null if nothing is. */
  boxOn(page) {
    const chosen = this.chosenOn(page);
    if (!chosen.length) return null;
    const { left, top, width, height } = joined(chosen.map((index) => boxOf(page.strokes[index])));
    return { left: left - MARGIN, top: top - MARGIN, width: width + 2 * MARGIN, height: height + 2 * MARGIN };
  }

  begin(point, page) {
    const box = this.boxOn(page), [x, y] = point;
    const isNear = (right, down) => box && Math.hypot(x - right, y - down) <= HANDLE;
    const isScaling = isNear(box?.left + box?.width, box?.top + box?.height);
    const isInside = box && x >= box.left && x <= box.left + box.width && y >= box.top && y <= box.top + box.height;
    if (isScaling || isInside) this.#drag = { from: point, to: point, isScaling, box };
    else this.#loop = [point];
  }

  move(point) {
    if (this.#drag) this.#drag.to = point;
    else this.#loop.push(point);
  }

  end(page) {
    const loop = this.#loop, change = this.#drag && this.#change(), hasMoved = this.#drag && this.#drag.to !== this.#drag.from;
    this.cancel();
    if (!loop) return hasMoved ? this.#moveOn(page, change) : null;
    const isInside = ([x, y]) => isWithin(x, y, loop);
    this.choose(page.strokes.filter((stroke) => stroke.filter(isInside).length >= MOST * stroke.length));
    return null;
  }

  cancel() { this.#loop = this.#drag = null; }

  /** The page with a copy of what is chosen beside it, or below it where the sheet ends, at an edge; the copy is chosen then. */
  copyOn(page, edge) {
    const { left, width, height } = this.boxOn(page);
    const hasRoom = left + 2 * width <= edge, step = height + Math.max(APART, height / 2);
    const next = copied(page, this.chosenOn(page), (x, y) => (hasRoom ? [x + width, y] : [x, y + step]));
    this.#chosen = new Set(next.strokes.slice(page.strokes.length));
    return next;
  }

  #moveOn(page, change) {
    const chosen = this.chosenOn(page);
    if (!chosen.length) return null;
    const next = moved(page, chosen, change);
    this.#chosen = new Set(chosen.map((index) => next.strokes[index]));
    return next;
  }

  look(stroke) {
    if (!this.#chosen.has(stroke)) return { stroke };
    const change = this.#drag ? this.#change() : (x, y) => [x, y];
    return { stroke: stroke.map(([x, y, t]) => [...change(x, y), t]), isLit: true };
  }

  draw(paint, page) {
    if (this.#loop) paint.dashed([...this.#loop, this.#loop[0]]);
    const box = this.boxOn(page);
    if (!box) return;
    const { left, top, width, height } = box, change = this.#drag ? this.#change() : (x, y) => [x, y];
    const corners = [[left, top], [left + width, top], [left + width, top + height], [left, top + height], [left, top]];
    paint.dashed(corners.map(([x, y]) => change(x, y)));
    paint.handle(change(left + width, top + height), HANDLE);
  }

  #change() {
    const { from, to, isScaling, box } = this.#drag, [right, down] = [to[0] - from[0], to[1] - from[1]];
    if (!isScaling) return (x, y) => [x + right, y + down];
    const { left, top, width, height } = box;
    const scale = Math.max(SMALLEST, ((width + right) * width + (height + down) * height) / (width ** 2 + height ** 2));
    return (x, y) => [left + scale * (x - left), top + scale * (y - top)];
  }
}

/** Whether a point is inside a loop, by how often a ray from it crosses the line. */
function isWithin(x, y, loop) {
  let isInside = false;
  loop.forEach(([x1, y1], i) => {
    const [x2, y2] = loop[(i + 1) % loop.length];
    if (y1 > y !== y2 > y && x < x1 + ((y - y1) / (y2 - y1)) * (x2 - x1)) isInside = !isInside;
  });
  return isInside;
}
