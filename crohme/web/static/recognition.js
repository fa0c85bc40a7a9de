/** When to ask the server: shortly after the pen is lifted. Only the answer to the newest question counts. */
import { post, Refusal, strokesBody } from "./api.js";
import { extent } from "./ink.js";

const PAUSE = 220; // milliseconds after a stroke, in which another one may begin
const DOT = 5; // CSS pixels; ink no larger could be anything
const PATHS = { expression: "/v1/recognize", symbol: "/v1/symbol" };

/** Fires "asking", and "answer" with {page, mode, answer} or {page, mode, refusal} as detail. */
export class Recognition extends EventTarget {
  #timer = 0;
  #asked = null; // AbortController of the question that is out
  #known = { expression: new WeakMap(), symbol: new WeakMap() };

  /** Ask for a page, unless there is nothing on it; an older question is forgotten. */
  schedule(page, mode, pause = PAUSE) {
    this.hold();
    const known = this.#known[mode].get(page);
    if (known) {
      this.#tell({ page, mode, answer: known });
    } else if (shows(page)) {
      this.dispatchEvent(new Event("asking"));
      this.#timer = setTimeout(() => this.#ask(page, mode), pause);
    } else {
      this.#tell({ page, mode, refusal: new Refusal("nothing_to_recognise", "Nothing to recognise.") });
    }
  }

  /** Forget the question that is out: the ink is changing. */
  hold() {
    clearTimeout(this.#timer);
    this.#asked?.abort();
  }

  /** Ask about a file. Resolves to its answer; throws Refusal. */
  async askFile(file, type, mode) {
    this.hold();
    this.dispatchEvent(new Event("asking"));
    return post(PATHS[mode], file, type);
  }

  /** Take an answer that came by another way. */
  learn(page, mode, answer) {
    this.#known[mode].set(page, answer);
  }

  async #ask(page, mode) {
    const asked = this.#asked = new AbortController();
    const [body, type] = page.picture
      ? [page.picture.file, page.picture.file.type]
      : [strokesBody(page.strokes), "application/json"];
    try {
      const answer = await post(PATHS[mode], body, type, asked.signal);
      this.learn(page, mode, answer);
      if (asked === this.#asked && !asked.signal.aborted) this.#tell({ page, mode, answer });
    } catch (refusal) {
      if (!(refusal instanceof Refusal)) { if (refusal.name === "AbortError") return; throw refusal; }
      if (asked === this.#asked && !asked.signal.aborted) this.#tell({ page, mode, refusal });
    }
  }

  #tell(detail) {
    this.dispatchEvent(new CustomEvent("answer", { detail }));
  }
}

function shows(page) {
  if (page.picture) return true;
  if (!page.strokes.length) return false;
  const { width, height } = extent(page.strokes);
  return Math.max(width, height) > DOT;
}
