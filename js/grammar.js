/** The grammar of normal-form LaTeX as an automaton that reads one token at a time, see `crohme/notation/grammar.py`. */
import { GrammarError } from "./errors.js";

const NO_GRID = { first: null, above: null, line: null, left: null, columns: 0, column: 0 };
const NO_SCRIPTS = { SUB: false, SUP: false };
const BOTH = { SUB: true, SUP: true };

/** The tables of the grammar. */
export class Grammar {
  constructor({ cell_ends: cellEnds, end, start, start_backward: startBackward, max_depth: maxDepth, ...tables }, notation) {
    Object.assign(this, { notation, end, start, startBackward, maxDepth });
    this.kinds = new Map(Object.entries(tables.kinds));
    [this.written, this.closing, this.nesting, this.lineEnds] = ["written", "closing", "nesting", "line_ends"].map((name) => new Set(tables[name]));
    /** The tokens that end a cell of a grid, and their kinds. */
    this.cellEnds = Object.entries(cellEnds);
    this.cellEndKinds = new Set(Object.values(cellEnds));
  }

  /** The position before the first token. */
  begin() {
    return new Cursor(this, [row()], null, 0, false);
  }

  /** Whether ending the cell by a token of this kind makes its line longer or shorter than the first one. */
  isUneven(grid, kind) {
    if (kind === "NEXT_CELL") return grid.columns === grid.column + 1;
    return this.lineEnds.has(kind) && grid.column + 1 < grid.columns;
  }
}

export function openGrid(given = {}) {
  return { ...NO_GRID, ...given };
}

/** An open row: what it hangs on, the kind of token that closes it, its last and first symbol. */
export function row(given = {}) {
  return { group: null, closing: "END", last: null, scripts: NO_SCRIPTS, grid: null, first: null, ...given };
}

/** A group that must open next: its base, how it hangs, the one that must follow, whether `[` may open an index. */
export function group(base, relation, { then = null, orIndex = false } = {}) {
  return { base, relation, then, orIndex };
}

/** A position between two tokens; `advance` gives the next one. */
export class Cursor {
  #place = undefined;

  constructor(grammar, rows, pending, symbols, ended) {
    Object.assign(this, { grammar, rows, pending, symbols, ended });
  }

  /** Number of the symbol to which the next symbol will be related; null at the start. */
  get anchor() {
    return (this.#place ??= this.#find())[0];
  }

  /** Relation of the next symbol to its anchor; null at the start. */
  get relation() {
    return (this.#place ??= this.#find())[1];
  }

  #find() {
    if (this.pending) return [this.pending.base, this.pending.relation];
    let here;
    for (here of this.rows.toReversed()) {
      if (here.last !== null) return [here.last, "Right"];
      if (!here.grid) break;
      if (here.grid.left !== null) return [here.grid.left, "next cell"];
      if (here.grid.above !== null) return [here.grid.above, "next line"];
    }
    return here.group ? [here.group.base, here.group.relation] : [null, null];
  }

  /** How the innermost row, or the one that must open now, hangs; null on the base line. */
  get rowRelation() {
    const last = this.rows.at(-1);
    if (!this.pending && last.grid) return "next cell";
    return (this.pending ?? last.group)?.relation ?? null;
  }

  /** How many rows are open inside each other, the base line not counted. */
  get depth() {
    return this.rows.length - 1 + (this.pending ? 1 : 0);
  }

  /** How many symbols must still be written before the end may come. */
  get owed() {
    let owed = this.pending ? 1 + (this.pending.then ? 1 : 0) : 0;
    this.rows.forEach((one, i) => {
      const inner = this.rows[i + 1];
      const isBegun = one.last !== null || (one.grid && one.grid.line !== null);
      if (!isBegun && !inner?.grid) owed++; // what a cell writes begins the row that its grid stands in
      if (one.group?.then) owed++;
    });
    return owed;
  }

  /** What a token is here: `[` and `]` are symbols, but for the index of a root. */
  kind(token) {
    if (token === "[" && this.pending?.orIndex) return "OPEN_INDEX";
    if (token === "]" && this.rows.at(-1).closing === "CLOSE_INDEX") return "CLOSE_INDEX";
    return this.grammar.kinds.get(token) ?? "SYMBOL";
  }

  /** Whether a token may come next. */
  allows(token) {
    if (this.ended) return false;
    const kind = this.kind(token), last = this.rows.at(-1);
    if (this.pending) return kind === "OPEN" || kind === "OPEN_INDEX";
    if (this.grammar.cellEndKinds.has(kind)) {
      const isBegun = last.last !== null || (last.grid && last.grid.line !== null);
      return Boolean(last.grid && (kind === "NEXT_CELL" || isBegun));
    }
    if (kind === "CLOSE" || kind === "CLOSE_INDEX" || kind === "END") return kind === last.closing && last.last !== null;
    return this.grammar.written.has(kind) || kind === "GRID" || last.scripts[kind] === true;
  }

  /** The position after a token. Throws GrammarError where it may not come next. */
  advance(token) {
    if (!this.allows(token)) throw new GrammarError(`${token} may not stand here`);
    const kind = this.kind(token), last = this.rows.at(-1), outer = this.rows.slice(0, -1);
    if (this.grammar.written.has(kind)) return this.#write(token);
    switch (kind) {
      case "GRID":
        return this.#with([...this.rows, row({ closing: "END_GRID", grid: openGrid() })]);
      case "NEXT_CELL": case "NEXT_LINE": case "END_GRID":
        return this.#endCell(kind);
      case "SUB": case "SUP": {
        const scripts = kind === "SUP" ? NO_SCRIPTS : { ...last.scripts, SUB: false };
        return this.#with([...outer, { ...last, scripts }], group(last.last, kind === "SUB" ? "Sub" : "Sup"));
      }
      case "OPEN":
        return this.#with([...this.rows, row({ group: this.pending, closing: "CLOSE" })]);
      case "OPEN_INDEX": {
        const index = group(this.pending.base, "Above", { then: "Inside" });
        return this.#with([...this.rows, row({ group: index, closing: "CLOSE_INDEX" })]);
      }
      case "END":
        return new Cursor(this.grammar, this.rows, this.pending, this.symbols, true);
    }
    const closed = last.group;
    return this.#with(outer, closed.then ? group(closed.base, closed.then) : null);
  }

  #with(rows, pending = null) {
    return new Cursor(this.grammar, rows, pending, this.symbols, false);
  }

  #write(token) {
    const number = this.symbols, last = this.rows.at(-1), { commands, root } = this.grammar.notation;
    const [relation, then = null] = commands.get(token) ?? [];
    const pending = relation ? group(number, relation, { then, orIndex: token === root }) : null;
    const rows = [...this.rows.slice(0, -1), { ...last, last: number, scripts: BOTH, first: last.first ?? number }];
    return new Cursor(this.grammar, rows, pending, number + 1, false);
  }

  #endCell(kind) {
    const outer = this.rows.slice(0, -1), cell = this.rows.at(-1), { grid } = cell;
    const first = grid.first ?? cell.first, line = grid.line ?? cell.first;
    if (kind === "END_GRID") {
      const around = outer.at(-1);
      const after = { ...around, last: around.last ?? first, scripts: NO_SCRIPTS, first: around.first ?? first };
      return this.#with([...outer.slice(0, -1), after]);
    }
    const left = cell.first ?? grid.left, column = grid.column + 1, { above, columns } = grid;
    const following = kind === "NEXT_CELL"
      ? openGrid({ first, above, line, left, columns, column })
      : openGrid({ first, above: line, columns: columns || column });
    return this.#with([...outer, row({ closing: "END_GRID", grid: following })]);
  }
}
