/** The answer to "=". */
import { element, formula } from "./formula.js";

/** Show a solution of the server, or why there is none. */
export function showSolution(container, { read_as: readAs, answers = [], decimal, refusal }) {
  const lines = refusal
    ? [element("p", {}, refusal.message)]
    : [
      element("p", { className: "faint" }, `Read as ${readAs}`),
      ...answers.map((answer) => element("p", {}, formula(answer.mathml))),
      ...(decimal ? [element("p", {}, `≈ ${decimal}`)] : []),
    ];
  container.replaceChildren(...lines);
  container.hidden = false;
}
