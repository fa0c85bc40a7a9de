/** The list of pages: open one, name it, take it away, add one; the whole as a file, and from one. */
import { element } from "./formula.js";
import { belongsTo } from "./popovers.js";

/** `parts` are elements by name: `button`, which opens `popover`, `name` in it, and in the popover `list`. */
export function showContents(parts, notebook, notice) {
  const { button, popover, name, list } = parts;
  let isNaming = false; // then the list stays as it is: what is typed would be lost
  const show = () => {
    name.textContent = notebook.open.name;
    button.ariaLabel = `Pages: ${notebook.open.name}, ${notebook.sheets.indexOf(notebook.open) + 1} of ${notebook.sheets.length}`;
    if (!isNaming && popover.matches(":popover-open")) draw();
  };
  const draw = () => {
    const entries = notebook.sheets.map((sheet) => entryOf(sheet, notebook)), shown = [...list.children];
    if (entries.length === shown.length && entries.every((entry, i) => entry.isEqualNode(shown[i]))) return;
    const focused = list.contains(document.activeElement) ? document.activeElement : null; // and will be gone
    const id = focused?.closest("li").dataset.id, act = focused?.dataset.act ?? "open";
    list.replaceChildren(...entries);
    if (!focused) return;
    const same = entries.find(({ dataset }) => dataset.id === id);
    (same?.querySelector(`[data-act=${act}]`) ?? list.querySelector("[aria-current]"))?.focus();
  };
  popover.addEventListener("beforetoggle", ({ newState }) => { if (newState === "open") draw(); });
  popover.addEventListener("toggle", ({ newState }) => {
    if (newState === "open" && !list.contains(document.activeElement)) list.querySelector("[aria-current]")?.focus();
  });
  belongsTo(popover, button);
  list.addEventListener("click", ({ target }) => {
    const act = target.closest("[data-act]")?.dataset.act, entry = target.closest("li");
    const sheet = entry && notebook.sheets.find(({ id }) => id === entry.dataset.id);
    if (act === "open") {
      popover.hidePopover();
      notebook.turnTo(sheet);
    } else if (act === "rename") {
      isNaming = true;
      entry.replaceChildren(fieldFor(sheet.name, (named) => {
        isNaming = false;
        if (named && named !== sheet.name) notebook.rename(sheet, named);
        else show();
      }));
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

/** A field for the name of a page; `done` gets what was typed, nothing where it is not meant. */
function fieldFor(name, done) {
  const field = element("input", { type: "text", value: name, maxLength: 80, ariaLabel: "Name of the page" });
  const end = (typed) => {
    field.onblur = null;
    done(typed);
  };
  field.onblur = () => end(field.value.trim());
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== "Escape") return;
    event.preventDefault(); // it is not for what has the focus next, nor for the popover
    end(event.key === "Enter" ? field.value.trim() : "");
  });
  return field;
}
