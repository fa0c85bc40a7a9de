/** What people write: how probable each token is after those before it, see `crohme/expressions/language_model.py`. */
import { BundleError } from "./errors.js";
import { linearize } from "./linear.js";

const MAGIC = "ngrams1\0";

/** The model that stands in the file of the weights, or null where there is none. Throws BundleError. */
export function readLanguage(bytes, { offset, length } = { offset: 0, length: 0 }, constants) {
  return length ? new LanguageModel(bytes.slice(offset, offset + length), constants) : null;
}

/** A model of n-grams with back-off: runs of one token, of two …, each followed by a span of those that are one longer. */
export class LanguageModel {
  constructor(bytes, { nats, alone, in_grids: inGrids, operators }) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (String.fromCharCode(...bytes.subarray(0, MAGIC.length)) !== MAGIC) throw new BundleError("its model of language is of another version");
    const longest = view.getUint16(MAGIC.length, true);
    Object.assign(this, { nats, alone, inGrids, operators: new Set(operators), start: view.getUint16(MAGIC.length + 2, true) });
    let at = MAGIC.length + 4 + 4 * longest;
    this.levels = Array.from({ length: longest }, (_, level) => {
      const count = view.getUint32(MAGIC.length + 4 + 4 * level, true), first = new Uint32Array(count + 1);
      const tokens = Uint16Array.from({ length: count }, (_, i) => view.getUint16(at + 2 * i, true));
      for (let i = 0; i < count; i++) first[i + 1] = first[i] + view.getUint16(at + 2 * (count + i), true);
      const improbable = bytes.subarray(at + 4 * count, at + 5 * count), unseen = bytes.subarray(at + 5 * count, at + 6 * count);
      at += 6 * count;
      return { tokens, first, improbable, unseen };
    });
  }

  /** Log-probability of a row of symbols. A matrix may hold anything, and so may who writes one symbol: all count alike, but for cells that end with an operator. */
  score(row, { grammar: { notation, end }, vocabulary: { tokenIndex } }) {
    const written = [...linearize(row, notation).map(([token]) => token), end];
    if (written.length === 2) return this.alone;
    const numbers = [this.start, ...written.map((token) => tokenIndex.get(token))];
    const cellEnds = [notation.nextCell, notation.nextLine, notation.endGrid];
    let depth = 0, score = 0;
    for (const [i, token] of written.entries()) {
      if (token === notation.grid) depth++;
      const isJudged = !depth || (cellEnds.includes(token) && this.operators.has(written[i - 1]));
      score += isJudged ? this.#after(numbers, i + 1) : this.inGrids;
      if (token === notation.endGrid) depth--;
    }
    return score;
  }

  /** Log-probability of the token at a place: after the most tokens that it was seen with, less for each more. */
  #after(numbers, place) {
    let tenths = this.levels[0].improbable[numbers[place]];
    for (let length = 1; length < this.levels.length && length <= place; length++) {
      const context = this.#find(numbers, place - length, length);
      if (context < 0) continue;
      const at = this.#next(length - 1, context, numbers[place]);
      tenths = at < 0 ? tenths + this.levels[length - 1].unseen[context] : this.levels[length].improbable[at];
    }
    return -this.nats * tenths;
  }

  /** Which run of a length begins at a place; -1 for none. */
  #find(numbers, place, length) {
    let at = numbers[place];
    for (let i = 1; i < length && at >= 0; i++) at = this.#next(i - 1, at, numbers[place + i]);
    return at;
  }

  /** Which run goes on from another with a token; -1 for none. */
  #next(level, at, token) {
    const { first } = this.levels[level], { tokens } = this.levels[level + 1];
    let low = first[at], high = first[at + 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (tokens[middle] < token) low = middle + 1;
      else high = middle;
    }
    return low < first[at + 1] && tokens[low] === token ? low : -1;
  }
}
