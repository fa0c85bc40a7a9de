/** The paper: draws the page, and hands the pointer to the tool in use. */
import { boxOf, joined, strokeAt } from "./ink.js";
import { Lasso } from "./lasso.js";
import { Paint } from "./paint.js";
import { Eraser, Pen } from "./tools.js";
import { View } from "./view.js";

const PEN_ERASER = 32; // in PointerEvent.buttons
const BEGUN = 12; // CSS pixels after which a finger writes, and a second one does not turn it into a pinch
const WHEEL = 300; // CSS pixels of a wheel that make all e times as large
const MARGIN = 20; // CSS pixels around what is in sight, for the width of lines
const TAP = { far: 4, long: 400, apart: 800 }; // CSS pixels, milliseconds; sooner after a stroke, a touch is a dot
const RESTING = 500; // milliseconds after the pen was seen in which a touch is the palm of the hand that holds it

/**
 * Fires "pendown", "unchanged" when the pen is lifted and has changed nothing, and "hover" with the stroke under the mouse,
 * null for none, as detail. `view` fires when the sheet is zoomed or moved.
 */
export class Pad extends EventTarget {
  view = new View(this);
  tools = { pen: new Pen(), eraser: new Eraser(), lasso: new Lasso() };
  #tool = "pen";
  #busy = null; // the tool at work
  #canvas;
  #history;
  #lit = new Set();
  #marked = []; // the strokes of each symbol that is doubtful
  #pointer = null; // the one that writes or erases: {id, type, start}
  #pinch = null; // two fingers: their ids → [x, y] of the window
  #penSeen = -Infinity; // when the pen last wrote or hovered
  #lifted = -Infinity; // when a stroke was last written
  #drawing = 0;

  constructor(canvas, history) {
    super();
    this.#canvas = canvas;
    this.#history = history;
    history.addEventListener("change", () => {
      this.#lit.clear();
      this.#marked = [];
      this.view.changed();
    });
    this.view.addEventListener("change", () => this.draw());
    this.tools.lasso.addEventListener("choose", () => this.draw());
    new ResizeObserver(() => this.view.changed()).observe(canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.draw());
    canvas.addEventListener("pointerdown", (event) => this.#down(event));
    canvas.addEventListener("pointermove", (event) => this.#move(event));
    canvas.addEventListener("pointerup", (event) => this.#up(event, true));
    canvas.addEventListener("pointercancel", (event) => this.#up(event, false));
    canvas.addEventListener("lostpointercapture", (event) => this.#up(event, false)); // no other event may come
    canvas.addEventListener("pointerleave", () => this.#hover(null));
    canvas.parentElement.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
  }

  /** The name of the tool in use. */
  get tool() { return this.#tool; }
  set tool(name) {
    this.#tool = name;
    this.tools.lasso.choose([]);
  }

  get strokes() { return this.#history.current.strokes; }
  get width() { return this.#canvas.clientWidth; }
  get height() { return this.#canvas.clientHeight; }

  /** Whether an event comes from the palm of the hand that holds the pen. */
  isPalm({ pointerType, timeStamp }) {
    if (pointerType !== "touch") return false;
    return this.#pointer?.type === "pen" || timeStamp - this.#penSeen < RESTING;
  }

  /** Let a pointer that came down on what lies over the paper go on on the paper: `tap` is called if it was a tap. */
  follow(event, tap) {
    this.#down(event);
    if (this.#pointer?.id === event.pointerId) this.#pointer.tap = tap;
  }

  light(strokes) {
    this.#lit = new Set(strokes);
    this.draw();
  }

  /** Mark the symbols, each its strokes, that are doubtful. */
  mark(symbols) {
    this.#marked = symbols;
    this.draw();
  }

  /** The box of some strokes in the window. */
  boxOf(strokes) {
    return this.toWindow(joined(strokes.map(boxOf)));
  }

  /** A box of the page in the window. */
  toWindow({ left, top, width, height }) {
    const window = this.#canvas.getBoundingClientRect(), { scale, x, y } = this.view.placed;
    const place = (at, down) => [window.x + x + at * scale, window.y + y + down * scale];
    const [[nearX, nearY], [farX, farY]] = [place(left, top), place(left + width, top + height)];
    return { left: nearX, top: nearY, right: farX, bottom: farY };
  }

  draw() {
    cancelAnimationFrame(this.#drawing);
    this.#drawing = requestAnimationFrame(() => this.#draw());
  }

  #draw() {
    const canvas = this.#canvas;
    const density = devicePixelRatio || 1;
    [canvas.width, canvas.height] = [Math.round(this.width * density), Math.round(this.height * density)];
    const brush = canvas.getContext("2d");
    const { scale, x, y } = this.view.placed;
    brush.setTransform(density * scale, 0, 0, density * scale, density * x, density * y);
    const { strokes, picture } = this.#history.current;
    if (picture) this.#drawPicture(brush, picture.bitmap);
    const paint = new Paint(brush, canvas), tool = this.#busy ?? this.tools[this.#tool];
    const isInSight = ({ top, height }) => (top + height) * scale + y > -MARGIN && top * scale + y < this.height + MARGIN;
    for (const stroke of strokes) {
      const { isLit = false, ...look } = tool.look(stroke);
      if (look.stroke === stroke && !isInSight(boxOf(stroke))) continue;
      paint.stroke(look.stroke, { ...look, isLit: isLit || this.#lit.has(stroke) });
    }
    for (const symbol of this.#marked) paint.dottedUnder(joined(symbol.map(boxOf)));
    tool.draw(paint, this.#history.current);
  }

  #drawPicture(brush, bitmap) {
    const scale = Math.min((0.8 * this.width) / bitmap.width, (0.8 * this.height) / bitmap.height, 8);
    const [width, height] = [bitmap.width * scale, bitmap.height * scale];
    brush.drawImage(bitmap, (this.width - width) / 2, (this.height - height) / 2, width, height);
  }

  #down(event) {
    if (event.pointerType === "touch" && this.#beginPinch(event)) return;
    if (!event.isPrimary || event.button > 0 && !(event.buttons & PEN_ERASER)) return;
    event.preventDefault();
    this.#notePen(event);
    // A pen takes over from a touch: that was the palm. Nothing else ends what another pointer began.
    const takesOver = event.pointerType === "pen" && this.#pointer?.type === "touch";
    if (this.isPalm(event) || this.#pointer && !takesOver) return;
    this.#drop();
    this.#canvas.focus({ preventScroll: true });
    this.#canvas.setPointerCapture(event.pointerId);
    this.#pointer = { id: event.pointerId, type: event.pointerType, start: this.#placeOf(event), at: event.timeStamp, far: 0 };
    this.#hover(null);
    this.dispatchEvent(new Event("pendown"));
    this.#busy = event.buttons & PEN_ERASER ? this.tools.eraser : this.tools[this.#tool];
    this.#busy.begin(this.#point(event), this.#history.current, event.pointerType);
    this.draw();
  }

  #move(event) {
    this.#notePen(event);
    if (this.#pinch?.has(event.pointerId)) return this.#movePinch(event);
    if (event.pointerId !== this.#pointer?.id) {
      if (event.pointerType === "mouse") this.#hover(this.#strokeUnder(event));
      return;
    }
    const [x, y] = this.#placeOf(event), [startX, startY] = this.#pointer.start;
    this.#pointer.far = Math.max(this.#pointer.far, Math.hypot(x - startX, y - startY));
    const samples = event.getCoalescedEvents?.() ?? [];
    for (const sample of samples.length ? samples : [event]) this.#busy.move(this.#point(sample), this.#history.current);
    this.draw();
  }

  #up(event, isLifted) {
    this.#notePen(event);
    if (this.#pinch?.has(event.pointerId)) { // the finger that is left does nothing
      this.#pinch = null;
      return this.dispatchEvent(new Event("unchanged"));
    }
    if (event.pointerId !== this.#pointer?.id) return;
    const busy = this.#busy, pointer = this.#pointer;
    this.#busy = this.#pointer = null;
    if (isLifted && pointer.tap && this.#isTap(pointer, event)) {
      busy.cancel();
      this.draw();
      this.dispatchEvent(new Event("unchanged"));
      return pointer.tap();
    }
    // A touch that the system calls off was a palm; a pen that it calls off has written.
    const isMeant = isLifted || (event.pointerType !== "touch" && busy === this.tools.pen);
    if (!isMeant) busy.cancel();
    const next = isMeant ? busy.end(this.#history.current) : null;
    if (next) {
      this.#lifted = event.timeStamp;
      this.#history.push(next);
    } else {
      this.draw();
      this.dispatchEvent(new Event("unchanged"));
    }
  }

  #isTap({ far, at, type }, { timeStamp }) {
    return far <= TAP.far && timeStamp - at <= TAP.long && (type === "mouse" || at - this.#lifted >= TAP.apart);
  }

  #drop() {
    this.#busy?.cancel();
    this.#busy = this.#pointer = null;
  }

  #notePen({ pointerType, timeStamp }) {
    if (pointerType === "pen") this.#penSeen = timeStamp;
  }

  #hover(stroke) {
    this.dispatchEvent(new CustomEvent("hover", { detail: stroke }));
  }

  #strokeUnder(event) {
    const [x, y] = this.#point(event);
    return strokeAt(this.strokes, x, y) ?? null;
  }

  /** A second finger, soon after the first. */
  #beginPinch(event) {
    const first = this.#pointer;
    if (first?.type !== "touch" || first.id === event.pointerId || first.far > BEGUN || this.isPalm(event)) return false;
    this.#drop();
    this.#canvas.setPointerCapture(event.pointerId);
    this.#pinch = new Map([[first.id, first.start], [event.pointerId, this.#placeOf(event)]]);
    this.draw();
    return true;
  }

  #movePinch(event) {
    const before = [...this.#pinch.values()];
    this.#pinch.set(event.pointerId, this.#placeOf(event));
    this.view.pinch(before, [...this.#pinch.values()]);
  }

  #wheel(event) {
    if (event.ctrlKey) this.view.zoom(this.#placeOf(event), Math.exp(-event.deltaY / WHEEL));
    else if (!this.view.pan(-event.deltaX, -event.deltaY)) return;
    event.preventDefault();
  }

  #placeOf(event) {
    const { left, top } = this.#canvas.getBoundingClientRect();
    return [event.clientX - left, event.clientY - top];
  }

  #point(event) {
    const [right, down] = this.#placeOf(event), { scale, x, y } = this.view.placed;
    const within = (at, size) => Math.max(0, Math.min(size, at));
    return [(within(right, this.width) - x) / scale, (within(down, this.height) - y) / scale, event.timeStamp];
  }
}
