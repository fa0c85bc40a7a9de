/** For each line {network, symbols}: what a network of shapes, in base 64, says, with vectors and without. */
import { createInterface } from "node:readline";
import { ShapeNetwork } from "../../js/shapes.js";

for await (const line of createInterface({ input: process.stdin })) {
  const { network, symbols } = JSON.parse(line);
  const bytes = Uint8Array.from(atob(network), (byte) => byte.charCodeAt(0));
  const strokes = symbols.map((symbol) => symbol.map((stroke) => Float64Array.from(stroke.flat())));
  const answers = [true, false].map((isFast) => {
    const read = new ShapeNetwork(bytes, isFast);
    const vectors = strokes.map((symbol) => read.vector(symbol));
    return { vectors: vectors.map((vector) => [...vector]), unlike: vectors.map((one) => vectors.map((other) => read.improbability(one, other))) };
  });
  process.stdout.write(`${JSON.stringify(answers)}\n`);
}
