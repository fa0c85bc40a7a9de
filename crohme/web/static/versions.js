/** What pages were before, kept in the browser's database: one version a minute, and one before ink is taken away. */
import { Store } from "./store.js";

const EVERY = 60_000; // milliseconds of writing between two versions
const SPREAD = 4; // the older versions are, the farther apart they may lie: a share of their age

const store = new Store("crohme versions", "versions", ["id", "at"]); // records of pages, `at` when they were such

export class Versions {
  #last = new Map(); // id of a page → {record, at, keptAt, isLess}: what it was when it was last told of

  /** Be told of a page that is opened: what it was is kept as soon as it changes. */
  open(record) {
    this.#last.set(record.id, { record, at: record.at ?? Date.now(), keptAt: 0, isLess: false });
  }

  /** Be told of a page that has changed. */
  note(record, now = Date.now()) {
    const before = this.#last.get(record.id);
    if (!before) return this.#last.set(record.id, { record, at: now, keptAt: now, isLess: false });
    if (isSame(record, before.record)) return Object.assign(before, { record }); // its readings may be others
    const isLess = record.strokes.length < before.record.strokes.length;
    const isDue = before.record.strokes.length && (isLess ? !before.isLess : now - before.keptAt >= EVERY);
    this.#last.set(record.id, { record, at: now, keptAt: isDue || !before.keptAt ? now : before.keptAt, isLess });
    if (isDue) this.#keep({ ...before.record, at: before.at }, now);
  }

  /** The versions of a page, the last one first. */
  async of(id) {
    return (await store.ask((versions) => versions.getAll(all(id)))).reverse();
  }

  /** Forget the versions of pages that are no more. */
  async tidy(ids) {
    const known = new Set(ids), keys = await store.ask((versions) => versions.getAllKeys());
    const gone = keys.filter(([id]) => !known.has(id));
    if (gone.length) await store.change((versions) => gone.forEach((key) => versions.delete(key)));
  }

  /** Forget all versions: the ink of today needs the room. */
  clear() { return store.change((versions) => versions.clear()); }

  async #keep(record, now) {
    try {
      await store.change((versions) => versions.put(record));
      const keys = await store.ask((versions) => versions.getAllKeys(all(record.id)));
      const gone = tooMany(keys.map(([, at]) => at), now);
      if (gone.length) await store.change((versions) => gone.forEach((at) => versions.delete([record.id, at])));
    } catch { /* what is on the page is kept all the same */ }
  }
}

/** Of times in order, those to forget: what is left lies no farther apart than a share of how long ago it is. */
export function tooMany(times, now) {
  const gone = [];
  let before = times[0];
  for (let i = 1; i < times.length - 1; i++) {
    const after = times[i + 1];
    if (after - before < (now - after) / SPREAD) gone.push(times[i]);
    else before = times[i];
  }
  return gone;
}

function all(id) { return IDBKeyRange.bound([id], [id, []]); }

function isSame(one, other) {
  const said = ({ fixed, text, lines }) => JSON.stringify([fixed, text, lines]);
  const { length } = one.strokes;
  return length === other.strokes.length && one.strokes.every((stroke, i) => stroke === other.strokes[i]) && said(one) === said(other);
}
