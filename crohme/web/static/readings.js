/** What stands beside the expression: readings to pick from, or the networks side by side. */
import { differences } from "./differences.js";
import { element, fit, formula, percent } from "./formula.js";
import { inWords } from "./words.js";

/** Readings as a group of radio buttons, what differs from the first one marked. `pick` is called with what is chosen. */
export function showReadings(container, readings, pick) {
  const formulas = readings.map(({ mathml }) => formula(mathml));
  const choices = readings.map((reading, index) => {
    const share = percent(reading.confidence), ariaLabel = `${inWords(formulas[index])}, ${share}`;
    const input = element("input", { type: "radio", name: "reading", checked: index === 0, ariaLabel });
    input.addEventListener("change", () => pick(reading));
    if (index) for (const drawn of differences(formulas[0], formulas[index])) drawn.classList.add("differs");
    const shown = element("span", { className: "formula" }, formulas[index]);
    const percentage = element("span", { className: "share" }, share);
    return element("label", { className: "reading", title: reading.latex }, input, element("span", {}, shown, percentage));
  });
  const legend = element("legend", { className: "unseen" }, "Pick a reading");
  container.replaceChildren(element("fieldset", {}, legend, ...choices));
  container.querySelectorAll(".formula").forEach((shown) => fit(shown));
}

/** One table for each network: its candidates with their probabilities. `pick` is called with the one that is chosen. */
export function showNetworks(container, networks, pick) {
  const tables = networks.map(({ title, candidates }) => {
    const rows = candidates.map((candidate) => {
      const { latex, mathml, probability } = candidate, sign = formula(mathml);
      const button = element("button", { type: "button", className: "candidate", ariaLabel: `Take ${inWords(sign)}` }, sign);
      button.addEventListener("click", () => pick(candidate));
      return element("tr", { title: latex },
        element("th", { scope: "row" }, button),
        element("td", {}, element("meter", { value: probability, ariaLabel: "Probability" })),
        element("td", { className: "share" }, percent(probability)));
    });
    const body = element("tbody", {}, ...rows);
    return element("section", {}, element("h3", {}, title), element("table", {}, body));
  });
  container.replaceChildren(element("div", { className: "networks" }, ...tables));
}
