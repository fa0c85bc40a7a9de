/** The paper: draws the page, and turns the pointer into strokes. */
import { extent, pathOf, strokeAt } from "./ink.js";
import { page } from "./history.js";

const PEN_ERASER = 32; // in PointerEvent.buttons
const LINE_WIDTH = 3.2;
const RUB_STEP = 4; // CSS pixels
const RESTING = 500; // milliseconds after the pen was seen in which a touch is the palm of the hand that holds it

/**
 * Fires "pendown", "unchanged" when the pen is lifted and has changed nothing, and "hover" with the index of the stroke
 * under the mouse (-1 for none) as detail.
 */
export class Pad extends EventTarget {
  erasing = false;
  #canvas;
  #history;
  #lit = new Set();
  #stroke = null; // being written
  #doomed = null; // Set of indices, while erasing
  #rubbed = null; // where the eraser was last
  #pointer = null; // the one that writes or erases: {id, type}
  #penSeen = -Infinity; // when the pen last wrote or hovered
  #drawing = 0;

  constructor(canvas, history) {
    super();
    this.#canvas = canvas;
    this.#history = history;
    history.addEventListener("change", () => { this.#lit.clear(); this.draw(); });
    new ResizeObserver(() => this.draw()).observe(canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.draw());
    canvas.addEventListener("pointerdown", (event) => this.#down(event));
    canvas.addEventListener("pointermove", (event) => this.#move(event));
    canvas.addEventListener("pointerup", (event) => this.#up(event, true));
    canvas.addEventListener("pointercancel", (event) => this.#up(event, false));
    canvas.addEventListener("lostpointercapture", (event) => this.#up(event, false)); // no other event may come
    canvas.addEventListener("pointerleave", () => this.#hover(-1));
  }

  get width() { return this.#canvas.clientWidth; }
  get height() { return this.#canvas.clientHeight; }

  /** Whether an event comes from the palm of the hand that holds the pen. */
  isPalm({ pointerType, timeStamp }) {
    if (pointerType !== "touch") return false;
    return this.#pointer?.type === "pen" || timeStamp - this.#penSeen < RESTING;
  }

  light(indices) {
    this.#lit = new Set(indices);
    this.draw();
  }

  draw() {
    cancelAnimationFrame(this.#drawing);
    this.#drawing = requestAnimationFrame(() => this.#draw());
  }

  /** Ink that was written on a larger sheet is shown smaller, so that none is out of sight. */
  get #scale() {
    const { strokes } = this.#history.current;
    if (!strokes.length) return 1;
    const { left, top, width, height } = extent(strokes);
    return Math.min(1, this.width / (left + width), this.height / (top + height));
  }

  #draw() {
    const canvas = this.#canvas;
    const density = devicePixelRatio || 1;
    [canvas.width, canvas.height] = [Math.round(this.width * density), Math.round(this.height * density)];
    const brush = canvas.getContext("2d");
    const scale = this.#scale;
    brush.setTransform(density * scale, 0, 0, density * scale, 0, 0);
    const { strokes, picture } = this.#history.current;
    if (picture) this.#drawPicture(brush, picture.bitmap);
    const colour = (name) => getComputedStyle(canvas).getPropertyValue(name);
    Object.assign(brush, { lineCap: "round", lineJoin: "round" });
    strokes.forEach((stroke, index) => {
      const isLit = this.#lit.has(index);
      brush.globalAlpha = this.#doomed?.has(index) ? 0.2 : 1;
      brush.strokeStyle = colour(isLit ? "--lit" : "--ink");
      brush.lineWidth = LINE_WIDTH * (isLit ? 1.5 : 1);
      brush.stroke(pathOf(stroke));
    });
    if (this.#stroke) {
      Object.assign(brush, { globalAlpha: 1, strokeStyle: colour("--ink"), lineWidth: LINE_WIDTH });
      brush.stroke(pathOf(this.#stroke));
    }
  }

  #drawPicture(brush, bitmap) {
    const scale = Math.min((0.8 * this.width) / bitmap.width, (0.8 * this.height) / bitmap.height, 8);
    const [width, height] = [bitmap.width * scale, bitmap.height * scale];
    brush.drawImage(bitmap, (this.width - width) / 2, (this.height - height) / 2, width, height);
  }

  #down(event) {
    if (!event.isPrimary || event.button > 0 && !(event.buttons & PEN_ERASER)) return;
    event.preventDefault();
    this.#notePen(event);
    // A pen takes over from a touch: that was the palm. Nothing else ends what another pointer began.
    const takesOver = event.pointerType === "pen" && this.#pointer?.type === "touch";
    if (this.isPalm(event) || this.#pointer && !takesOver) return;
    this.#drop();
    this.#canvas.focus({ preventScroll: true });
    this.#canvas.setPointerCapture(event.pointerId);
    this.#pointer = { id: event.pointerId, type: event.pointerType };
    this.#hover(-1);
    this.dispatchEvent(new Event("pendown"));
    if (this.erasing || event.buttons & PEN_ERASER) {
      this.#doomed = new Set();
      this.#rub(event);
    } else {
      this.#stroke = [this.#point(event)];
    }
    this.draw();
  }

  #move(event) {
    this.#notePen(event);
    if (event.pointerId !== this.#pointer?.id) {
      if (event.pointerType === "mouse") this.#hover(this.#strokeUnder(event));
      return;
    }
    const samples = event.getCoalescedEvents?.() ?? [];
    for (const sample of samples.length ? samples : [event]) {
      if (this.#doomed) this.#rub(sample);
      else this.#stroke.push(this.#point(sample));
    }
    this.draw();
  }

  #up(event, isLifted) {
    this.#notePen(event);
    if (event.pointerId !== this.#pointer?.id) return;
    const { strokes } = this.#history.current;
    const [stroke, doomed] = [this.#stroke, this.#doomed];
    this.#drop();
    const isWritten = isLifted || event.pointerType !== "touch"; // a touch that the system calls off was a palm
    if (isWritten && stroke) this.#history.push(page([...strokes, stroke])); // ink on a picture takes its place
    else if (isLifted && doomed?.size) this.#history.erase(doomed);
    else {
      this.draw();
      this.dispatchEvent(new Event("unchanged"));
    }
  }

  #drop() {
    this.#pointer = this.#stroke = this.#doomed = this.#rubbed = null;
  }

  #notePen({ pointerType, timeStamp }) {
    if (pointerType === "pen") this.#penSeen = timeStamp;
  }

  /** What lies between here and where the eraser was last: a quick hand leaves gaps. */
  #rub(event) {
    const { strokes } = this.#history.current;
    const [x, y] = this.#point(event);
    const [fromX, fromY] = this.#rubbed ?? [x, y];
    const steps = Math.max(1, Math.ceil(Math.hypot(x - fromX, y - fromY) / RUB_STEP));
    for (let step = 1; step <= steps; step++) {
      const share = step / steps;
      const under = strokeAt(strokes, fromX + share * (x - fromX), fromY + share * (y - fromY));
      if (under >= 0) this.#doomed.add(under);
    }
    this.#rubbed = [x, y];
  }

  #hover(index) {
    this.dispatchEvent(new CustomEvent("hover", { detail: index }));
  }

  #strokeUnder(event) {
    const [x, y] = this.#point(event);
    return strokeAt(this.#history.current.strokes, x, y);
  }

  #point(event) {
    const box = this.#canvas.getBoundingClientRect();
    const x = Math.max(0, Math.min(box.width, event.clientX - box.left));
    const y = Math.max(0, Math.min(box.height, event.clientY - box.top));
    const scale = this.#scale;
    return [x / scale, y / scale, event.timeStamp];
  }
}
