/** The expression as it was read, large: its symbols can be pointed at, and walked through with the keyboard. */
import { fit, formula as made } from "./formula.js";

/**
 * Fires "light" with the strokes of the symbol that is pointed at as detail, "walk" with its element when the keyboard
 * came to it, "pick" with {strokes, box} when it is tapped, and "erase" with the strokes to erase.
 */
export class Shown extends EventTarget {
  #element;
  #lit = null;
  #picked = -1; // which symbol the keyboard has picked: there one goes on when the focus is back

  constructor(element) {
    super();
    this.#element = element;
    element.addEventListener("pointermove", (event) => this.#light(event.target.closest?.("[data-strokes]")));
    element.addEventListener("pointerdown", (event) => this.#light(event.target.closest?.("[data-strokes]")));
    element.addEventListener("pointerleave", (event) => { if (event.pointerType === "mouse") this.#light(null); });
    element.addEventListener("click", (event) => this.#pick(event.target.closest?.("[data-strokes]")));
    element.addEventListener("blur", () => this.#light(null));
    element.addEventListener("focus", () => {
      this.#light(this.#symbols[this.#picked] ?? null);
      this.#picked = -1;
    });
    element.addEventListener("keydown", (event) => this.#key(event));
    new ResizeObserver(() => this.#fit()).observe(element);
  }

  /** Show a formula, an element or null; `symbols` tells which symbols are uncertain, `fixed` which the writer has set. */
  show(formula, symbols = [], fixed = []) {
    const isWalked = document.activeElement === this.#element, before = this.#symbols, at = before.indexOf(this.#lit);
    this.#lit = null;
    this.#element.replaceChildren(...(formula ? [formula] : []));
    const doubtful = namesOf(symbols.filter((symbol) => symbol.doubtful)), set = namesOf(fixed);
    for (const symbol of this.#symbols) {
      symbol.classList.toggle("doubtful", doubtful.has(symbol.dataset.strokes));
      symbol.classList.toggle("fixed", set.has(symbol.dataset.strokes));
      symbol.setAttribute("title", doubtful.has(symbol.dataset.strokes) ? "Not read with certainty: tap to correct" : "Tap to correct");
    }
    this.#fit();
    const now = this.#symbols;
    if (isWalked && now.length === before.length) this.#light(now[at]);
  }

  /** Write an answer behind the formula, MathML or null for none. */
  answer(mathml) {
    this.#element.querySelector(".in-place")?.remove();
    const math = this.#element.querySelector("math");
    if (mathml && math) {
      const row = document.createElementNS(math.namespaceURI, "mrow");
      row.classList.add("in-place");
      row.append(...made(mathml).childNodes);
      math.append(row);
    }
    this.#fit();
  }

  /** The box of a symbol in the window; null if it is not shown. */
  boxOf(strokes) {
    return this.#symbols.find((symbol) => symbol.dataset.strokes === strokes.join(" "))?.getBoundingClientRect() ?? null;
  }

  /** Light the symbol that a stroke belongs to; -1 for none. */
  lightStroke(index) {
    this.#light(this.#symbols.find((symbol) => strokesOf(symbol).includes(index)) ?? null);
  }

  /** Beside an answer, the less it needs the less room it has. */
  #fit() { fit(this.#element, 4); }

  get #symbols() {
    return [...this.#element.querySelectorAll("[data-strokes]")];
  }

  #light(symbol) {
    symbol ??= null;
    if (symbol === this.#lit) return;
    this.#lit?.classList.remove("lit");
    symbol?.classList.add("lit");
    this.#lit = symbol;
    this.dispatchEvent(new CustomEvent("light", { detail: symbol ? strokesOf(symbol) : [] }));
  }

  #pick(symbol) {
    if (!symbol) return;
    const detail = { strokes: strokesOf(symbol), box: symbol.getBoundingClientRect() };
    this.dispatchEvent(new CustomEvent("pick", { detail }));
  }

  #key(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const symbols = this.#symbols;
    if (step && symbols.length) {
      const at = symbols.indexOf(this.#lit);
      this.#light(symbols[(at < 0 && step < 0 ? symbols.length : at) + step] ?? this.#lit);
      if (this.#lit) this.dispatchEvent(new CustomEvent("walk", { detail: this.#lit }));
    } else if ((event.key === "Enter" || event.key === " ") && this.#lit) {
      this.#picked = symbols.indexOf(this.#lit);
      this.#pick(this.#lit);
    } else if (event.key === "Escape") {
      this.#light(null);
    } else if ((event.key === "Delete" || event.key === "Backspace") && this.#lit) {
      this.dispatchEvent(new CustomEvent("erase", { detail: strokesOf(this.#lit) }));
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }
}

function strokesOf(symbol) {
  return symbol.dataset.strokes.split(" ").map(Number);
}

function namesOf(symbols) {
  return new Set(symbols.map(({ strokes }) => strokes.join(" ")));
}
