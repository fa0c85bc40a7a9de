/** A point: x to the right, y down, and perhaps the time. */
export type Point = readonly [x: number, y: number] | readonly [x: number, y: number, time: number];

/** Points of a pen from down to up. */
export type Stroke = readonly Point[];

/** One symbol of a reading. */
export interface ReadSymbol {
  /** Its class as a LaTeX token. */
  label: string;
  /** Numbers of its strokes. */
  strokes: number[];
  /** Left, top, right and bottom, in the unit of the ink. */
  box: [left: number, top: number, right: number, bottom: number];
  /** Between 0 and 1. */
  confidence: number;
  /** Whether it is more probably wrong than right, or of no known class. */
  doubtful: boolean;
  /** The labels that its strokes look like, best first. */
  candidates: string[];
}

/** Strokes that are known to be one symbol. */
export interface FixedSymbol {
  /** Numbers of its strokes. */
  strokes: readonly number[];
  /** What it is: a label, a sign, or the name of a LaTeX command; any symbol if it is missing or null. */
  label?: string | null;
}

/** One way to read the ink. */
export interface Reading {
  /** Tokens separated by spaces. */
  latex: string;
  /** The probability that the whole reading is right. */
  confidence: number;
  /** A `<math>` element; the attribute `data-strokes` of an element names its strokes. */
  mathml: string;
  /** Unicode text on one line. */
  text: string;
  /** The inside of a formula of Typst. */
  typst: string;
  symbols: ReadSymbol[];
}

/** Readings, best first, at least one. */
export interface Recognition {
  readings: Reading[];
}

export interface LoadOptions {
  /** Whether to compute with the vectors of WebAssembly where there are any, which is the default. */
  vectors?: boolean;
}

export interface RecognizeOptions {
  /** The most readings to give; 5 if not given. */
  top?: number;
  /** Hypotheses kept while searching, from 1, which is fastest; that of the bundle if not given. */
  beam?: number;
  /** Symbols that every reading has. */
  fixed?: readonly FixedSymbol[];
}

/** Strokes or fixed symbols that cannot be used, or strokes that show nothing. */
export class InkError extends Error {
  code: "unusable_ink" | "nothing_to_recognise" | "too_large" | "invalid";
}

/** Files of a recogniser that are missing or damaged, or of another version. */
export class BundleError extends Error {}

export class Recognizer {
  /**
   * @param tables the object of `recognizer.json`
   * @param weights the bytes of the file that it names
   * @throws BundleError
   */
  constructor(tables: object, weights: Uint8Array, options?: LoadOptions);
  /**
   * Recognise one expression.
   * @throws InkError
   */
  recognize(strokes: readonly Stroke[], options?: RecognizeOptions): Recognition;
}

/**
 * Load a recogniser.
 * @param url the address of `recognizer.json`, beside which the weights lie; that of this package if not given
 * @throws BundleError
 */
export function load(url?: string | URL | null, options?: LoadOptions): Promise<Recognizer>;
