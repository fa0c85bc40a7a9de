/** `<crohme-pad name="answer" label="Your answer">`: a field of a form that is written by hand, see README.md. */
import { recognize } from "./background.js";
import { Paper } from "./ink.js";

const TEMPLATE = `
<style>
  :host { display: inline-grid; gap: .4em; inline-size: 24em; max-inline-size: 100%; font: inherit; }
  :host([hidden]) { display: none; }
  svg { block-size: 10em; inline-size: 100%; box-sizing: border-box; border: 1px solid currentColor; border-radius: .3em;
    touch-action: none; cursor: crosshair; fill: none; stroke: currentColor; stroke-width: 2.5; stroke-linecap: round;
    stroke-linejoin: round; }
  svg:focus-visible { outline: 2px solid Highlight; outline-offset: 2px; }
  output { min-block-size: 1.6em; overflow-x: auto; font-size: 1.2em; }
  div { display: flex; flex-wrap: wrap; gap: .4em; }
  input { flex: 1 1 8em; min-inline-size: 0; }
  select { max-inline-size: 9em; }
  button, input, select { font: inherit; }
  :host([disabled]) { opacity: .5; }
</style>
<svg part="paper" tabindex="0" role="img"></svg>
<output part="reading" aria-live="polite"></output>
<div part="controls">
  <input part="latex" spellcheck="false" autocapitalize="off" autocomplete="off">
  <select part="candidates" aria-label="Other readings" hidden></select>
  <button part="undo" type="button">Undo</button>
  <button part="clear" type="button">Clear</button>
</div>`;
const MESSAGES = { nothing_to_recognise: "Nothing is recognised.", too_large: "These are too many strokes." };
const ATTRIBUTES = ["label", "required", "disabled"];

export class CrohmePad extends HTMLElement {
  static formAssociated = true;
  static observedAttributes = ATTRIBUTES;
  #internals = this.attachInternals();
  #root = this.attachShadow({ mode: "open", delegatesFocus: true });
  #paper;
  #readings = [];
  #question = 0; // the last one that was asked; answers to those before come too late

  constructor() {
    super();
    this.#root.innerHTML = TEMPLATE;
    this.#paper = new Paper(this.#part("paper"), () => this.#read());
    this.#part("paper").addEventListener("keydown", (event) => this.#key(event));
    this.#part("undo").addEventListener("click", () => this.undo());
    this.#part("clear").addEventListener("click", () => this.clear());
    this.#part("candidates").addEventListener("input", ({ target }) => this.#choose(target.selectedIndex));
    this.#part("latex").addEventListener("input", ({ target }) => this.#type(target.value));
    // `input` is heard outside of the pad, `change` is not.
    const tell = () => this.dispatchEvent(new Event("change", { bubbles: true, composed: true }));
    for (const part of ["candidates", "latex"]) this.#part(part).addEventListener("change", tell);
  }

  connectedCallback() {
    this.attributeChangedCallback();
  }

  attributeChangedCallback() {
    const label = this.getAttribute("label") ?? this.#internals.labels?.[0]?.textContent.trim() ?? "Mathematics";
    this.#part("paper").setAttribute("aria-label", `${label}: write here with a pen, a mouse or a finger; Backspace undoes a stroke, Delete clears`);
    this.#part("latex").setAttribute("aria-label", `${label} as LaTeX`);
    this.formDisabledCallback(this.matches(":disabled"));
    this.#setValue(this.value);
  }

  get form() {
    return this.#internals.form;
  }

  get name() {
    return this.getAttribute("name");
  }

  get type() {
    return this.localName;
  }

  get validity() {
    return this.#internals.validity;
  }

  checkValidity() {
    return this.#internals.checkValidity();
  }

  reportValidity() {
    return this.#internals.reportValidity();
  }

  /** The LaTeX, as in a form. */
  get value() {
    return this.#part("latex").value;
  }

  set value(latex) {
    this.#forget();
    this.#setValue(String(latex ?? ""));
  }

  /** Strokes of points [x, y] in pixels. */
  get strokes() {
    return structuredClone(this.#paper.strokes);
  }

  /** Readings, best first, see `Recognizer.recognize`. */
  get candidates() {
    return this.#readings;
  }

  /** Take the last stroke away. */
  undo() {
    this.#paper.undo();
    this.#read();
  }

  /** Take all strokes away. */
  clear() {
    this.#forget();
    this.#setValue("");
    this.#tell();
  }

  formResetCallback() {
    this.#forget();
    this.#setValue("");
  }

  formDisabledCallback(isDisabled) {
    this.#paper.isDisabled = isDisabled;
    for (const part of ["latex", "candidates", "undo", "clear"]) this.#part(part).disabled = isDisabled;
    this.#part("paper").tabIndex = isDisabled ? -1 : 0;
  }

  formStateRestoreCallback(state) {
    this.value = state;
  }

  #part(name) {
    return this.#root.querySelector(`[part="${name}"]`);
  }

  #key(event) {
    const isUndo = event.key === "Backspace" || (event.key === "z" && (event.ctrlKey || event.metaKey));
    if (this.#paper.isDisabled || (!isUndo && event.key !== "Delete")) return;
    event.preventDefault();
    if (isUndo) this.undo();
    else this.clear();
  }

  #forget() {
    this.#question++;
    this.#paper.clear();
    this.#show([]);
  }

  async #read() {
    const question = ++this.#question;
    if (!this.#paper.strokes.length) {
      this.clear();
      return;
    }
    const url = this.getAttribute("recognizer"), address = url && new URL(url, this.baseURI).href;
    try {
      const { readings } = await recognize(address, this.strokes, {});
      if (question !== this.#question) return;
      this.#show(readings);
      this.#choose(0);
    } catch (error) {
      if (question !== this.#question) return;
      this.#show([]);
      this.#setValue("");
      const message = MESSAGES[error.code] ?? error.message;
      this.#part("reading").textContent = message;
      this.dispatchEvent(new CustomEvent("readingerror", { detail: { error, message }, bubbles: true, composed: true }));
    }
  }

  #show(readings) {
    this.#readings = readings;
    this.#part("reading").textContent = "";
    const options = readings.map(({ latex }) => new Option(latex));
    this.#part("candidates").replaceChildren(...options);
    this.#part("candidates").hidden = readings.length < 2;
  }

  #choose(index) {
    const { latex, mathml } = this.#readings[index];
    this.#part("reading").innerHTML = mathml;
    this.#setValue(latex);
    this.#tell(index);
  }

  #type(latex) {
    this.#question++; // what is typed is not written over by a late answer
    this.#part("reading").textContent = "";
    this.#setValue(latex);
  }

  #setValue(latex) {
    this.#part("latex").value = latex;
    this.#internals.setFormValue(latex);
    const isMissing = this.hasAttribute("required") && !latex;
    this.#internals.setValidity({ valueMissing: isMissing }, isMissing ? "Please write something." : "", this.#part("latex"));
  }

  #tell(index = 0) {
    const { latex = "", mathml = "", confidence = 0 } = this.#readings[index] ?? {};
    const detail = { latex, mathml, confidence, candidates: this.#readings, strokes: this.strokes };
    this.dispatchEvent(new CustomEvent("reading", { detail, bubbles: true, composed: true }));
  }
}

customElements.define("crohme-pad", CrohmePad);
