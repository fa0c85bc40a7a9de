/** The list of pages: open one, name it, take it away, add one; the whole as a file, and from one. */
import { element } from "./formula.js";
import { belongsTo } from "./popovers.js";

/** `parts` are elements by name: `button`, which opens `popover`, `name` in it, and in the popover `list`. */
export function showContents(parts, notebook, notice) {
  const { button, popover, name, list } = parts;
  const show = () => {
    name.textContent = notebook.open.name;
    button.ariaLabel = `Pages: ${notebook.open.name}, ${notebook.sheets.indexOf(notebook.open) + 1} of ${notebook.sheets.length}`;
    if (!popover.matches(":popover-open")) return;
    const focused = list.contains(document.activeElement) ? document.activeElement.closest("li") : null; // and will be gone
    list.replaceChildren(...notebook.sheets.map((sheet) => entryOf(sheet, notebook)));
    if (!focused) return;
    const same = [...list.children].find(({ dataset }) => dataset.id === focused.dataset.id);
    (same?.querySelector(".page-name") ?? list.querySelector("[aria-current]"))?.focus();
  };
  popover.addEventListener("toggle", ({ newState }) => {
    if (newState !== "open") return;
    show();
    list.querySelector("[aria-current]")?.focus();
  });
  belongsTo(popover, button);
  list.addEventListener("click", ({ target }) => {
    const act = target.closest("[data-act]")?.dataset.act, entry = target.closest("li");
    const sheet = entry && notebook.sheets.find(({ id }) => id === entry.dataset.id);
    if (act === "open") {
      popover.hidePopover();
      notebook.turnTo(sheet);
    } else if (act === "rename") {
      entry.replaceChildren(fieldFor(sheet, notebook, show));
      entry.querySelector("input").select();
    } else if (act === "remove") {
      const bringBack = notebook.remove(sheet);
      notice.tell(`${sheet.name} is deleted.`, { name: "Undo", run: bringBack });
    }
  });
  notebook.addEventListener("change", show);
  show();
}

function entryOf(sheet, notebook) {
  const isOpen = sheet === notebook.open, { name } = sheet;
  const open = element("button", { type: "button", className: "page-name", textContent: name });
  if (isOpen) open.ariaCurrent = "page";
  const rename = element("button", { type: "button", ariaLabel: `Rename ${name}`, title: "Rename", textContent: "✎" });
  const remove = element("button", { type: "button", ariaLabel: `Delete ${name}`, title: "Delete", textContent: "×" });
  for (const [one, act] of [[open, "open"], [rename, "rename"], [remove, "remove"]]) one.dataset.act = act;
  const changed = new Date(sheet.at), last = changed.toLocaleString(undefined, { dateStyle: "short", timeStyle: "short" });
  const time = element("time", { dateTime: changed.toISOString(), title: "Last changed", textContent: last });
  const entry = element("li", {}, open, time, rename, remove);
  entry.dataset.id = sheet.id;
  return entry;
}

function fieldFor(sheet, notebook, show) {
  const field = element("input", { type: "text", value: sheet.name, maxLength: 80, ariaLabel: "Name of the page" });
  const done = (isMeant) => {
    field.onblur = null;
    const name = field.value.trim();
    if (isMeant && name && name !== sheet.name) notebook.rename(sheet, name);
    else show();
  };
  field.onblur = () => done(true);
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== "Escape") return;
    event.preventDefault(); // it is not for what has the focus next, nor for the popover
    done(event.key === "Enter");
  });
  return field;
}
