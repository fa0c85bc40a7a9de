/** The pages of the notebook, of which one lies open. All of it is kept in this browser, and other tabs show it, too. */
import { pastOf } from "./history.js";
import { forget, keep, load, loadOne } from "./kept.js";
import { BLANK, numbersOn, page } from "./page.js";
import { Versions } from "./versions.js";

const OPEN = "page"; // in the tab's own storage, which outlives a reload
const PAUSE = 400; // milliseconds after a reading, in which others follow

/** Fires "change" when there are other pages, or they are named otherwise, or another one is open, and "unkept" when one could not be kept. */
export class Notebook extends EventTarget {
  /** {id, name, at, past, kept}, in the order of the notebook: `past` what was done since it was opened, `kept` what was kept before. */
  sheets = [];
  /** The one that lies open. */
  open;
  versions = new Versions();
  #history;
  #readings = null; // of the page that lies open: {strokes, latex} of each line that is read; null while nothing is known of them
  #isReady = false;
  #isForeign = false; // while a page comes from another tab
  #timer = 0;
  #others = new BroadcastChannel("crohme notebook");

  constructor(history) {
    super();
    this.#history = history;
    this.open = this.#made("Page 1", BLANK);
    this.sheets.push(this.open);
    history.open(this.open.past);
    history.addEventListener("change", () => this.#keep());
    this.#others.addEventListener("message", ({ data }) => this.#hear(data));
  }

  /** Bring back what was kept. Rejects if the browser keeps nothing. */
  async restore() {
    try {
      const kept = (await load()).map(({ name, ...one }, i) => sheetOf({ ...one, name: name ?? `Page ${i + 1}` }));
      if (!kept.length) return;
      const own = sessionStorage.getItem(OPEN);
      const last = kept.reduce((best, one) => (one.at > best.at ? one : best));
      const { strokes } = this.#history.current; // of a quick hand
      this.sheets = kept;
      this.versions.tidy(kept.map(({ id }) => id)).catch(() => {});
      await this.turnTo(kept.find(({ id }) => id === own) ?? last);
      if (strokes.length) this.#history.push(page([...this.#history.current.strokes, ...strokes], this.#history.current));
    } finally {
      this.#isReady = true;
      if (!this.#history.isBlank) this.#keep();
    }
  }

  /** Open a page. */
  async turnTo(sheet) {
    if (this.#timer && this.sheets.includes(this.open)) this.#keep();
    this.#stop();
    sheet.past ??= pastOf(await pageOf(sheet.kept));
    this.open = sheet;
    this.versions.open({ ...this.#record(sheet), at: sheet.at });
    this.#readings = null;
    sessionStorage.setItem(OPEN, sheet.id);
    this.#unkept(() => this.#history.open(sheet.past));
    this.#tell();
  }

  /** Add a page at the end, and open it; unless it is to be apart, the page that lies open is taken for content if it is blank. */
  async add(content = BLANK, name = null, { isApart = content === BLANK } = {}) {
    if (!isApart && this.#history.isBlank) {
      if (name) this.rename(this.open, name);
      return this.#history.push(content);
    }
    const sheet = this.#made(name ?? this.#freeName(), content);
    this.sheets.push(sheet);
    await this.turnTo(sheet);
    this.#keep();
  }

  rename(sheet, name) {
    sheet.name = name;
    this.#keepSheet(sheet);
    this.#tell();
  }

  /** Take a page away, and open the one beside it. Returns a function that brings it back. */
  remove(sheet) {
    const at = this.sheets.indexOf(sheet);
    this.sheets.splice(at, 1);
    const inItsPlace = this.sheets.length ? null : this.#made("Page 1", BLANK);
    if (inItsPlace) this.sheets.push(inItsPlace);
    if (sheet === this.open) this.turnTo(this.sheets[Math.min(at, this.sheets.length - 1)]);
    forget(sheet.id).catch(() => this.#tellUnkept());
    this.#others.postMessage({ id: sheet.id, isGone: true });
    this.#tell();
    return () => {
      if (inItsPlace?.past?.pages.length === 1) this.sheets = this.sheets.filter((one) => one !== inItsPlace); // nobody wrote on it
      this.sheets.splice(at, 0, sheet);
      this.#keepSheet(sheet);
      this.turnTo(sheet);
    };
  }

  /** What the lines of the open page are read as, to be kept with it: [{strokes, latex}], the strokes themselves. */
  note(readings) {
    this.#readings = readings;
    this.#stop();
    this.#timer = setTimeout(() => this.#keep(), PAUSE);
  }

  /** All pages as records: {id, name, strokes, file, fixed, lines, text, readings}. */
  records() { return this.sheets.map((sheet) => this.#record(sheet)); }

  /** A name that no page has. */
  #freeName() {
    const names = new Set(this.sheets.map(({ name }) => name));
    for (let number = this.sheets.length + 1; ; number++) if (!names.has(`Page ${number}`)) return `Page ${number}`;
  }

  #made(name, content) {
    return { id: `${Date.now()} ${Math.random()}`, name, at: Date.now(), past: pastOf(content), kept: null };
  }

  #record(sheet) {
    if (!sheet.past) return sheet.kept;
    const current = sheet.past.pages[sheet.past.at], { strokes, picture, fixed, lines, text } = current;
    const known = sheet === this.open ? this.#readings : null;
    const readings = known?.flatMap(({ strokes: own, latex }) => {
      const numbers = numbersOn(current, own);
      return numbers.length === own.length ? [{ strokes: numbers, latex }] : [];
    }) ?? sheet.kept?.readings ?? [];
    return { id: sheet.id, name: sheet.name, strokes, file: picture?.file ?? null, fixed, lines, text, readings };
  }

  #stop() {
    clearTimeout(this.#timer);
    this.#timer = 0;
  }

  #keep() {
    this.#stop();
    if (!this.#isReady || this.#isForeign) return;
    this.#keepSheet(this.open);
  }

  #keepSheet(sheet) {
    sheet.kept = { ...this.#record(sheet), name: sheet.name };
    sheet.at = Date.now();
    this.versions.note(sheet.kept);
    const { kept } = sheet, withMoreRoom = () => this.versions.clear().then(() => keep(kept));
    keep(kept).catch(withMoreRoom).then(() => this.#others.postMessage({ id: sheet.id }), () => this.#tellUnkept());
  }

  /** Take what another tab has kept. The page that lies open gets it as a step that can be undone. */
  async #hear({ id, isGone = false }) {
    const sheet = this.sheets.find((one) => one.id === id), kept = isGone ? null : await loadOne(id);
    if (!kept) {
      if (sheet && sheet !== this.open) this.sheets.splice(this.sheets.indexOf(sheet), 1);
    } else if (!sheet) {
      this.sheets.push(sheetOf(kept));
      this.sheets.sort((a, b) => (a.id < b.id ? -1 : 1));
    } else {
      Object.assign(sheet, sheetOf(kept), { past: sheet === this.open ? sheet.past : null });
      const content = await pageOf(kept);
      if (sheet === this.open && !hasSameInk(content, this.#history.current)) {
        this.#readings = null; // those of the other tab hold
        this.#unkept(() => this.#history.push(content));
      }
    }
    this.#tell();
  }

  #unkept(act) {
    this.#isForeign = true;
    act();
    this.#isForeign = false;
  }

  #tell() { this.dispatchEvent(new Event("change")); }
  #tellUnkept() { this.dispatchEvent(new Event("unkept")); }
}

function sheetOf(kept) {
  return { id: kept.id, name: kept.name, at: kept.at, past: null, kept };
}

/** The page of a record. */
async function pageOf({ strokes, file, fixed, lines, text }) {
  return page(strokes, { picture: file && { file, bitmap: await createImageBitmap(file) }, fixed, lines, text });
}

/** The page that a version of one was. */
export { pageOf };

function hasSameInk(...pages) {
  const [one, other] = pages.map(({ strokes, fixed, text, lines }) => {
    const set = lines.filter(({ latex, typed }) => latex ?? typed).map(({ strokes: own, latex, typed }) => [own, latex, typed ?? null]);
    return JSON.stringify([strokes, fixed, text, set]);
  });
  return one === other;
}
