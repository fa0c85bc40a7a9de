/** Small windows beside what they belong to. */

const GAP = 8; // CSS pixels

/** Put an open popover below a box {left, top, right, bottom} of the window, or above it where there is no room. */
export function place(popover, box) {
  const { offsetWidth: width, offsetHeight: height } = popover;
  const left = Math.min(Math.max(GAP, (box.left + box.right - width) / 2), innerWidth - width - GAP);
  const below = box.bottom + GAP, above = box.top - height - GAP;
  const top = below + height + GAP <= innerHeight || above < GAP ? below : above;
  popover.style.left = `${Math.max(GAP, left)}px`;
  popover.style.top = `${Math.max(GAP, Math.min(top, innerHeight - height - GAP))}px`;
}

/** Let a popover open beside the button that opens it. */
export function belongsTo(popover, button) {
  popover.addEventListener("toggle", ({ newState }) => {
    if (newState === "open") place(popover, button.getBoundingClientRect());
  });
}
