/** Pages that one can go back to. */
import { BLANK } from "./page.js";

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

  #go(to) {
    this.#at = to;
    this.dispatchEvent(new Event("change"));
  }
}
