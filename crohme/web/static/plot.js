/** The plot of a function: drag moves it, wheel, pinch and keys zoom it; its roots and extrema are marked and listed. */
import { firstView, isAllowed, label, moved, scaled, ticks } from "./axes.js";
import { element, formula } from "./formula.js";

const WIDE = [-10, 10], TURN = [-360, 360];
const PAUSE = 120; // milliseconds without a move, after which the points of the new range are asked for
const ZOOM = 1.25;
const NAMES = { root: ["Root", "Roots"], minimum: ["Minimum", "Minima"], maximum: ["Maximum", "Maxima"] };
const EDGE = 14; // CSS pixels from the edge within which no number stands

/** The range of a plot before it is moved: a whole turn to both sides in degrees. */
export function firstRange(angle, hasAngles) {
  return angle === "degrees" && hasAngles ? TURN : WIDE;
}

/** Draw a plot into a canvas of any size. `view` is {x: [low, high], y: [low, high]}. */
export function draw(canvas, view, { parts, marks, variable = "x" }, { isSmall = false } = {}) {
  const { clientWidth: width, clientHeight: height } = canvas, ratio = devicePixelRatio || 1;
  if (!width || !height) return;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const paint = canvas.getContext("2d"), style = getComputedStyle(canvas);
  const colour = (name) => style.getPropertyValue(`--${name}`);
  paint.scale(ratio, ratio);
  const right = (x) => ((x - view.x[0]) / (view.x[1] - view.x[0])) * width;
  const down = (y) => height - ((y - view.y[0]) / (view.y[1] - view.y[0])) * height;
  grid(paint, { width, height, view, right, down, variable, colour, isSmall });
  paint.strokeStyle = colour("accent");
  paint.lineWidth = isSmall ? 1.5 : 2.25;
  paint.lineJoin = "round";
  const far = 20 * height; // a line to a pole ends out of sight
  paint.beginPath();
  for (const part of parts) {
    part.forEach(([x, y], index) => {
      const at = [right(x), Math.min(far, Math.max(-far, down(y)))];
      if (index) paint.lineTo(...at);
      else paint.moveTo(...at);
    });
  }
  paint.stroke();
  for (const { kind, x, y } of marks) {
    paint.beginPath();
    paint.arc(right(x), down(y), isSmall ? 2 : 4.5, 0, 2 * Math.PI);
    paint.fillStyle = kind === "root" ? colour("lit") : colour("card");
    paint.fill();
    paint.strokeStyle = kind === "root" ? colour("lit") : colour("accent");
    paint.lineWidth = isSmall ? 1 : 2;
    paint.stroke();
  }
  if (!isSmall) labels(paint, marks, { width, height, right, down, colour });
}

function grid(paint, { width, height, view, right, down, variable, colour, isSmall }) {
  const across = ticks(...view.x, isSmall ? 4 : width / 70), up = ticks(...view.y, isSmall ? 3 : height / 50);
  paint.lineWidth = 1;
  paint.strokeStyle = colour("edge");
  paint.beginPath();
  for (const x of across.at) line(paint, [right(x), 0], [right(x), height]);
  for (const y of up.at) line(paint, [0, down(y)], [width, down(y)]);
  paint.stroke();
  paint.strokeStyle = colour("faint");
  paint.beginPath();
  line(paint, [right(0), 0], [right(0), height]);
  line(paint, [0, down(0)], [width, down(0)]);
  paint.stroke();
  if (isSmall) return;
  paint.fillStyle = colour("faint");
  paint.font = "12px system-ui, sans-serif";
  const left = Math.min(Math.max(right(0), 4), width - 44), base = Math.min(Math.max(down(0), 2), height - 18);
  paint.textAlign = "center";
  paint.textBaseline = "top";
  const isClear = (at, size) => at > EDGE && at < size - EDGE;
  for (const x of across.at) if (Math.abs(x) > across.step / 2 && isClear(right(x), width)) paint.fillText(label(x, across.step), right(x), base + 4);
  paint.textAlign = "left";
  paint.textBaseline = "middle";
  for (const y of up.at) if (Math.abs(y) > up.step / 2 && isClear(down(y), height)) paint.fillText(label(y, up.step), left + 5, down(y));
  paint.textAlign = "right";
  paint.font = "italic 14px serif";
  paint.fillText(variable.replace(/[\\{}]/g, ""), width - 6, Math.max(10, base - 8));
}

function line(paint, from, to) {
  paint.moveTo(...from);
  paint.lineTo(...to);
}

/** Where marks are, beside them, as far as there is room. */
function labels(paint, marks, { width, height, right, down, colour }) {
  paint.font = "12px system-ui, sans-serif";
  paint.fillStyle = colour("text");
  paint.textBaseline = "middle";
  paint.textAlign = "left";
  const taken = marks.map(({ x, y }) => [right(x) - 5, down(y) - 5, right(x) + 5, down(y) + 5]);
  for (const { kind, x, y } of marks) {
    const text = `(${short(x)}, ${short(y)})`, long = paint.measureText(text).width;
    const left = right(x) > width - long - 12 ? right(x) - long - 8 : right(x) + 8;
    const middle = down(y) + (kind === "minimum" ? 14 : -14), box = [left, middle - 8, left + long, middle + 8];
    if (box[0] < 0 || box[2] > width || box[1] < 0 || box[3] > height || taken.some((other) => overlap(box, other))) continue;
    taken.push(box);
    paint.fillText(text, left, middle);
  }
}

function overlap(a, b) {
  return a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];
}

function short(value) {
  return String(Number(value.toPrecision(4))).replace("-", "−");
}

/** A plot with its marks below it. `ask(low, high, signal)` gives points; `name` is what is plotted, in words. */
export class Plot {
  element = element("div", { className: "plot" });
  #canvas = element("canvas", { tabIndex: 0 });
  #marks = element("div", { className: "marks" });
  #said = element("p", { className: "faint" });
  #ask;
  #name;
  #data;
  #view;
  #range;
  #timer = 0;
  #asking = null;
  #pointers = new Map();

  constructor(ask, name, data, range) {
    this.#ask = ask;
    this.#name = name;
    const button = (text, title, act) => {
      const made = element("button", { type: "button", className: "button", title }, text);
      made.ariaLabel = title;
      made.addEventListener("click", act);
      return made;
    };
    const zoom = (factor) => this.#show(scaled(this.#view, factor, middle(this.#view)));
    this.element.append(
      this.#canvas,
      element("div", { className: "plot-tools" },
        button("−", "Zoom out", () => zoom(ZOOM * ZOOM)), button("+", "Zoom in", () => zoom(1 / ZOOM / ZOOM)),
        button("Reset", "Show the first range again", () => this.#reset()), this.#said),
      this.#marks,
    );
    this.#canvas.role = "img";
    this.#first = { data, range };
    this.#reset();
    this.#listen();
    new ResizeObserver(() => this.#draw()).observe(this.#canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#draw());
  }

  #first;

  /** What of the plane is seen. */
  get view() { return this.#view; }

  #reset() {
    const { data, range } = this.#first;
    this.#take(data, range);
    const view = firstView(data, range);
    if (view.x === range) {
      this.#view = view;
      this.#draw();
    } else {
      this.#show(view);
    }
  }

  #take(data, range) {
    this.#data = data;
    this.#range = range;
    const seen = Object.entries(NAMES).map(([kind, names]) => [data.marks.filter((mark) => mark.kind === kind), names]);
    this.#marks.replaceChildren(...seen.filter(([marks]) => marks.length).map(([marks, [one, many]]) => {
      const list = element("ul");
      for (const { mathml, y, kind } of marks) {
        list.append(element("li", {}, formula(mathml), kind === "root" ? "" : `, height ${short(y)}`));
      }
      return element("section", {}, element("h4", {}, marks.length > 1 ? many : one), list);
    }), ...data.notes.map((note) => element("p", { className: "faint" }, note)));
    const counted = seen.filter(([marks]) => marks.length).map(([marks, [one, many]]) => `${marks.length} ${(marks.length > 1 ? many : one).toLowerCase()}`);
    this.#canvas.ariaLabel = `Plot of ${this.#name}${counted.length ? `, with ${counted.join(", ")}` : ""}. `
      + "Arrow keys move it, plus and minus zoom, 0 resets.";
  }

  #draw() { draw(this.#canvas, this.#view, this.#data); }

  #show(view) {
    if (!isAllowed(view.x)) return;
    this.#view = view;
    this.#draw();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#refresh(), PAUSE);
  }

  /** Points for what is seen, and for half as much on both sides. */
  async #refresh() {
    const { x } = this.#view, more = (x[1] - x[0]) / 2;
    const limits = [Math.max(-1e6, x[0] - more), Math.min(1e6, x[1] + more)];
    this.#asking?.abort();
    const controller = this.#asking = new AbortController();
    try {
      const data = await this.#ask(...limits, controller.signal);
      if (controller.signal.aborted) return;
      this.#said.textContent = "";
      this.#take(data, limits);
      this.#draw();
    } catch (error) {
      if (error.name !== "AbortError" && this.#asking === controller) this.#said.textContent = error.message;
    }
  }

  #listen() {
    const canvas = this.#canvas;
    canvas.addEventListener("wheel", (event) => {
      event.preventDefault();
      this.#show(scaled(this.#view, ZOOM ** (Math.sign(event.deltaY) * Math.min(1, Math.abs(event.deltaY) / 60)), this.#placeOf(event)));
    }, { passive: false });
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      this.#pointers.set(event.pointerId, [event.clientX, event.clientY]);
    });
    canvas.addEventListener("pointermove", (event) => this.#move(event));
    for (const type of ["pointerup", "pointercancel"]) {
      canvas.addEventListener(type, ({ pointerId }) => this.#pointers.delete(pointerId));
    }
    canvas.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: [-0.1, 0], ArrowRight: [0.1, 0], ArrowUp: [0, 0.1], ArrowDown: [0, -0.1] }[event.key];
      if (step) this.#show(moved(this.#view, ...step));
      else if (event.key === "+" || event.key === "=") this.#show(scaled(this.#view, 1 / ZOOM, middle(this.#view)));
      else if (event.key === "-") this.#show(scaled(this.#view, ZOOM, middle(this.#view)));
      else if (event.key === "0") this.#reset();
      else return;
      event.preventDefault();
      event.stopPropagation();
    });
  }

  #move(event) {
    const before = this.#pointers.get(event.pointerId);
    if (!before) return;
    const { clientWidth: width, clientHeight: height } = this.#canvas, others = [...this.#pointers].filter(([id]) => id !== event.pointerId);
    const now = [event.clientX, event.clientY];
    this.#pointers.set(event.pointerId, now);
    const share = others.length ? 0.5 : 1;
    let view = moved(this.#view, (share * (before[0] - now[0])) / width, (share * (now[1] - before[1])) / height);
    if (others.length) {
      const [, [x, y]] = others[0], apart = ([a, b]) => Math.max(20, Math.hypot(a - x, b - y));
      view = scaled(view, apart(before) / apart(now), this.#placeOf({ clientX: (now[0] + x) / 2, clientY: (now[1] + y) / 2 }));
    }
    this.#show(view);
  }

  /** The point of the plane under a pointer. */
  #placeOf({ clientX, clientY }) {
    const { left, top, width, height } = this.#canvas.getBoundingClientRect(), { x, y } = this.#view;
    return [x[0] + ((clientX - left) / width) * (x[1] - x[0]), y[1] - ((clientY - top) / height) * (y[1] - y[0])];
  }
}

function middle({ x, y }) {
  return [(x[0] + x[1]) / 2, (y[0] + y[1]) / 2];
}
