/** In place of the server: a worker that recognises, and numbers calculated in this browser. Nothing is sent anywhere. */
import { plot, Refused, solve } from "./solver.js";

export const HAS_SERVER = false;

export class Refusal extends Error {
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

const waiting = []; // the first is being answered
const CALCULATED = { "/v1/solve": solve, "/v1/plot": plot };
const NOT_STARTED = { code: "unreachable", message: "The recogniser cannot be started in this browser." };
let worker = started(); // null when it has failed, until the next question

function started() {
  const made = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
  const fail = (answer) => {
    made.terminate();
    worker = null;
    while (waiting.length) waiting.shift().answer(answer);
  };
  made.addEventListener("message", ({ data }) => (data.code === NOT_STARTED.code ? fail(data) : next().answer(data)));
  made.addEventListener("error", () => fail(NOT_STARTED));
  return made;
}

/** What the server answers to strokes and to calculations, as an object. Throws Refusal, or AbortError when `signal` says so. */
export function post(path, body, type, signal) {
  if (CALCULATED[path]) return calculated(CALCULATED[path], JSON.parse(body));
  if (path !== "/v1/recognize" || type !== "application/json") {
    return Promise.reject(new Refusal("needs_server", "This page reads only what is written on it."));
  }
  worker ??= started();
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
