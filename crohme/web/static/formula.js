/** MathML from the server, as elements of the page. */

/** How a sign of no known class comes. */
export const UNKNOWN = "\ufffd";

const WIDE_HAT = "\u0302"; // fonts stretch it, and have "^" at one width only

export function formula(mathml) {
  const made = document.importNode(new DOMParser().parseFromString(mathml, "application/xml").documentElement, true);
  for (const leaf of made.querySelectorAll("mi, mo")) if (leaf.textContent === UNKNOWN) leaf.textContent = "?";
  for (const leaf of made.querySelectorAll('mover > mo[stretchy="true"]')) if (leaf.textContent === "^") leaf.textContent = WIDE_HAT;
  return made;
}

/**
 * Make the text of an element smaller, to a share, if what it shows is wider than it is, or higher than it may be: in several
 * rounds where its own room follows from its text.
 */
export function fit(element, rounds = 1, smallest = 0.5) {
  element.style.fontSize = "";
  const whole = parseFloat(getComputedStyle(element).fontSize);
  let share = 1;
  for (let round = 0; round < rounds && share > smallest; round++) {
    const excess = excessOf(element);
    if (!(excess > 1)) return; // nor where nothing is shown
    share = Math.max(smallest, (0.97 * share) / excess);
    element.style.fontSize = `${whole * share}px`;
  }
}

function excessOf(element) {
  const { scrollWidth, scrollHeight, clientWidth, clientHeight } = element;
  const height = parseFloat(getComputedStyle(element).maxHeight) || clientHeight; // no box holds all of a tall sign
  return Math.max(scrollWidth / clientWidth, scrollHeight / height);
}

/** The share of certainty as people read it. */
export function percent(probability) {
  if (probability < 0.01) return "< 1 %";
  return `${Math.round(100 * probability)} %`;
}

/** An element with properties and children. */
export function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}
