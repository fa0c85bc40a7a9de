/** What differs between two readings of the same strokes, as elements of the second one's MathML. */

const PLACES = new Set(["mfrac", "mroot", "msub", "msup", "msubsup", "munder", "mover", "munderover", "msqrt", "mtd", "menclose"]);

/** The elements that draw another symbol than in the first formula, or draw it elsewhere. */
export function differences(first, second) {
  const known = new Map(drawn(first).map((element) => [element.dataset.strokes, looks(element, first)]));
  return drawn(second).filter((element) => known.get(element.dataset.strokes) !== looks(element, second));
}

function drawn(formula) {
  return [...formula.querySelectorAll("[data-strokes]")];
}

/** What a symbol is, and how it lies: as the exponent of which strokes, for instance. */
function looks(element, formula) {
  const sign = PLACES.has(element.localName) ? element.localName : element.textContent;
  const places = [];
  for (let inner = element; inner !== formula; inner = inner.parentElement) {
    const outer = inner.parentElement, at = [...outer.children].indexOf(inner);
    const isBase = /^m(sub|sup|under|over)/.test(outer.localName) && at === 0;
    if (PLACES.has(outer.localName) && !isBase) places.push(`${outer.localName === "msubsup" ? ["", "msub", "msup"][at] : outer.localName} ${outer.localName === "mfrac" ? at : ""}`);
  }
  return `${sign} ${places.join()}`;
}
