/** Expressions and numbers as MathML, with every product and all brackets: what stands there leaves no doubt. */
import { written } from "./numbers.js";

const GREEK = Object.fromEntries("alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho final sigma tau upsilon phi chi psi omega".split(" ")
  .map((name, index) => [`\\${name}`, String.fromCharCode(0x3b1 + index)]));
const LOOSE = { sum: 0, negative: 0, product: 1, quotient: 2, power: 3 };

/** A whole `<math>` element of rows of MathML. */
export function math(...rows) {
  return `<math xmlns="http://www.w3.org/1998/Math/MathML" display="block"><mrow>${rows.join("")}</mrow></math>`;
}

export const sign = (text) => `<mo>${text.replaceAll("<", "&lt;")}</mo>`;
export const comma = '<mo separator="true">,</mo><mspace width="0.4em"/>';

/** A letter with its subscript. */
export function letter(name) {
  const [base, below] = name.split("_"), text = `<mi>${GREEK[base] ?? base}</mi>`;
  if (below === undefined) return text;
  return `<msub>${text}<mrow>${below.replace(/[{}\s]/g, "").split("").map((one) => (/\d/.test(one) ? `<mn>${one}</mn>` : `<mi>${one}</mi>`)).join("")}</mrow></msub>`;
}

/** An expression; `angle` is the unit of angles without one, which is shown if it is degrees. */
export function row(expression, angle = "radians") {
  const inside = (part, least = 0) => {
    const text = row(part, angle), bare = unwrapped(part);
    return (LOOSE[bare.kind] ?? 4) >= least ? text : bracketed(text);
  };
  switch (expression.kind) {
    case "number": return `<mn>${expression.text}</mn>`;
    case "constant": return expression.name === "e" ? '<mi mathvariant="normal">e</mi>' : "<mi>π</mi>";
    case "name": return letter(expression.name);
    case "brackets": return row(expression.operand, angle);
    case "negative": return sign("−") + inside(expression.operand, 1);
    case "sum": return expression.terms.map((term, index) => (
      unwrapped(term).kind === "negative" && term.kind !== "brackets" ? inside(term) : (index ? sign("+") : "") + inside(term, index ? 1 : 0))).join("");
    case "product": return expression.factors.map((factor) => inside(factor, 2)).join(sign("⋅"));
    case "quotient": return `<mfrac><mrow>${row(expression.above, angle)}</mrow><mrow>${row(expression.below, angle)}</mrow></mfrac>`;
    case "power": return `<msup><mrow>${inside(expression.base, 4)}</mrow><mrow>${row(expression.exponent, angle)}</mrow></msup>`;
    case "root": return expression.index
      ? `<mroot><mrow>${row(expression.operand, angle)}</mrow><mrow>${row(expression.index, angle)}</mrow></mroot>`
      : `<msqrt>${row(expression.operand, angle)}</msqrt>`;
    case "percent": return inside(expression.operand, 2) + sign("%");
    case "degrees": return degrees(inside(expression.operand, 4));
    case "factorial": return inside(expression.operand, 4) + sign("!");
    case "apply": return letter(expression.name) + bracketed(row(expression.operand, angle));
    case "call": return call(expression, angle, inside);
  }
  throw new TypeError(`no form for ${expression.kind}`);
}

const ANGLES = new Set(["sin", "cos", "tan", "cot", "sec", "csc"]);

function call({ name, operand, base }, angle, inside) {
  if (name === "abs") return sign("|") + row(operand, angle) + sign("|");
  const shown = name === "lg" || (name === "log" && !base) ? "<msub><mi>log</mi><mn>10</mn></msub>"
    : base ? `<msub><mi>${name}</mi><mrow>${row(base, angle)}</mrow></msub>` : `<mi>${name}</mi>`;
  const isInDegrees = angle === "degrees" && ANGLES.has(name) && !has(operand, "degrees");
  return `${shown}<mo>\u2061</mo>${bracketed(isInDegrees ? degrees(inside(operand, 4)) : row(operand, angle))}`;
}

function has(expression, kind) {
  if (expression.kind === kind) return true;
  if (expression.kind === "call" && expression.name !== "abs") return false;
  return Object.values(expression).flat().some((part) => part && typeof part === "object" && has(part, kind));
}

const degrees = (text) => `<msup><mrow>${text}</mrow><mo>∘</mo></msup>`;
const bracketed = (text) => `<mrow><mo>(</mo>${text}<mo>)</mo></mrow>`;

function unwrapped(expression) {
  return expression.kind === "brackets" ? unwrapped(expression.operand) : expression;
}

/** A number {mathml, latex} as it is exactly, and {mathml, latex} as a decimal; one of them may be null. */
export function numberForms(value, before = "", name = "") {
  const { whole, fraction, decimal, isRounded } = written(value);
  const head = (relation) => (before ? before + sign(relation === "\\approx" ? "≈" : "=") : "");
  const start = (relation) => (name ? `${name} ${relation} ` : "");
  const form = (relation, mathml, latex) => ({ mathml: math(head(relation), mathml), latex: start(relation) + latex });
  if (whole !== undefined) return { exact: form("=", signed(whole, (size) => `<mn>${size}</mn>`), whole), decimal: null };
  const relation = isRounded ? "\\approx" : "=";
  const shown = decimalForms(decimal);
  const rounded = { mathml: math(before ? head(relation) : isRounded ? sign("≈") : "", shown.mathml), latex: start(relation) + shown.latex };
  if (!fraction) return { exact: null, decimal: rounded };
  const [n, d] = fraction;
  const drawn = signed(n, (size) => `<mfrac><mn>${size}</mn><mn>${d}</mn></mfrac>`);
  return { exact: form("=", drawn, n.startsWith("-") ? `- \\frac{${n.slice(1)}}{${d}}` : `\\frac{${n}}{${d}}`), decimal: rounded };
}

/** A decimal such as `1.5e20` as MathML and LaTeX. */
export function decimalForms(text) {
  const [mantissa, exponent] = text.split("e");
  const mathml = signed(mantissa, (size) => `<mn>${size}</mn>`);
  if (exponent === undefined) return { mathml, latex: mantissa };
  const power = `<msup><mn>10</mn><mrow>${signed(exponent, (size) => `<mn>${size}</mn>`)}</mrow></msup>`;
  return { mathml: mathml + sign("⋅") + power, latex: `${mantissa} \\cdot 10^{${exponent}}` };
}

function signed(text, made) {
  return text.startsWith("-") ? sign("−") + made(text.slice(1)) : made(text);
}
