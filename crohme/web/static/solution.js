/** The answer to a line: what was understood, what follows from it, its steps and its plot. */
import { isFunction, kindOf } from "./calculation.js";
import { firstView } from "./axes.js";
import { element, formula } from "./formula.js";
import { draw, firstRange, Plot } from "./plot.js";
import { inWords } from "./words.js";

const OF_ANGLES = /\\(sin|cos|tan|cot|sec|csc|arc\w+)\b|\\operatorname\{(sec|csc|cot|arc\w+)\}/;
const UNWORKED = /\\(sin|cos|tan|cot|sec|csc|arc\w+|sinh|cosh|tanh|ln|log|operatorname|sum|int)\b/;
const UNITS = { radians: "radians", degrees: "degrees" };

/**
 * Show the state of a line in a container, see `plan`; the calculator is asked for plots, and told of another unit of
 * angles. Nothing is shown of a line that asks nothing.
 */
export function showState(container, state, calculator) {
  const answer = state?.answer;
  container.hidden = !answer;
  if (!answer) return container.replaceChildren();
  if (answer.refusal) return showNoSolution(container, answer.refusal);
  const { solution } = answer;
  const isInPlace = kindOf(state.body.latex) === "value" && isExactInPlace(solution);
  showSolution(container, isInPlace ? { ...solution, answers: [] } : solution, state.isLast);
  if (hasAngles(solution)) container.append(anglesIn(calculator));
  if (isFunction(state.body.latex, solution)) showPlot(container, state, calculator, solution);
}

function hasAngles({ understood }) { return OF_ANGLES.test(understood.latex); }

function rangeFor({ angle }, solution) { return firstRange(angle, hasAngles(solution)); }

/**
 * Show the state of a line in a small element beside it: its answer alone. What was understood is said when one points
 * at it, and in words.
 */
export function showBeside(slot, state, calculator) {
  const answer = state?.answer;
  slot.hidden = !answer;
  slot.title = "";
  slot.replaceChildren();
  if (!answer) return;
  if (answer.refusal) {
    slot.title = answer.refusal.message;
    slot.append(element("span", { className: "faint", role: "img", ariaLabel: answer.refusal.message }, "?"));
    return;
  }
  const { solution } = answer, { kind, answers, decimal } = solution;
  slot.title = `Read as ${inWords(formula(solution.understood.mathml))}`;
  if (kindOf(state.body.latex) === "value" && inPlace(solution)) slot.append(element("span", { className: "in-place" }, formula(inPlace(solution))));
  else if (kind === "no solution") slot.append(element("span", { className: "in-place" }, "no solution"));
  else if (kindOf(state.body.latex) !== "definition") {
    for (const { mathml } of answers.length ? answers : [decimal].filter(Boolean)) slot.append(element("span", { className: "in-place" }, formula(mathml)));
  }
  if (isFunction(state.body.latex, solution)) showPlot(slot, state, calculator, solution, { isBeside: true });
}

/** What is written after the `=` at the end of a line, as MathML, or null: the exact answer if it is worked out. */
export function inPlace(solution) {
  const { kind, answers, decimal } = solution;
  if (isExactInPlace(solution)) return answers[0].mathml;
  if (kind !== "value" || !decimal) return answers.length === 1 ? answers[0].mathml : null;
  const { mathml } = decimal; // rounded
  return mathml.includes("≈") ? mathml : mathml.replace(/^<math[^>]*>/, "$&<mo>≈</mo>");
}

/** Whether the exact answer says more in place than its decimal: not `sin 1`. */
function isExactInPlace({ kind, answers, decimal }) {
  if (!["value", "expression"].includes(kind) || answers.length !== 1) return false;
  return kind === "expression" || !decimal || !UNWORKED.test(answers[0].latex);
}

/** Show a solution of the server; `isLast` says that no line comes after it. */
export function showSolution(container, { kind, understood, answers, decimal, notes, steps = [], defines = [] }, isLast = true) {
  const parts = [element("p", { className: "faint" }, "Read as ", formula(understood.mathml))];
  if (kind === "no solution") parts.push(element("p", {}, "There is no solution."));
  parts.push(...answers.map(({ latex, mathml }) => element("p", { className: "solution", title: latex }, formula(mathml))));
  if (decimal) {
    parts.push(element("p", { className: "faint", title: decimal.latex }, "As a decimal ", formula(decimal.mathml)));
  }
  if (defines.length && !isLast) parts.push(element("p", { className: "faint" }, "Holds for the lines below."));
  parts.push(...notes.map((note) => element("p", { className: "faint" }, note)));
  if (steps.length) parts.push(stepsOf(steps));
  container.replaceChildren(...parts);
  container.hidden = false;
}

/** Show why there is none. */
export function showNoSolution(container, refusal) {
  container.replaceChildren(element("p", {}, refusal.message));
  container.hidden = false;
}

function stepsOf(steps) {
  const list = element("ol", {}, ...steps.map(({ text, mathml, latex }) => (
    element("li", { title: latex }, element("span", { className: "faint" }, text), element("span", { className: "step" }, formula(mathml))))));
  return element("details", { className: "steps" }, element("summary", {}, `${steps.length} ${steps.length === 1 ? "step" : "steps"}`), list);
}

let isChoosing = false; // another unit of angles was chosen, and the answer with it is awaited

function anglesIn(calculator) {
  const select = element("select", { className: "angle", ariaLabel: "Unit of angles" },
    ...Object.entries(UNITS).map(([value, text]) => element("option", { value, selected: value === calculator.angle }, text)));
  select.addEventListener("keydown", (event) => event.stopPropagation()); // its letters are no tools
  select.addEventListener("change", () => {
    localStorage.setItem("angle", select.value);
    isChoosing = true;
    calculator.angle = select.value;
  });
  if (isChoosing) setTimeout(() => select.focus()); // the one before is gone
  isChoosing = false;
  return element("label", { className: "faint" }, "Angles without a unit are in ", select);
}

/** A small plot, which opens a large one. Beside a line, where there is no room, nothing says why there is none. */
async function showPlot(container, state, calculator, solution, { isBeside = false } = {}) {
  const range = rangeFor(calculator, solution);
  const canvas = element("canvas");
  const button = element("button", { type: "button", className: "preview", title: "Open the plot", disabled: true }, canvas);
  const name = inWords(formula(solution.understood.mathml));
  button.ariaLabel = `Plot of ${name}`;
  container.append(button);
  const ask = (low, high, signal) => calculator.plot(state.body, low, high, signal);
  let data;
  try {
    data = await ask(...range);
  } catch (error) {
    button.replaceWith(...(isBeside ? [] : [element("p", { className: "faint" }, `No plot: ${error.message}`)]));
    return;
  }
  const show = () => draw(canvas, firstView(data, range), data, { isSmall: true });
  button.disabled = false;
  new ResizeObserver(show).observe(canvas);
  button.addEventListener("click", () => openPlot(new Plot(ask, name, data, range), solution));
}

function openPlot(plot, solution) {
  const close = element("button", { type: "button", className: "button", title: "Close" }, "Close");
  const dialog = element("dialog", { className: "plot-dialog", ariaLabel: "Plot" },
    element("header", {}, element("p", { className: "faint" }, "Read as ", formula(solution.understood.mathml)), close), plot.element);
  close.addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("keydown", (event) => event.stopPropagation()); // the paper's keys
  dialog.addEventListener("pointerdown", ({ target }) => { if (target === dialog) dialog.close(); });
  document.body.append(dialog);
  dialog.showModal();
}
