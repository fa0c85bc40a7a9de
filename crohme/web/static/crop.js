/** A picture of which a part is chosen, with a pointer or with keys. */
import { element } from "./formula.js";

const LONGEST = 1600; // pixels of the picture on the screen
const NEAR = 22; // CSS pixels to a corner within which it is taken hold of
const STEP = 0.02, LEAST = 0.02; // of the picture's width and height
const WHOLE = { left: 0, top: 0, right: 1, bottom: 1 };
const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** The part of a picture that somebody chooses, as a file; null if they do not, or if it is no picture. */
export async function choosePart(file) {
  const picture = await createImageBitmap(file).catch(() => null);
  if (!picture) return null;
  const frame = new Frame(drawn(picture, WHOLE, LONGEST));
  const button = (text, value, look = "") => element("button", { className: `button ${look}`, value }, text);
  const form = element("form", { method: "dialog" }, element("p", { className: "faint" }, "Draw a box around what is to be read."), button("Cancel", ""), button("Read", "read", "strong"));
  const dialog = element("dialog", { className: "crop", ariaLabel: "Part of the picture" }, frame.element, form);
  dialog.addEventListener("keydown", (event) => event.stopPropagation()); // the paper's keys
  document.body.append(dialog);
  dialog.showModal();
  frame.element.querySelector("[tabindex]").focus();
  await new Promise((resolve) => dialog.addEventListener("close", resolve, { once: true }));
  dialog.remove();
  if (dialog.returnValue !== "read") return null;
  const type = file.type === "image/png" ? "image/png" : "image/jpeg";
  const blob = await new Promise((resolve) => drawn(picture, frame.part).toBlob(resolve, type, 0.92));
  return new File([blob], type === "image/png" ? "part.png" : "part.jpg", { type });
}

/** A part of a picture, as large as it is, or as large as it may be. */
function drawn(picture, { left, top, right, bottom }, longest = Infinity) {
  const [x, y, wide, high] = [left * picture.width, top * picture.height, (right - left) * picture.width, (bottom - top) * picture.height];
  const scale = Math.min(1, longest / Math.max(wide, high));
  const canvas = element("canvas", { width: Math.max(1, Math.round(wide * scale)), height: Math.max(1, Math.round(high * scale)) });
  const brush = canvas.getContext("2d");
  brush.fillStyle = "#fff"; // under what is transparent
  brush.fillRect(0, 0, canvas.width, canvas.height);
  brush.drawImage(picture, x, y, wide, high, 0, 0, canvas.width, canvas.height);
  return canvas;
}

/** The box over the picture. `part` is what is in it, as shares of the picture's width and height. */
class Frame {
  part = WHOLE;
  element;
  #box = element("div", { className: "crop-box", tabIndex: 0, role: "group" });
  #drag = null; // {from, part: that of before, corner: the sides that move, null for a new box}

  constructor(canvas) {
    this.element = element("div", { className: "crop-picture" }, canvas, this.#box);
    this.element.addEventListener("pointerdown", (event) => this.#down(event));
    this.element.addEventListener("pointermove", (event) => { if (this.#drag) this.#move(this.#placeOf(event)); });
    for (const type of ["pointerup", "pointercancel"]) this.element.addEventListener(type, () => { this.#drag = null; });
    this.#box.addEventListener("keydown", (event) => this.#key(event));
    this.#show(WHOLE);
  }

  #show({ left, top, right, bottom }) {
    const [x, y] = [[left, right], [top, bottom]].map(([low, high]) => {
      const [near, far] = [Math.min(low, high), Math.max(low, high)].map((at) => Math.max(0, Math.min(1, at)));
      return far - near >= LEAST ? [near, far] : [Math.min(near, 1 - LEAST), Math.min(near, 1 - LEAST) + LEAST];
    });
    this.part = { left: x[0], top: y[0], right: x[1], bottom: y[1] };
    const share = (at) => `${Math.round(100 * at)} %`;
    this.#box.style.inset = `${100 * y[0]}% ${100 * (1 - x[1])}% ${100 * (1 - y[1])}% ${100 * x[0]}%`;
    this.#box.ariaLabel = `What is to be read: from ${share(x[0])} to ${share(x[1])} of the width, from ${share(y[0])} to ${share(y[1])} `
      + "of the height. Arrow keys move the box, with Shift its lower right corner.";
  }

  #down(event) {
    if (event.button) return;
    event.preventDefault();
    this.element.setPointerCapture(event.pointerId);
    const from = this.#placeOf(event), { width, height } = this.element.getBoundingClientRect(), { part } = this;
    const corners = ["left", "right"].flatMap((side) => ["top", "bottom"].map((end) => [side, end]));
    const corner = corners.find(([side, end]) => Math.hypot((part[side] - from[0]) * width, (part[end] - from[1]) * height) < NEAR);
    const isWhole = part.right - part.left === 1 && part.bottom - part.top === 1;
    this.#drag = { from, part, corner: isWhole || !corner ? null : corner };
  }

  #move([x, y]) {
    const { from, part, corner } = this.#drag;
    this.#show(corner ? { ...part, [corner[0]]: x, [corner[1]]: y } : { left: from[0], top: from[1], right: x, bottom: y });
  }

  #key(event) {
    const way = WAYS[event.key];
    if (!way) return;
    event.preventDefault();
    const { left, top, right, bottom } = this.part, [x, y] = way.map((step) => step * STEP);
    if (event.shiftKey) return this.#show({ left, top, right: Math.max(left + LEAST, right + x), bottom: Math.max(top + LEAST, bottom + y) });
    const [across, down] = [[x, left, right], [y, top, bottom]].map(([step, low, high]) => Math.max(-low, Math.min(1 - high, step)));
    this.#show({ left: left + across, top: top + down, right: right + across, bottom: bottom + down });
  }

  #placeOf({ clientX, clientY }) {
    const { left, top, width, height } = this.element.getBoundingClientRect();
    return [(clientX - left) / width, (clientY - top) / height];
  }
}
