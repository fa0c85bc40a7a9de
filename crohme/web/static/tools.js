/**
 * What the pointer does on the paper: write, erase, select. `begin`, `move` and `end` take points [x, y, time] and the
 * page, `begin` the type of the pointer, too; `end` gives the page that follows, or null if nothing changes.
 */
import { takenAway, tapped } from "./gestures.js";
import { strokeAt } from "./ink.js";
import { numbersOn, without, written } from "./page.js";

const RUB_STEP = 4; // CSS pixels
const DOT_WITHIN = 800; // milliseconds after a stroke in which a touch of the ink is a dot: of an i, of a colon

class Tool extends EventTarget {
  begin() {}
  move() {}
  end() { return null; }
  cancel() {}
  /** How a stroke is drawn meanwhile. */
  look(stroke) { return { stroke }; }
  /** What is drawn over the strokes. */
  draw() {}
}

/** Fires "tap", which can be cancelled, with the stroke that is tapped as detail, and "taken" with how many it took away. */
export class Pen extends Tool {
  #stroke = null;
  #pointer = null;
  #ended = -Infinity; // when the pen was lifted last

  begin(point, page, pointer) {
    this.#stroke = [point];
    this.#pointer = pointer;
  }

  move(point) { this.#stroke.push(point); }
  cancel() { this.#stroke = null; }

  end(page) {
    const stroke = this.#stroke;
    this.#stroke = null;
    const isDot = stroke[0][2] - this.#ended < DOT_WITHIN;
    this.#ended = stroke.at(-1)[2];
    const under = isDot ? null : tapped(stroke, page.strokes, this.#pointer);
    if (under && !this.dispatchEvent(new CustomEvent("tap", { detail: under, cancelable: true }))) return null;
    const gone = takenAway(stroke, page.strokes);
    if (!gone.length) return written(page, stroke);
    this.dispatchEvent(new CustomEvent("taken", { detail: gone.length }));
    return without(page, gone);
  }

  draw(paint) { if (this.#stroke) paint.stroke(this.#stroke); }
}

export class Eraser extends Tool {
  #doomed = null; // Set of strokes, while erasing
  #last = null;

  begin(point, page) {
    this.#doomed = new Set();
    this.#last = point;
    this.move(point, page);
  }

  /** What lies between here and where the eraser was last: a quick hand leaves gaps. */
  move([x, y], { strokes }) {
    const [fromX, fromY] = this.#last;
    const steps = Math.max(1, Math.ceil(Math.hypot(x - fromX, y - fromY) / RUB_STEP));
    for (let step = 1; step <= steps; step++) {
      const share = step / steps;
      const under = strokeAt(strokes, fromX + share * (x - fromX), fromY + share * (y - fromY));
      if (under) this.#doomed.add(under);
    }
    this.#last = [x, y];
  }

  end(page) {
    const doomed = numbersOn(page, this.#doomed);
    this.#doomed = null;
    return doomed.length ? without(page, doomed) : null;
  }

  cancel() { this.#doomed = null; }
  look(stroke) { return { stroke, alpha: this.#doomed?.has(stroke) ? 0.2 : 1 }; }
}

export { Tool };
