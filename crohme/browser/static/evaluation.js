/** Expressions → numbers: with bounds of their errors, or as float64 for plots. */
import { applied, approximate, decimal, divided, E, exact, isExact, isFraction, isWhole, negative, NoValue, PI, power, product, real, root, sign, sum } from "./numbers.js";

const MOST_FACTORIAL = 800n;
const HUNDRED = exact(100n), HALF_TURN = exact(180n);
const ANGLES = new Set(["sin", "cos", "tan", "cot", "sec", "csc"]);
const ARCS = { arcsin: Math.asin, arccos: Math.acos, arctan: Math.atan };
const LARGEST_ANGLE = 1e12; // too coarse to have a sine, beyond it

/** Whether an angle has its own unit. */
export function hasUnit(angle) {
  if (angle.kind === "degrees") return true;
  if (angle.kind === "call" && angle.name !== "abs") return false;
  return partsOf(angle).some(hasUnit);
}

/** What an expression is directly made of. */
export function partsOf({ terms = [], factors = [], ...rest }) {
  const one = ["operand", "above", "below", "base", "exponent", "index"].map((name) => rest[name]).filter((part) => part && typeof part === "object");
  return [...terms, ...factors, ...one];
}

/**
 * The value of an expression.
 *
 * `scope` is {letters, functions, angle}: letters by name → number, functions by name → {parameter, body, scope}.
 */
export function evaluate(expression, scope) {
  const value = (part) => evaluate(part, scope);
  switch (expression.kind) {
    case "number": return decimal(expression.text);
    case "constant": return expression.name === "e" ? E : PI;
    case "name": {
      const found = scope.letters.get(expression.name);
      if (!found) throw new NoValue(`${expression.name} has no value`);
      return found;
    }
    case "brackets": return value(expression.operand);
    case "negative": return negative(value(expression.operand));
    case "sum": return expression.terms.map(value).reduce(sum);
    case "product": return expression.factors.map(value).reduce(product);
    case "quotient": return divided(value(expression.above), value(expression.below));
    case "percent": return divided(value(expression.operand), HUNDRED);
    case "degrees": return divided(product(value(expression.operand), PI), HALF_TURN);
    case "power": {
      const { exponent } = expression, written = exponent.kind === "negative" ? exponent.operand : exponent;
      return power(value(expression.base), value(exponent), written.kind === "quotient");
    }
    case "root": return rooted(value(expression.operand), expression.index && value(expression.index));
    case "factorial": return factorial(value(expression.operand));
    case "apply": {
      const { parameter, body, scope: outer } = scope.functions.get(expression.name);
      const letters = new Map([...scope.letters, ...outer.letters, [parameter, value(expression.operand)]]);
      return evaluate(body, { ...outer, letters });
    }
    case "call": return called(expression, value, scope.angle);
  }
  throw new NoValue("this is not calculated here");
}

function rooted(operand, index) {
  if (index && !isWhole(index)) throw new NoValue("a root with such an index is not calculated here");
  return root(operand, index ? index.n : 2n);
}

export function factorial(operand) {
  if (!isWhole(operand) || operand.n < 0n) throw new NoValue("only whole numbers from 0 on have a factorial here");
  if (operand.n > MOST_FACTORIAL) throw new NoValue("that factorial is too large");
  let found = 1n;
  for (let k = 2n; k <= operand.n; k++) found *= k;
  return exact(found);
}

function called({ name, operand, base }, value, unit) {
  const argument = value(operand);
  if (name === "abs") return sign(argument) < 0 ? negative(argument) : argument;
  if (ANGLES.has(name)) {
    const isInDegrees = unit === "degrees" && !hasUnit(operand);
    return ofAngle(name, isInDegrees ? divided(product(argument, PI), HALF_TURN) : argument);
  }
  if (ARCS[name]) return inUnit(arc(name, argument), unit);
  switch (name) {
    case "exp": return power(E, argument);
    case "ln": return logarithm(argument);
    case "lg": return inBase(argument, exact(10n));
    case "log": return inBase(argument, base ? value(base) : exact(10n));
    case "sinh": return applied(argument, Math.sinh, Math.cosh);
    case "cosh": return applied(argument, Math.cosh, Math.sinh);
    case "tanh": return applied(argument, Math.tanh, () => 1);
  }
  throw new NoValue(`${name} is not calculated here`);
}

function logarithm(argument) {
  if (sign(argument) <= 0) throw new NoValue("it has no real value: the logarithm of what is not positive");
  if (isFraction(argument) && argument.n === argument.d) return exact(0n);
  const { x, e } = real(argument);
  if (x - e <= 0) throw new NoValue("whether it has a logarithm is not sure");
  return applied(argument, Math.log, (at) => 1 / at);
}

function inBase(argument, base) {
  if (isFraction(base) && base.n === base.d) throw new NoValue("it is not defined: a logarithm to base 1");
  if (isWhole(base) && base.n > 1n && isFraction(argument) && argument.n > 0n) {
    const inverse = argument.n === 1n;
    let left = inverse ? argument.d : argument.d === 1n ? argument.n : 0n, count = 0n;
    while (left > 1n && left % base.n === 0n) {
      left /= base.n;
      count++;
    }
    if (left === 1n) return exact(inverse ? -count : count);
  }
  return divided(logarithm(argument), logarithm(base));
}

/** Sine and the like, exact at multiples of 30 and 45 degrees where they are fractions. */
function ofAngle(name, angle) {
  const sine = () => sineOf(angle), cosine = () => sineOf(sum(divided(PI, exact(2n)), negative(angle)), angle);
  switch (name) {
    case "sin": return sine();
    case "cos": return cosine();
    case "tan": return ratio(angle, sine, cosine);
    case "cot": return ratio(angle, cosine, sine);
    case "sec": return divided(exact(1n), cosine());
    case "csc": return divided(exact(1n), sine());
  }
  throw new NoValue(`${name} is not calculated here`);
}

function ratio(angle, above, below) {
  const turns = isExact(angle) && (angle.isPi || angle.n === 0n) ? exact(angle.n, angle.d) : null;
  if (turns && turns.d === 4n) return exact(mod(turns.n, 4n) === 1n ? 1n : -1n);
  return divided(above(), below());
}

function sineOf(angle, original = null) {
  if (isExact(angle) && (angle.isPi || angle.n === 0n)) {
    const sixths = exact(6n * angle.n, angle.d);
    if (sixths.d === 1n) {
      const table = [[0n], [1n, 2n], null, [1n], null, [1n, 2n], [0n], [-1n, 2n], null, [-1n], null, [-1n, 2n]];
      const found = table[Number(mod(sixths.n, 12n))];
      if (found) return exact(...found);
    }
    const reduced = exact(mod(angle.n, 2n * angle.d), angle.d, true);
    return applied(reduced, Math.sin, Math.cos);
  }
  if (Math.abs(approximate(angle)) > LARGEST_ANGLE) throw new NoValue("the angle is too large");
  // The cosine of an angle is more exact by itself than as the sine of what is missing to a right angle.
  return original ? applied(original, Math.cos, Math.sin) : applied(angle, Math.sin, Math.cos);
}

function mod(a, b) {
  return ((a % b) + b) % b;
}

const KNOWN_ARCS = {
  arcsin: { "0": [0n], "1/2": [1n, 6n], "1": [1n, 2n], "-1/2": [-1n, 6n], "-1": [-1n, 2n] },
  arccos: { "0": [1n, 2n], "1/2": [1n, 3n], "1": [0n], "-1/2": [2n, 3n], "-1": [1n] },
  arctan: { "0": [0n], "1": [1n, 4n], "-1": [-1n, 4n] },
};

function arc(name, argument) {
  if (isFraction(argument)) {
    const known = KNOWN_ARCS[name][argument.d === 1n ? `${argument.n}` : `${argument.n}/${argument.d}`];
    if (known) return exact(...known, ...(known.length === 1 ? [1n] : []), true);
  }
  if (name === "arctan") return applied(argument, Math.atan, (x) => 1 / (1 + x * x));
  const { x, e } = real(argument);
  if (Math.abs(x) + e >= 1) throw new NoValue(`it has no real value: ${name} of what is not between -1 and 1`);
  return applied(argument, ARCS[name], (at) => 1 / Math.sqrt(1 - at * at));
}

function inUnit(angle, unit) {
  return unit === "degrees" ? divided(product(angle, HALF_TURN), PI) : angle;
}

/** The letters of an expression that have no value of their own, those of its functions too. */
export function lettersIn(expression, functions) {
  if (expression.kind === "name") return new Set([expression.name]);
  const found = new Set(partsOf(expression).flatMap((part) => [...lettersIn(part, functions)]));
  if (expression.kind === "apply") {
    const { parameter, body, scope } = functions.get(expression.name);
    for (const letter of lettersIn(body, scope.functions)) if (letter !== parameter) found.add(letter);
  }
  return found;
}
