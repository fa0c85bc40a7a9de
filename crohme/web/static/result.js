/** The reading that is shown: its formula, its LaTeX, which can be edited, its copies, its answer. */
import { HAS_SERVER, post, Refusal } from "./api.js";
import { kindOf } from "./calculation.js";
import { copy, OF_INK } from "./copies.js";
import { formula, percent } from "./formula.js";
import { belongsTo } from "./popovers.js";
import { Shown } from "./shown.js";
import { inPlace, showState } from "./solution.js";
import { inWords } from "./words.js";

const JSON_TYPE = "application/json";
const PAUSE = 300; // milliseconds after a key, in which another may follow
const LINE = 0; // there is one
const REST = 500; // milliseconds after which a reading is calculated without being asked for
const THANKS = 1500; // milliseconds

export class Result {
  /** What is shown, {page, latex, mathml, text, typst, symbols, signs}; null while there is none. */
  reading = null;
  shown;
  #parts;
  #pageOf;
  #timer = 0;
  #resting = 0;
  #calculator;
  #form = localStorage.getItem("copy") ?? "latex";

  /** `parts` are elements by name; `pageOf` gives the page that is written on. */
  constructor(parts, pageOf, calculator) {
    this.#parts = parts;
    this.#calculator = calculator;
    this.#pageOf = pageOf;
    this.shown = new Shown(parts.shown);
    this.shown.addEventListener("walk", ({ detail }) => {
      this.announce(`${inWords(detail)}${detail.classList.contains("doubtful") ? ", doubtful" : ""}`);
    });
    if (HAS_SERVER) parts.latex.contentEditable = "plaintext-only";
    parts.latex.addEventListener("input", () => this.#edited());
    parts.latex.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      if (HAS_SERVER) this.#calculate(true);
    });
    parts.solve.addEventListener("click", () => this.#calculate(true));
    this.#calculator.addEventListener("change", () => this.#showAnswer(calculator.stateOf(LINE)));
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
        button.disabled = isOfInk ? !pageOf().strokes.length : !this.reading;
        button.ariaPressed = String(button.dataset.copy === this.#form);
      }
    });
  }

  /** Whether the reading is of the page as it is now, and not typed. */
  get isUpToDate() { return this.reading?.page === this.#pageOf() && !this.reading.isTyped; }

  /** Show a reading of a page. */
  show(page, reading, certainty, signs = {}) {
    clearTimeout(this.#timer);
    this.reading = { symbols: [], ...reading, page, signs };
    const doubtful = this.reading.symbols.filter((symbol) => symbol.doubtful).length;
    const marked = { 0: "", 1: "; the marked symbol is doubtful" }[doubtful] ?? "; the marked symbols are doubtful";
    this.#parts.latex.textContent = reading.latex;
    this.#draw(`Read with ${percent(certainty)} certainty${marked}`);
  }

  /** Show that there is no reading, and why, if it is not only that nothing is written. */
  clear(text, isWrong) {
    clearTimeout(this.#timer);
    this.reading = null;
    this.shown.show(null);
    const { latex, copy: button, solve } = this.#parts;
    latex.textContent = "";
    button.disabled = solve.disabled = true;
    this.#forget();
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

  /** The symbol of a stroke in the reading, and its box in the window as it is shown; null if there is none. */
  symbolOf(stroke) {
    if (!this.isUpToDate) return null;
    return this.reading.symbols.find(({ strokes }) => strokes.includes(stroke)) ?? null;
  }

  #draw(text) {
    const { page, mathml, symbols } = this.reading, drawn = formula(mathml), spoken = inWords(drawn);
    this.shown.show(drawn, symbols, page.fixed);
    const { copy: button, solve } = this.#parts;
    button.disabled = solve.disabled = false;
    this.#forget();
    this.say(text, false, spoken);
    if (kindOf(this.reading.latex)) this.#resting = setTimeout(() => this.#calculate(), REST);
  }

  #edited() {
    const typed = this.#parts.latex.textContent.trim();
    clearTimeout(this.#timer);
    if (!typed || !this.reading) return;
    const asked = this.reading = { ...this.reading, latex: typed, mathml: null, text: null, typst: null, symbols: [], isTyped: true };
    this.#timer = setTimeout(() => this.#convert(asked), PAUSE);
  }

  async #convert(asked) {
    try {
      const { latex: _, ...made } = await post("/v1/convert", JSON.stringify({ latex: asked.latex }), JSON_TYPE);
      if (this.reading !== asked) return;
      Object.assign(asked, made);
      this.#draw("Edited by hand");
    } catch (refusal) {
      if (this.reading === asked) this.say(refusal.message, true);
    }
  }

  async #copy(form) {
    const { copy: button } = this.#parts;
    try {
      await copy(form, this.reading, this.#pageOf());
      button.textContent = "Copied";
      this.announce("Copied");
    } catch (error) {
      if (error instanceof Refusal) return this.say(error.message, true);
      getSelection().selectAllChildren(this.#parts.latex); // no clipboard without https, but on this machine
      button.textContent = "Ctrl+C";
    }
    setTimeout(() => { button.textContent = "Copy"; }, THANKS);
  }

  /** Answer the reading: now if that is asked for, else if it asks for an answer itself. */
  #calculate(isAsked = false) {
    const { reading } = this;
    if (!reading || this.#parts.solve.disabled) return;
    clearTimeout(this.#resting);
    this.#parts.solve.disabled = isAsked;
    if (isAsked) this.say("Solving…");
    this.#calculator.update([{ id: LINE, latex: reading.latex }]);
    if (isAsked) this.#calculator.ask(LINE);
  }

  #forget() {
    clearTimeout(this.#resting);
    this.#calculator.update([]);
  }

  #showAnswer(state) {
    const { solve, answer } = this.#parts;
    showState(answer, state, this.#calculator);
    const solution = state?.answer?.solution;
    this.shown.answer(solution && kindOf(state.body.latex) === "value" ? inPlace(solution) : null);
    if (!state?.answer || !solve.disabled || !this.reading) return;
    solve.disabled = false;
    this.say("");
  }
}
