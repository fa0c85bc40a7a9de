"""Points of a function over a range, in parts without a gap.

Between two points of a part the function is continuous: interval arithmetic says so, or the part ends.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import sympy

from crohme.solver.intervals import Unsupported, boxes, evaluate
from crohme.solver.numeric import RealFunction

POINTS = 385
"""Points of a plot where it has no gaps."""
_HALVINGS = 14
"""How often an interval with a gap is halved, to draw close to it."""


class Sampler:
    """Points of a function, in parts without a gap.

    Attributes:
        is_sure: bool. Whether interval arithmetic knows the function, so that no gap is drawn over.
    """

    def __init__(
        self, value: sympy.Expr, symbol: sympy.Symbol, function: RealFunction, others: Sequence[sympy.Expr]
    ) -> None:
        self._value, self._symbol, self._function, self._others = value, symbol, function, others
        self.is_sure = True
        try:
            self._whole(np.array([1.0]), np.array([1.1]))
        except Unsupported:
            self.is_sure = False

    def parts(self, low: float, high: float) -> tuple[tuple[tuple[float, float], ...], ...]:
        xs = np.linspace(low, high, POINTS)
        points = [(float(x), self._at(x)) for x in xs]
        wholes = self._whole(xs[:-1], xs[1:]) if self.is_sure else ~self._jumps(points)
        parts: list[list[tuple[float, float]]] = [[]]
        for (left, right), whole in zip(zip(points, points[1:], strict=False), wholes, strict=True):
            if left[1] is not None and (not parts[-1] or parts[-1][-1][0] < left[0]):
                parts[-1].append((left[0], left[1]))
            if whole and left[1] is not None and right[1] is not None:
                continue
            if left[1] is None and right[1] is None:
                continue
            before, after, is_joined = self._beside(left, right, _HALVINGS)
            parts[-1] += before
            if not is_joined:
                parts.append([])
            parts[-1] += after
        if points[-1][1] is not None:
            parts[-1].append((points[-1][0], points[-1][1]))
        return tuple(tuple(part) for part in parts if len(part) > 1)

    def _beside(
        self, left: tuple[float, float | None], right: tuple[float, float | None], halvings: int
    ) -> tuple[list[tuple[float, float]], list[tuple[float, float]], bool]:
        """Points up to a gap and from it on, and whether there is none after all."""
        if self.is_sure and left[1] is not None and right[1] is not None:
            edges = np.linspace(left[0], right[0], 17)
            if self._whole(edges[:-1], edges[1:]).all():
                return [], [], True
        if halvings == 0:
            return [], [], False
        at = (left[0] + right[0]) / 2
        middle = (at, self._at(at))
        if middle[1] is None:
            before = self._beside(left, middle, halvings - 1)[0] if left[1] is not None else []
            after = self._beside(middle, right, halvings - 1)[1] if right[1] is not None else []
            return before, after, False
        point = (at, middle[1])
        if left[1] is None:
            before, after, _ = self._beside(left, middle, halvings - 1)
            return before, [*after, point], False
        if right[1] is None:
            before, after, _ = self._beside(middle, right, halvings - 1)
            return [point, *before], after, False
        if not self.is_sure:
            left_is_steeper = abs(middle[1] - left[1]) > abs(right[1] - middle[1])
            if left_is_steeper:
                before, after, _ = self._beside(left, middle, halvings - 1)
                return before, [*after, point], False
            before, after, _ = self._beside(middle, right, halvings - 1)
            return [point, *before], after, False
        halves = [bool(self._whole(np.array([a]), np.array([b])).all()) for a, b in ((left[0], at), (at, right[0]))]
        if halves[0] and not halves[1]:
            before, after, is_joined = self._beside(middle, right, halvings - 1)
            return [point, *before], after, is_joined
        if halves[1] and not halves[0]:
            before, after, is_joined = self._beside(left, middle, halvings - 1)
            return before, [*after, point], is_joined
        if all(halves):
            return [], [], True
        first, second = self._beside(left, middle, halvings - 1), self._beside(middle, right, halvings - 1)
        if first[2] and second[2]:
            return [], [], True
        return [*first[0]], [*second[1]], False

    def _jumps(self, points: Sequence[tuple[float, float | None]]) -> Any:
        """Between which neighbours the function jumps, as far as halving shows it: the whole step is on one side."""
        heights = np.array([np.nan if y is None else y for _, y in points])
        steps = np.abs(np.diff(heights))
        steep = steps > 4 * np.nanmedian(steps) if np.isfinite(steps).any() else np.zeros(len(steps), bool)
        for index in map(int, np.flatnonzero(steep)):
            left, right = points[index], points[index + 1]
            for _ in range(_HALVINGS):
                at = (left[0] + right[0]) / 2
                middle = self._at(at)
                if middle is None or left[1] is None or right[1] is None:
                    break
                if abs(middle - left[1]) > abs(right[1] - middle):
                    right = (at, middle)
                else:
                    left = (at, middle)
            else:
                steep[index] = abs((right[1] or 0.0) - (left[1] or 0.0)) > steps[index] / 2
        return steep

    def _at(self, x: float) -> float | None:
        found = self._function(x)
        return None if found is None or abs(found) > 1e300 else float(found)

    def _whole(self, low: Any, high: Any) -> Any:
        found = evaluate(self._value, self._symbol, boxes(low, high)).whole
        for other in self._others:
            values = evaluate(other, self._symbol, boxes(low, high))
            found = found & values.whole & ((values.low > 0) | (values.high < 0))
        return found
