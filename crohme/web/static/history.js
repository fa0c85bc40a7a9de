/** Pages that one can go back to. */
import { BLANK, lined } from "./page.js";

const MOST = 500; // steps that can be undone

/** Fires "change" when another page is current. */
export class History extends EventTarget {
  #past = pastOf(BLANK);

  get current() { return this.#past.pages[this.#past.at]; }
  get canUndo() { return this.#past.at > 0; }
  get canRedo() { return this.#past.at < this.#past.pages.length - 1; }
  get isBlank() { return !this.current.strokes.length && !this.current.picture; }

  push(next) {
    const { pages, at } = this.#past;
    pages.splice(at + 1, Infinity, lined(next));
    pages.splice(0, pages.length - MOST);
    this.#go(pages.length - 1);
  }

  /** Go on with another past, as `pastOf` gives it. */
  open(past) {
    this.#past = past;
    this.#go(past.at);
  }

  undo() { if (this.canUndo) this.#go(this.#past.at - 1); }
  redo() { if (this.canRedo) this.#go(this.#past.at + 1); }

  #go(to) {
    this.#past.at = to;
    this.dispatchEvent(new Event("change"));
  }
}

/** A past that begins with a page: undo does not go behind it. */
export function pastOf(first) {
  return { pages: [lined(first)], at: 0 };
}
