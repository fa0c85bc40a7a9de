/** LaTeX that was typed, as formulas to be shown and copied. */
import { post, Refusal } from "./api.js";

const AGAIN = 3000; // milliseconds after a failure that may pass
const PASSING = new Set(["unreachable", "busy", "timed_out", "stopping"]);
const MOST = 200; // answers that are remembered

export class Conversion {
  #known = new Map(); // LaTeX → {mathml, text, typst} or {refusal}

  /**
   * Call `tell` with {mathml, text, typst} of LaTeX, or with {refusal}, at once if it is known. A failure that may pass is told
   * and tried again, as long as `tell` returns that the answer is still wanted.
   */
  async convert(latex, tell) {
    const made = this.#known.get(latex) ?? await this.#ask(latex);
    const isPassing = PASSING.has(made.refusal?.code);
    if (tell(made) && isPassing) setTimeout(() => this.convert(latex, tell), AGAIN);
  }

  async #ask(latex) {
    let made;
    try {
      const { mathml, text, typst } = await post("/v1/convert", JSON.stringify({ latex }), "application/json");
      made = { mathml, text, typst };
    } catch (refusal) {
      if (!(refusal instanceof Refusal)) throw refusal;
      made = { refusal };
    }
    if (this.#known.size >= MOST) this.#known.clear();
    if (!PASSING.has(made.refusal?.code)) this.#known.set(latex, made);
    return made;
  }
}
