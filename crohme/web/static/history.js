/** Pages that one can go back to. A page is never changed: writing, erasing and clearing make new ones. */

export const BLANK = Object.freeze({ strokes: Object.freeze([]), picture: null });

/** A page. `strokes`: arrays of [x, y, milliseconds] in CSS pixels; `picture`: {file, bitmap} or null. */
export function page(strokes, picture = null) {
  return Object.freeze({ strokes: Object.freeze([...strokes]), picture });
}

export class History extends EventTarget {
  #pages = [BLANK];
  #at = 0;

  get current() { return this.#pages[this.#at]; }
  get canUndo() { return this.#at > 0; }
  get canRedo() { return this.#at < this.#pages.length - 1; }
  get isBlank() { return !this.current.strokes.length && !this.current.picture; }

  push(next) {
    this.#pages.splice(this.#at + 1, Infinity, next);
    this.#go(this.#at + 1);
  }

  /** Begin with a page that was kept: undo does not go behind it. */
  begin(first) {
    this.#pages = [first];
    this.#go(0);
  }

  undo() { if (this.canUndo) this.#go(this.#at - 1); }
  redo() { if (this.canRedo) this.#go(this.#at + 1); }

  erase(indices) {
    const gone = new Set(indices);
    this.push(page(this.current.strokes.filter((_, index) => !gone.has(index)), this.current.picture));
  }

  #go(to) {
    this.#at = to;
    this.dispatchEvent(new Event("change"));
  }
}
