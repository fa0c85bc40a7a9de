/** For each line {tables, tokens, walk}: where the grammar stands after each token of the walk, and the tree of all. */
import { createInterface } from "node:readline";
import { Grammar } from "../../js/grammar.js";
import { toLatex } from "../../js/latex.js";
import { delinearize, linearize } from "../../js/linear.js";
import { toMathml } from "../../js/mathml.js";
import { Notation, symbols } from "../../js/tree.js";

for await (const line of createInterface({ input: process.stdin })) {
  const { tables, tokens, walk, backward } = JSON.parse(line);
  const notation = new Notation(tables.notation);
  const grammar = new Grammar(tables.grammar, notation);
  let cursor = grammar.begin(), count = 0;
  const positions = [], steps = [];
  for (const token of walk) {
    positions.push({
      allowed: tokens.filter((one) => cursor.allows(one)),
      place: [cursor.anchor, cursor.relation, cursor.rowRelation],
      owed: cursor.owed,
      depth: cursor.depth,
    });
    const writes = grammar.written.has(cursor.kind(token));
    if (token !== grammar.end) steps.push([token, writes ? { label: token, strokes: [count++], rows: {}, cells: [] } : null]);
    cursor = cursor.advance(token);
  }
  const row = delinearize(steps, notation, backward);
  const again = linearize(row, notation, backward).map(([token]) => token);
  const order = [...symbols(row)].map(({ label, strokes }) => [label, ...strokes]);
  process.stdout.write(`${JSON.stringify({ positions, latex: toLatex(row, notation), mathml: toMathml(row, notation, tables.signs), again, order })}\n`);
}
