/** The tools beside what the lasso has chosen. */
import { asLine, asText, corrected, separated, without } from "./page.js";

const ACTS = {
  join: (page, chosen) => corrected(page, chosen),
  separate: (page, chosen) => separated(page, chosen),
  line: (page, chosen) => asLine(page, chosen),
  text: (page, chosen) => (isText(page, chosen) ? asLine(page, chosen) : asText(page, chosen)),
  erase: (page, chosen) => without(page, chosen),
};

const isText = ({ text }, chosen) => chosen.every((index) => text.includes(index));

/** Let `bar`, an element over the paper, stand at what is chosen, and its buttons act on it. */
export function actOnSelection(bar, pad, history) {
  const { lasso } = pad.tools;
  const place = () => {
    const { current } = history, box = lasso.boxOn(current);
    bar.hidden = !box;
    if (!box) return;
    const sheet = bar.parentElement.getBoundingClientRect(), { left, top, bottom } = pad.toWindow(box);
    const above = top - sheet.top - bar.offsetHeight - 8, below = bottom - sheet.top + 14;
    bar.style.left = `${Math.max(4, Math.min(left - sheet.left, sheet.width - bar.offsetWidth - 4))}px`;
    bar.style.top = `${above >= 4 ? above : Math.min(below, sheet.height - bar.offsetHeight - 4)}px`;
    bar.querySelector("[data-act=text]").ariaPressed = String(isText(current, lasso.chosenOn(current)));
    bar.querySelector("[data-act=join]").disabled = bar.querySelector("[data-act=separate]").disabled = lasso.chosenOn(current).length < 2;
  };
  lasso.addEventListener("choose", place);
  history.addEventListener("change", place);
  pad.view.addEventListener("change", place);
  new ResizeObserver(place).observe(bar.parentElement);
  bar.addEventListener("click", ({ target }) => {
    const act = target.closest("[data-act]")?.dataset.act, chosen = lasso.chosenOn(history.current);
    if (!chosen.length) return;
    if (act === "copy") {
      history.push(lasso.copyOn(history.current, pad.view.right));
    } else if (act in ACTS) {
      const next = ACTS[act](history.current, chosen);
      lasso.choose([]);
      history.push(next);
    }
  });
}
