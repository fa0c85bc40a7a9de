/** One name, one shape: what a reading gives the same label should look alike, see `crohme/expressions/consistency.py`. */
import { symbols } from "./tree.js";

/** How unlike the symbols are to which each of some readings gives the same label. `points` are strokes of `count` points. */
export function inconsistencies(rows, points, count, shapes) {
  const readings = rows.map(byLabel), vectors = new Map();
  const keyOf = (group) => (group ?? []).join("\n");
  const labels = [...new Set(readings.flatMap((reading) => [...reading.keys()]))];
  const disputed = labels.filter((label) => new Set(readings.map((reading) => keyOf(reading.get(label)))).size > 1);
  const vectorOf = (symbol) => {
    if (!vectors.has(symbol)) {
      const strokes = symbol.split(" ").map((stroke) => Float64Array.from(points.subarray(2 * count * stroke, 2 * count * (Number(stroke) + 1))));
      vectors.set(symbol, shapes.vector(strokes));
    }
    return vectors.get(symbol);
  };
  return readings.map((reading) => disputed.reduce((sum, label) => sum + unlike(reading.get(label) ?? [], vectorOf, shapes), 0));
}

/** Over symbols, how improbable it is that they are of one class with the others, in the mean over these. */
function unlike(group, vectorOf, shapes) {
  if (group.length < 2) return 0;
  let sum = 0;
  group.forEach((symbol, i) => {
    for (const other of group.slice(0, i)) sum += 2 * shapes.improbability(vectorOf(symbol), vectorOf(other));
  });
  return sum / (group.length - 1);
}

/** The symbols of each label, each as its strokes with blanks between. */
function byLabel(row) {
  const found = new Map();
  for (const { label, strokes } of symbols(row)) found.set(label, [...(found.get(label) ?? []), strokes.join(" ")]);
  return new Map([...found].map(([label, all]) => [label, all.sort()]));
}
