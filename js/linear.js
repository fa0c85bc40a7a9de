/** Trees as the tokens that the grammar reads, each with the symbol that it writes, [token, node or null], and back. */
import { GrammarError } from "./errors.js";
import { isGrid, node as makeNode } from "./tree.js";

/** The steps of a row without the end. Backward, each row runs from right to left. */
export function linearize(row, notation, backward = false) {
  const steps = [];
  const add = (of) => {
    for (const node of backward ? of.toReversed() : of) {
      if (isGrid(node)) {
        addGrid(node);
        continue;
      }
      steps.push([notation.isFraction(node) ? notation.fraction : node.label, node]);
      const drawn = notation.argumentsOf(node);
      const own = new Set(drawn);
      if (node.label === notation.root && own.size && "Above" in node.rows) {
        group(node.rows.Above, "[", "]");
        own.add("Above");
      }
      for (const relation of drawn) group(node.rows[relation]);
      for (const [token, ...relations] of notation.scripts) {
        const relation = relations.find((one) => one in node.rows && !own.has(one));
        if (relation) {
          steps.push([token, null]);
          group(node.rows[relation]);
        }
      }
    }
  };
  const group = (of, open = "{", close = "}") => {
    steps.push([open, null]);
    add(of);
    steps.push([close, null]);
  };
  const addGrid = (grid) => {
    steps.push([notation.grid, null]);
    for (const [i, line] of grid.cells.entries()) {
      if (i) steps.push([notation.nextLine, null]);
      for (const [j, cell] of (backward ? line.toReversed() : line).entries()) {
        if (j) steps.push([notation.nextCell, null]);
        add(cell);
      }
    }
    steps.push([notation.endGrid, null]);
  };
  add(row);
  return steps;
}

/** The row that `linearize` writes, with Sub and Sup for all scripts. */
export function delinearize(steps, notation, backward = false) {
  let next = 0;
  const turned = (row) => (backward ? row.reverse() : row);
  const peek = () => steps[next]?.[0];
  const close = () => {
    if (next >= steps.length) throw new GrammarError("not a whole expression");
    return steps[next++][0];
  };
  const group = (end = "}") => {
    next++;
    const row = read([end]);
    close();
    return row;
  };
  const readGrid = () => {
    const lines = [[]];
    for (let token = notation.nextCell; token !== notation.endGrid;) {
      lines.at(-1).push(read([notation.nextCell, notation.nextLine, notation.endGrid]));
      token = close();
      if (token === notation.nextLine) lines.push([]);
    }
    return makeNode(notation.grid, [], {}, lines.map(turned));
  };
  const withArguments = (token, node) => {
    const rows = {};
    if (token === notation.root && peek() === "[") rows.Above = group("]");
    for (const relation of notation.commands.get(token) ?? []) rows[relation] = group();
    return makeNode(token === notation.fraction ? notation.bar : node.label, node.strokes, rows);
  };
  const read = (ends) => {
    const nodes = [];
    while (next < steps.length) {
      const [token, node] = steps[next];
      if (node === null && ends.includes(token)) break;
      next++;
      if (token === notation.grid) nodes.push(readGrid());
      else if (node !== null) nodes.push(withArguments(token, node));
      else if (notation.scriptOf.has(token) && nodes.length) nodes.at(-1).rows[notation.scriptOf.get(token)] = group();
      else throw new GrammarError(`${token} may not stand here`);
    }
    return turned(nodes);
  };
  const row = read([]);
  if (next !== steps.length || !row.length) throw new GrammarError("not a whole expression");
  return row;
}
