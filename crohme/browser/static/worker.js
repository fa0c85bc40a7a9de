/** Recognises beside the page, which stays quick: JSON of strokes in, readings out, as the server gives them. */
import { BundleError, InkError, load } from "../engine/crohme.js";

const loading = load(new URL("../recognizer/recognizer.json", import.meta.url));
loading.catch(() => {}); // told to whoever asks

addEventListener("message", async ({ data }) => postMessage(await answer(JSON.parse(data))));

async function answer({ strokes, fixed }) {
  try {
    const recognizer = await loading;
    const { readings } = recognizer.recognize(strokes, { fixed });
    const labels = readings.flatMap(({ symbols }) => symbols.flatMap(({ label, candidates }) => [label, ...candidates]));
    const signs = Object.fromEntries(labels.map((label) => [label, recognizer.tables.signs.leaves[label].text]));
    return { readings, signs };
  } catch (error) {
    if (error instanceof InkError) return { code: error.code, message: MESSAGES[error.code] ?? sentence(error.message) };
    if (error instanceof BundleError) return { code: "unreachable", message: `The recogniser cannot be loaded: ${error.message}` };
    return { code: "unknown", message: `Something went wrong: ${error.message}` };
  }
}

const MESSAGES = { nothing_to_recognise: "Nothing to recognise." };

function sentence(cause) {
  return `${cause[0].toUpperCase()}${cause.slice(1)}.`;
}
