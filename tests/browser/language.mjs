/** For each line {tables, model, texts}: how probable the model of language, in base 64, takes each text to be. */
import { createInterface } from "node:readline";
import { Grammar } from "../../js/grammar.js";
import { LanguageModel } from "../../js/language.js";
import { delinearize } from "../../js/linear.js";
import { Notation } from "../../js/tree.js";

for await (const line of createInterface({ input: process.stdin })) {
  const { tables, model, texts } = JSON.parse(line);
  const notation = new Notation(tables.notation), grammar = new Grammar(tables.grammar, notation);
  const tokenIndex = new Map(tables.vocabulary.tokens.map((token, i) => [token, i]));
  const read = new LanguageModel(Uint8Array.from(atob(model), (byte) => byte.charCodeAt(0)), tables.language);
  const written = (tokens) => {
    let cursor = grammar.begin(), count = 0;
    return tokens.map((token) => {
      const writes = grammar.written.has(cursor.kind(token));
      cursor = cursor.advance(token);
      return [token, writes ? { label: token, strokes: [count++], rows: {}, cells: [] } : null];
    });
  };
  const scores = texts.map((tokens) => read.score(delinearize(written(tokens), notation), { grammar, vocabulary: { tokenIndex } }));
  process.stdout.write(`${JSON.stringify(scores)}\n`);
}
