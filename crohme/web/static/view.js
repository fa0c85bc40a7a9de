/** Which part of the sheet is seen, and how large. */
import { extent } from "./ink.js";

const LARGEST = 8;
const EDGE = 4; // CSS pixels that the outermost strokes need

export class View {
  #zoom = 1;
  #left = 0; // CSS pixels from the window of the sheet to the sheet
  #top = 0;

  get isZoomed() { return this.#zoom > 1; }

  reset() { [this.#zoom, this.#left, this.#top] = [1, 0, 0]; }

  /** Two fingers that were at two points of the window {width, height} are at two others. */
  pinch([[ax, ay], [bx, by]], [[cx, cy], [dx, dy]], sheet) {
    const factor = Math.hypot(dx - cx, dy - cy) / (Math.hypot(bx - ax, by - ay) || 1);
    const [x, y] = [(ax + bx) / 2, (ay + by) / 2];
    this.zoom([x, y], factor, sheet);
    this.pan((cx + dx) / 2 - x, (cy + dy) / 2 - y, sheet);
  }

  /** Make all larger around a point that stays. */
  zoom([x, y], factor, sheet) {
    const zoom = Math.max(1, Math.min(LARGEST, this.#zoom * factor)), share = zoom / this.#zoom;
    [this.#left, this.#top] = [x - share * (x - this.#left), y - share * (y - this.#top)];
    this.#zoom = zoom;
    this.pan(0, 0, sheet);
  }

  /** The sheet always fills its window. */
  pan(right, down, { width, height }) {
    const within = (value, size) => Math.min(0, Math.max(size * (1 - this.#zoom), value));
    this.#left = within(this.#left + right, width);
    this.#top = within(this.#top + down, height);
  }

  /** From the page to the window: {scale, x, y}. Ink that lies outside the sheet is shown smaller, so that all is in sight. */
  of(strokes, { width, height }) {
    let [scale, x, y] = [1, 0, 0];
    if (strokes.length) {
      const ink = extent(strokes), [left, top] = [Math.min(0, ink.left - EDGE), Math.min(0, ink.top - EDGE)];
      const [right, bottom] = [Math.max(width, ink.left + ink.width + EDGE), Math.max(height, ink.top + ink.height + EDGE)];
      scale = Math.min(width / (right - left), height / (bottom - top));
      [x, y] = [-left * scale, -top * scale];
    }
    return { scale: scale * this.#zoom, x: x * this.#zoom + this.#left, y: y * this.#zoom + this.#top };
  }
}
