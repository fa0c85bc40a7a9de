/** `import { load } from "./crohme.js"`: handwritten mathematics in, LaTeX out. */
import { BundleError, InkError } from "./errors.js";
import { Recognizer } from "./recognizer.js";

export { BundleError, InkError, Recognizer };

/** A recogniser from the address of its `recognizer.json`; the weights lie beside it. Throws BundleError. */
export async function load(url, options) {
  const address = new URL(url, globalThis.location?.href);
  const tables = await (await fetched(address)).json();
  const weights = await fetched(new URL(tables.weights.file, address));
  return new Recognizer(tables, new Uint8Array(await weights.arrayBuffer()), options);
}

async function fetched(address) {
  const response = await fetch(address).catch((error) => { throw new BundleError(`${address}: ${error.message}`); });
  if (!response.ok) throw new BundleError(`${address}: ${response.status} ${response.statusText}`);
  return response;
}
