/** Strokes that are known to be one symbol, and perhaps which, see `crohme/expressions/fixed.py`. */
import { InkError } from "./errors.js";

/** Fixed symbols {strokes, label or null} with their strokes in order and labels of the alphabet. Throws InkError. */
export function checkedFixed(fixed, n, { vocabulary }, signs) {
  const taken = new Set();
  return fixed.map(({ strokes: given, label = null }) => {
    const strokes = [...new Set(given)].sort((a, b) => a - b);
    if (!strokes.length) throw new InkError("a fixed symbol has no strokes", "invalid");
    for (const stroke of strokes) {
      if (!Number.isInteger(stroke) || stroke < 0 || stroke >= n) {
        throw new InkError(`a fixed symbol has stroke ${stroke}; there are ${n}, counted from 0`, "invalid");
      }
      if (taken.has(stroke)) throw new InkError(`stroke ${stroke} is of two fixed symbols`, "invalid");
      taken.add(stroke);
    }
    return { strokes, label: label === null ? null : labelOf(label.trim(), vocabulary, signs) };
  });
}

function labelOf(name, { labels, classIndex }, signs) {
  const drawnSo = labels.find((label) => signs.leaves[label]?.text === name && !(signs.leaves[label].kind in signs.accents));
  const label = [name, drawnSo, `\\${name}`].find((one) => classIndex.has(one));
  if (label === undefined) throw new InkError(`the recogniser does not know ${name.slice(0, 40)}`, "invalid");
  return label;
}

/** What fixed symbols say at each step of the search over n strokes. */
export class Constraints {
  constructor(fixed, n, { grammar, vocabulary }) {
    const { bar, fraction } = grammar.notation;
    this.fixed = fixed;
    this.end = vocabulary.tokenIndex.get(grammar.end);
    this.symbolOf = new Int32Array(n).fill(-1);
    /** What each stroke counts as: only the first of a symbol does. */
    this.counted = new Uint8Array(n).fill(1);
    this.wrong = fixed.map(({ strokes, label }, i) => {
      strokes.forEach((stroke, at) => {
        this.symbolOf[stroke] = i;
        if (at) this.counted[stroke] = 0;
      });
      if (label === null) return [];
      const drawn = new Set(label === bar ? [bar, fraction] : [label]);
      return vocabulary.tokens.flatMap((token, t) => (drawn.has(token) ? [] : [[token, t]]));
    });
  }

  /** How many symbols can still be written at most. */
  left(written) {
    return this.counted.reduce((left, counts, stroke) => left + (counts && !written[stroke] ? 1 : 0), 0);
  }

  /** The numbers of the tokens that may not follow: `open` are the pointer's logits, minus infinity where written. */
  excluded(cursor, open, written) {
    if (!this.fixed.length) return [];
    const { grammar } = cursor, excluded = [];
    if (this.symbolOf.some((symbol, stroke) => symbol >= 0 && !written[stroke])) excluded.push(this.end);
    const symbol = this.symbolOf[open.indexOf(Math.max(...open))];
    if (symbol >= 0) for (const [token, t] of this.wrong[symbol]) if (grammar.written.has(cursor.kind(token))) excluded.push(t);
    return excluded;
  }

  /** The strokes of the fixed symbol that a stroke is of, null if it is free. */
  of(stroke) {
    return this.fixed[this.symbolOf[stroke]]?.strokes ?? null;
  }
}
