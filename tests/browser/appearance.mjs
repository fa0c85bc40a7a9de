/** For each line {network, points, count, rows, constants}: how improbable readings are by the looks of their symbols. */
import { createInterface } from "node:readline";
import { improbabilities } from "../../js/appearance.js";
import { ShapeNetwork } from "../../js/shapes.js";
import { node } from "../../js/tree.js";

const asRow = (row) => row.map(({ label, strokes, rows, cells }) =>
  node(label, strokes, Object.fromEntries(Object.entries(rows).map(([relation, inner]) => [relation, asRow(inner)])), cells.map((line) => line.map(asRow))));

for await (const line of createInterface({ input: process.stdin })) {
  const { network, points, count, rows, constants } = JSON.parse(line);
  const shapes = new ShapeNetwork(Uint8Array.from(atob(network), (byte) => byte.charCodeAt(0)));
  process.stdout.write(`${JSON.stringify(improbabilities(rows.map(asRow), Float32Array.from(points), count, shapes, constants))}\n`);
}
