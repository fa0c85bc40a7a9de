/** What stands above and beside the paper: what was read of the active line, and what else it may be. */
import { picked } from "./page.js";
import { showNetworks, showReadings } from "./readings.js";

const EXPLAINED = { nothing_to_recognise: "Nothing to recognise yet." };

export class Panel {
  #parts;
  #result;
  #reader;
  #history;
  #listed = null; // the answer whose readings are listed
  #drawn = null; // the one of them that is shown

  /** `parts` are elements by name: `result`, `readings`, `none`, `solve`. */
  constructor(parts, result, reader, recognition, history) {
    this.#parts = parts;
    this.#result = result;
    this.#reader = reader;
    this.#history = history;
    reader.addEventListener("active", () => this.#show());
    reader.addEventListener("reading", ({ detail }) => { if (detail === reader.active) this.#show(); });
    recognition.addEventListener("answer", ({ detail: { isPassing, refusal } }) => {
      if (isPassing) result.say(`${refusal.message} Trying again…`, true);
    });
  }

  /** Show that an answer is waited for. */
  wait(isWaiting) {
    this.#parts.result.toggleAttribute("data-waiting", isWaiting);
    if (isWaiting && !this.#result.reading) this.#result.say("Reading…");
  }

  /** Say why something could not be read. */
  refuse({ code, message }) {
    this.wait(false);
    this.#result.say(EXPLAINED[code] ?? message, true);
  }

  #show() {
    const line = this.#reader.active;
    if (!line) return this.#clear("Nothing to recognise yet.", false);
    const { told, refusal, typed } = line;
    if (typed) this.#draw(line);
    else if (refusal && told) this.#result.say(`${refusal.message} Undo the correction, or write it anew.`, true);
    else if (refusal) this.#clear(EXPLAINED[refusal.code] ?? refusal.message, refusal.code !== "nothing_to_recognise");
    else if (told) this.#draw(line);
    else if (!this.#reader.lines.some((one) => one.told && one.told.ink === this.#result.reading?.ink)) this.#clear("", false);
    this.wait(line.isWaiting);
  }

  #draw(line) {
    const { reading, typed } = line, { ink, answer = null } = line.told ?? {}, { readings, none } = this.#parts;
    none.hidden = Boolean(answer);
    this.#parts.solve.hidden = Boolean(answer?.networks);
    const isListed = this.#listed === answer, drawn = typed ?? reading;
    if (isListed && drawn && this.#drawn === drawn) return;
    [this.#listed, this.#drawn] = [answer, drawn];
    if (!answer) {
      readings.replaceChildren();
    } else if (answer.readings) {
      const pick = ({ latex }) => this.#history.push(picked(this.#history.current, line.id, latex));
      if (!isListed) showReadings(readings, answer.readings, pick);
      readings.querySelectorAll("input").forEach((input, i) => { input.checked = !typed && i === line.readings.indexOf(reading); });
      if (!typed) this.#result.show(ink, reading, reading.confidence, answer.signs);
    } else {
      const pick = (candidate) => this.#result.show(ink, candidate, candidate.probability);
      if (!isListed) showNetworks(readings, answer.networks, pick);
      if (!typed) pick(answer.networks.at(-1).candidates[0]); // of both, if there are both
    }
    if (typed) this.#result.showTyped(line.ink, typed);
  }

  #clear(text, isWrong) {
    this.#result.clear(text, isWrong);
    this.#listed = null;
    this.#parts.readings.replaceChildren();
    this.#parts.none.hidden = false;
  }
}
