/** For each line {network, symbols}: what a network of shapes, in base 64, says, with vectors and without. */
import { createInterface } from "node:readline";
import { ShapeNetwork } from "../../js/shapes.js";

for await (const line of createInterface({ input: process.stdin })) {
  const { network, symbols } = JSON.parse(line);
  const bytes = Uint8Array.from(atob(network), (byte) => byte.charCodeAt(0));
  const strokes = symbols.map((symbol) => symbol.map((stroke) => Float64Array.from(stroke.flat())));
  const answers = [true, false].map((isFast) => {
    const read = new ShapeNetwork(bytes, isFast);
    const looks = strokes.map((symbol) => read.look(symbol));
    return {
      vectors: looks.map(({ vector }) => [...vector]),
      classes: looks.map(({ classes }) => [...classes]),
      unlike: looks.map((one) => looks.map((other) => read.unlike(one, other))),
      scores: ["x", "c2", "?"].map((label) => looks.map((one) => read.classScore(one, label))),
    };
  });
  process.stdout.write(`${JSON.stringify(answers)}\n`);
}
