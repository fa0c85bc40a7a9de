/** The server: one function, and the error that it throws. */

/** Whether there is more than the recogniser: files, pictures, symbols, the solver. */
export const HAS_SERVER = true;

export class Refusal extends Error {
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

const LONGEST = 75_000; // milliseconds; the server itself gives up before

/** POST a body; the answer as an object. Throws Refusal, or AbortError when `signal` says so. */
export async function post(path, body, type, signal) {
  const late = AbortSignal.timeout(LONGEST), ended = signal ? AbortSignal.any([signal, late]) : late;
  let response, answer;
  try {
    response = await fetch(path, { method: "POST", body, headers: { "Content-Type": type }, signal: ended });
    answer = await response.json();
  } catch (error) {
    if (error.name === "AbortError") throw error;
    // An answer that breaks off is none. A refusal that is no JSON comes from something on the way.
    if (!response || response.ok) throw new Refusal("unreachable", "The server cannot be reached. Is it still running?");
  }
  if (!response.ok) throw new Refusal(answer?.error?.code ?? "unknown", answer?.error?.message ?? "Something went wrong.");
  return answer;
}
