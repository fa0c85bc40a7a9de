"""How probable readings are: their scores, held against how often such readings were right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from crohme.expressions.settings import BOTH, CALIBRATION, INK, MARGIN
from crohme.types import Float64Array

# Where the margin of the best reading over the second one stops to say more: the best is 3,000 times as probable.
WIDEST_MARGIN = 8.0
# Of the files of CROHME 2013, 98 % have log-odds above -6. Lower lies what is no expression, whose confidence the line
# alone keeps small; and the margin moves 96 % of the files by less than 2.
MOST_MOVED = 2.0
MOVED_FROM, MOVED_FULLY_FROM = -10.0, -6.0


@dataclass(frozen=True)
class Calibration:
    """What was measured of a bundle's confidences, of one kind of source.

    Args:
        line: (float, float). Slope and offset on the log-odds of the best reading.
        margin: (float, float, float) or (). Slopes on its log-odds and on the square of its margin over the second
            reading, and offset: for readings that have a second one. Empty for a bundle that was calibrated without.

    Reference: Platt, "Probabilistic outputs for support vector machines", 1999.
    """

    line: tuple[float, ...] = (1.0, 0.0)
    margin: tuple[float, ...] = ()

    @classmethod
    def of(cls, constants: Mapping[str, Sequence[float]], source: str) -> Self:
        """Those of a bundle for one of `settings.SOURCES`; where it has none for ink with its picture, those of ink."""
        if source == BOTH and not constants.get(BOTH):
            source = INK
        line, margin = (constants.get(name, CALIBRATION[name][1]) for name in (source, source + MARGIN))
        return cls(tuple(map(float, line)), tuple(map(float, margin)))

    def confidences(self, scores: Sequence[float]) -> list[float]:
        """How probable each reading is; the readings after the best keep their proportions, if there is room.

        Args:
            scores: floats. Log-probabilities, best first.
        """
        shares = np.exp(np.array(scores, dtype=np.float64))
        shares = np.clip(shares / max(1.0, float(shares.sum())), 1e-12, 1 - 1e-12)
        best = 1 / (1 + np.exp(-self._log_odds(scores, shares)))
        factor = min(best / shares[0], (1 - best) / max(float(shares[1:].sum()), 1e-12))
        return [float(best), *(shares[1:] * factor).tolist()]

    def _log_odds(self, scores: Sequence[float], shares: Float64Array) -> float:
        raw = np.log(shares[0] / (1 - shares[0]))
        alone = self.line[0] * raw + self.line[1]
        if not self.margin or len(scores) < 2:
            return float(alone)
        clear = min(scores[0] - scores[1], WIDEST_MARGIN) ** 2
        beside = self.margin[0] * raw + self.margin[1] * clear + self.margin[2]
        share = np.clip((raw - MOVED_FROM) / (MOVED_FULLY_FROM - MOVED_FROM), 0.0, 1.0)
        return float(alone + share * np.clip(beside - alone, -MOST_MOVED, MOST_MOVED))
