/** The server: one function, and the error that it throws. */

/** Whether there is more than the recogniser: files, pictures, symbols, the solver. */
export const HAS_SERVER = true;

export class Refusal extends Error {
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

/** POST a body; the answer as an object. Throws Refusal, or AbortError when `signal` says so. */
export async function post(path, body, type, signal) {
  let response;
  try {
    response = await fetch(path, { method: "POST", body, headers: { "Content-Type": type }, signal });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refusal("unreachable", "The server cannot be reached. Is it still running?");
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Refusal(answer.error?.code ?? "unknown", answer.error?.message ?? "Something went wrong.");
  return answer;
}
