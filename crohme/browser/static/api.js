/** In place of the server: a worker that recognises, and numbers calculated in this browser. Nothing is sent anywhere. */
import { plot, Refused, solve } from "./solver.js";

export const HAS_SERVER = false;

export class Refusal extends Error {
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
const waiting = []; // the first is being answered
const CALCULATED = { "/v1/solve": solve, "/v1/plot": plot };
const NOT_STARTED = { code: "unreachable", message: "The recogniser cannot be started in this browser." };
let isBroken = false;

worker.addEventListener("message", ({ data }) => next().answer(data));
worker.addEventListener("error", () => {
  isBroken = true;
  while (waiting.length) waiting.shift().answer(NOT_STARTED);
});

/** What the server answers to strokes and to calculations, as an object. Throws Refusal, or AbortError when `signal` says so. */
export function post(path, body, type, signal) {
  if (CALCULATED[path]) return calculated(CALCULATED[path], JSON.parse(body));
  if (path !== "/v1/recognize" || type !== "application/json") {
    return Promise.reject(new Refusal("needs_server", "This page reads only what is written on it."));
  }
  if (isBroken) return Promise.reject(new Refusal(NOT_STARTED.code, NOT_STARTED.message));
  return new Promise((resolve, reject) => {
    const question = {
      body,
      answer: (answer) => (answer.readings ? resolve(answer) : reject(new Refusal(answer.code, answer.message))),
    };
    signal?.addEventListener("abort", () => {
      const at = waiting.indexOf(question);
      if (at > 0) waiting.splice(at, 1); // the first is with the worker
      reject(new DOMException("Another question came.", "AbortError"));
    });
    waiting.push(question);
    if (waiting.length === 1) worker.postMessage(body);
  });
}

async function calculated(answer, question) {
  try {
    return answer(question);
  } catch (error) {
    throw error instanceof Refused ? new Refusal(error.code, error.message) : error;
  }
}

/** The question that was answered; the worker gets the one after it. */
function next() {
  const answered = waiting.shift();
  if (waiting.length) worker.postMessage(waiting[0].body);
  return answered;
}
