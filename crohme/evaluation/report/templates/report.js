"use strict";
// The page says all it has to say without this; here long tables are sorted, failures chosen, symbols pointed at.

for (const hidden of document.querySelectorAll(".live")) hidden.hidden = false;

for (const table of document.querySelectorAll("table[data-sortable]")) {
  const body = table.tBodies[0];
  const heads = [...table.tHead.rows[0].cells].filter((head) => head.textContent);
  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const isRising = head.getAttribute("aria-sort") !== "ascending";
      for (const other of heads) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", isRising ? "ascending" : "descending");
      const value = (row) => row.cells[column].textContent;
      const compare = (a, b) => value(a).localeCompare(value(b), "en", { numeric: true });
      body.append(...[...body.rows].sort((a, b) => (isRising ? compare(a, b) : compare(b, a))));
    });
  });
}

const choices = [...document.querySelectorAll(".filter button")];
for (const choice of choices) {
  choice.addEventListener("click", () => {
    for (const other of choices) other.setAttribute("aria-pressed", String(other === choice));
    for (const card of document.querySelectorAll(".card"))
      card.hidden = choice.dataset.kind !== "" && card.dataset.kind !== choice.dataset.kind;
  });
}

for (const card of document.querySelectorAll(".card")) {
  const strokes = card.querySelectorAll(".ink path");
  card.addEventListener("pointerover", (event) => {
    const symbol = event.target.closest("[data-strokes]");
    const lit = symbol ? symbol.dataset.strokes.split(" ").map(Number) : [];
    strokes.forEach((stroke, index) => stroke.classList.toggle("lit", lit.includes(index)));
    for (const other of card.querySelectorAll("[data-strokes]"))
      other.classList.toggle("lit", other.dataset.strokes.split(" ").some((stroke) => lit.includes(Number(stroke))));
  });
  card.addEventListener("pointerleave", () => {
    for (const lit of card.querySelectorAll(".lit")) lit.classList.remove("lit");
  });
}
