/** Finds the lines of pages: a JSON of {strokes, known, skipped} a line on stdin, or with `--grow` those after each stroke. */
import { createInterface } from "node:readline";
import { findLines } from "../../crohme/web/static/lines.js";

const isGrowing = process.argv.includes("--grow");

for await (const line of createInterface({ input: process.stdin })) {
  const { strokes, known = [], skipped = [] } = JSON.parse(line);
  if (isGrowing) {
    const all = [];
    strokes.forEach((_, i) => all.push(findLines(strokes.slice(0, i + 1), all.at(-1) ?? [])));
    console.log(JSON.stringify(all));
  } else {
    console.log(JSON.stringify(findLines(strokes, known, skipped)));
  }
}
