/** What stands beside the expression: readings to pick from, or the networks side by side. */
import { element, fit, formula, percent } from "./formula.js";

/** Readings as a group of radio buttons. `pick` is called with the one that is chosen. */
export function showReadings(container, readings, pick) {
  const choices = readings.map((reading, index) => {
    const input = element("input", { type: "radio", name: "reading", checked: index === 0, ariaLabel: reading.latex });
    input.addEventListener("change", () => pick(reading));
    const shown = element("span", { className: "formula" }, formula(reading.mathml));
    const share = element("span", { className: "share" }, percent(reading.confidence));
    return element("label", { className: "reading", title: reading.latex }, input, element("span", {}, shown, share));
  });
  const legend = element("legend", { className: "unseen" }, "Pick a reading");
  container.replaceChildren(element("fieldset", {}, legend, ...choices));
  container.querySelectorAll(".formula").forEach((shown) => fit(shown));
}

/** One table for each network: its candidates with their probabilities. */
export function showNetworks(container, networks) {
  const tables = networks.map(({ title, candidates }) => {
    const rows = candidates.map(({ latex, mathml, probability }) =>
      element("tr", { title: latex },
        element("th", { scope: "row" }, formula(mathml)),
        element("td", {}, element("meter", { value: probability, ariaLabel: "Probability" })),
        element("td", { className: "share" }, percent(probability))));
    const body = element("tbody", {}, ...rows);
    return element("section", {}, element("h3", {}, title), element("table", {}, body));
  });
  container.replaceChildren(element("div", { className: "networks" }, ...tables));
}
