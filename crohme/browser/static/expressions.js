/**
 * LaTeX of a reading → what it means, as far as numbers go. The decisions are those of `crohme.solver`: what could mean
 * two things is refused here, too.
 */

export class NotUnderstood extends Error {}

export const TOKENS = /\\[a-zA-Z]+|\\.|\d|\S/g;
const CALLS = new Set("sin cos tan cot sec csc arcsin arccos arctan sinh cosh tanh ln log lg exp".split(" "));
const SPELLED = ["arcsin", "arccos", "arctan", "sinh", "cosh", "tanh", "exp", "ln", "lg"]; // no signs of their own
const INVERSES = { sin: "arcsin", cos: "arccos", tan: "arctan" };
const CLOSING = { "(": ")", "[": "]", "\\{": "\\}" };
const GREEK = new Set("alpha beta gamma delta epsilon zeta eta theta kappa lambda mu nu xi rho sigma tau phi chi psi omega".split(" "));
export const FUNCTIONS = new Set("fghFGH");
const TIMES = new Set(["\\times", "\\cdot", "*"]);
export const ELSEWHERE = "this page calculates with numbers only; the server solves more";

/** All tokens as one expression. */
export function whole(tokens, isFunction) {
  const reader = new Reader(tokens, isFunction), body = reader.sum();
  if (reader.token !== undefined) throw reader.refusal();
  return body;
}

export function isLetter(token) {
  return /^[a-zA-Z]$/.test(token ?? "") || (token?.startsWith("\\") && GREEK.has(token.slice(1)));
}

/** Reads tokens as an expression. */
export class Reader {
  #tokens;
  #at = 0;
  #isFunction;
  #bars = 0;

  constructor(tokens, isFunction) {
    this.#tokens = tokens.filter((token) => !["\\left", "\\right", "\\,", "\\;", "\\!"].includes(token));
    this.#isFunction = isFunction;
  }

  get token() { return this.#tokens[this.#at]; }

  refusal() {
    if (this.token === undefined) return new NotUnderstood(`something is missing after ${this.#tokens[this.#at - 1] ?? "nothing"}`);
    const isKnown = "+-/!=".includes(this.token) || this.token in CLOSING || Object.values(CLOSING).includes(this.token);
    return new NotUnderstood(isKnown ? `${this.token} has no meaning where it stands` : `${this.token}: ${ELSEWHERE}`);
  }

  #take(token) {
    if (token !== undefined && this.token !== token) throw this.refusal();
    return this.#tokens[this.#at++];
  }

  sum() {
    const terms = [this.#term(this.#sign())];
    while (this.token === "+" || this.token === "-") terms.push(this.#term(this.#sign()));
    if (new Set(terms.map((term) => (term.kind === "negative" ? term.operand : term).kind === "percent")).size > 1) {
      throw new NotUnderstood("of what the percent are is not said: write a product");
    }
    return terms.length === 1 ? terms[0] : { kind: "sum", terms };
  }

  #sign() { return this.token === "+" || this.token === "-" ? this.#take() : null; }

  #term(sign) {
    const body = this.#product();
    return sign === "-" ? { kind: "negative", operand: body } : body;
  }

  #signed() {
    const sign = this.#sign(), factor = this.#factor();
    return sign === "-" ? { kind: "negative", operand: factor } : factor;
  }

  #product() {
    let factors = [this.#factor()];
    for (;;) {
      if (TIMES.has(this.token) || this.token === ".") {
        this.#take();
        factors.push(this.#signed());
      } else if (this.token === "/" || this.token === "\\div") {
        const sign = this.#take(), divisor = this.#signed();
        if (this.#begins()) throw new NotUnderstood(`how far the divisor after ${sign} goes is not clear: write a fraction`);
        factors = [{ kind: "quotient", above: productOf(factors), below: divisor }];
      } else if (this.#begins()) {
        const next = this.#factor(), before = factors.at(-1);
        if (before.kind === "number" && next.kind === "quotient" && next.isFraction && [next.above, next.below].every((one) => one.kind === "number")) {
          throw new NotUnderstood("that may be a mixed number or a product: write + or ×");
        }
        if (next.kind === "number") throw new NotUnderstood("a number after another factor: write a × between them");
        factors.push(next);
      } else {
        return productOf(factors);
      }
    }
  }

  #begins() {
    const { token } = this;
    if (token === undefined) return false;
    if (token === "|") return !this.#bars;
    return /^[\da-zA-Z]$/.test(token) || token in CLOSING || ["\\frac", "\\sqrt", "\\pi"].includes(token) || isLetter(token) || CALLS.has(token.slice(1));
  }

  #factor() {
    let factor = this.#powers(this.#atom());
    if (this.token === "!") {
      if (factor.kind === "power") throw new NotUnderstood("a power with ! may be the factorial of either: write brackets");
      this.#take();
      factor = this.#powers({ kind: "factorial", operand: factor });
      if (this.token === "!") throw new NotUnderstood("!! is not understood");
    }
    if (this.token === "\\%" || this.token === "%") {
      this.#take();
      factor = { kind: "percent", operand: factor };
    }
    return factor;
  }

  #atom() {
    const { token } = this;
    if (/^\d$/.test(token ?? "")) return this.#number();
    if (token in CLOSING) {
      this.#take();
      const bars = this.#bars;
      this.#bars = 0;
      const inside = this.sum();
      this.#bars = bars;
      this.#take(CLOSING[token]);
      if (inside.hasComma) throw new NotUnderstood("that may be a point or a number: write a decimal point");
      return { kind: "brackets", operand: inside };
    }
    if (token === "|") {
      this.#take();
      this.#bars++;
      const inside = this.sum();
      this.#bars--;
      this.#take("|");
      return { kind: "call", name: "abs", operand: inside };
    }
    if (token === "\\frac") {
      this.#take();
      const above = this.#group(), below = this.#group();
      return { kind: "quotient", above, below, isFraction: true };
    }
    if (token === "\\sqrt") return this.#root();
    if (token === "\\pi") return { kind: "constant", name: this.#take() };
    if (token?.startsWith("\\") && CALLS.has(token.slice(1))) return this.#call(this.#take().slice(1));
    const spelled = SPELLED.find((name) => this.#spells(name));
    if (spelled) {
      this.#at += spelled.length;
      return this.#call(spelled);
    }
    if (!isLetter(token)) throw this.refusal();
    if (token === "i" || token === "d") throw new NotUnderstood(`${token}: ${ELSEWHERE}`);
    if (this.#isFunction(token) && this.#tokens[this.#at + 1] === "(") {
      this.#take();
      this.#take("(");
      const operand = this.sum();
      this.#take(")");
      return { kind: "apply", name: token, operand };
    }
    if (FUNCTIONS.has(token) && this.#tokens[this.#at + 1] === "(") throw new NotUnderstood(`what the function ${token} is, is not said`);
    if (token === "e" && this.#tokens[this.#at + 1] !== "_") return { kind: "constant", name: this.#take() };
    return { kind: "name", name: this.name() };
  }

  #spells(name) {
    const after = this.#tokens[this.#at + name.length];
    return [...name].every((letter, k) => this.#tokens[this.#at + k] === letter)
      && after !== undefined && (/^[\da-zA-Z(|^]$/.test(after) || ["\\frac", "\\sqrt", "\\pi"].includes(after));
  }

  /** A letter with its subscript. */
  name() {
    const letter = this.#take();
    if (this.token !== "_") return letter;
    this.#take();
    const inside = this.#tokensOfGroup();
    if (!inside.every((token) => /^[\da-zA-Z]$/.test(token))) throw new NotUnderstood(`the subscript of ${letter} is not understood`);
    return `${letter}_{${inside.join(" ")}}`;
  }

  #number() {
    let text = "", hasComma = false;
    while (/^\d$/.test(this.token ?? "")) text += this.#take();
    if ((this.token === "." || this.token === ",") && /^\d$/.test(this.#tokens[this.#at + 1] ?? "")) {
      const point = this.#take();
      let part = "";
      while (/^\d$/.test(this.token ?? "")) part += this.#take();
      if (point === "," && part.length === 3) throw new NotUnderstood("a comma may separate thousands or decimals: write a point");
      text += `.${part}`;
      hasComma = point === ",";
      if ((this.token === "." || this.token === ",") && /^\d$/.test(this.#tokens[this.#at + 1] ?? "")) throw this.refusal();
    }
    return { kind: "number", text, hasComma };
  }

  #root() {
    this.#take("\\sqrt");
    let index = null;
    if (this.token === "[") {
      const end = this.#tokens.indexOf("]", this.#at);
      if (end < 0) throw this.refusal();
      index = whole(this.#tokens.slice(this.#at + 1, end), this.#isFunction);
      this.#at = end + 1;
    }
    return { kind: "root", operand: this.#group(), index };
  }

  #call(name) {
    let base = null, power = null;
    while (this.token === "_" || this.token === "^") {
      if (this.#take() === "_") {
        if (name !== "log" || base) throw this.refusal();
        base = this.#group();
      } else {
        if (power) throw this.refusal();
        const inside = this.#tokensOfGroup();
        if (inside[0] === "-") {
          if (inside.join("") !== "-1" || !INVERSES[name]) throw new NotUnderstood(`that power of ${name} is not understood`);
          name = INVERSES[name];
        } else {
          power = whole(inside, this.#isFunction);
        }
      }
    }
    const isBracketed = this.token in CLOSING;
    const operand = isBracketed ? this.#atom() : this.#argument();
    const call = { kind: "call", name, operand: operand.kind === "brackets" ? operand.operand : operand, base };
    return power ? { kind: "power", base: call, exponent: power } : call;
  }

  /** What a function without brackets is of: letters, numbers, fractions and roots that follow. */
  #argument() {
    const isNegative = this.token === "-";
    if (isNegative) this.#take();
    const factors = [this.#factor()];
    while (/^[\da-zA-Z]$/.test(this.token ?? "") || ["\\frac", "\\sqrt", "\\pi"].includes(this.token) || isLetter(this.token)) {
      if (SPELLED.some((name) => this.#spells(name)) || this.#isFunction(this.token)) break;
      factors.push(this.#factor());
    }
    const argument = productOf(factors);
    return isNegative ? { kind: "negative", operand: argument } : argument;
  }

  #powers(base) {
    if (this.token !== "^") return base;
    this.#take();
    const inside = this.#tokensOfGroup();
    if (inside.length === 1 && (inside[0] === "\\circ" || (inside[0] === "o" && base.kind === "number"))) return { kind: "degrees", operand: base };
    if (inside.includes("\\prime") || inside.includes("'")) throw new NotUnderstood(`a derivative: ${ELSEWHERE}`);
    return { kind: "power", base, exponent: whole(inside, this.#isFunction) };
  }

  #group() { return whole(this.#tokensOfGroup(), this.#isFunction); }

  #tokensOfGroup() {
    if (this.token !== "{") return [this.#take()];
    const start = ++this.#at;
    for (let depth = 1; this.token !== undefined; this.#at++) {
      depth += (this.token === "{") - (this.token === "}");
      if (depth === 0) return this.#tokens.slice(start, this.#at++);
    }
    throw new NotUnderstood("{ is never closed");
  }
}

function productOf(factors) {
  return factors.length === 1 ? factors[0] : { kind: "product", factors };
}
