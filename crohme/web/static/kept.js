/** The notebook, kept in the browser's database: it comes back after a reload, a crash, or a lost connection. */

const SHEETS = "papers"; // {id, at, name, strokes, file, fixed, lines, text, readings}, one for each page

const database = new Promise((resolve, reject) => {
  const opening = indexedDB.open("crohme", 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(SHEETS, { keyPath: "id" }).createIndex("at", "at");
  opening.onsuccess = () => resolve(opening.result);
  opening.onerror = () => reject(opening.error);
});
database.catch(() => {}); // told to whoever asks

/** All that is kept, in the order of the notebook. */
export async function load() {
  return done((await database).transaction(SHEETS).objectStore(SHEETS).getAll());
}

/** What is kept by an id; undefined if nothing is. */
export async function loadOne(id) {
  return done((await database).transaction(SHEETS).objectStore(SHEETS).get(id));
}

/** Keep something in place of what had its id. */
export function keep(sheet) {
  return change((sheets) => sheets.put({ ...sheet, at: Date.now() }));
}

export function forget(id) {
  return change((sheets) => sheets.delete(id));
}

async function change(make) {
  const transaction = (await database).transaction(SHEETS, "readwrite");
  make(transaction.objectStore(SHEETS));
  transaction.commit(); // now: the page may be gone in a moment
  return new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onabort = () => reject(transaction.error);
  });
}

function done(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
