/** What was read, and the ink, on the clipboard in many forms. */
import { Refusal } from "./api.js";
import { toPng, toSvg } from "./ink.js";
import { linkTo } from "./link.js";

/** Each form: what is copied of a reading {latex, mathml, text, typst} and a page. */
const FORMS = {
  latex: ({ latex }) => latex,
  inline: ({ latex }) => `$${latex}$`,
  display: ({ latex }) => `\\[${latex}\\]`,
  mathml: ({ mathml }) => mathml?.replaceAll(/ data-strokes="[^"]*"/g, ""),
  text: ({ text }) => text,
  typst: ({ typst }) => typst && `$ ${typst} $`,
  svg: (_, { strokes }) => toSvg(strokes),
  png: (_, { strokes }) => toPng(strokes),
  link: (_, page) => linkTo(page),
};
/** The forms that show the ink, whatever was read. */
export const OF_INK = new Set(["svg", "png", "link"]);

/**
 * Put a form on the clipboard. Throws Refusal where there is none of what was typed, and another error where the browser
 * forbids it: without https, but on this machine.
 */
export async function copy(form, reading, page) {
  if (form === "png") return navigator.clipboard.write([new ClipboardItem({ "image/png": FORMS.png(reading, page) })]);
  const text = await FORMS[form](reading, page);
  if (!text) throw new Refusal("not_understood", "What was typed is not understood, and can be copied as LaTeX only.");
  return navigator.clipboard.writeText(text);
}
