/** What a line of a page says: a value that is asked for, or what a letter or a function is. */
import { partsOf } from "./evaluation.js";
import { ELSEWHERE, FUNCTIONS, isLetter, NotUnderstood, Reader, TOKENS, whole } from "./expressions.js";

/**
 * What a line says: {kind: "value", body} for `2 + 3` and `2 + 3 =`, {kind: "letter", name, body} for `a = …`, and
 * {kind: "function", name, parameter, body} for `f ( x ) = …`.
 */
export function readLine(latex, isFunction = () => false) {
  const tokens = latex.match(TOKENS) ?? [];
  if (tokens.at(-1) === "=") tokens.pop();
  const equals = tokens.filter((token) => token === "=").length;
  const at = tokens.indexOf("=");
  if (equals > 1) throw new NotUnderstood(ELSEWHERE);
  if (at < 0) return { kind: "value", body: whole(tokens, isFunction) };
  const head = tokens.slice(0, at), rest = tokens.slice(at + 1);
  if (head.length === 4 && FUNCTIONS.has(head[0]) && head[1] === "(" && isLetter(head[2]) && head[3] === ")") {
    const [name, , parameter] = head, body = whole(rest, isFunction);
    if ((isFunction(name) && !isAnew(body, parameter)) || ["e", "i"].includes(parameter)) throw new NotUnderstood(ELSEWHERE);
    return { kind: "function", name, parameter, body };
  }
  const reader = new Reader(head, isFunction), name = isLetter(head[0]) ? reader.name() : null;
  if (!name || reader.token !== undefined || ["e", "i"].includes(name)) throw new NotUnderstood(ELSEWHERE);
  return { kind: "letter", name, body: whole(rest, isFunction) };
}

/** Whether a function that is known gets another meaning: `f ( x ) = 0` and `f ( x ) = g ( x )` are equations. */
function isAnew(body, parameter) {
  const parts = [...within(body)];
  return !parts.some(({ kind }) => kind === "apply") && parts.some(({ kind, name }) => kind === "name" && name === parameter);
}

/** An expression, and all that is in it. */
function* within(expression) {
  yield expression;
  for (const part of partsOf(expression)) yield* within(part);
}
