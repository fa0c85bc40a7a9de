/** Something that went wrong, or was done, told over the paper until it is closed, or the next thing is. */
import { element } from "./formula.js";

export class Notice {
  #box;

  constructor(box) {
    this.#box = box;
  }

  /** Tell it; `act` {name, run} is a button beside it. */
  tell(text, act = null) {
    const close = element("button", { type: "button", className: "close", ariaLabel: "Close", textContent: "×" });
    close.addEventListener("click", () => this.clear());
    const parts = [element("span", {}, text)];
    if (act) {
      const button = element("button", { type: "button", textContent: act.name });
      button.addEventListener("click", () => {
        this.clear();
        act.run();
      });
      parts.push(button);
    }
    this.#box.replaceChildren(...parts, close);
    this.#box.hidden = false;
  }

  clear() {
    this.#box.hidden = true;
    this.#box.replaceChildren();
  }
}
