/** Recognition in a worker that all pads of a page share. */
import { BundleError, InkError } from "./errors.js";

const waiting = new Map();
let worker = null, asked = 0;

/** As `Recognizer.recognize`, of the recogniser at an address, null for that of the package; rejects where that throws. */
export function recognize(url, strokes, options) {
  worker ??= started();
  return new Promise((resolve, reject) => {
    waiting.set(++asked, { resolve, reject });
    worker.postMessage({ number: asked, url, strokes, options });
  });
}

function started() {
  const address = new URL("./worker.js", import.meta.url);
  const isForeign = address.origin !== location.origin; // browsers start no worker of another origin, but one that imports it
  const own = isForeign ? URL.createObjectURL(new Blob([`import ${JSON.stringify(address.href)};`], { type: "text/javascript" })) : address;
  const found = new Worker(own, { type: "module" });
  found.addEventListener("message", ({ data: { number, recognition, error } }) => {
    const { resolve, reject } = waiting.get(number);
    waiting.delete(number);
    if (recognition) resolve(recognition);
    else reject(asError(error));
  });
  found.addEventListener("error", () => {
    for (const { reject } of waiting.values()) reject(new BundleError("the recogniser cannot be started in this browser"));
    waiting.clear();
    worker = null; // the next question starts another
  });
  return found;
}

function asError({ name, code, message }) {
  if (name === "InkError") return new InkError(message, code);
  return name === "BundleError" ? new BundleError(message) : new Error(message);
}
