/** When to ask the server: shortly after the pen is lifted, and again when it could not answer. */
import { post, Refusal } from "./api.js";
import { extent } from "./ink.js";

const PAUSE = 220; // milliseconds after a stroke, in which another one may begin
const PATIENCE = 1000; // milliseconds for which an outdated question holds up a newer one
const [FIRST_RETRY, LAST_RETRY] = [1000, 10_000]; // milliseconds after a failure, and after many
const DOT = 5; // CSS pixels; ink no larger could be anything
const PATHS = { expression: "/v1/recognize", symbol: "/v1/symbol" };
/** What says nothing of the ink, and may be over the next time. */
const PASSING = new Set(["unreachable", "unknown", "internal", "busy", "timed_out", "stopping", "worker_lost"]);

/**
 * Reads inks: lines, or a whole page. Fires "answer" with {ink, mode, answer} or {ink, mode, refusal, isPassing} as detail.
 * What failed for a reason that may pass is asked again, for as long as it is to be known.
 */
export class Recognition extends EventTarget {
  #timer = 0;
  #isHeld = false; // while the pen writes
  #isDue = false; // whether only the question that is out holds up the next
  #mode = "expression";
  #inks = new Set(); // those that are to be known
  #asked = null; // the question that is out: {ink, mode, at, controller}
  #patience = PATIENCE;
  #failures = 0;
  #known = { expression: new WeakMap(), symbol: new WeakMap() };

  constructor() {
    super();
    for (const type of ["online", "focus", "pageshow"]) addEventListener(type, () => { if (this.#failures) this.#ask(); });
  }

  /** What is known of an ink: {answer} or {refusal}; undefined if it is to be asked. */
  known(ink, mode) {
    if (!shows(ink)) return { refusal: new Refusal("nothing_to_recognise", "Nothing to recognise.") };
    return this.#known[mode].get(ink);
  }

  /** Ask for inks, the first one first. An answer to an ink of before is told if it comes sooner. */
  schedule(inks, mode, pause = PAUSE) {
    clearTimeout(this.#timer);
    if (this.#mode !== mode) this.#cancel();
    this.#failures = 0;
    this.#isHeld = this.#isDue = false;
    this.#mode = mode;
    this.#inks = new Set(inks);
    if (!this.#next && !this.#isAsked) return this.#cancel();
    this.#timer = setTimeout(() => this.#ask(), pause);
  }

  /** Put off the next question, for another stroke has begun; the one that is out stays so. */
  hold() {
    this.#isHeld = true;
    if (!this.#isDue) this.#stop();
  }

  /** Go on after `hold`: nothing was written. */
  resume() {
    this.#isHeld = false;
    if (this.#isDue) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#ask(), PAUSE);
  }

  /** Ask about a file. Resolves to its answer; throws Refusal. */
  askFile(file, type, mode) { return post(PATHS[mode], file, type); }

  /** Take an answer that came by another way. */
  learn(ink, mode, answer) {
    this.#known[mode].set(ink, { answer });
  }

  /** The ink to ask next. */
  get #next() {
    for (const ink of this.#inks) if (ink !== this.#asked?.ink && !this.known(ink, this.#mode)) return ink;
    return null;
  }

  /** Whether the question that is out is of an ink that is still there. */
  get #isAsked() { return this.#inks.has(this.#asked?.ink); }

  /** Ask what is to be asked next. A question that is out is waited for; one that is outdated, not for long. */
  #ask() {
    this.#stop();
    const ink = this.#next;
    if (!ink) return;
    if (this.#asked) {
      this.#isDue = true;
      if (this.#isAsked) return;
      const left = this.#asked.at + this.#patience - performance.now();
      if (left > 0) {
        this.#timer = setTimeout(() => this.#ask(), left);
        return;
      }
      this.#asked.controller.abort();
      this.#patience *= 2; // or a slow server would never come to an end
    }
    const asked = this.#asked = { ink, mode: this.#mode, at: performance.now(), controller: new AbortController() };
    this.#isDue = false;
    this.#post(asked);
  }

  async #post(asked) {
    const { ink, mode, controller: { signal } } = asked;
    const [body, type] = ink.picture
      ? [ink.picture.file, ink.picture.file.type]
      : [toJson(ink, mode), "application/json"];
    const told = { ink, mode };
    try {
      told.answer = await post(PATHS[mode], body, type, signal);
    } catch (error) {
      if (!(error instanceof Refusal) && error.name !== "AbortError") throw error;
      told.refusal = error;
    }
    if (asked !== this.#asked || signal.aborted) {
      if (told.answer) this.learn(ink, mode, told.answer);
      return;
    }
    const isOutdated = !this.#isAsked;
    this.#asked = null;
    this.#patience = PATIENCE;
    const code = told.refusal?.code;
    told.isPassing = PASSING.has(code);
    if (!told.isPassing) this.#known[mode].set(ink, told.answer ? { answer: told.answer } : { refusal: told.refusal });
    if (!told.isPassing) this.#failures = 0;
    if (told.answer || told.isPassing || !isOutdated) this.dispatchEvent(new CustomEvent("answer", { detail: told }));
    if (told.isPassing) this.#retry(ink);
    else if (this.#isDue || !(this.#isHeld || this.#timer)) this.#ask();
  }

  /** Ask again later; the ink that failed is asked after the others, which it may be the only one of to fail. */
  #retry(ink) {
    if (this.#inks.delete(ink)) this.#inks.add(ink);
    this.#isDue = false;
    this.#stop();
    this.#timer = setTimeout(() => this.#ask(), Math.min(LAST_RETRY, FIRST_RETRY * 2 ** this.#failures++));
  }

  #cancel() {
    this.#stop();
    this.#asked?.controller.abort();
    this.#asked = null;
    this.#isDue = false;
  }

  #stop() {
    clearTimeout(this.#timer);
    this.#timer = 0;
  }
}

function toJson({ strokes, fixed }, mode) {
  const ink = { strokes: strokes.map((stroke) => stroke.map(([x, y]) => [x, y])) };
  return JSON.stringify(mode === "expression" && fixed.length ? { ...ink, fixed } : ink);
}

function shows(ink) {
  if (ink.picture) return true;
  if (!ink.strokes.length) return false;
  const { width, height } = extent(ink.strokes);
  return Math.max(width, height) > DOT;
}
