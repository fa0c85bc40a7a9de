/** Which part of the sheet is seen, and how large. */
import { boxOf, joined } from "./ink.js";

const LARGEST = 8;
const EDGE = 4; // CSS pixels that the outermost strokes need
const ROOM = 0.35; // of the window's height, free below the last stroke: there is always more paper
const MARGIN = 24; // CSS pixels around what is brought into sight

/** Sizes and points are those of the window of the sheet, in CSS pixels, but those of strokes. Fires "change". */
export class View extends EventTarget {
  #window; // {width, height, strokes}
  #zoom = 1;
  #left = 0; // from the window to the sheet
  #top = 0;

  constructor(window) {
    super();
    this.#window = window;
  }

  get isZoomed() { return this.#zoom !== 1; }

  /** From the page to the window: {scale, x, y}. Ink beside the sheet is shown smaller, so that its width is in sight. */
  get placed() {
    const { scale, left, top, ...size } = this.#sheet, [x, y] = this.#within(size, this.#left, this.#top);
    return { scale, x: x - left * scale, y: y - top * scale };
  }

  /** The right edge of the sheet, on the page. */
  get right() {
    const { scale, left, width } = this.#sheet;
    return left + width / scale;
  }

  /** How much of the sheet's height is in sight, and how far down, both as shares. */
  get scrolled() {
    const sheet = this.#sheet, { height } = this.#window, [, y] = this.#within(sheet, this.#left, this.#top);
    return { share: Math.min(1, height / sheet.height), at: sheet.height > height ? -y / (sheet.height - height) : 0 };
  }

  /** Show the sheet as wide as the window. */
  reset() {
    [this.#zoom, this.#left] = [1, 0];
    this.changed();
  }

  /** Two fingers that were at two points are at two others. */
  pinch([[ax, ay], [bx, by]], [[cx, cy], [dx, dy]]) {
    const factor = Math.hypot(dx - cx, dy - cy) / (Math.hypot(bx - ax, by - ay) || 1);
    const [x, y] = [(ax + bx) / 2, (ay + by) / 2];
    this.zoom([x, y], factor);
    this.pan((cx + dx) / 2 - x, (cy + dy) / 2 - y);
  }

  /** Make all larger or smaller around a point that stays. */
  zoom([x, y], factor) {
    const whole = (this.#window.height / this.#sheet.height) * this.#zoom; // as large as all of it is in sight
    const zoom = Math.max(Math.min(1, whole), Math.min(LARGEST, this.#zoom * factor)), share = zoom / this.#zoom;
    [this.#left, this.#top] = [x - share * (x - this.#left), y - share * (y - this.#top)];
    this.#zoom = zoom;
    this.pan(0, 0);
    this.changed();
  }

  /** Move the sheet, as far as there is any; whether it has moved. */
  pan(right, down) {
    const before = [this.#left, this.#top];
    [this.#left, this.#top] = this.#within(this.#sheet, this.#left + right, this.#top + down);
    const hasMoved = before[0] !== this.#left || before[1] !== this.#top;
    if (hasMoved) this.changed();
    return hasMoved;
  }

  /** Scroll down to a share of all there is to scroll. */
  scrollTo(at) {
    this.#top = -Math.max(0, Math.min(1, at)) * Math.max(0, this.#sheet.height - this.#window.height);
    this.changed();
  }

  /** Bring strokes into sight. */
  reveal(strokes) {
    const { scale, y } = this.placed, box = joined(strokes.map(boxOf)), { height } = this.#window;
    const top = box.top * scale + y, bottom = top + box.height * scale;
    if (top < 0) this.pan(0, MARGIN - top);
    else if (bottom > height) this.pan(0, Math.max(height / 2 - bottom, MARGIN - top));
  }

  /** Tell that another part of the sheet may be in sight. */
  changed() { this.dispatchEvent(new Event("change")); }

  #within({ width, height }, left, top) {
    const { width: wide, height: high } = this.#window;
    const held = (value, size, room) => Math.min(0, Math.max(room - size, value));
    return [width < wide ? (wide - width) / 2 : held(left, width, wide), held(top, height, high)];
  }

  get #sheet() {
    const { width, height, strokes } = this.#window, zoom = this.#zoom;
    if (!strokes.length) return { scale: zoom, left: 0, top: 0, width: width * zoom, height: height * Math.max(1, zoom) };
    const ink = joined(strokes.map(boxOf)), [left, top] = [Math.min(0, ink.left - EDGE), Math.min(0, ink.top - EDGE)];
    const wide = Math.max(width, ink.left + ink.width + EDGE) - left, base = width / wide, scale = base * zoom;
    const high = ink.top + ink.height + EDGE + (ROOM * height) / base - top;
    return { scale, left, top, width: wide * scale, height: Math.max(height * Math.max(1, zoom), high * scale) };
  }
}
