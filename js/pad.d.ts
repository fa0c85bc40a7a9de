import type { Point, Reading } from "./crohme.js";

/** What a `reading` event tells: the reading that is shown, and all candidates, best first. */
export interface PadReading {
  latex: string;
  mathml: string;
  confidence: number;
  candidates: Reading[];
  strokes: Point[][];
}

/** `<crohme-pad name label recognizer required disabled>`: a field of a form that is written by hand. */
export class CrohmePad extends HTMLElement {
  /** The LaTeX. Setting it takes the strokes away. */
  value: string;
  readonly strokes: Point[][];
  readonly candidates: Reading[];
  readonly form: HTMLFormElement | null;
  readonly name: string | null;
  readonly type: string;
  readonly validity: ValidityState;
  checkValidity(): boolean;
  reportValidity(): boolean;
  undo(): void;
  clear(): void;
}

declare global {
  interface HTMLElementTagNameMap {
    "crohme-pad": CrohmePad;
  }
  interface HTMLElementEventMap {
    reading: CustomEvent<PadReading>;
    readingerror: CustomEvent<{ error: Error; message: string }>;
  }
}
