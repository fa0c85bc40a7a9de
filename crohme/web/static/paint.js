/** Strokes and marks on a canvas, in the colours of the page. */
import { pathOf } from "./ink.js";

const LINE_WIDTH = 3.2;

export class Paint {
  #brush;
  #colours;

  constructor(brush, canvas) {
    this.#brush = brush;
    this.#colours = getComputedStyle(canvas);
    Object.assign(brush, { lineCap: "round", lineJoin: "round" });
  }

  stroke(stroke, { alpha = 1, isLit = false } = {}) {
    this.#draw(pathOf(stroke), { alpha, colour: isLit ? "--lit" : "--ink", width: LINE_WIDTH * (isLit ? 1.5 : 1) });
  }

  dashed(points) {
    this.#draw(pathThrough(points), { colour: "--accent", width: 1.5, dash: [6, 5] });
  }

  handle([x, y], size) {
    this.#brush.fillStyle = this.#colours.getPropertyValue("--accent");
    this.#brush.fillRect(x - size / 2, y - size / 2, size, size);
  }

  /** A dotted line below a box {left, top, width, height}. */
  dottedUnder({ left, top, width, height }) {
    const below = top + height + 9, short = Math.max(0, 12 - width) / 2;
    const ends = [[left - short, below], [left + width + short, below]];
    this.#draw(pathThrough(ends), { colour: "--wrong", width: 3, dash: [0, 6] });
  }

  #draw(path, { alpha = 1, colour, width, dash = [] }) {
    const brush = this.#brush;
    Object.assign(brush, { globalAlpha: alpha, strokeStyle: this.#colours.getPropertyValue(colour), lineWidth: width });
    brush.setLineDash(dash);
    brush.stroke(path);
  }
}

function pathThrough(points) {
  const path = new Path2D();
  points.forEach(([x, y], i) => (i ? path.lineTo(x, y) : path.moveTo(x, y)));
  return path;
}
