/** What stands beside each line on the paper: its answer, and how it is read. */
import { element, fit, formula } from "./formula.js";
import { inWords } from "./words.js";

const GAP = 14; // CSS pixels from the ink
const NARROW = 150; // room for both beside the ink; with less, they stand below it

/** Keep a tag for each line of a reader on an element over the paper. A click on a reading makes its line the active one. */
export class Tags {
  #layer;
  #reader;
  #pad;
  #tags = new Map(); // line → {tag, read, name, drawn, shown: its reading}
  #placing = 0;
  #answers = new ResizeObserver(() => this.#place()); // what they leave is the room of the readings

  constructor(layer, reader, pad) {
    this.#layer = layer;
    this.#reader = reader;
    this.#pad = pad;
    reader.addEventListener("lines", () => this.#keep());
    reader.addEventListener("reading", ({ detail }) => this.#show(detail));
    reader.addEventListener("active", () => this.#mark());
    pad.view.addEventListener("change", () => this.#place());
    layer.addEventListener("pointerdown", (event) => { // who writes goes on there
      const button = event.target.closest("button");
      if (button) pad.follow(event, () => button.click());
    });
  }

  #keep() {
    const { lines } = this.#reader;
    for (const [line, { tag }] of this.#tags) {
      if (lines.includes(line)) continue;
      tag.remove();
      this.#answers.unobserve(line.answer);
      this.#tags.delete(line);
    }
    for (const line of lines) if (!this.#tags.has(line)) this.#add(line);
    const tags = lines.map((line) => this.#tags.get(line).tag);
    if (tags.some((tag, i) => this.#layer.children[i] !== tag)) this.#layer.replaceChildren(...tags);
    this.#layer.classList.toggle("alone", lines.length < 2);
    for (const line of lines) this.#show(line);
    this.#mark();
    this.#place();
  }

  #add(line) {
    const drawn = element("span", { className: "drawn", ariaHidden: "true" }), name = element("span", { className: "unseen" });
    const read = element("button", { type: "button", className: "line-reading" }, name, drawn);
    read.addEventListener("click", () => this.#reader.choose(line));
    this.#answers.observe(line.answer);
    this.#tags.set(line, { tag: element("div", { className: "line-tag" }, line.answer, read), read, name, drawn, shown: null });
  }

  #show(line) {
    const kept = this.#tags.get(line), reading = line.typed ?? line.reading;
    if (!kept) return;
    kept.tag.toggleAttribute("data-waiting", line.isWaiting);
    if (kept.shown !== reading) {
      kept.shown = reading;
      kept.drawn.replaceChildren(...(reading ? [reading.mathml ? formula(reading.mathml) : element("code", {}, reading.latex)] : []));
      this.#place();
    }
    kept.read.hidden = !reading;
    if (reading) kept.name.textContent = `Line ${this.#reader.lines.indexOf(line) + 1}: ${inWords(kept.drawn.firstChild)}`;
  }

  #mark() {
    for (const [line, { read }] of this.#tags) read.ariaPressed = String(line === this.#reader.active);
  }

  /** Put the tags where their lines are, with the next picture of the paper. */
  #place() {
    cancelAnimationFrame(this.#placing);
    this.#placing = requestAnimationFrame(() => this.#placeNow());
  }

  #placeNow() {
    const sheet = this.#layer.getBoundingClientRect();
    for (const [line, { tag, drawn }] of this.#tags) {
      const { strokes } = line.ink;
      if (!strokes.length) continue; // a picture
      const { left, top, right, bottom } = this.#pad.boxOf(strokes);
      const isBeside = sheet.right - right > NARROW;
      const isSeen = bottom > sheet.top && top < sheet.bottom;
      tag.hidden = !isSeen;
      tag.classList.toggle("below", !isBeside);
      tag.style.left = `${(isBeside ? right + GAP : Math.max(left, sheet.left + GAP)) - sheet.left}px`;
      if (isSeen) fit(drawn);
      drawn.classList.toggle("cut", isSeen && drawn.scrollWidth > drawn.clientWidth + 1);
      tag.style.top = `${(isBeside ? (top + bottom) / 2 : bottom + GAP / 2) - sheet.top}px`;
    }
  }
}
