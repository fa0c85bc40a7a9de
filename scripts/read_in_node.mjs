/**
 * Read expressions with the recogniser in JavaScript: `node read_in_node.mjs FOLDER [--plain] [--logits]`.
 *
 * FOLDER is what `crohme.browser.export` wrote. Each line of the input is JSON, {strokes, beam, fixed}; each line of the
 * output {readings, milliseconds, cpu}, or {code, error}. With --logits it is what the network says of the strokes: `classes`,
 * `pairs`, and after the tokens of `steps`, see `Network.read`, `tokens` and `pointers`. --plain does without WebAssembly.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { InkError, Recognizer } from "../js/crohme.js";
import { featurize, toUnitScale } from "../js/features.js";
import { asStrokes, normalise, resample } from "../js/sequences.js";

const [folder, ...flags] = process.argv.slice(2);
const tables = JSON.parse(readFileSync(join(folder, "recognizer.json"), "utf8"));
const bytes = new Uint8Array(readFileSync(join(folder, tables.weights.file)));
const recognizer = new Recognizer(tables, bytes, { vectors: !flags.includes("--plain") });

for await (const line of createInterface({ input: process.stdin })) {
  const asked = JSON.parse(line);
  const answer = flags.includes("--logits") ? logits(asked) : reading(asked);
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}

function reading({ strokes, beam, fixed }) {
  const start = performance.now(), before = process.cpuUsage();
  try {
    const { readings } = recognizer.recognize(strokes, { beam, fixed });
    const { user, system } = process.cpuUsage(before);
    return { readings, milliseconds: performance.now() - start, cpu: (user + system) / 1000 };
  } catch (error) {
    if (!(error instanceof InkError)) throw error;
    return { code: error.code, error: error.message };
  }
}

function logits({ strokes, steps }) {
  const { network } = recognizer, { most_strokes: most, preprocessing } = tables;
  const resampled = normalise(asStrokes(strokes, most)).map((stroke) => resample(stroke, network.points));
  const points = toUnitScale(resampled), memory = network.encode(points);
  const features = featurize(points, network.points, preprocessing);
  const { tokens, pointers } = network.read(memory, network.start(), [steps]);
  const answers = { classes: network.classify(memory), pairs: network.relate(memory), tokens, pointers };
  const found = { vectors: network.layers.hasVectors };
  for (const [name, values] of Object.entries({ points, ...prefixed(features), ...answers })) found[name] = [...values];
  return found;
}

function prefixed(features) {
  return Object.fromEntries(Object.entries(features).map(([name, values]) => [`features_${name}`, values]));
}
