/** Trees as LaTeX in the project's normal form. */
import { isGrid } from "./tree.js";

/** The tokens, separated by spaces. */
export function toLatex(row, notation) {
  return [...written(row, notation)].join(" ");
}

function* written(row, notation) {
  for (const node of row) {
    if (isGrid(node)) {
      yield* grid(node, notation);
      continue;
    }
    const rows = { ...node.rows };
    if (node.label === notation.root) {
      yield* root(rows, notation);
    } else {
      yield notation.isFraction(node) ? notation.fraction : node.label === notation.other ? notation.otherAs : node.label;
      for (const relation of notation.argumentsOf(node)) {
        yield* braced(rows[relation], notation);
        delete rows[relation];
      }
    }
    yield* scripts(node, rows, notation);
  }
}

function* grid(node, notation) {
  yield notation.grid;
  for (const [i, line] of node.cells.entries()) {
    if (i) yield notation.nextLine;
    for (const [j, cell] of line.entries()) {
      if (j) yield notation.nextCell;
      yield* written(cell, notation);
    }
  }
  const last = node.cells.at(-1);
  if (last.length === 1 && !last[0].length) yield notation.nextLine; // the one before ends the line above, and opens none
  yield notation.endGrid;
}

function* root(rows, notation) {
  yield notation.root;
  const inside = rows.Inside ?? [];
  delete rows.Inside;
  if (inside.length && "Above" in rows) {
    const index = rows.Above;
    delete rows.Above;
    // TeX ends the index at the first bracket outside of braces.
    const closesEarly = index.some((node) => node.label === "]" || ("Inside" in node.rows && "Above" in node.rows));
    yield "[";
    yield* closesEarly ? braced(index, notation) : written(index, notation);
    yield "]";
  }
  yield* braced(inside, notation);
}

function* scripts(node, rows, notation) {
  for (const [sign, ...relations] of notation.scripts) {
    const present = relations.filter((relation) => relation in rows);
    if (present.length > 1) throw new Error(`symbol ${node.label} has both ${present.join(" and ")}: no LaTeX says that`);
    if (present.length) {
      yield sign;
      yield* braced(rows[present[0]], notation);
    }
  }
  if ("Inside" in rows) throw new Error(`symbol ${node.label} has a row Inside: only a root or a frame can have one`);
}

function* braced(row, notation) {
  yield "{";
  yield* written(row, notation);
  yield "}";
}
