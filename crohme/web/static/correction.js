/** The window in which one symbol is corrected. */
import { element, UNKNOWN } from "./formula.js";
import { place } from "./popovers.js";
import { nameOf } from "./words.js";

/**
 * Fires "correct" with {strokes, label}, and "separate", "release" and "erase" with {strokes}, as detail. `label` may be
 * anything that the writer typed.
 */
export class Correction extends EventTarget {
  #popover;
  #strokes = []; // of the symbol, themselves

  constructor(popover) {
    super();
    this.#popover = popover;
    popover.querySelector("form").addEventListener("submit", (event) => {
      event.preventDefault();
      const label = this.#input.value.trim();
      if (label) this.#done("correct", { label });
    });
    popover.addEventListener("click", ({ target }) => {
      const button = target.closest("button");
      if (button?.dataset.label) this.#done("correct", { label: button.dataset.label });
      else if (button?.dataset.act) this.#done(button.dataset.act);
    });
  }

  get #input() { return this.#popover.querySelector("input"); }

  /** Open it beside a box of the window. `signs` tells how labels look; `isFixed` whether the writer has set the symbol. */
  open({ label, strokes, candidates }, signs, isFixed, box) {
    this.#strokes = strokes;
    const choices = [...new Set([label, ...candidates])].map((one) => {
      const sign = signs[one] === UNKNOWN ? "?" : signs[one];
      const look = { textContent: sign, title: one, ariaLabel: nameOf(sign), ariaPressed: String(one === label) };
      const button = element("button", { type: "button", className: "candidate", ...look });
      button.dataset.label = one;
      return button;
    });
    this.#popover.querySelector(".candidates").replaceChildren(...choices);
    this.#popover.querySelector("[data-act=separate]").hidden = strokes.length < 2;
    this.#popover.querySelector("[data-act=release]").hidden = !isFixed;
    this.#input.value = "";
    this.#popover.showPopover();
    place(this.#popover, box);
    choices[0].focus();
  }

  /** Close it: what it asks about may be no more. */
  close() { this.#popover.hidePopover(); }

  #done(type, detail = {}) {
    this.close();
    this.dispatchEvent(new CustomEvent(type, { detail: { strokes: this.#strokes, ...detail } }));
  }
}
