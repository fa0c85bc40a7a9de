/** Recognises beside a page, which stays quick; `background.js` asks it. */
import { load } from "./crohme.js";

const recognizers = new Map();

addEventListener("message", async ({ data: { number, url, strokes, options } }) => {
  try {
    if (!recognizers.has(url)) recognizers.set(url, load(url));
    postMessage({ number, recognition: (await recognizers.get(url)).recognize(strokes, options) });
  } catch ({ name, code, message }) {
    postMessage({ number, error: { name, code, message } });
  }
});
