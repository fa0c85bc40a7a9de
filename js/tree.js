/**
 * Symbol layout trees. A row is an array of nodes {label, strokes, rows, cells}: `rows` are the rows that hang on it
 * by relation, in their order, and `cells` the lines of rows of a grid, which is no symbol.
 */

export function node(label, strokes = [], rows = {}, cells = []) {
  return { label, strokes, rows, cells };
}

export function isGrid(of) {
  return of.cells.length > 0;
}

/** What trees need to know of symbols. */
export class Notation {
  constructor({ names, arguments: commands, limits, other_as: otherAs }) {
    Object.assign(this, names); // bar, fraction, root, grid, other, prime, and the tokens of a grid
    this.commands = new Map(Object.entries(commands));
    this.limitOf = limits.of;
    /** The tokens of scripts, with the relations that each writes. */
    this.scripts = Object.entries(limits.tokens).map(([script, token]) => [token, script, limits.of[script]]);
    this.scriptOf = new Map(this.scripts.map(([token, script]) => [token, script]));
    this.withLimits = new Set(limits.operators);
    this.otherAs = otherAs;
  }

  isFraction(of) {
    return of.label === this.bar && "Above" in of.rows && "Below" in of.rows;
  }

  /** How the rows lie that are part of what a symbol draws. */
  argumentsOf(of) {
    if (this.isFraction(of)) return this.commands.get(this.fraction);
    const own = this.commands.get(of.label) ?? [];
    return own.every((relation) => relation in of.rows) ? own : [];
  }
}

/** All rows that hang on a symbol, or the cells of a grid, line by line. */
export function innerRows(of) {
  return [...Object.values(of.rows), ...of.cells.flat()];
}

/** A node with every row that hangs on it, and every cell, changed. */
export function withRows(of, change) {
  const rows = Object.fromEntries(Object.entries(of.rows).map(([relation, row]) => [relation, change(row)]));
  return { ...of, rows, cells: of.cells.map((line) => line.map(change)) };
}

/** The symbols of a row and of all that hangs on them, depth first. */
export function* symbols(row) {
  for (const one of row) {
    if (!isGrid(one)) yield one;
    for (const inner of innerRows(one)) yield* symbols(inner);
  }
}
