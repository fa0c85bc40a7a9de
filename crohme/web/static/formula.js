/** MathML from the server, as elements of the page. */

/** How a sign of no known class comes. */
export const UNKNOWN = "\ufffd";

export function formula(mathml) {
  const made = document.importNode(new DOMParser().parseFromString(mathml, "application/xml").documentElement, true);
  for (const leaf of made.querySelectorAll("mi, mo")) if (leaf.textContent === UNKNOWN) leaf.textContent = "?";
  return made;
}

/** Make the text of an element smaller, to a point, if what it shows is wider or higher than it is. */
export function fit(element, smallest = 0.5) {
  element.style.fontSize = "";
  const { scrollWidth, scrollHeight, clientWidth, clientHeight } = element;
  const excess = Math.max(scrollWidth / clientWidth, scrollHeight / clientHeight);
  if (!(excess > 1)) return; // nor where nothing is shown
  const size = parseFloat(getComputedStyle(element).fontSize);
  element.style.fontSize = `${size * Math.max(smallest, 0.97 / excess)}px`;
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
