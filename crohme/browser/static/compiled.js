/** Expressions as functions of one letter to a float64, for plots. */
import { evaluate, factorial, hasUnit, lettersIn, partsOf } from "./evaluation.js";
import { exact, isFraction, isWhole, NoValue, real } from "./numbers.js";

/** An expression as a function of one letter to a float64, NaN where it has no real value. */
export function compiled(expression, variable, scope) {
  const part = (one) => compiled(one, variable, scope);
  const isFree = (one) => (one.kind === "name" && one.name === variable) || partsOf(one).some(isFree);
  if (!isFree(expression)) {
    const { x } = real(evaluate(expression, scope));
    return () => x;
  }
  switch (expression.kind) {
    case "name": return (x) => x;
    case "brackets": return part(expression.operand);
    case "negative": return map(part(expression.operand), (a) => -a);
    case "percent": return map(part(expression.operand), (a) => a / 100);
    case "degrees": return map(part(expression.operand), (a) => (a * Math.PI) / 180);
    case "sum": return expression.terms.map(part).reduce((f, g) => (x) => f(x) + g(x));
    case "product": return expression.factors.map(part).reduce((f, g) => (x) => f(x) * g(x));
    case "quotient": {
      const f = part(expression.above), g = part(expression.below);
      return (x) => { const below = g(x); return below === 0 ? NaN : f(x) / below; };
    }
    case "power": return powerOf(expression, part, isFree, scope);
    case "root": {
      const index = expression.index ? evaluate(expression.index, scope) : exact(2n);
      if (!isWhole(index) || index.n < 1n) throw new NoValue("a root with such an index is not plotted here");
      return map(part(expression.operand), rootOf(Number(index.n)));
    }
    case "factorial": return map(part(expression.operand), (a) => (Number.isInteger(a) && a >= 0 && a <= 170 ? real(factorial(exact(BigInt(a)))).x : NaN));
    case "apply": {
      const { parameter, body, scope: outer } = scope.functions.get(expression.name), inside = part(expression.operand);
      if (parameter !== variable && lettersIn(body, outer.functions).has(variable)) throw new NoValue("this is not plotted here");
      const f = compiled(body, parameter, { ...outer, letters: new Map([...scope.letters, ...outer.letters]) });
      return (x) => f(inside(x));
    }
    case "call": return callOf(expression, part, scope);
  }
  throw new NoValue("this is not plotted here");
}

const map = (f, change) => (x) => change(f(x));

function rootOf(n) {
  if (n === 2) return Math.sqrt;
  if (n === 3) return Math.cbrt;
  return (a) => (a < 0 ? (n % 2 ? -((-a) ** (1 / n)) : NaN) : a ** (1 / n));
}

function powerOf({ base, exponent }, part, isFree, scope) {
  const f = part(base);
  if (isFree(exponent)) {
    const g = part(exponent);
    return (x) => { const a = f(x), b = g(x); return a < 0 || (a === 0 && b <= 0) ? NaN : a ** b; };
  }
  const value = evaluate(exponent, scope), size = exponent.kind === "negative" ? exponent.operand : exponent;
  if (isFraction(value) && value.d % 2n === 1n && value.d > 1n && size.kind === "quotient") {
    const rooted = rootOf(Number(value.d)), n = Number(value.n);
    return map(f, (a) => (a === 0 && n < 0 ? NaN : rooted(a) ** n));
  }
  const { x: b } = real(value), isInteger = isWhole(value);
  return map(f, (a) => ((a < 0 && !isInteger) || (a === 0 && b <= 0) ? NaN : a ** b));
}

function callOf({ name, operand, base }, part, { angle, ...scope }) {
  const f = part(operand);
  const unit = angle === "degrees" && !hasUnit(operand) ? Math.PI / 180 : 1, back = angle === "degrees" ? 180 / Math.PI : 1;
  const positive = (a, change) => (a > 0 ? change(a) : NaN), inverse = (a) => (a === 0 ? NaN : 1 / a);
  const table = {
    abs: Math.abs, exp: Math.exp, sinh: Math.sinh, cosh: Math.cosh, tanh: Math.tanh,
    sin: (a) => Math.sin(unit * a), cos: (a) => Math.cos(unit * a), tan: (a) => Math.tan(unit * a),
    cot: (a) => inverse(Math.tan(unit * a)), sec: (a) => inverse(Math.cos(unit * a)), csc: (a) => inverse(Math.sin(unit * a)),
    arcsin: (a) => back * Math.asin(a), arccos: (a) => back * Math.acos(a), arctan: (a) => back * Math.atan(a),
    ln: (a) => positive(a, Math.log), lg: (a) => positive(a, Math.log10),
  };
  if (name === "log") {
    const by = base ? Math.log(real(evaluate(base, { angle, ...scope })).x) : Math.LN10;
    if (!Number.isFinite(by) || by === 0) throw new NoValue("it is not defined: the base of a logarithm");
    return map(f, (a) => positive(a, (b) => Math.log(b) / by));
  }
  if (!table[name]) throw new NoValue(`${name} is not plotted here`);
  return map(f, table[name]);
}

