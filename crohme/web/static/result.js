/** The reading that is shown: its formula, its LaTeX, which can be edited, its copies, its answer. */
import { HAS_SERVER, Refusal } from "./api.js";
import { kindOf } from "./calculation.js";
import { copy, OF_INK } from "./copies.js";
import { element, formula, percent } from "./formula.js";
import { belongsTo } from "./popovers.js";
import { Shown } from "./shown.js";
import { inPlace, showState } from "./solution.js";
import { inWords } from "./words.js";

const PAUSE = 300; // milliseconds after a key, in which another may follow
const THANKS = 1500; // milliseconds

export class Result {
  /** What is shown, {ink, latex, mathml, text, typst, symbols, signs}; null while there is none. */
  reading = null;
  shown;
  #parts;
  #current;
  #timer = 0;
  #calculator;
  #answered = []; // what is shown of which question
  #form = localStorage.getItem("copy") ?? "latex";

  /**
   * `parts` are elements by name; `current` gives the `page` that is written on, the `ink` and the number `line` of its
   * active line; its `type(line, latex)` is told of LaTeX that is typed for a line, and `calculate()` asks without delay.
   */
  constructor(parts, current, calculator) {
    this.#parts = parts;
    this.#calculator = calculator;
    this.#current = current;
    this.shown = new Shown(parts.shown);
    this.shown.addEventListener("walk", ({ detail }) => {
      this.announce(`${inWords(detail)}${detail.classList.contains("doubtful") ? ", doubtful" : ""}`);
    });
    if (HAS_SERVER) parts.latex.contentEditable = "plaintext-only";
    parts.latex.addEventListener("input", () => this.#edited());
    parts.latex.addEventListener("blur", () => this.#leave());
    parts.latex.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      if (HAS_SERVER) this.#solve();
    });
    parts.solve.addEventListener("click", () => this.#solve());
    this.#calculator.addEventListener("change", () => this.#showAnswer());
    parts.copy.addEventListener("click", () => this.#copy(this.#form));
    belongsTo(parts.copies, parts.copyAs);
    parts.copies.addEventListener("click", ({ target }) => {
      const form = target.closest("[data-copy]")?.dataset.copy;
      if (!form) return;
      parts.copies.hidePopover();
      if (!OF_INK.has(form)) localStorage.setItem("copy", (this.#form = form));
      this.#copy(form);
    });
    parts.copies.addEventListener("beforetoggle", () => {
      for (const button of parts.copies.querySelectorAll("[data-copy]")) {
        const isOfInk = OF_INK.has(button.dataset.copy);
        button.disabled = isOfInk ? !current.page.strokes.length : !this.reading;
        button.ariaPressed = String(button.dataset.copy === this.#form);
      }
    });
  }

  /** Whether the reading is of the line as it is now, and not typed. */
  get isUpToDate() { return this.reading !== null && this.reading.ink === this.#current.ink && !this.reading.isTyped; }

  /** Show a reading of an ink. */
  show(ink, reading, certainty, signs = {}) {
    const isTyping = this.#timer !== 0; // and what is typed comes in a moment
    this.reading = { symbols: [], ...reading, ink, signs };
    const doubtful = this.reading.symbols.filter((symbol) => symbol.doubtful).length;
    const marked = { 0: "", 1: "; the marked symbol is doubtful" }[doubtful] ?? "; the marked symbols are doubtful";
    if (!isTyping) this.#parts.latex.textContent = reading.latex;
    this.#draw(`Read with ${percent(certainty)} certainty${marked}`);
  }

  /** Show what was typed in place of the reading of an ink: {latex, mathml, text, typst}, or only its LaTeX, and why. */
  showTyped(ink, typed) {
    const { latex, copy: button, solve } = this.#parts, isSame = this.reading?.ink === ink;
    const isTyping = this.#timer !== 0; // and what is typed next comes in a moment
    this.reading = { mathml: null, text: null, typst: null, ...typed, symbols: [], signs: {}, ink, isTyped: true };
    if (!isTyping && latex.textContent.trim() !== typed.latex) latex.textContent = typed.latex;
    if (typed.mathml) return this.#draw("Edited by hand");
    if (!isSame) this.shown.show(element("code", {}, typed.latex));
    button.disabled = solve.disabled = false;
    if (typed.refusal) this.say(typed.refusal.message, true);
    this.#showAnswer();
  }

  /** Show that there is no reading, and why, if it is not only that nothing is written. */
  clear(text, isWrong) {
    this.#stop();
    this.reading = null;
    this.shown.show(null);
    const { latex, copy: button, solve } = this.#parts;
    latex.textContent = "";
    button.disabled = solve.disabled = true;
    this.#showAnswer();
    this.say(text, isWrong);
  }

  /** Say something of the reading, or of what went wrong. */
  say(text, isWrong = false, spoken = text) {
    this.#parts.status.textContent = text;
    this.#parts.status.classList.toggle("wrong", isWrong);
    this.announce(spoken);
  }

  /** Say it to those who hear the page. */
  announce(text) { this.#parts.spoken.textContent = text; }

  #draw(text) {
    const { ink, mathml, symbols } = this.reading, drawn = formula(mathml), spoken = inWords(drawn);
    this.shown.show(drawn, symbols, ink.fixed);
    const { copy: button, solve } = this.#parts;
    button.disabled = solve.disabled = false;
    this.say(text, false, spoken);
    this.#showAnswer();
  }

  #edited() {
    this.#stop();
    const { line } = this.#current;
    this.#timer = setTimeout(() => this.#take(line), PAUSE);
  }

  /** Take what is typed for a line. */
  #take(line = this.#current.line) {
    this.#stop();
    const latex = this.#parts.latex.textContent.trim();
    if (latex && latex !== this.reading?.latex) this.#current.type(line, latex);
  }

  /** Whoever leaves nothing there gets back what was there. */
  #leave() {
    if (this.#timer) this.#take();
    if (this.reading) this.#parts.latex.textContent = this.reading.latex;
  }

  #stop() {
    clearTimeout(this.#timer);
    this.#timer = 0;
  }

  async #copy(form) {
    const { copy: button } = this.#parts;
    try {
      await copy(form, this.reading, this.#current.page);
      button.textContent = "Copied";
      this.announce("Copied");
    } catch (error) {
      if (error instanceof Refusal) return this.say(error.message, true);
      getSelection().selectAllChildren(this.#parts.latex); // no clipboard without https, but on this machine
      button.textContent = "Ctrl+C";
    }
    setTimeout(() => { button.textContent = "Copy"; }, THANKS);
  }

  #solve() {
    if (!this.reading || this.#parts.solve.disabled) return;
    if (this.#timer) this.#take();
    this.#parts.solve.disabled = true;
    this.say("Solving…");
    this.#current.calculate();
    this.#calculator.ask(this.#current.line);
  }

  /** Show what is known of the answer to the reading. */
  #showAnswer() {
    const { solve, answer } = this.#parts, { reading } = this;
    const found = reading && this.#calculator.stateOf(this.#current.line), state = found?.body.latex === reading?.latex ? found : null;
    const now = [state?.answer, state?.key, state?.isLast];
    if (now.some((part, i) => part !== this.#answered[i])) showState(answer, state, this.#calculator); // else what is opened stays so
    this.#answered = now;
    const solution = state?.answer?.solution;
    this.shown.answer(solution && kindOf(state.body.latex) === "value" ? inPlace(solution) : null);
    if (!state?.answer || !solve.disabled || !reading) return;
    solve.disabled = false;
    this.say("");
  }
}
