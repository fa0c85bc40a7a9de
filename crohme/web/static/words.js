/** Formulas in words, for those who hear them. */

const NAMES = {
  "+": "plus", "−": "minus", "±": "plus or minus", "∓": "minus or plus", "×": "times", "⋅": "times", "÷": "divided by",
  "/": "slash", "∗": "star", "∘": "circle", "=": "equals", "≠": "is not equal to", "<": "is less than", ">": "is greater than",
  "≤": "is at most", "≥": "is at least", "≪": "is much less than", "≫": "is much greater than", "≡": "is equivalent to",
  "≈": "is about", "∼": "is similar to", "∝": "is proportional to", "∈": "in", "∉": "not in", "∋": "contains",
  "⊂": "is a subset of", "⊆": "is a subset of or equals", "∪": "union", "∩": "intersected with", "∧": "and", "∨": "or",
  "¬": "not", "→": "to", "←": "from", "⇒": "implies", "⇔": "if and only if", "∀": "for all", "∃": "there is",
  "∞": "infinity", "∅": "the empty set", "∂": "partial", "∇": "nabla", "ℏ": "h bar", "ℓ": "ell", "∑": "the sum",
  "∏": "the product", "∫": "the integral", "∬": "the double integral", "∮": "the contour integral", "⋃": "the union",
  "⋂": "the intersection", "√": "root", "(": "open bracket", ")": "close bracket", "[": "open square bracket",
  "]": "close square bracket", "{": "open brace", "}": "close brace", "|": "bar", "‖": "double bar", ",": "comma",
  ".": "point", ";": "semicolon", ":": "colon", "!": "factorial", "?": "unknown sign", "…": "dots", "⋯": "dots",
  "⋮": "dots", "⋱": "dots", "′": "prime", "%": "percent", "∠": "angle", "∴": "therefore", "lim": "the limit", "sin": "sine",
  "cos": "cosine", "tan": "tangent", "log": "log", "ℕ": "the natural numbers", "ℤ": "the integers",
  "ℚ": "the rational numbers", "ℝ": "the real numbers", "ℂ": "the complex numbers", "\u2061": "of",
};
const GREEK = "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma sigma tau upsilon phi chi psi omega".split(" ");
GREEK.forEach((name, i) => {
  NAMES[String.fromCharCode(0x3b1 + i)] = name;
  NAMES[String.fromCharCode(0x391 + i)] = `capital ${name}`;
});
Object.assign(NAMES, { "ϵ": "epsilon", "ϕ": "phi" });
const MARKS = {
  "^": "hat", "\u0302": "hat", "¯": "bar", "‾": "bar", "~": "tilde", "˙": "dot", "¨": "double dot", "→": "arrow", "←": "left arrow",
  "_": "underlined", "⏞": "with a brace over it", "⏟": "with a brace under it", "ˇ": "check",
};
const POWERS = { 2: "squared", 3: "cubed", "′": "prime", "∗": "star" };
const WITH_LIMITS = new Set(["∑", "∏", "∫", "∬", "∮", "⋃", "⋂", "lim"]);

/** An element of MathML in words. */
export function inWords(element) {
  return said(element).replaceAll(/\s+/g, " ").replaceAll(" ,", ",").trim();
}

/** A sign in words. */
export function nameOf(sign) {
  if (NAMES[sign]) return NAMES[sign];
  return /^\p{Lu}$/u.test(sign) ? `capital ${sign}` : sign;
}

const READERS = {
  mfrac([over, under], element) {
    if (element.getAttribute("linethickness") === "0") return `${said(over)} choose ${said(under)}`;
    if (isShort(over) && isShort(under)) return `${said(over)} over ${said(under)}`;
    return `the fraction ${said(over)} over ${said(under)}, end of fraction,`;
  },
  msqrt: (children) => bounded(`the square root of ${row(children)}`, children, "root"),
  mroot([content, index]) {
    const which = textOf(index) === "3" ? "the cube root" : `the root of index ${said(index)}`;
    return bounded(`${which} of ${said(content)}`, [content], "root");
  },
  msup: ([base, over]) => `${said(base)} ${power(over)}`,
  msub: ([base, under]) => (hasLimits(base) ? limits(base, under) : `${said(base)} ${index(under)}`),
  msubsup: ([base, under, over]) => (hasLimits(base) ? limits(base, under, over) : `${said(base)} ${index(under)} ${power(over)}`),
  munder: ([base, under], element) => (element.getAttribute("accentunder") ? accented(base, under) : limits(base, under)),
  mover: ([base, over], element) => (element.getAttribute("accent") ? accented(base, over) : limits(base, null, over)),
  munderover: ([base, under, over]) => limits(base, under, over),
  menclose: (children) => bounded(`boxed ${row(children)}`, children, "box"),
  mtable(lines) {
    const columns = Math.max(...lines.map((line) => line.children.length));
    const read = lines.map((line, i) => `line ${i + 1}: ${[...line.children].map((cell) => row([...cell.children]) || "blank").join(", ")}`);
    return `a table of ${lines.length} by ${columns}, ${read.join("; ")}, end of table,`;
  },
};

function said(element) {
  const children = [...element.children];
  const read = READERS[element.localName];
  if (read) return read(children, element);
  return children.length ? row(children) : nameOf(element.textContent);
}

/** Digits beside each other are one number; the brackets of a binomial are not read. */
function row(elements) {
  if (elements.length === 3 && elements[1].getAttribute("linethickness") === "0") return said(elements[1]);
  let text = "", wasDigit = false;
  for (const element of elements) {
    const isDigit = element.localName === "mn";
    text += (isDigit && wasDigit ? "" : " ") + said(element);
    wasDigit = isDigit;
  }
  return text.trim();
}

function limits(base, under, over = null) {
  if (textOf(base) === "lim") return `the limit as ${said(under)}`; // its MathML goes on with an "of"
  if (!hasLimits(base)) return `${said(base)}${under ? ` with ${said(under)} below` : ""}${over ? ` with ${said(over)} above` : ""}`;
  return `${said(base)}${under ? ` from ${said(under)}` : ""}${over ? ` to ${said(over)}` : ""} of`;
}

function accented(base, mark) {
  return `${said(base)} ${MARKS[textOf(mark)] ?? said(mark)}`;
}

function power(over) {
  const primes = textOf(over);
  if (/^′+$/.test(primes)) return Array(primes.length).fill("prime").join(" ");
  return POWERS[primes] ?? bounded(`to the power ${said(over)}`, [over], "power");
}

function index(under) {
  return bounded(`sub ${said(under)}`, [under], "sub");
}

/** Where something long ends is said, too. */
function bounded(text, children, name) {
  return children.length === 1 && isShort(children[0]) ? text : `${text}, end of ${name},`;
}

function isShort(element) {
  return !element.querySelector("mfrac, msqrt, mroot, msup, msub, msubsup, mtable, munder, mover, munderover") && element.querySelectorAll("mi, mo").length < 2 && !READERS[element.localName];
}

function hasLimits(base) {
  return WITH_LIMITS.has(textOf(base));
}

function textOf(element) {
  return element.textContent.trim();
}
