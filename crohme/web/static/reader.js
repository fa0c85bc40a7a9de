/** What is read of each line of the page. */
import { Conversion } from "./conversion.js";
import { element } from "./formula.js";
import { inkOf } from "./page.js";

const MOST_INKS = 400; // that are remembered for undo

/**
 * A line of the page. `ink` is a page of its strokes alone, and numbers in readings are those within it; `strokes` are the
 * numbers that they had on the page when it was read. `answer` is an element that stands beside it on the paper, for what follows from it.
 */
export class Line {
  id;
  ink;
  strokes;
  picked = null; // the LaTeX of the reading that the writer has picked
  told = null; // what was last answered: {ink, answer}
  refused = null; // why there is no reading: {ink, refusal}
  answer = element("div", { className: "line-answer" });
  typed = null; // what was typed in place of the reading: {latex, mathml, text, typst}, only {latex} at first, or {latex, refusal}

  constructor(id) { this.id = id; }

  /** The reading that counts: the one that was picked, or the best; null if there is none. */
  get reading() { return this.told?.answer.readings ? this.readings.find(({ latex }) => latex === this.picked) ?? this.readings[0] : null; }
  get readings() { return this.told?.answer.readings ?? []; }
  get signs() { return this.told?.answer.signs ?? {}; }
  get latex() { return this.typed?.latex ?? this.reading?.latex ?? null; }
  get refusal() { return this.refused?.ink === this.ink ? this.refused.refusal : null; }

  /** Whether what was last answered is of its ink as it is now. */
  get isUpToDate() { return this.told?.ink === this.ink; }
  get isWaiting() { return !this.isUpToDate && !this.refusal; }

  /** Take an answer, or the reason why there is none. A correction that cannot be leaves the reading of before. */
  take(ink, { answer, refusal }) {
    if (answer) this.told = { ink, answer };
    else if (ink === this.ink) {
      this.refused = { ink, refusal };
      if (refusal.code !== "invalid" || !ink.fixed.length) this.told = null;
    }
  }

  /** The strokes of its ink that a reading means by numbers. A picture has none: the numbers are those of its tracing. */
  strokesOf(numbers) { return numbers.map((number) => this.ink.strokes[number]).filter(Boolean); }

  /** The symbol of a stroke, with its strokes in place of their numbers; null if there is none. */
  symbolOf(stroke) {
    const number = this.ink.strokes.indexOf(stroke);
    const symbol = this.isUpToDate && this.reading?.symbols.find(({ strokes }) => strokes.includes(number));
    return symbol ? { ...symbol, strokes: this.strokesOf(symbol.strokes) } : null;
  }
}

/**
 * Keeps `lines`, those of the page from the top down, and asks for what is not known of them. Fires "lines" when there are
 * others, or they lie elsewhere, and "reading" with the line as detail when what is read of one has changed. One line is
 * `active`: the one that was written on or chosen last; "active" is fired when it is another one, or has another ink.
 */
export class Reader extends EventTarget {
  lines = [];
  active = null;
  #recognition;
  #mode = "expression";
  #inks = new Map(); // by name, the one used last at the end
  #owners = new WeakMap(); // of inks: the lines that they were or are
  #conversion = new Conversion();

  constructor(recognition) {
    super();
    this.#recognition = recognition;
    recognition.addEventListener("answer", ({ detail }) => this.#hear(detail));
  }

  /** Read another page, or the same in another mode. In the mode "symbol", all of it is one ink, and so is a picture. */
  read(page, mode, { pause, isOther = false } = {}) {
    const isWhole = mode === "symbol" || page.picture;
    const before = new Map(isOther || mode !== this.#mode ? [] : this.lines.map((line) => [line.id, line]));
    const whole = { id: 0, strokes: page.strokes.map((_, index) => index), latex: null };
    const found = isWhole ? [whole] : page.lines;
    this.#mode = mode;
    const changed = [], known = [];
    this.lines = found.map(({ id, strokes, latex, typed = null }) => {
      const line = before.get(id) ?? new Line(id), ink = isWhole ? page : this.#known(inkOf(page, { strokes }));
      const isSame = line.ink === ink, { reading } = line;
      Object.assign(line, { strokes, picked: latex });
      if (!isSame) {
        line.ink = ink;
        this.#owners.set(ink, line);
        changed.push(line);
      }
      const isTyped = (!isWhole || !isSame) && this.#type(line, typed);
      if ((isSame ? line.reading !== reading : this.#take(line)) || isTyped) known.push(line);
      return line;
    });
    this.#activate(newest(changed) ?? (this.lines.includes(this.active) ? this.active : this.lines.at(-1)) ?? null);
    this.dispatchEvent(new Event("lines"));
    for (const line of known) this.#tell(line);
    const first = this.active ? [this.active.ink] : [];
    this.#recognition.schedule([...new Set([...first, ...this.lines.map(({ ink }) => ink)])], mode, pause);
  }

  /** Take an answer that came by another way for the only line. */
  learn(answer) {
    const [line] = this.lines;
    this.#recognition.learn(line.ink, this.#mode, answer);
    this.#take(line);
    this.#tell(line);
  }

  /** Let LaTeX stand in place of what a line is read as, null for the reading, until it is another ink or page. */
  type(line, latex) {
    if (this.#type(line, latex)) this.#tell(line);
  }

  /** Make a line the active one. */
  choose(line) {
    if (line !== this.active) this.#activate(line);
  }

  /** The line of a stroke; undefined for strokes of text. */
  lineOf(stroke) { return this.lines.find(({ ink }) => ink.strokes.includes(stroke)); }

  /** The same ink as before for the same strokes: what is read of it is known. */
  #known(ink) {
    const name = nameOf(ink), known = this.#inks.get(name) ?? ink;
    this.#inks.delete(name);
    this.#inks.set(name, known);
    if (this.#inks.size > Math.max(MOST_INKS, 2 * this.lines.length)) this.#inks.delete(this.#inks.keys().next().value);
    return known;
  }

  #activate(line) {
    this.active = line;
    this.dispatchEvent(new Event("active"));
  }

  #hear({ ink, mode, answer, refusal, isPassing }) {
    const line = this.#owners.get(ink);
    if (mode !== this.#mode || !this.lines.includes(line) || isPassing) return;
    line.take(ink, { answer, refusal });
    this.#tell(line);
  }

  /** Take what is known of a line's new ink; whether anything is. */
  #take(line) {
    const known = this.#recognition.known(line.ink, this.#mode);
    if (known) line.take(line.ink, known);
    return Boolean(known);
  }

  /** Whether what is typed for a line is new. */
  #type(line, latex) {
    if ((line.typed?.latex ?? null) === latex) return false;
    let typed = line.typed = latex === null ? null : { latex };
    if (typed) this.#conversion.convert(latex, (made) => {
      if (line.typed !== typed) return false;
      line.typed = typed = { latex, ...made };
      if (this.lines.includes(line)) this.#tell(line);
      return true;
    });
    return true;
  }

  #tell(line) {
    this.dispatchEvent(new CustomEvent("reading", { detail: line }));
  }
}

const numbers = new WeakMap(); // of all strokes
let counted = 0;

function nameOf({ strokes, fixed }) {
  const own = strokes.map((stroke) => {
    if (!numbers.has(stroke)) numbers.set(stroke, ++counted);
    return numbers.get(stroke);
  });
  return JSON.stringify([own, fixed]);
}

/** The line that has the last stroke of all. */
function newest(lines) {
  return lines.reduce((best, line) => (best && Math.max(...best.strokes) > Math.max(...line.strokes) ? best : line), null);
}
