/** Files that come in by drop or dialogue, and those that go out. */
import { Refusal } from "./api.js";
import { toInkml, toPng, toSvg } from "./ink.js";

const MOST_BYTES = 1_000_000; // below what the server takes
const LONGEST_SIDE = 1800; // pixels: enough to see every line of an expression

const TYPES = {
  inkml: "application/inkml+xml",
  png: "image/png",
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  webp: "image/webp",
};

/** The content type by a file's name; undefined for files that are not read. */
export function typeOf(file) {
  return TYPES[file.name.split(".").pop().toLowerCase()];
}

/** A file as a Blob that the server takes: photographs of too many bytes are made smaller. Throws Refusal. */
export async function sendable(file, type) {
  if (!file.size) throw new Refusal("unusable_image", "The file is empty.");
  if (!type.startsWith("image/") || file.size <= MOST_BYTES) return new Blob([file], { type });
  const picture = await createImageBitmap(file).catch(() => {
    throw new Refusal("unusable_image", "The picture cannot be read.");
  });
  const scale = Math.min(1, LONGEST_SIDE / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [picture.width, picture.height].map((side) => Math.max(1, Math.round(side * scale)));
  const brush = canvas.getContext("2d");
  brush.fillStyle = "#fff"; // under what is transparent: JPEG is not
  brush.fillRect(0, 0, canvas.width, canvas.height);
  brush.drawImage(picture, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.85));
}

/** Call `take` with a file that is dropped or pasted anywhere, or chosen in the dialogue that `button` opens. */
export function takeFiles({ button, input, curtain, take }) {
  button.addEventListener("click", () => input.click());
  input.addEventListener("change", () => {
    if (input.files.length) take(input.files[0]);
    input.value = "";
  });
  addEventListener("paste", (event) => {
    const [file] = event.clipboardData?.files ?? [];
    if (!file) return;
    event.preventDefault();
    take(file);
  });
  const hasFile = (event) => event.dataTransfer?.types.includes("Files");
  addEventListener("dragover", (event) => {
    if (!hasFile(event)) return;
    event.preventDefault();
    curtain.hidden = false;
  });
  addEventListener("dragleave", (event) => { if (!event.relatedTarget) curtain.hidden = true; });
  addEventListener("drop", (event) => {
    if (!hasFile(event)) return;
    event.preventDefault();
    curtain.hidden = true;
    if (event.dataTransfer.files.length) take(event.dataTransfer.files[0]);
  });
}

/** Download the ink ("inkml", "svg", "png") or its reading ("tex"). */
export async function save(kind, strokes, latex) {
  const made = {
    inkml: () => new Blob([toInkml(strokes)], { type: TYPES.inkml }),
    svg: () => new Blob([toSvg(strokes)], { type: "image/svg+xml" }),
    png: () => toPng(strokes),
    tex: () => new Blob([`${latex}\n`], { type: "text/plain" }),
  };
  download(await made[kind](), `expression.${kind}`);
}

export function download(blob, name) {
  const url = URL.createObjectURL(blob);
  const link = Object.assign(document.createElement("a"), { href: url, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
