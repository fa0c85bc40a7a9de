/** `import { load } from "crohme"`: handwritten mathematics in, LaTeX out. */
import { BundleError, InkError } from "./errors.js";
import { Recognizer } from "./recognizer.js";

export { BundleError, InkError, Recognizer };

/**
 * A recogniser from the address of its `recognizer.json`, beside which its weights lie; that of the package if none is
 * given. Throws BundleError.
 */
export async function load(url, options) {
  // Both are written out: what bundles a page finds the two files by these lines.
  if (url == null) {
    return loaded(new URL("./recognizer/recognizer.json", import.meta.url), new URL("./recognizer/weights.bin", import.meta.url), options);
  }
  return loaded(new URL(url, globalThis.location?.href), null, options);
}

async function loaded(address, ofWeights, options) {
  const tables = JSON.parse(new TextDecoder().decode(await bytesAt(address)));
  return new Recognizer(tables, await bytesAt(ofWeights ?? new URL(tables.weights.file, address)), options);
}

async function bytesAt(address) {
  if (address.protocol === "file:" && globalThis.process?.versions?.node) { // whose fetch reads no files
    const { readFile } = await import("node:fs/promises");
    return new Uint8Array(await readFile(address).catch((error) => { throw new BundleError(error.message); }));
  }
  const response = await fetch(address).catch((error) => { throw new BundleError(`${address}: ${error.message}`); });
  if (!response.ok) throw new BundleError(`${address}: ${response.status} ${response.statusText}`);
  return new Uint8Array(await response.arrayBuffer());
}
