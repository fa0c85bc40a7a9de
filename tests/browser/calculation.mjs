/** Answers of the static site's solver: reads [what, question] lines, writes {answer} or {code, message} each. */
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [script] = process.argv.slice(2);
const { plot, solve } = await import(pathToFileURL(script));
for (const line of readFileSync(0, "utf8").split("\n").filter(Boolean)) {
  const [what, question] = JSON.parse(line);
  try {
    console.log(JSON.stringify({ answer: { plot, solve }[what](question) }));
  } catch ({ code, message, stack }) {
    console.log(JSON.stringify(code ? { code, message } : { stack }));
  }
}
