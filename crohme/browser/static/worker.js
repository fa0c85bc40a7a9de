/** Recognises beside the page, which stays quick: JSON of strokes in, readings out, as the server gives them. */
import { BundleError, InkError, load } from "../engine/crohme.js";

const loading = load(new URL("../recognizer/recognizer.json", import.meta.url));
loading.catch(() => {}); // told to whoever asks

addEventListener("message", async ({ data }) => postMessage(await answer(JSON.parse(data).strokes)));

async function answer(strokes) {
  try {
    const { readings } = (await loading).recognize(strokes);
    return { readings: readings.map(asServed) };
  } catch (error) {
    if (error instanceof InkError) return { code: error.code, message: MESSAGES[error.code] ?? error.message };
    if (error instanceof BundleError) return { code: "unreachable", message: `The recogniser cannot be loaded: ${error.message}` };
    return { code: "unknown", message: `Something went wrong: ${error.message}` };
  }
}

const MESSAGES = { nothing_to_recognise: "Nothing to recognise." };

function asServed({ latex, confidence, mathml, symbols }) {
  const doubtful = symbols.filter((symbol) => symbol.doubtful).map((symbol) => symbol.strokes);
  return { latex, confidence, mathml, doubtful };
}
