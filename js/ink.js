/** A paper: an SVG element on which pen, mouse and touch write strokes. */

const RESTING = 1000; // ms after the pen was seen in which a touch is the hand that holds it
const SVG = "http://www.w3.org/2000/svg";

export class Paper {
  strokes = [];
  #svg;
  #drawn = [];
  #pointer = null; // that which writes: {id, type}
  #penSeen = -Infinity;
  #changed;

  /** `changed` is called after every stroke. */
  constructor(svg, changed) {
    this.#svg = svg;
    this.#changed = changed;
    svg.addEventListener("pointerdown", (event) => this.#down(event));
    svg.addEventListener("pointermove", (event) => this.#move(event));
    svg.addEventListener("pointerup", (event) => this.#up(event, true));
    svg.addEventListener("pointercancel", (event) => this.#up(event, event.pointerType !== "touch"));
  }

  isDisabled = false;

  undo() {
    this.strokes.pop();
    this.#drawn.pop()?.remove();
  }

  clear() {
    while (this.strokes.length) this.undo();
    this.#pointer = null;
  }

  #down(event) {
    const { pointerId: id, pointerType: type, timeStamp } = event;
    if (type === "pen") this.#penSeen = timeStamp;
    const isPalm = type === "touch" && (this.#pointer?.type === "pen" || timeStamp - this.#penSeen < RESTING);
    const takesOver = type === "pen" && this.#pointer?.type === "touch"; // that was the palm
    if (this.isDisabled || event.button || isPalm || (this.#pointer && !takesOver)) return;
    if (takesOver) this.undo();
    event.preventDefault(); // of text that is selected, and pages that are scrolled
    this.#svg.focus({ preventScroll: true });
    try {
      this.#svg.setPointerCapture(id);
    } catch {
      // a pointer that is gone already
    }
    this.#pointer = { id, type };
    this.strokes.push([]);
    this.#drawn.push(this.#svg.appendChild(document.createElementNS(SVG, "path")));
    this.#add([event]);
  }

  #move(event) {
    if (event.pointerType === "pen") this.#penSeen = event.timeStamp;
    if (event.pointerId !== this.#pointer?.id) return;
    const between = event.getCoalescedEvents?.() ?? [];
    this.#add(between.length ? between : [event]);
  }

  #up(event, isWritten) {
    if (event.pointerId !== this.#pointer?.id) return;
    this.#pointer = null;
    if (!isWritten) this.undo(); // a touch that the system calls off was a palm
    this.#changed();
  }

  #add(events) {
    const { left, top } = this.#svg.getBoundingClientRect(), stroke = this.strokes.at(-1);
    for (const { clientX, clientY } of events) {
      const point = [clientX - left, clientY - top], last = stroke.at(-1);
      if (!last || last[0] !== point[0] || last[1] !== point[1]) stroke.push(point);
    }
    const points = stroke.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`);
    this.#drawn.at(-1).setAttribute("d", `M${points.join("L")}${stroke.length === 1 ? "h.01" : ""}`);
  }
}
