import { clip } from "./sequences.js";

/** How probable each reading is, given the log-probabilities, best first: the best one's log-odds are calibrated. */
export function confidences(scores, calibration) {
  const shares = scores.map(Math.exp), all = Math.max(1, shares.reduce((sum, share) => sum + share, 0));
  const [best, ...others] = shares.map((share) => clip(share / all, 1e-12, 1 - 1e-12));
  const calibrated = 1 / (1 + Math.exp(-logOdds(scores, best, calibration)));
  const left = others.reduce((sum, share) => sum + share, 0);
  const factor = Math.min(calibrated / best, (1 - calibrated) / Math.max(left, 1e-12));
  return [calibrated, ...others.map((share) => share * factor)];
}

function logOdds(scores, best, { line, margin, widest_margin, most_moved, moved_from, moved_fully_from }) {
  const raw = Math.log(best / (1 - best)), alone = line[0] * raw + line[1];
  if (!margin.length || scores.length < 2) return alone;
  const beside = margin[0] * raw + margin[1] * Math.min(scores[0] - scores[1], widest_margin) ** 2 + margin[2];
  const share = clip((raw - moved_from) / (moved_fully_from - moved_from), 0, 1);
  return alone + share * clip(beside - alone, -most_moved, most_moved);
}
