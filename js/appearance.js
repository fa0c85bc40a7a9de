/** What the symbols of a reading look like: each other, and their class, see `crohme/expressions/appearance.py`. */
import { innerRows, isGrid, symbols } from "./tree.js";

/**
 * How improbable some readings are by the shapes of their symbols, each [that symbols of one label are of one class, that
 * those around which nothing tells are of theirs, times `in_cells` in cells]. `points` are strokes of `count` points;
 * symbols of `shapeless` labels need not look alike.
 */
export function improbabilities(rows, points, count, shapes, { in_cells: ofCells, shapeless }) {
  const all = rows.map((row) => [...symbols(row)].map(({ label, strokes }) => ({ label, key: strokes.join(" "), strokes })));
  const readings = all.map(byLabel), labels = new Set(readings.flatMap((reading) => [...reading.keys()]));
  for (const label of shapeless) labels.delete(label);
  const disputed = [...labels].filter((label) => new Set(readings.map((reading) => (reading.get(label) ?? []).join("\n"))).size > 1);
  const unaided = new Set(rows.flatMap((row) => unaidedOf(row)).flatMap(({ strokes }) => strokes));
  const named = all.map((reading) => reading.filter(({ strokes }) => strokes.some((stroke) => unaided.has(stroke))));
  const share = all.some((reading) => reading.length === 1) ? 1 : ofCells;
  const nameOf = ({ label, key }) => `${label} ${key}`;
  const names = named.map((reading) => new Set(reading.map(nameOf)));
  const looks = new Map();
  const lookOf = (key) => {
    if (!looks.has(key)) looks.set(key, shapes.look(key.split(" ").map((stroke) => strokeOf(points, count, Number(stroke)))));
    return looks.get(key);
  };
  return readings.map((reading, i) => [
    disputed.reduce((sum, label) => sum + unlike(reading.get(label) ?? [], lookOf, shapes), 0),
    named[i].filter((one) => !names.every((others) => others.has(nameOf(one)))).reduce((sum, { label, key }) => sum - share * shapes.classScore(lookOf(key), label), 0),
  ]);
}

/** Over symbols, how improbable it is that they are of one class with the others, in the mean over these. */
function unlike(group, lookOf, shapes) {
  if (group.length < 2) return 0;
  let sum = 0;
  group.forEach((symbol, i) => {
    for (const other of group.slice(0, i)) sum += 2 * shapes.unlike(lookOf(symbol), lookOf(other));
  });
  return sum / (group.length - 1);
}

/** The symbols of each label, each as its strokes with blanks between. */
function byLabel(all) {
  const found = new Map();
  for (const { label, key } of all) found.set(label, [...(found.get(label) ?? []), key]);
  return new Map([...found].map(([label, keys]) => [label, keys.sort()]));
}

/** The symbols around which nothing tells what they are: those in cells, and one that stands alone. */
function unaidedOf(row) {
  const all = [...symbols(row)];
  return all.length === 1 ? all : inCells(row);
}

function inCells(row) {
  return row.flatMap((one) => (isGrid(one) ? one.cells.flat().flatMap((cell) => [...symbols(cell)]) : innerRows(one).flatMap(inCells)));
}

function strokeOf(points, count, stroke) {
  return Float64Array.from(points.subarray(2 * count * stroke, 2 * count * (stroke + 1)));
}
