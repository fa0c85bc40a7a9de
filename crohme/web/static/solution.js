/** The answer to "=": what was understood, and what follows from it. */
import { element, formula } from "./formula.js";

/** Show a solution of the server. */
export function showSolution(container, { kind, understood, answers, decimal, notes }) {
  const parts = [element("p", { className: "faint" }, "Read as ", formula(understood.mathml))];
  if (kind === "no solution") parts.push(element("p", {}, "There is no solution."));
  parts.push(...answers.map(({ latex, mathml }) => element("p", { className: "solution", title: latex }, formula(mathml))));
  if (decimal) {
    parts.push(element("p", { className: "faint", title: decimal.latex }, "As a decimal ", formula(decimal.mathml)));
  }
  parts.push(...notes.map((note) => element("p", { className: "faint" }, note)));
  show(container, parts);
}

/** Show why there is none. */
export function showNoSolution(container, refusal) {
  show(container, [element("p", {}, refusal.message)]);
}

function show(container, parts) {
  container.replaceChildren(...parts);
  container.hidden = false;
}
