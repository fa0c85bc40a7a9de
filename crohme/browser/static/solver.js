/**
 * In place of the server's solver: values of what is written, definitions, plots, as numbers. What needs more than
 * numbers is refused. Questions and answers are those of `POST /v1/solve` and `POST /v1/plot`.
 */
import { compiled } from "./compiled.js";
import { evaluate, lettersIn } from "./evaluation.js";
import { NotUnderstood } from "./expressions.js";
import { isExact, exact, NoValue } from "./numbers.js";
import { comma, decimalForms, letter, math, numberForms, row, sign } from "./presentation.js";
import { sampled } from "./sampling.js";
import { readLine } from "./statements.js";

const IS_ANGLE = /\\(sin|cos|tan|cot|sec|csc|arc)/;
const ONLY_NUMBERS = "This page calculates with numbers only: equations and formulas with letters need the server.";
const IN_DEGREES = "angles are in degrees";
const NUMERICAL = "roots and extrema were found numerically, and there may be others";
const OVER_GAPS = "gaps narrower than the distance of its points may be drawn over";
const DIGITS = 7; // of where an extremum is, which golden-section search finds
const USUAL = ["x", "y", "z"];

/** Throws {code, message} as the server refuses. */
export class Refused extends Error {
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

/** The answer to a question of `POST /v1/solve`. */
export function solve({ latex, definitions = [], angle = "radians" }) {
  return told(() => {
    const scope = scopeOf(definitions, angle), line = readLine(latex, (name) => scope.functions.has(name));
    if (line.kind === "function") return defined(line, scope, latex);
    checkKnown(lettersIn(line.body, scope.functions), scope);
    const value = evaluate(line.body, scope), isNamed = line.kind === "letter";
    const forms = isNamed ? numberForms(value, letter(line.name), line.name) : numberForms(value);
    return {
      kind: "value", understood: understood(line, scope, latex), answers: forms.exact ? [forms.exact] : [], decimal: forms.decimal,
      notes: notesOf(scope, latex, line), steps: [], defines: isNamed ? [line.name] : [],
    };
  });
}

/** The answer to a question of `POST /v1/plot`. */
export function plot({ latex, definitions = [], angle = "radians", low = -10, high = 10 }) {
  return told(() => {
    const scope = scopeOf(definitions, angle), line = readLine(latex, (name) => scope.functions.has(name));
    const letters = lettersIn(line.body, scope.functions), unknown = [...letters].filter((name) => !scope.letters.has(name));
    const variable = line.parameter ?? unknown[0] ?? USUAL.find((name) => letters.has(name)) ?? [...letters][0] ?? "x";
    const others = unknown.filter((name) => name !== variable);
    if (others.length) throw new NoValue(`a function of one letter is plotted, and ${others.join(" , ")} has no value`);
    const { parts, marks } = sampled(compiled(line.body, variable, scope), low, high);
    if (!parts.length) throw new NoValue("it has no real values in this range");
    const named = marks.map((mark) => ({ ...mark, ...position(mark, variable, line.body, scope) }));
    return { understood: understood(line, scope, latex, variable), variable, parts, marks: named, notes: [...notesOf(scope, latex, line), NUMERICAL, OVER_GAPS] };
  });
}

function told(make) {
  try {
    return make();
  } catch (error) {
    const isOurs = error instanceof NotUnderstood || error instanceof NoValue;
    if (!isOurs) throw error instanceof RangeError ? new Refused("no_answer", "It is too large or nested too deeply.") : error;
    const text = error.message.endsWith(".") ? error.message : `${error.message}.`;
    throw new Refused(error instanceof NoValue ? "no_answer" : "not_understood", text[0].toUpperCase() + text.slice(1));
  }
}

/** What earlier lines define, each with what held when it was written. */
function scopeOf(definitions, angle) {
  let scope = { letters: new Map(), functions: new Map(), angle, lines: new Map() };
  for (const latex of definitions) {
    const line = readLine(latex, (name) => scope.functions.has(name));
    if (line.kind === "value") throw new NotUnderstood("a line above defines no letter and no function");
    const next = { ...scope, letters: new Map(scope.letters), functions: new Map(scope.functions), lines: new Map(scope.lines) };
    next.letters.delete(line.name);
    next.functions.delete(line.name);
    next.lines.delete(line.name); // so that it stands last
    if (line.kind === "function") {
      const letters = new Map(scope.letters);
      letters.delete(line.parameter);
      next.functions.set(line.name, { parameter: line.parameter, body: line.body, scope: { ...scope, letters } });
    } else {
      checkKnown(lettersIn(line.body, scope.functions), scope);
      next.letters.set(line.name, evaluate(line.body, scope));
    }
    next.lines.set(line.name, { line, used: usedBy(line, scope) });
    scope = next;
  }
  return scope;
}

function checkKnown(letters, scope) {
  if ([...letters].some((name) => !scope.letters.has(name))) throw new NotUnderstood(ONLY_NUMBERS);
}

function defined(line, scope, latex) {
  const text = math(headOf(line), row(line.body, scope.angle));
  return {
    kind: "definition", understood: understood(line, scope, latex), answers: [{ mathml: text, latex }], decimal: null,
    notes: notesOf(scope, latex, line), steps: [], defines: [line.name],
  };
}

function headOf({ kind, name, parameter }) {
  if (kind === "value") return "";
  return letter(name) + (kind === "function" ? `<mo>(</mo>${letter(parameter)}<mo>)</mo>` : "") + sign("=");
}

/** The lines above that a line uses, and then those that these use, in order. */
function usedBy({ body, parameter = null }, scope, variable = parameter) {
  const names = [...lettersIn(body, scope.functions), ...calledIn(body)].filter((name) => name !== variable && scope.lines.has(name));
  const found = new Set();
  for (const name of scope.lines.keys()) {
    if (!names.includes(name)) continue;
    const { line, used } = scope.lines.get(name);
    used.forEach((one) => found.add(one));
    found.add(line);
  }
  return [...found];
}

function calledIn(expression) {
  const own = expression.kind === "apply" ? [expression.name] : [];
  return [...own, ...Object.values(expression).flat().filter((part) => part && typeof part === "object" && part.kind).flatMap(calledIn)];
}

function understood(line, scope, latex, variable = line.parameter ?? null) {
  const used = usedBy(line, scope, variable);
  const rows = [...used, line].map((one) => headOf(one) + row(one.body, scope.angle));
  return { mathml: math(rows.join(comma)), latex };
}

function notesOf({ angle, lines }, latex, line) {
  const all = JSON.stringify([line.body, ...[...lines.values()].map((one) => one.line.body)]);
  return angle === "degrees" && (IS_ANGLE.test(latex) || /"(sin|cos|tan|cot|sec|csc|arc\w+)"/.test(all)) ? [IN_DEGREES] : [];
}

/** Where a mark is: a fraction with `=` where the function is exactly 0 there, else a number with `≈`. */
function position({ kind, x }, variable, body, scope) {
  const fraction = kind === "root" ? rootAt(x, variable, body, scope) : null;
  const forms = fraction && numberForms(fraction, letter(variable), variable);
  if (forms) return forms.exact;
  const digits = kind === "root" ? 10 : DIGITS, text = String(Number(x.toPrecision(digits))), near = Math.abs(x) < 1e-7 ? "0" : text;
  const shown = decimalForms(near.replace("e+", "e"));
  return { mathml: math(letter(variable), sign("≈"), shown.mathml), latex: `${variable} \\approx ${shown.latex}` };
}

function rootAt(x, variable, body, scope) {
  for (let d = 1; d <= 12; d++) {
    const n = Math.round(x * d);
    if (Math.abs(x * d - n) > 1e-7 * Math.max(1, Math.abs(x * d))) continue;
    try {
      const at = exact(BigInt(n), BigInt(d)), value = evaluate(body, { ...scope, letters: new Map(scope.letters).set(variable, at) });
      if (isExact(value) && value.n === 0n) return at;
    } catch {
      return null; // it has no exact value there
    }
  }
  return null;
}
