/** The ink, kept in the browser's database: it comes back after a reload, a crash, or a lost connection. */

const PAPERS = "papers"; // {id, at, strokes, file, fixed}, one for each tab
const MOST = 8; // older ones are forgotten when a tab begins
const ID = "paper"; // in the tab's own storage, which outlives a reload

const database = new Promise((resolve, reject) => {
  const opening = indexedDB.open("crohme", 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(PAPERS, { keyPath: "id" }).createIndex("at", "at");
  opening.onsuccess = () => resolve(opening.result);
  opening.onerror = () => reject(opening.error);
});
database.catch(() => {}); // told to whoever asks

/** What this tab's paper had last, or the paper written last: {strokes, file, fixed}; null if there is none. */
export async function load() {
  const papers = (await database).transaction(PAPERS, "readwrite").objectStore(PAPERS);
  const keys = await done(papers.index("at").getAllKeys());
  for (const old of keys.slice(0, -MOST)) papers.delete(old);
  const own = await done(papers.get(id()));
  if (own) return own;
  const last = await done(papers.index("at").openCursor(null, "prev"));
  return last?.value ?? null;
}

/** Keep a page in place of what this tab kept before. */
export async function keep({ strokes, picture, fixed }) {
  const file = picture?.file ?? null;
  const transaction = (await database).transaction(PAPERS, "readwrite");
  transaction.objectStore(PAPERS).put({ id: id(), at: Date.now(), strokes, file, fixed });
  transaction.commit(); // now: the page may be gone in a moment
}

function id() {
  let own = sessionStorage.getItem(ID);
  if (!own) sessionStorage.setItem(ID, (own = `${Date.now()} ${Math.random()}`));
  return own;
}

function done(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
