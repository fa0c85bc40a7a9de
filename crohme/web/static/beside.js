/** The answers of all lines of a page, beside them. */
import { showBeside } from "./solution.js";

const REST = 500; // milliseconds after the last reading, after which lines are calculated

/**
 * Keep the answers of lines up to date. `reader` has `lines` from the top down, each {id, latex, answer}: its LaTeX
 * as it was read or typed, or null, and the element for its answer. It fires "lines" and "reading" when they
 * are others, or read otherwise. Returns a function that calculates without delay.
 */
export function keepAnswers(reader, calculator, rest = REST) {
  let timer = 0;
  const shown = new WeakMap(); // element → the answer in it
  const calculate = () => {
    clearTimeout(timer);
    calculator.update(reader.lines.map(({ id, latex }) => ({ id, latex })).filter(({ latex }) => latex));
  };
  for (const type of ["lines", "reading"]) {
    reader.addEventListener(type, () => {
      clearTimeout(timer);
      timer = setTimeout(calculate, rest);
    });
  }
  calculator.addEventListener("change", () => {
    for (const { id, answer: slot } of reader.lines) {
      const state = calculator.stateOf(id), now = state?.answer ?? null;
      if (shown.has(slot) && shown.get(slot) === now) continue;
      shown.set(slot, now);
      showBeside(slot, state, calculator);
    }
  });
  return calculate;
}
