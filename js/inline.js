/** Trees as one line of text, Typst or Unicode, by the tables of `crohme/notation/inline.py`. */
import { isGrid } from "./tree.js";

const PLACE = /\{(\d)\}|\[(\d)\]/g;

/** A tree as text; `format` is one of the tables of formats, `signs` the table of that name. */
export function toInline(row, notation, signs, format) {
  return new Writer(notation, signs, format).row(row);
}

class Writer {
  constructor(notation, signs, format) {
    Object.assign(this, { notation, signs, format });
    [this.spaced, this.beforeASign, this.plusOrMinus] = ["spaced", "before_a_sign", "plus_or_minus"].map((name) => new Set(format[name]));
    this.small = { Sup: pairs(format.raised), Sub: pairs(format.lowered) };
  }

  row(row, { isArgument = false, isCompact = false } = {}) {
    const partners = this.#partners(row);
    let text = "";
    row.forEach((node, index) => {
      if (!isCompact && this.#isSpaced(row, index)) text += " ";
      const isAlone = ["opening fence", "closing fence"].includes(this.#kind(node)) && !partners.has(index);
      text += (isAlone && this.format.escapes_fences ? "\\" : "") + this.#node(node, isArgument, this.#isBeside(row, index));
    });
    return text;
  }

  /** Whether a space stands between a node and the one before. */
  #isSpaced(row, index) {
    if (index === 0) return false;
    const node = row[index], before = row[index - 1], kind = this.#part(node), kindBefore = this.#part(before), { spaced } = this;
    if (!this.format.is_tight) {
      const isByBar = (kind === "vertical bar") !== (kindBefore === "vertical bar") && !spaced.has(kind) && !spaced.has(kindBefore);
      return !isByBar && (hasRows(before) || !(this.#isOfNumber(row, index - 1) && this.#isOfNumber(row, index)));
    }
    if (spaced.has(kindBefore)) {
      const isFirst = index === 1 || this.beforeASign.has(this.#part(row[index - 2]));
      return !this.plusOrMinus.has(before.label) || !isFirst;
    }
    if (spaced.has(kind) || kindBefore === "big operator" || kind === "function") {
      return kindBefore !== "opening fence";
    }
    return before.label === "," || before.label === ";" || (kindBefore === "function" && kind !== "opening fence");
  }

  #node(node, isArgument, isBeside) {
    const { commands, cell, line, with_index: withIndex, grid } = this.format, { notation } = this;
    if (isGrid(node)) {
      const lines = node.cells.map((cells) => cells.map((own) => this.row(own, { isArgument: true })).join(cell));
      return commands[grid].replace(PLACE, () => lines.join(line));
    }
    const rows = { ...node.rows };
    let relations = notation.argumentsOf(node), key = notation.isFraction(node) ? notation.fraction : node.label;
    if (node.label === notation.root && relations.length && "Above" in rows) [key, relations] = [withIndex, [...relations, "Above"]];
    if (!relations.length || !(key in commands)) return this.#sign(node.label, isArgument) + this.#scripts(rows, isArgument);
    const contents = relations.map((relation) => {
      const content = rows[relation];
      delete rows[relation];
      return content;
    });
    let text = commands[key].replace(PLACE, (_, plain, bracketed) => {
      if (plain !== undefined) return this.row(contents[plain], { isArgument: true });
      const content = this.row(contents[bracketed], { isArgument });
      return this.#isOne(contents[bracketed]) ? content : `(${content})`;
    });
    const isLoose = hasRows({ rows }) || (notation.isFraction(node) && isBeside);
    if (this.format.in_parentheses.includes(key) && isLoose) text = `(${text})`;
    return text + this.#scripts(rows, isArgument);
  }

  /** Whether what stands beside a node could be taken for a part of it. */
  #isBeside(row, index) {
    const isPart = (node, fence) => node !== undefined && ![...this.spaced, "punctuation", fence].includes(this.#part(node));
    return isPart(row[index - 1], "opening fence") || isPart(row[index + 1], "closing fence");
  }

  #sign(label, isArgument) {
    const { signs, escaped, escaped_in_arguments: inArguments } = this.format;
    if (label in signs) return signs[label];
    const { text } = this.signs.leaves[label];
    return `${escaped.includes(text) || (isArgument && inArguments.includes(text)) ? "\\" : ""}${text}`;
  }

  #scripts(rows, isArgument) {
    const above = rows.Sup ?? [];
    let primes = above.findIndex((node) => node.label !== this.notation.prime || hasRows(node));
    if (primes < 0) primes = above.length;
    let text = this.format.prime.repeat(primes);
    for (const [script, limit] of Object.entries(this.notation.limitOf)) {
      for (const relation of [script, limit]) {
        const row = (rows[relation] ?? []).slice(relation === "Sup" ? primes : 0);
        if (row.length) text += this.#script(script, row, isArgument);
      }
    }
    return text;
  }

  #script(script, row, isArgument) {
    const text = this.row(row, { isArgument, isCompact: this.format.is_tight }), small = this.small[script];
    const letters = [...text];
    if (row.every((node) => !hasRows(node) && !isGrid(node)) && letters.every((letter) => small.has(letter))) {
      return letters.map((letter) => small.get(letter)).join("");
    }
    const sign = script === "Sub" ? "_" : "^";
    return this.format.is_tight && this.#isOne(row) ? `${sign}${text}` : `${sign}(${text})`;
  }

  /** Whether a node is a digit, or the point between two. */
  #isOfNumber(row, index) {
    const isDigit = (at) => row[at] !== undefined && this.#kind(row[at]) === "digit";
    return row[index].label === "." ? isDigit(index - 1) && isDigit(index + 1) : isDigit(index);
  }

  /** Whether a row is one sign, a number, or in parentheses. */
  #isOne(row) {
    if (row.some((node) => hasRows(node) || isGrid(node))) return false;
    return row.length === 1 || row.every((_, index) => this.#isOfNumber(row, index)) || this.#partners(row).get(0) === row.length - 1;
  }

  /** Index of a fence → index of the one that it opens with or closes. */
  #partners(row) {
    const partners = new Map(), waiting = [];
    row.forEach((node, index) => {
      const kind = this.#kind(node);
      if (kind === "opening fence") waiting.push(index);
      else if (kind === "closing fence" && waiting.length) {
        const opening = waiting.pop();
        partners.set(opening, index).set(index, opening);
      }
    });
    return partners;
  }

  /** The part that a node plays in its row; the bar of a fraction is no minus sign there. */
  #part(node) {
    return this.notation.isFraction(node) ? null : this.#kind(node);
  }

  #kind(node) {
    return this.signs.leaves[node.label]?.kind ?? null;
  }
}

function hasRows(node) {
  return Object.keys(node.rows).length > 0;
}

function pairs(letters) {
  const all = [...letters];
  return new Map(all.flatMap((letter, at) => (at % 2 ? [] : [[letter, all[at + 1]]])));
}
