/**
 * What lines of a page ask, in their order, and what is to be shown at each: definitions hold for all lines below.
 *
 * Nothing here knows the page: a line is {id, latex, isAsked}, an answer what `POST /v1/solve` gives.
 */

const TOKENS = /\\[a-zA-Z]+|\\.|\S/g;
const RELATIONS = new Set(["=", "<", ">", "\\lt", "\\gt", "\\leq", "\\geq", "\\le", "\\ge", "\\neq", "\\approx", "\\in"]);
const FUNCTIONS = new Set("fghFGH");
const MOST = 100; // definitions that the server takes
const FIRST_RETRY = 1000, LAST_RETRY = 30_000; // milliseconds
const PASSING = new Set(["unreachable", "busy", "timed_out", "stopping", "worker_lost"]); // and asked again

/** What a line asks for: "value" (`2 + 3 =`), "definition", "relation", or null, as long as nobody asks. */
export function kindOf(latex) {
  const tokens = latex.match(TOKENS) ?? [];
  if (tokens.length > 1 && tokens.at(-1) === "=") return "value";
  if (definedBy(latex)) return "definition";
  const at = tokens.findIndex((token) => RELATIONS.has(token));
  return at > 0 && at < tokens.length - 1 ? "relation" : null;
}

/** The letter or function that a line may define, as `defines` of an answer names it; null if it cannot. */
export function definedBy(latex) {
  const tokens = latex.match(TOKENS) ?? [];
  if (!/^([a-zA-Z]|\\[a-zA-Z]+)$/.test(tokens[0] ?? "")) return null;
  const equals = tokens.indexOf("=");
  if (equals < 1 || equals === tokens.length - 1) return null;
  const after = tokens.slice(1, equals);
  const isFunction = FUNCTIONS.has(tokens[0]) && after[0] === "(" && after.at(-1) === ")";
  if (!after.length || isFunction) return tokens[0];
  return after[0] === "_" ? named(tokens[0] + after.join("")) : null;
}

/** Whether a line is a function of one letter, of which there is a plot: `f(x) = …`, or `y = …` with a letter in it. */
export function isFunction(latex, answer) {
  if (kindOf(latex) === "value") return false;
  const head = latex.match(TOKENS)?.slice(0, 5) ?? [];
  if (answer.kind === "definition") return head[1] === "(" && head[3] === ")" && head[4] === "=";
  return answer.kind === "expression" && head[1] === "=" && !/\\int|\\frac\s*\{\s*d\s*\}/.test(latex);
}

/**
 * What follows from lines and from the answers that are known.
 *
 * `known` maps keys to {solution} or {refusal}. Returns {states, questions}: a state {id, key, body, answer, isLast}
 * for each line that asks something, its answer null while it is waited for; and the questions {key, body} that can be asked
 * now. A line below one that may define something waits for it.
 */
export function plan(lines, known, angle = "radians") {
  const states = [], questions = [];
  const definitions = [], lost = new Set();
  let isOpen = true;
  for (const [index, { id, latex, isAsked = false }] of lines.entries()) {
    if (!isAsked && !kindOf(latex)) continue;
    const body = { latex, definitions: definitions.slice(-MOST).map((one) => one.latex), angle, steps: true };
    const key = JSON.stringify(body), name = definedBy(latex);
    const answer = isOpen ? ofLost(latex, name, lost) ?? known.get(key) ?? null : null;
    states.push({ id, key, body, answer, isLast: index === lines.length - 1 });
    if (!answer && isOpen) questions.push({ key, body });
    if (!answer && name) isOpen = false;
    if (!answer) continue;
    const names = (answer.solution?.defines ?? []).map(named);
    names.forEach((one) => lost.delete(one));
    if (names.length) definitions.push({ latex, names });
    else if (name && (answer.refusal || !isCall(latex)) && definitions.some((one) => one.names.includes(name))) lost.add(name);
  }
  return { states, questions };
}

/** Whether a line begins as `f(x) = 0` does, which says nothing new of a function that is known. */
function isCall(latex) { return latex.match(TOKENS)[1] === "("; }

/** Said of a line with a letter that was given a value, and then another one that was not understood. */
function ofLost(latex, name, lost) {
  const tokens = new Set(latex.match(TOKENS));
  const missing = [...lost].find((one) => one !== name && tokens.has(one.split("_")[0]));
  if (!missing) return null;
  return { refusal: { code: "lost", message: `What ${missing} is was not understood in a line above.` } };
}

/** Asks what a plan asks, and keeps the answers. Fires "change" whenever a state is new. */
export class Calculator extends EventTarget {
  #post;
  #known = new Map();
  #asked = new Map(); // key → AbortController
  #lines = [];
  #insisted = new Map(); // id → the LaTeX whose answer was asked for
  #states = new Map();
  #angle;
  #failures = 0;
  #retrying = 0;

  /** `post(path, body, signal)` gives the answer of the server, or throws what has a `code` and a `message`. */
  constructor(post, angle = "radians") {
    super();
    this.#post = post;
    this.#angle = angle;
  }

  get angle() { return this.#angle; }

  set angle(angle) {
    this.#angle = angle;
    this.update(this.#lines);
  }

  /** Answer a line, whether it asks for it or not, until it is another one. */
  ask(id) {
    const line = this.#lines.find((one) => one.id === id);
    if (line) this.#insisted.set(id, line.latex);
    this.update(this.#lines);
  }

  /** The state of a line, see `plan`; undefined if it asks nothing. */
  stateOf(id) { return this.#states.get(id); }

  /** The lines {id, latex} as they are now. */
  update(lines) {
    this.#lines = lines;
    const asking = lines.map(({ id, latex }) => ({ id, latex, isAsked: this.#insisted.get(id) === latex }));
    const { states, questions } = plan(asking, this.#known, this.#angle);
    this.#states = new Map(states.map((state) => [state.id, state]));
    const wanted = new Set(questions.map(({ key }) => key));
    for (const [key, controller] of this.#asked) if (!wanted.has(key)) controller.abort();
    this.dispatchEvent(new Event("change"));
    for (const { key, body } of questions) if (!this.#asked.has(key)) this.#ask(key, body);
  }

  /** The points of a function of a line, as `POST /v1/plot` gives them. */
  async plot({ latex, definitions, angle }, low, high, signal) {
    return this.#post("/v1/plot", { latex, definitions, angle, low, high }, signal);
  }

  async #ask(key, body) {
    const controller = new AbortController();
    this.#asked.set(key, controller);
    let answer;
    try {
      answer = { solution: await this.#post("/v1/solve", body, controller.signal) };
    } catch (error) {
      if (error.name !== "AbortError") answer = { refusal: error };
    }
    if (this.#asked.get(key) === controller) this.#asked.delete(key);
    if (!answer || controller.signal.aborted) return;
    if (this.#known.size > 1000) this.#known.clear();
    this.#known.set(key, answer);
    this.update(this.#lines);
    if (PASSING.has(answer.refusal?.code)) this.#retry(key);
    else this.#failures = 0;
  }

  /** Forget a failure that may pass, and ask again in a while. */
  #retry(key) {
    this.#known.delete(key);
    clearTimeout(this.#retrying);
    this.#retrying = setTimeout(() => this.update(this.#lines), Math.min(LAST_RETRY, FIRST_RETRY * 2 ** this.#failures++));
  }
}

function named(name) {
  return name.replace(/[\s{}]/g, "");
}
