/** What a network says of given readings: token by token, and by the classes of single strokes. */
import { Hypothesis, pointing } from "./decoding.js";
import { isUneven } from "./grammar.js";
import { linearize } from "./linear.js";
import { logSoftmax } from "./matrix.js";
import { symbols } from "./tree.js";

const LIKELY = 6;
const AT_ONCE = 48; // positions read at once: what is seen from each takes memory

/** Scores of given readings, as `decode` gives them. `backward` says of each whether its rows run from right to left. */
export function rescore(network, memory, language, rows, { backward, constants }) {
  if (!rows.length) return [];
  const { vocabulary } = language, { n } = memory, width = vocabulary.tokens.length;
  const walks = rows.map((row, i) => walkOf(row, n, language, backward[i]));
  const longest = Math.max(...walks.map((walk) => walk.length));
  const scores = rows.map(() => 0);
  let state = network.start(rows.length);
  for (let start = 0; start < longest; start += AT_ONCE) {
    const count = Math.min(AT_ONCE, longest - start);
    const steps = walks.map((walk) =>
      Array.from({ length: count }, (_, i) => (walk[start + i] ?? walk.at(-1)).hypothesis.input(language)));
    const answers = network.read(memory, state, steps);
    state = answers.state;
    const tokens = logSoftmax(answers.tokens, width), pointers = logSoftmax(answers.pointers, n);
    walks.forEach((walk, w) => walk.slice(start, start + count).forEach(({ hypothesis, token, strokes }, i) => {
      const at = w * count + i, { cursor } = hypothesis, { grid } = cursor.rows.at(-1);
      scores[w] += tokens[at * width + vocabulary.tokenIndex.get(token)];
      if (strokes) scores[w] += pointing(pointers, at * n, strokes);
      else if (grid && isUneven(grid, cursor.kind(token))) scores[w] -= constants.uneven_line;
    }));
  }
  return scores;
}

/** Every step of writing a tree: where it stands, the token that follows, and the strokes that it writes. */
function walkOf(row, n, language, backward) {
  const { grammar } = language;
  let hypothesis = Hypothesis.first(n, backward, language);
  return [...linearize(row, grammar.notation, backward), [grammar.end, null]].map(([token, node]) => {
    const strokes = grammar.written.has(hypothesis.cursor.kind(token)) ? node.strokes : null;
    const step = { hypothesis, token, strokes };
    hypothesis = hypothesis.extend(token, hypothesis.cursor.advance(token), 0, strokes, language);
    return step;
  });
}

/** Log-probabilities of a reading's symbols by the class of each stroke, which knows no language. */
export function symbolScore(classes, row, vocabulary) {
  let score = 0;
  for (const node of symbols(row)) score += classScore(classes, node, vocabulary);
  return score;
}

/** Log-probabilities of each stroke's symbol class, `(n, symbols)`. */
export function classesOf(network, memory) {
  return logSoftmax(network.classify(memory), network.symbols);
}

/** Log-probability of a symbol's label by the classes of its strokes, in the mean. */
export function classScore(classes, { label, strokes }, vocabulary) {
  const number = vocabulary.classIndex.get(label), count = vocabulary.labels.length;
  return strokes.reduce((sum, stroke) => sum + classes[stroke * count + number], 0) / strokes.length;
}

/** What a symbol may be by the classes of its strokes, in the mean: the most likely labels, best first. */
export function likelyLabels(classes, { strokes }, { labels }, other) {
  const count = labels.length;
  const scores = labels.map((_, number) => strokes.reduce((sum, stroke) => sum + classes[stroke * count + number], 0));
  const order = labels.map((_, number) => number).sort((a, b) => scores[b] - scores[a] || a - b);
  return order.map((number) => labels[number]).filter((label) => label !== other).slice(0, LIKELY);
}
