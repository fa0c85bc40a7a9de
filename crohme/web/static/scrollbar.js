/** A bar beside the paper that shows which part of it is in sight, and moves it. */

const STEP = 0.1; // of what there is to scroll

/** Let `bar`, an element with one child, scroll the paper. */
export function scrollWith(bar, view) {
  const thumb = bar.firstElementChild;
  let grip = null; // how far below the top of the thumb it is held
  const show = () => {
    const { share, at } = view.scrolled;
    bar.hidden = share >= 1;
    thumb.style.height = `${100 * share}%`;
    thumb.style.top = `${100 * (1 - share) * at}%`;
    bar.ariaValueNow = String(Math.round(100 * at));
  };
  const move = (event) => {
    const { top, height } = bar.getBoundingClientRect(), { share } = view.scrolled;
    view.scrollTo((event.clientY - top - grip * height * share) / (height * (1 - share)));
  };
  bar.addEventListener("pointerdown", (event) => {
    const { top, height } = thumb.getBoundingClientRect(), on = (event.clientY - top) / height;
    grip = on >= 0 && on <= 1 ? on : 0.5;
    bar.setPointerCapture(event.pointerId);
    event.preventDefault();
    move(event);
  });
  bar.addEventListener("pointermove", (event) => { if (grip !== null) move(event); });
  for (const end of ["pointerup", "pointercancel"]) bar.addEventListener(end, () => { grip = null; });
  bar.addEventListener("keydown", (event) => {
    const { at } = view.scrolled;
    const to = { ArrowDown: at + STEP, ArrowUp: at - STEP, Home: 0, End: 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    view.scrollTo(to);
  });
  view.addEventListener("change", show);
}
