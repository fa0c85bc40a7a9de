/** The best readings of an expression: both directions of the search, ranked by all that speaks for each. */
import { improbabilities } from "./appearance.js";
import { decode, Hypothesis } from "./decoding.js";
import { toLatex } from "./latex.js";
import { disagreement } from "./likeness.js";
import { linearize } from "./linear.js";
import { classesOf, rescore, symbolScore } from "./rescoring.js";
import { symbols } from "./tree.js";

/** Candidates with different LaTeX, best first, each {row, latex, score, certainty}; with a beam of 1 of one direction. */
export function bestReadings(network, memory, points, language, constants, beam, { likeness, appearance }, fixed = []) {
  const { notation } = language.grammar;
  const search = (options) => decode(network, memory, language, { constants, fixed, ...options }).map((one) => distinct(one, notation));
  if (beam === 1) {
    const [alone] = search({ beam: 1 });
    if (alone.length) return alone;
  }
  const roots = [false, true].map((backward) => Hypothesis.first(memory.n, backward, language));
  const ways = search({ beam: Math.max(beam, 2), backward: [false, true], roots });
  const known = ways.map((way) => new Map(way.map((candidate) => [keyOf(candidate, notation), candidate.score])));
  const found = new Map([...ways[1], ...ways[0]].map((candidate) => [keyOf(candidate, notation), candidate]));
  if (!found.size) return [];
  const missing = known.flatMap((scores, way) => [...found.keys()].filter((key) => !scores.has(key)).map((key) => [way, key]));
  const rows = missing.map(([, key]) => found.get(key).row);
  rescore(network, memory, language, rows, { backward: missing.map(([way]) => way === 1), roots: missing.map(([way]) => roots[way]), constants })
    .forEach((score, i) => known[missing[i][0]].set(missing[i][1], score));
  const classes = classesOf(network, memory);
  const differently = [...found.values()].map(({ row }) => disagreement(row, points, network.points, likeness));
  const written = [...found.values()].map(({ row }) => language.model?.score(row, language) ?? 0);
  // Against the best of them: what all have in common says nothing about how sure the best reading is.
  const least = Math.min(...differently), likeliest = Math.max(...written), first = constants.forward_weight;
  const counts = [...found.values()].map(({ row }) => [...symbols(row)].length), most = Math.max(...counts);
  const ranked = [...found].map(([key, candidate], i) => ({
    ...candidate,
    score: first * known[0].get(key) + (1 - first) * known[1].get(key)
      + constants.class_weight * symbolScore(classes, candidate.row, language.vocabulary)
      + constants.likeness_weight * (least - differently[i])
      + constants.language_weight * (written[i] - likeliest)
      + constants.symbol_weight * (counts[i] - most),
  }));
  if (language.shapes) {
    lostByShape(ranked, points, network.points, language.shapes, constants, appearance).forEach((lost, i) => { ranked[i].score -= lost; });
  }
  return distinct(ranked, notation);
}

/** What readings lose by their symbols' looks beside the one that loses least; those far behind as much as any. */
function lostByShape(ranked, points, count, shapes, constants, { close, ...rest }) {
  const best = Math.max(...ranked.map(({ score }) => score)), isClose = ({ score }) => score >= best - close;
  const found = improbabilities(ranked.filter(isClose).map(({ row }) => row), points, count, shapes, rest)
    .map(([unlike, strange]) => constants.consistency_weight * unlike + constants.shape_weight * strange);
  const least = Math.min(...found), most = Math.max(...found);
  let next = 0;
  return ranked.map((one) => (isClose(one) ? found[next++] : most) - least);
}

/** A reading as a key: its tokens, and the strokes of each. */
function keyOf({ row }, notation) {
  return linearize(row, notation).map(([token, node]) => `${token} ${node ? node.strokes.join(" ") : ""}`).join("\n");
}

/** Best first, one for each LaTeX. */
function distinct(candidates, notation) {
  const kept = new Map();
  for (const candidate of candidates.toSorted((a, b) => b.score - a.score)) {
    const latex = toLatex(candidate.row, notation);
    if (!kept.has(latex)) kept.set(latex, { ...candidate, latex });
  }
  return [...kept.values()];
}
