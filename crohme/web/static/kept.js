/** The notebook, kept in the browser's database: it comes back after a reload, a crash, or a lost connection. */
import { Store } from "./store.js";

const sheets = new Store("crohme", "papers", "id"); // {id, at, name, strokes, file, fixed, lines, text, readings}, one for each page

/** All that is kept, in the order of the notebook. */
export function load() {
  return sheets.ask((store) => store.getAll());
}

/** What is kept by an id; undefined if nothing is. */
export function loadOne(id) {
  return sheets.ask((store) => store.get(id));
}

/** Keep something in place of what had its id. */
export function keep(sheet) {
  return sheets.change((store) => store.put({ ...sheet, at: Date.now() }));
}

export function forget(id) {
  return sheets.change((store) => store.delete(id));
}
