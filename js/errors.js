/** Errors of this engine. */

/** Strokes that cannot be used, or that show nothing. `code` is for programs. */
export class InkError extends Error {
  constructor(message, code = "unusable_ink") {
    super(message);
    this.name = "InkError";
    this.code = code;
  }
}

/** Files of a recogniser that are missing or damaged, or of another version. */
export class BundleError extends Error {
  constructor(message) {
    super(message);
    this.name = "BundleError";
  }
}

/** A token that may not stand where it stands. */
export class GrammarError extends Error {
  constructor(message) {
    super(message);
    this.name = "GrammarError";
  }
}
