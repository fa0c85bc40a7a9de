/** When to ask the server: shortly after the pen is lifted, and again when it could not answer. */
import { post, Refusal } from "./api.js";
import { extent } from "./ink.js";

const PAUSE = 220; // milliseconds after a stroke, in which another one may begin
const PATIENCE = 1000; // milliseconds for which an outdated question holds up a newer one
const [FIRST_RETRY, LAST_RETRY] = [1000, 15_000]; // milliseconds after a failure, and after many
const DOT = 5; // CSS pixels; ink no larger could be anything
const PATHS = { expression: "/v1/recognize", symbol: "/v1/symbol" };
/** What says nothing of the ink, and may be over the next time. */
const PASSING = new Set(["unreachable", "unknown", "internal", "busy", "timed_out", "stopping", "worker_lost"]);
const MOST_RETRIES = 4; // but for a server that cannot be reached

/** Fires "asking", and "answer" with {page, mode, answer} or {page, mode, refusal, isPassing, isRetried} as detail. */
export class Recognition extends EventTarget {
  #timer = 0;
  #asked = null; // the question that is out: {page, mode, at, controller}
  #next = null; // the one to ask after it: {page, mode}
  #isDue = false; // whether only the question that is out holds up the next
  #patience = PATIENCE;
  #failures = 0;
  #known = { expression: new WeakMap(), symbol: new WeakMap() };

  constructor() {
    super();
    addEventListener("online", () => { if (this.#failures) this.#ask(); });
  }

  /** Ask for a page, unless there is nothing on it. An answer to an older question is told if it comes first. */
  schedule(page, mode, pause = PAUSE) {
    clearTimeout(this.#timer);
    this.#failures = 0;
    const known = this.#known[mode].get(page);
    if (known || !shows(page)) {
      this.#cancel();
      const refusal = new Refusal("nothing_to_recognise", "Nothing to recognise.");
      this.#tell(known ? { page, mode, answer: known } : { page, mode, refusal });
    } else {
      if (this.#asked && this.#asked.mode !== mode) this.#cancel();
      this.dispatchEvent(new Event("asking"));
      this.#isDue = false;
      this.#next = this.#asked?.page === page ? null : { page, mode };
      this.#timer = setTimeout(() => this.#ask(), pause);
    }
  }

  /** Put off the next question, for another stroke has begun; the one that is out stays so. */
  hold() {
    if (!this.#isDue) clearTimeout(this.#timer);
  }

  /** Go on after `hold`: nothing was written. */
  resume() {
    this.hold();
    if (this.#next && !this.#isDue) this.#timer = setTimeout(() => this.#ask(), PAUSE);
  }

  /** Ask about a file. Resolves to its answer; throws Refusal. */
  async askFile(file, type, mode) {
    this.dispatchEvent(new Event("asking"));
    return post(PATHS[mode], file, type);
  }

  /** Take an answer that came by another way. */
  learn(page, mode, answer) {
    this.#known[mode].set(page, answer);
  }

  /** Ask what is to be asked next. A question that is out is waited for, but not for long. */
  #ask() {
    clearTimeout(this.#timer);
    if (!this.#next) return;
    if (this.#asked) {
      const left = this.#asked.at + this.#patience - performance.now();
      if (left > 0) {
        this.#isDue = true;
        this.#timer = setTimeout(() => this.#ask(), left);
        return;
      }
      this.#asked.controller.abort();
      this.#patience *= 2; // or a slow server would never come to an end
    }
    const asked = this.#asked = { ...this.#next, at: performance.now(), controller: new AbortController() };
    this.#next = null;
    this.#isDue = false;
    this.#post(asked);
  }

  async #post(asked) {
    const { page, mode, controller: { signal } } = asked;
    const [body, type] = page.picture
      ? [page.picture.file, page.picture.file.type]
      : [inkOf(page, mode), "application/json"];
    const told = { page, mode };
    try {
      told.answer = await post(PATHS[mode], body, type, signal);
      this.learn(page, mode, told.answer);
    } catch (error) {
      if (!(error instanceof Refusal) && error.name !== "AbortError") throw error;
      told.refusal = error;
    }
    if (asked !== this.#asked || signal.aborted) return;
    this.#asked = null;
    this.#patience = PATIENCE;
    const isOutdated = this.#next !== null;
    const code = told.refusal?.code;
    told.isPassing = PASSING.has(code);
    told.isRetried = told.isPassing && (code === "unreachable" || this.#failures < MOST_RETRIES);
    if (told.isRetried) this.#retry({ page, mode });
    else this.#failures = 0;
    if (told.answer || told.isPassing || !isOutdated) this.#tell(told);
    if (this.#isDue) this.#ask();
  }

  #retry(failed) {
    this.#next ??= failed;
    this.#isDue = false;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#ask(), Math.min(LAST_RETRY, FIRST_RETRY * 2 ** this.#failures++));
  }

  #cancel() {
    clearTimeout(this.#timer);
    this.#asked?.controller.abort();
    this.#asked = this.#next = null;
    this.#isDue = false;
  }

  #tell(detail) {
    this.dispatchEvent(new CustomEvent("answer", { detail }));
  }
}

function inkOf({ strokes, fixed }, mode) {
  const ink = { strokes: strokes.map((stroke) => stroke.map(([x, y]) => [x, y])) };
  return JSON.stringify(mode === "expression" && fixed.length ? { ...ink, fixed } : ink);
}

function shows(page) {
  if (page.picture) return true;
  if (!page.strokes.length) return false;
  const { width, height } = extent(page.strokes);
  return Math.max(width, height) > DOT;
}
