/**
 * Read one expression with onnxruntime in JavaScript, with a beam of 1: `npm install onnxruntime-node`, and
 *     node read_with_onnxruntime.mjs FOLDER STROKES.json
 *
 * FOLDER is what `crohme export math --to onnx FOLDER` wrote, STROKES.json an array of strokes of points [x, y]. In a page,
 * onnxruntime-web does the same. Features, grammar and search are those of the npm package `crohme`.
 */
import { readFileSync } from "node:fs";
import ort from "onnxruntime-node";
import { searching } from "crohme/decoding.js";
import { toUnitScale } from "crohme/features.js";
import { Grammar } from "crohme/grammar.js";
import { toLatex } from "crohme/latex.js";
import { asStrokes, normalise, resample } from "crohme/sequences.js";
import { Notation } from "crohme/tree.js";
import { Vocabulary } from "crohme/vocabulary.js";

const [folder, file] = process.argv.slice(2);
const tables = JSON.parse(readFileSync(`${folder}/recognizer.json`, "utf8"));
const { points: count, decoder_layers: layers, heads, width } = tables.arguments;
const [encoder, decoder] = await Promise.all(["encoder", "decoder"].map((part) => ort.InferenceSession.create(`${folder}/${part}.onnx`)));
const language = {
  grammar: new Grammar(tables.grammar, new Notation(tables.notation)),
  vocabulary: new Vocabulary(tables.vocabulary),
  masks: new Map(),
};

const strokes = asStrokes(JSON.parse(readFileSync(file, "utf8")), tables.most_strokes), n = strokes.length;
const points = toUnitScale(normalise(strokes).map((stroke) => resample(stroke, count)));
const { classes, pairs, ...memory } = await encoder.run({ strokes: floats(points, [n, count, 2]) });
const none = floats([], [layers, 1, heads, 0, width / heads]);
const search = searching(pairs.data, n, [{ keys: none, values: none }], language, { beam: 1, constants: tables.decoding });
let step = search.next();
while (!step.done) step = search.next(await read(step.value));
const [[best]] = step.value;
console.log(toLatex(best.row, language.grammar.notation));

/** One more token of the one hypothesis. */
async function read({ state: [past], steps: [[{ previous, anchor, written, relation, row }]] }) {
  const anchors = Array.from({ length: n }, (_, stroke) => (anchor.includes(stroke) ? 1 : 0));
  const answers = await decoder.run({
    ...memory,
    ...past,
    previous: number(previous),
    anchors: floats(anchors, [1, 1, n]),
    written: floats(written, [1, 1, n]),
    relations: number(relation),
    rows: number(row),
  });
  const state = [{ keys: answers.new_keys, values: answers.new_values }];
  return { tokens: answers.tokens.data, pointers: answers.pointers.data, state };
}

function floats(values, shape) {
  return new ort.Tensor("float32", Float32Array.from(values), shape);
}

function number(value) {
  return new ort.Tensor("int64", [BigInt(value)], [1, 1]);
}
