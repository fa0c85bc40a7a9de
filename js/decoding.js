/** Beam search over the grammar: from an encoded expression to trees, best first, see `crohme/expressions/decoding.py`. */
import { Constraints } from "./fixed.js";
import { Cursor, group, openGrid, row } from "./grammar.js";
import { delinearize } from "./linear.js";
import { logSoftmax } from "./matrix.js";
import { symbols, withRows } from "./tree.js";

/**
 * A prefix: its score, where it stands, its steps [token, whether it wrote the next symbol], its symbols
 * {label, strokes, score}, n numbers 0 or 1 for the strokes that are written, and the number of its last token.
 * `answer` is what the network said of it, {tokens, pointers, state}, once it has read it.
 */
export class Hypothesis {
  answer = null;
  #longer = new Map();

  constructor(score, cursor, steps, symbols_, written, last) {
    Object.assign(this, { score, cursor, steps, symbols: symbols_, written, last });
  }

  /** The one that has written nothing of n strokes. */
  static first(n, backward, { grammar, vocabulary }) {
    const start = vocabulary.tokenIndex.get(backward ? grammar.startBackward : grammar.start);
    return new Hypothesis(0, grammar.begin(), [], [], new Uint8Array(n), start);
  }

  /** A hypothesis one token longer, the same one each time: what the network said of it is kept. */
  longer(token, strokes, language) {
    const key = keyOf(token, strokes);
    return this.#longer.get(key) ?? this.extend(token, this.cursor.advance(token), 0, strokes, language);
  }

  /** A hypothesis one token longer; `strokes` are those of the symbol, if the token writes one, else null. */
  extend(token, after, score, strokes, { grammar, vocabulary }) {
    let { symbols: all, written } = this;
    if (strokes) {
      const label = token === grammar.notation.fraction ? grammar.notation.bar : token;
      all = [...all, { label, strokes, score: score - this.score }];
      written = Uint8Array.from(written);
      for (const stroke of strokes) written[stroke] = 1;
    }
    const steps = after.ended ? this.steps : [...this.steps, [token, strokes !== null]];
    const longer = new Hypothesis(score, after, steps, all, written, vocabulary.tokenIndex.get(token));
    this.#longer.set(keyOf(token, strokes), longer);
    return longer;
  }

  /** What the network reads at this position. */
  input({ vocabulary }) {
    const { anchor, relation, rowRelation } = this.cursor;
    return {
      previous: this.last,
      anchor: anchor === null ? [] : this.symbols[anchor].strokes,
      written: this.written,
      relation: vocabulary.relation(relation),
      row: vocabulary.relation(rowRelation),
    };
  }
}

function keyOf(token, strokes) {
  return strokes ? `${token} ${strokes.join(" ")}` : token;
}

/**
 * The best readings in each of some directions, which are searched side by side. `language` is {grammar, vocabulary,
 * masks}; `fixed` are symbols that every reading has, see `checkedFixed`. Gives for each direction its candidates
 * {row, score, certainty}, best first; `roots`, if given, are the hypotheses that the directions begin with.
 */
export function decode(network, memory, language, options) {
  const directions = options.backward?.length ?? 1;
  const search = searching(network.relate(memory), memory.n, network.start(directions), language, options);
  let step = search.next();
  while (!step.done) step = search.next(network.read(memory, step.value.state, step.value.steps));
  return step.value;
}

/**
 * The same for a network of any kind, which may answer later: a generator that asks for what `Network.read` gives of
 * {state, steps}. `relate` are the logits of pairs of strokes, `start` the states of one hypothesis for each direction.
 */
export function* searching(relate, n, start, language, { beam, backward = [false], constants, fixed = [], roots = [] }) {
  const known = new Constraints(fixed, n, language);
  const width = language.vocabulary.tokens.length, same = sameSymbol(relate, n, language.vocabulary);
  const begin = (one, i) => roots[i] ?? Hypothesis.first(n, one, language);
  const searches = backward.map((one, i) => ({ backward: one, live: [begin(one, i)], done: [] }));
  let state = start;
  for (let step = 0; step < 12 + 6 * n; step++) {
    const live = searches.flatMap((search) => search.live);
    const answers = yield { state, steps: live.map((hypothesis) => [hypothesis.input(language)]) };
    live.forEach((hypothesis, i) => {
      const [tokens, pointers] = [[answers.tokens, width], [answers.pointers, n]].map(([all, size]) => all.subarray(i * size, (i + 1) * size));
      hypothesis.answer = { tokens, pointers, state: answers.state[i] };
    });
    const parents = [];
    let first = 0;
    for (const search of searches) {
      const end = first + search.live.length;
      const tokens = answers.tokens.subarray(first * width, end * width);
      const pointers = answers.pointers.subarray(first * n, end * n);
      for (const parent of advance(search, tokens, pointers, same, beam, language, constants, known)) parents.push(first + parent);
      first = end;
    }
    if (!parents.length) break;
    state = parents.map((parent) => answers.state[parent]);
  }
  return searches.map(({ done, backward: isBackward }) => done.map((hypothesis) => ({
    row: treeOf(hypothesis, relate, n, isBackward, language),
    score: hypothesis.score,
    certainty: new Map(hypothesis.symbols.map(({ strokes, score }) => [strokes.join(" "), score])),
  })));
}

/** Write one more token of each hypothesis that grows; which of them each new one continues. */
function advance(search, tokens, pointers, same, beam, language, constants, known) {
  if (!search.live.length) return [];
  const choices = choose(search.live, tokens, pointers, same, beam, language, constants, known);
  const finished = choices.map(([, hypothesis]) => hypothesis).filter(({ cursor }) => cursor.ended);
  search.done = [...search.done, ...finished].sort((a, b) => b.score - a.score).slice(0, beam);
  let growing = choices.filter(([, { cursor }]) => !cursor.ended);
  // Scores only fall: what is behind the worst of enough finished ones can never overtake it.
  if (search.done.length === beam) growing = growing.filter(([, { score }]) => score > search.done.at(-1).score);
  search.live = growing.map(([, hypothesis]) => hypothesis);
  return growing.map(([parent]) => parent);
}

/** Probability that two strokes are of one symbol, `(n, n)`: the mean of both ways, as it has no direction. */
function sameSymbol(relate, n, { sameSymbol: same, pairClasses }) {
  const logs = logSoftmax(relate, pairClasses), found = new Float32Array(n * n);
  const probability = (i, j) => Math.exp(logs[(i * n + j) * pairClasses + same]);
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) found[i * n + j] = (probability(i, j) + probability(j, i)) / 2;
  return found;
}

/** The best continuations, each [number of the hypothesis that it continues, hypothesis]. */
function choose(live, tokens, pointers, same, beam, language, constants, known) {
  const { grammar, vocabulary } = language, width = vocabulary.tokens.length, n = live[0].written.length;
  const scores = logSoftmax(tokens, width);
  const open = live.map(({ written }, i) => Array.from(written, (isWritten, j) => (isWritten ? -Infinity : pointers[i * n + j])));
  live.forEach((hypothesis, i) => {
    const { cursor, score } = hypothesis, { grid } = cursor.rows.at(-1);
    // Symbols that could be written beyond those that must be written from here on.
    const spare = known.left(hypothesis.written) - cursor.owed;
    const mask = maskOf(cursor, Math.min(spare, 3), language);
    for (let t = 0; t < width; t++) scores[i * width + t] = mask[t] ? scores[i * width + t] + score : -Infinity;
    for (const t of known.excluded(cursor, open[i], hypothesis.written)) scores[i * width + t] = -Infinity;
    if (grid) {
      for (const [token, kind] of grammar.cellEnds) {
        if (grammar.isUneven(grid, kind)) scores[i * width + vocabulary.tokenIndex.get(token)] -= constants.uneven_line;
      }
    }
  });
  const logs = logSoftmax(pointers, n), pointed = new Map(), found = [];
  for (const index of highest(scores, 2 * beam)) {
    const i = Math.floor(index / width), token = vocabulary.tokens[index % width], hypothesis = live[i];
    const after = hypothesis.cursor.advance(token);
    let score = scores[index], strokes = null;
    if (grammar.written.has(hypothesis.cursor.kind(token))) {
      const most = known.left(hypothesis.written) - after.owed, key = `${i} ${most}`;
      if (!pointed.has(key)) {
        const own = pointedAt(open[i], same, hypothesis.written, most, constants.same_symbol, known);
        pointed.set(key, [own, pointing(logs, i * n, own)]);
      }
      let scoreOfStrokes;
      [strokes, scoreOfStrokes] = pointed.get(key);
      score += scoreOfStrokes;
    }
    found.push([score, i, token, after, strokes]);
  }
  found.sort((a, b) => b[0] - a[0]);
  return found.slice(0, beam).map(([score, i, token, after, strokes]) => [
    i, live[i].extend(token, after, score, strokes, language),
  ]);
}

/** Where the highest of some numbers are, best first; none that is minus infinity. */
function highest(values, count) {
  const best = [];
  for (let i = 0; i < values.length; i++) {
    if (values[i] === -Infinity || (best.length === count && values[i] <= values[best[count - 1]])) continue;
    let at = Math.min(best.length, count - 1);
    while (at > 0 && values[best[at - 1]] < values[i]) {
      best[at] = best[at - 1];
      at--;
    }
    best[at] = i;
  }
  return best;
}

/** Log of what the pointer comes to on some strokes, from its log-probabilities from `start` on. */
export function pointing(logs, start, strokes) {
  return Math.log(Math.max(strokes.reduce((sum, stroke) => sum + Math.exp(logs[start + stroke]), 0), 1e-9));
}

/** Strokes of the symbol at which the decoder points: the unwritten stroke it prefers, and those that go with it. */
function pointedAt(open, same, written, most, sameSymbolFrom, known) {
  const n = written.length, first = open.indexOf(Math.max(...open)), own = known.of(first);
  if (own) return own;
  const together = open.map((logit, j) => (j === first ? 1 : written[j] || known.of(j) ? 0 : (Math.exp(logit - open[first]) + same[first * n + j]) / 2));
  const order = together.map((_, j) => j).sort((a, b) => together[b] - together[a]);
  const cut = new Set(order.slice(most));
  return together.flatMap((share, j) => (share >= sameSymbolFrom && !cut.has(j) ? [j] : []));
}

/** Which tokens may follow; positions that allow the same share one mask. */
function maskOf(cursor, spare, { grammar, vocabulary, masks }) {
  const last = cursor.rows.at(-1), begun = last.last !== null;
  const pending = cursor.pending && cursor.pending.orIndex;
  // The base line is a level of the tree, and so is what would open; an index may need braces around it.
  const levels = cursor.depth + cursor.rows.filter(({ closing }) => closing === "CLOSE_INDEX").length;
  const mayNest = levels + 2 <= grammar.maxDepth;
  const line = last.grid && last.grid.line !== null;
  const key = [pending, last.closing, begun, last.scripts.SUB, last.scripts.SUP, line, spare, mayNest].join();
  if (!masks.has(key)) {
    const grid = line === null ? null : openGrid({ line: line ? 0 : null }), number = begun ? 0 : null;
    const own = row({ closing: last.closing, last: number, scripts: last.scripts, grid, first: number });
    const open = pending === null ? null : group(0, "Inside", { orIndex: pending });
    const like = new Cursor(grammar, grid ? [row({ last: 0 }), own] : [own], open, 0, false);
    masks.set(key, Uint8Array.from(vocabulary.tokens, (token) => {
      const kind = like.kind(token);
      const mayStand = !vocabulary.unanswered.has(token) && like.allows(token) && (mayNest || !grammar.nesting.has(kind));
      if (!mayStand) return 0;
      const needed = () => like.advance(token).owed + (grammar.written.has(kind) ? 1 : 0) - like.owed;
      return grammar.closing.has(kind) || spare >= needed() ? 1 : 0;
    }));
  }
  return masks.get(key);
}

function treeOf(hypothesis, relate, n, backward, { grammar: { notation }, vocabulary }) {
  let next = 0;
  const steps = hypothesis.steps.map(([token, writes]) => {
    if (!writes) return [token, null];
    const { label, strokes } = hypothesis.symbols[next++];
    return [token, { label, strokes, rows: {}, cells: [] }];
  });
  const asWritten = (of) => of.map((node) => withRows(withLimits(node, relate, n, notation, vocabulary), asWritten));
  return asWritten(delinearize(steps, notation, backward));
}

/** Sub or Below, Sup or Above: LaTeX does not tell for a sum; the pairs of strokes do. */
function withLimits(node, relate, n, notation, vocabulary) {
  if (!notation.withLimits.has(node.label)) return node;
  const rows = Object.entries(node.rows).map(([relation, own]) => {
    const limit = notation.limitOf[relation];
    if (!limit) return [relation, own];
    const [first] = symbols(own);
    const logit = (place) => {
      let sum = 0;
      for (const i of node.strokes) {
        for (const j of first.strokes) sum += relate[(i * n + j) * vocabulary.pairClasses + vocabulary.pairIndex.get(place)];
      }
      return sum;
    };
    return [logit(limit) > logit(relation) ? limit : relation, own];
  });
  return { ...node, rows: Object.fromEntries(rows) };
}
