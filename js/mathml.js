/** Trees as Presentation MathML, for a browser to show, with the strokes of each symbol, see `crohme/notation/mathml_writer.py`. */
import { isGrid } from "./tree.js";

const NAMESPACE = "http://www.w3.org/1998/Math/MathML";
const APPLY_FUNCTION = "\u2061";

/** A `<math display="block">` element; `signs` is the table of that name. */
export function toMathml(row, notation, signs) {
  const writer = new Writer(notation, signs);
  return serialised(element("math", [writer.row(row)], { xmlns: NAMESPACE, display: "block" }));
}

class Writer {
  constructor(notation, signs) {
    Object.assign(this, { notation, signs });
  }

  row(row) {
    const partners = this.#partners(row), closings = new Set(partners.values()), levels = [[]];
    for (let index = 0; index < row.length;) {
      const end = this.#numberEnd(row, index);
      if (end > index) {
        const number = asRow(row.slice(index, end).map((digit) => marked(element("mn", [], {}, digit.label), digit)));
        levels.at(-1).push(this.#scripted(number, row[end - 1].rows));
        index = end;
        continue;
      }
      const node = row[index];
      if (closings.has(index)) {
        const fenced = [...levels.pop(), this.#leaf(node)];
        levels.at(-1).push(this.#scripted(element("mrow", fenced), node.rows));
      } else {
        if (partners.has(index)) levels.push([]);
        levels.at(-1).push(this.#node(node, partners.has(index) ? null : String(this.#isOfGrid(row, index))));
        if (this.#kind(node) === "function" && index + 1 < row.length) levels.at(-1).push(element("mo", [], {}, APPLY_FUNCTION));
      }
      index++;
    }
    return asRow(levels[0]);
  }

  #node(node, ofFence) {
    if (isGrid(node)) return this.#table(node);
    const kind = this.#kind(node), attribute = this.signs.accents[kind], drawn = this.notation.argumentsOf(node);
    if (attribute && drawn.length) {
      const mark = this.#leaf(node), { [drawn[0]]: content, ...rows } = node.rows;
      const stretchy = this.signs.stretchy[node.label];
      if (stretchy) mark.attributes.stretchy = stretchy;
      const name = attribute === "accent" ? "mover" : "munder";
      return this.#scripted(element(name, [this.row(content), mark], { [attribute]: "true" }), rows);
    }
    const composite = this.#composite(node, drawn);
    if (composite) return this.#scripted(...composite);
    const base = this.#leaf(node);
    if (this.signs.fences.includes(kind) && ofFence) base.attributes.stretchy = ofFence;
    // Limits stay where they were written.
    if (kind === "big operator" && Object.keys(node.rows).length) base.attributes.movablelimits = "false";
    return this.#scripted(base, node.rows);
  }

  /** The fraction, root or frame that a node is, and the rows that are not part of it. */
  #composite(node, drawn) {
    const rows = { ...node.rows }, { binomial, root } = this.notation;
    const parts = drawn.map((relation) => {
      const part = this.row(rows[relation]);
      delete rows[relation];
      return part;
    });
    if (this.notation.isFraction(node)) return [marked(element("mfrac", parts), node), rows];
    if (!parts.length) return null;
    if (node.label === binomial) {
      const stack = marked(element("mfrac", parts, { linethickness: "0" }), node);
      return [element("mrow", [element("mo", [], {}, "("), stack, element("mo", [], {}, ")")]), rows];
    }
    if (node.label in this.signs.enclosures) {
      return [marked(element("menclose", parts, { notation: this.signs.enclosures[node.label] }), node), rows];
    }
    if (node.label !== root) return null;
    const { Above: index, ...others } = rows;
    return [marked(index ? element("mroot", [...parts, this.row(index)]) : element("msqrt", parts), node), others];
  }

  #table({ cells }) {
    const cell = (row) => element("mtd", row.length ? [this.row(row)] : []);
    return element("mtable", cells.map((line) => element("mtr", line.map(cell))));
  }

  #scripted(base, rows) {
    for (const [lower, upper, names] of this.signs.scripts) {
      const relations = [lower, upper].filter((relation) => relation in rows);
      if (!relations.length) continue;
      const parts = relations.map((relation) => this.row(rows[relation]));
      const attributes = {};
      relations.forEach((relation, i) => {
        const accents = this.signs.like_accents[relation];
        if (accents?.signs.includes(parts[i].text)) attributes[accents.attribute] = "false";
      });
      const name = relations.length === 2 ? names[2] : names[relations[0] === lower ? 0 : 1];
      base = element(name, [base, ...parts], attributes);
    }
    return base;
  }

  #leaf(node) {
    const { element: name, text } = this.signs.leaves[node.label];
    return marked(element(name, [], {}, text), node);
  }

  #kind(node) {
    return this.signs.leaves[node.label]?.kind ?? null;
  }

  /** The end of the number that starts here; `start` itself if there is none. */
  #numberEnd(row, start) {
    const isBare = (node) => !Object.keys(node.rows).length;
    let end = start;
    while (end < row.length && (end === start || isBare(row[end - 1]))) {
      const isPoint = row[end].label === "." && isBare(row[end]) && start < end && end < row.length - 1;
      if (this.#kind(row[end]) !== "digit" && !(isPoint && this.#kind(row[end + 1]) === "digit")) break;
      end++;
    }
    return end;
  }

  /** Whether a symbol opens the grid after it, as the brace of a case distinction does, or closes the one before. */
  #isOfGrid(row, index) {
    const kind = this.#kind(row[index]), isGridAt = (place) => place in row && isGrid(row[place]);
    return (kind !== "closing fence" && isGridAt(index + 1)) || (kind !== "opening fence" && isGridAt(index - 1));
  }

  /** Index of an opening fence → index of its closing one. Bars pair up, and so do `[` and `)`. */
  #partners(row) {
    const partners = new Map(), waiting = [];
    const isBar = (index) => this.#kind(row[index]) === "vertical bar";
    row.forEach((node, index) => {
      const kind = this.#kind(node);
      if (isBar(index) && waiting.length && isBar(waiting.at(-1))) {
        partners.set(waiting.pop(), index);
      } else if (kind === "opening fence" || isBar(index)) {
        waiting.push(index);
      } else if (kind === "closing fence") {
        while (waiting.length && isBar(waiting.at(-1))) waiting.pop();
        if (waiting.length) partners.set(waiting.pop(), index);
      }
    });
    return partners;
  }
}

function element(name, children = [], attributes = {}, text = null) {
  return { name, children, attributes: { ...attributes }, text };
}

function marked(of, { strokes }) {
  if (strokes.length) of.attributes["data-strokes"] = strokes.join(" ");
  return of;
}

function asRow(elements) {
  return elements.length === 1 ? elements[0] : element("mrow", elements);
}

function serialised({ name, children, attributes, text }) {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${escaped(value)}"`).join("");
  return `<${name}${written}>${text === null ? children.map(serialised).join("") : escaped(text)}</${name}>`;
}

function escaped(text) {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
