/** What comes from elsewhere: files that are opened, notebooks that are imported, links. */
import { Refusal } from "./api.js";
import { choosePart } from "./crop.js";
import { fromText, isNotebook } from "./exchange.js";
import { sendable, typeOf } from "./files.js";
import { fitted } from "./ink.js";
import { hasInk, pageOf } from "./link.js";
import { page } from "./page.js";

const NO_PICTURE = new Set(["needs_server", "unusable_image"]); // no part of it can be read, either

export class Opening {
  #pad;
  #notebook;
  #recognition;
  #reader;
  #panel;
  #notice;

  constructor({ pad, notebook, recognition, reader, panel, notice }) {
    this.#pad = pad;
    this.#notebook = notebook;
    this.#recognition = recognition;
    this.#reader = reader;
    this.#panel = panel;
    this.#notice = notice;
  }

  /** Open a file in a mode: a notebook adds its pages, an expression or a picture is read; `whole` is the picture it is a part of. */
  async file(file, history, mode, whole = file) {
    this.#notice.clear(); // what it offers is of the file before
    const name = file.name.toLowerCase();
    if (/\.(json|inkml)$/.test(name)) {
      const text = await file.text();
      if (name.endsWith(".json") || isNotebook(text)) return this.notebook(file.name, text);
    }
    const type = typeOf(file);
    let hasParts = type?.startsWith("image/");
    try {
      if (!type) throw new Refusal("type", "Only InkML, PNG, JPEG and WebP files can be read.");
      const sent = await sendable(file, type);
      this.#panel.wait(true);
      const answer = await this.#recognition.askFile(sent, sent.type, mode);
      history.push(await this.#opened(answer, sent));
      this.#reader.learn(answer);
    } catch (refusal) {
      if (!(refusal instanceof Refusal)) throw refusal;
      this.#panel.refuse(refusal);
      hasParts &&= !NO_PICTURE.has(refusal.code);
    }
    if (hasParts) this.#notice.tell("Only a part of the picture?", { name: "Choose it", run: () => this.#part(whole, history, mode) });
  }

  async #part(whole, history, mode) {
    const part = await choosePart(whole);
    if (part) await this.file(part, history, mode, whole);
  }

  /** Add the pages of a notebook. */
  async notebook(name, text) {
    try {
      const pages = await fromText(text);
      for (const [i, one] of pages.entries()) await this.#notebook.add(one.content, one.name, { isApart: i > 0 });
      this.#notice.tell(pages.length === 1 ? `1 page came with ${name}.` : `${pages.length} pages came with ${name}.`);
    } catch (error) {
      this.#notice.tell(`${name} cannot be imported: ${error.message}.`);
    }
  }

  /** Open the ink of the address, which is then forgotten: a reload brings back what is written after it. */
  async link() {
    const { hash } = location;
    if (!hasInk(hash)) return;
    globalThis.history.replaceState(null, "", location.href.split("#")[0]);
    try {
      await this.#notebook.add(await pageOf(hash)); // as large as it was written: the view fits it to this window
    } catch (error) {
      this.#notice.tell(error.message);
    }
  }

  /** The page of a file that was read. Its ink is one line: that is what was read. */
  async #opened({ strokes }, file) {
    if (!strokes) return page([], { picture: { file, bitmap: await createImageBitmap(file) } });
    const all = strokes.map((_, index) => index);
    return page(fitted(strokes, this.#pad.width, this.#pad.height), { lines: [{ id: 1, strokes: all, latex: null }] });
  }
}
