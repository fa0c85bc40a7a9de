/** The expression as it was read, large: its symbols can be pointed at, and walked through with the keyboard. */
import { fit, formula } from "./formula.js";

/** Fires "light" with the strokes of the symbol that is pointed at as detail, and "erase" with those to erase. */
export class Shown extends EventTarget {
  #element;
  #lit = null;

  constructor(element) {
    super();
    this.#element = element;
    element.addEventListener("pointermove", (event) => this.#light(event.target.closest?.("[data-strokes]")));
    element.addEventListener("pointerdown", (event) => this.#light(event.target.closest?.("[data-strokes]")));
    element.addEventListener("pointerleave", (event) => { if (event.pointerType === "mouse") this.#light(null); });
    element.addEventListener("blur", () => this.#light(null));
    element.addEventListener("keydown", (event) => this.#key(event));
    new ResizeObserver(() => fit(element)).observe(element);
  }

  /** Show a formula; `doubtful` has the strokes of each symbol that is marked as uncertain. */
  show(mathml, doubtful = []) {
    this.#lit = null;
    this.#element.replaceChildren(...(mathml ? [formula(mathml)] : []));
    const marked = new Set(doubtful.map((strokes) => strokes.join(" ")));
    for (const symbol of this.#symbols) {
      if (!marked.has(symbol.dataset.strokes)) continue;
      symbol.classList.add("doubtful");
      symbol.setAttribute("title", "Not read with certainty");
    }
    fit(this.#element);
  }

  /** Light the symbol that a stroke belongs to; -1 for none. */
  lightStroke(index) {
    this.#light(this.#symbols.find((symbol) => strokesOf(symbol).includes(index)) ?? null);
  }

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

  #key(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const symbols = this.#symbols;
    if (step && symbols.length) {
      const at = symbols.indexOf(this.#lit);
      this.#light(symbols[(at < 0 && step < 0 ? symbols.length : at) + step] ?? this.#lit);
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
