/** What a network says of given readings: token by token, and by the classes of single strokes. */
import { pointing } from "./decoding.js";
import { linearize } from "./linear.js";
import { logSoftmax } from "./matrix.js";
import { symbols } from "./tree.js";

/**
 * Scores of given readings, as `decode` gives them. `backward` says of each whether its rows run from right to left,
 * `roots` are the hypotheses that they begin with: what was read after these is not read again.
 */
export function rescore(network, memory, language, rows, { backward, roots, constants }) {
  const { grammar, vocabulary } = language, { n } = memory, width = vocabulary.tokens.length;
  return rows.map((row, i) => {
    const walk = walkOf(row, roots[i], language, backward[i]);
    readAll(network, memory, language, walk.map(({ hypothesis }) => hypothesis));
    return walk.reduce((sum, { hypothesis: { answer, cursor }, token, strokes }) => {
      answer.logs ??= { tokens: logSoftmax(answer.tokens, width), pointers: logSoftmax(answer.pointers, n) };
      const score = sum + answer.logs.tokens[vocabulary.tokenIndex.get(token)], { grid } = cursor.rows.at(-1);
      if (strokes) return score + pointing(answer.logs.pointers, 0, strokes);
      return grid && grammar.isUneven(grid, cursor.kind(token)) ? score - constants.uneven_line : score;
    }, 0);
  });
}

/** Read those of some hypotheses, each one token longer than the one before, that are not read yet. */
function readAll(network, memory, language, hypotheses) {
  const begun = hypotheses.findIndex(({ answer }) => answer === null), { n } = memory;
  if (begun < 0) return;
  const unread = hypotheses.slice(begun), past = begun ? hypotheses[begun - 1].answer.state : network.start()[0];
  const { tokens, pointers, state: [after] } = network.read(memory, [past], [unread.map((one) => one.input(language))]);
  const width = language.vocabulary.tokens.length;
  unread.forEach((one, i) => {
    one.answer = {
      tokens: tokens.subarray(i * width, (i + 1) * width),
      pointers: pointers.subarray(i * n, (i + 1) * n),
      state: after.slice(0, begun + i + 1),
    };
  });
}

/** Every step of writing a tree: where it stands, the token that follows, and the strokes that it writes. */
function walkOf(row, root, language, backward) {
  const { grammar } = language;
  let hypothesis = root;
  return [...linearize(row, grammar.notation, backward), [grammar.end, null]].map(([token, node]) => {
    const strokes = grammar.written.has(hypothesis.cursor.kind(token)) ? node.strokes : null;
    const step = { hypothesis, token, strokes };
    hypothesis = hypothesis.longer(token, strokes, language);
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
export function likelyLabels(classes, { strokes }, { labels, mostCandidates }, other) {
  const count = labels.length;
  const scores = labels.map((_, number) => strokes.reduce((sum, stroke) => sum + classes[stroke * count + number], 0));
  const order = labels.map((_, number) => number).sort((a, b) => scores[b] - scores[a] || a - b);
  return order.map((number) => labels[number]).filter((label) => label !== other).slice(0, mostCandidates);
}
