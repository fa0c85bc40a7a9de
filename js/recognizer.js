/** Whole handwritten expressions: strokes in, readings out, see `crohme/expressions/recognizer.py`. */
import { confidences } from "./confidence.js";
import { BundleError, InkError } from "./errors.js";
import { PAIR_FEATURES, POINT_FEATURES, STROKE_FEATURES, toUnitScale } from "./features.js";
import { checkedFixed } from "./fixed.js";
import { Network } from "./forward.js";
import { Grammar } from "./grammar.js";
import { toInline } from "./inline.js";
import { toMathml } from "./mathml.js";
import { readLanguage } from "./language.js";
import { bestReadings } from "./ranking.js";
import { classesOf, classScore, likelyLabels } from "./rescoring.js";
import { asStrokes, box, clip, normalise, resample } from "./sequences.js";
import { readShapes } from "./shapes.js";
import { Notation, symbols } from "./tree.js";
import {
  aloneFactor, coverageFactor, dotFactor, inkWeights, joinedFactor, knownFactor, linesFactor, seenShares, spiralFactor, swingFactor, unreadShares,
} from "./unread.js";
import { Vocabulary } from "./vocabulary.js";
import { readWeights } from "./weights.js";

const FORMAT = 2;

export class Recognizer {
  /** `tables` is the object of `recognizer.json`, `bytes` a Uint8Array of the weights. Throws BundleError. */
  constructor(tables, bytes, { vectors = true } = {}) {
    if (tables?.format !== FORMAT) throw new BundleError(`its format is ${tables?.format}; this version reads format ${FORMAT}`);
    const expected = { point_features: POINT_FEATURES, stroke_features: STROKE_FEATURES };
    for (const [name, value] of Object.entries(expected)) {
      if (tables.arguments[name] !== value) throw new BundleError(`made for ${name} ${tables.arguments[name]}, not ${value}`);
    }
    if (tables.arguments.pair_features > PAIR_FEATURES) throw new BundleError(`made for ${tables.arguments.pair_features} pair features`);
    this.tables = tables;
    this.network = new Network(readWeights(bytes, tables.weights), tables.arguments, tables.preprocessing, vectors);
    this.language = {
      grammar: new Grammar(tables.grammar, new Notation(tables.notation)),
      vocabulary: new Vocabulary(tables.vocabulary),
      masks: new Map(),
      model: readLanguage(bytes, tables.weights.language, tables.language),
      shapes: readShapes(bytes, tables.weights.shapes, vectors),
    };
  }

  /**
   * Recognise one expression. `strokes` are arrays of [x, y], Y down, in any unit. `top` is the most readings to give,
   * `beam` how many hypotheses are kept while searching; 1 is fastest. `fixed` are symbols {strokes, label or null} that
   * every reading has. Throws InkError.
   */
  recognize(strokes, { top = 5, beam = this.tables.decoding.beam, fixed: given = [] } = {}) {
    const { tables, network, language } = this, { notation } = language.grammar, count = network.points;
    const ink = asStrokes(strokes, tables.most_strokes);
    if (ink.length > 1 && ink.every((stroke) => stroke.every((value, i) => value === ink[0][i & 1]))) {
      throw new InkError("nothing to recognise: all strokes lie on one spot", "nothing_to_recognise");
    }
    const fixed = checkedFixed(given, ink.length, language, tables.signs);
    const normal = normalise(ink), resampled = normal.map((stroke) => resample(stroke, count));
    const points = toUnitScale(resampled), memory = network.encode(points);
    const candidates = bestReadings(network, memory, points, language, tables.decoding, Math.max(beam, 1), tables, fixed);
    if (!candidates.length && fixed.length) throw new InkError("no reading has all fixed symbols", "invalid");
    if (!candidates.length) throw new InkError("no reading was found", "nothing_to_recognise");
    const shares = confidences(candidates.map(({ score }) => score), tables.calibration);
    if (!shares.every(Number.isFinite)) throw new BundleError("the weights make no sense: their answers are no numbers");
    const weights = inkWeights(points, count, tables.unread), seen = seenShares(normal, resampled, tables.unread);
    const unread = candidates.map(({ row }) => unreadShares(row, points, count, seen, tables.unread, tables.stroke_limits));
    const ofAny = swingFactor(points, count, tables.unread) * spiralFactor(points, count, tables.unread) * joinedFactor(normal, weights, tables.unread);
    const ranked = candidates
      .map((candidate, i) => ({ ...candidate, confidence: shares[i] * coverageFactor(weights, unread[i], tables.unread) }))
      .sort((a, b) => b.confidence - a.confidence)
      .map((one) => ({
        ...one,
        confidence: one.confidence * knownFactor(one.row, notation.other, tables.unread) * dotFactor(one.row, points, count, tables.unread)
          * ofAny * linesFactor(one.row, tables.unread),
      }));
    if (!fixed.length && ranked[0].confidence < tables.decoding.least_confidence) throw new InkError("no reading", "nothing_to_recognise");
    const classes = classesOf(network, memory), labelled = new Set(fixed.flatMap((one) => (one.label === null ? [] : [one.strokes.join(" ")])));
    const ofClass = (node) => Math.exp(classScore(classes, node, language.vocabulary)), [best] = ranked;
    const ofAll = labelled.size ? 1 : aloneFactor(best.row, best.confidence, ofClass);
    const shown = ranked.slice(0, top).map((one) => ({ ...one, confidence: ofAll * one.confidence }));
    return { readings: shown.map((candidate) => this.#reading(candidate, classes, ink, labelled)) };
  }

  #reading({ row, latex, confidence, certainty }, classes, ink, labelled) {
    const { grammar: { notation }, vocabulary } = this.language;
    const all = [...symbols(row)], isAlone = all.length === 1;
    const read = all.map((node) => {
      const own = Math.exp(certainty.get(node.strokes.join(" "))), byClass = Math.exp(classScore(classes, node, vocabulary));
      const sure = labelled.has(node.strokes.join(" ")) ? 1 : isAlone ? confidence : clip((own + byClass) / 2, confidence, 1);
      const candidates = likelyLabels(classes, node, vocabulary, notation.other), [low, high] = box(node.strokes.map((stroke) => ink[stroke]));
      const doubtful = node.label === notation.other || sure < this.tables.doubtful;
      return { label: node.label, strokes: node.strokes, box: [...low, ...high], confidence: sure, doubtful, candidates };
    });
    const { signs, formats } = this.tables;
    const [text, typst] = [formats.text, formats.typst].map((format) => toInline(row, notation, signs, format));
    return { latex, confidence, mathml: toMathml(row, notation, signs), text, typst, symbols: read };
  }
}
