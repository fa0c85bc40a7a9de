"""Constants of a bundle besides its weights: those of preprocessing and of decoding.

A bundle holds the values; those here are what a new bundle gets.
"""

from __future__ import annotations

from dataclasses import dataclass

from crohme.bundle.kinds import Line, Number, Plane, Taken, Whole


@dataclass(frozen=True)
class Preprocessing:
    """Lengths with which strokes become features, see `expressions.features`.

    Args:
        smallest_stroke: float. In typical strokes: what is smaller has no shape, only a place.
        likeness_scale: float. Distance at which the likeness of two shapes falls. Two inks of a class by one writer
            are 0.13 apart in the median, by two 0.25.
    """

    smallest_stroke: float = 0.05
    likeness_scale: float = 0.15


@dataclass(frozen=True)
class Decoding:
    """Constants of the search and of the ranking.

    Args:
        beam: int. Hypotheses kept at each step, unless a caller asks for another number.
        forward_weight: float. Weight of the score from left to right; the one from right to left has the rest.
        class_weight: float. Weight of the classes of the single strokes beside that. On CROHME 2013 the shipped
            network reads 70.9 % of the files right with 0.7 and 0.2, 70.0 % with the mean of both directions alone,
            and within half a point of the best with all weights near these.
        likeness_weight: float. What a reading loses for each two symbols that are drawn alike and that it names
            differently, see `expressions.likeness`. CROHME 2013 was read 70.9 % right without, and 72.6 %
            with 1.25 to 3, by `expressions`. `math` is best with 3, by one file or two of 1,176.
        language_weight: float. Weight of what people write, whatever the ink, where the bundle has a model of it, see
            `expressions.language_model`. CROHME 2013 was read 74.2 % right without and 75.4 to 75.9 % with 0.1 to
            0.2; from pictures 68.1 % and 69.7 to 70.6 %.
        symbol_weight: float. What a reading gains for each symbol, because each also costs it a few factors below one:
            without it a stroke goes with the symbol beside it too readily. CROHME 2013 was read 75.9 % right without,
            and 76.5 to 76.6 % with 1 to 3; from pictures 70.6 % up to 1.5, and less beyond. With later weights 2 was
            better than 1 on ink, by three files or four of 1,176, and no worse on pictures.
        consistency_weight: float. Weight of how probable it is, by their shapes, that symbols of one label are of one
            class, where the bundle has a network of shapes, see `expressions.appearance`. Of composed matrices 78.4 %
            were read right without, and 79.6 to 79.8 % with 0.3 to 0.7.
        shape_weight: float. Weight of the class by the same network, of a symbol that is all there is or stands in a
            cell. Of UNIPEN's characters alone 66.8 % were read right without, and 71.3 % with 0.7 to 1. Neither
            counts for strokes that were traced on a picture, which begin and end where it happens.
        uneven_line: float. What a reading loses for each line of a grid that has more or fewer cells than the first
            line: few that people write have (3 % in MathWriting's strings).
        same_symbol: float. A stroke goes with the one pointed at from this mean of pointer and pair on. Of the
            symbols of CROHME 2013, the pointer alone found the strokes of 84 %, the pairs alone of 93 %, both of
            95 %, when this was decided.
        least_confidence: float. A best reading below it is none. Below 0.0005 it would be shown as 0.000.
    """

    beam: int = 5
    forward_weight: float = 0.7
    class_weight: float = 0.2
    likeness_weight: float = 3.0
    language_weight: float = 0.15
    symbol_weight: float = 2.0
    consistency_weight: float = 0.7
    shape_weight: float = 0.7
    uneven_line: float = 4.0
    same_symbol: float = 0.4
    least_confidence: float = 0.0005


USUAL = Decoding()
PREPROCESSING: Taken = {
    "smallest_stroke": (Number(0.01, 0.25), Preprocessing.smallest_stroke),
    "likeness_scale": (Number(0.03, 0.75), Preprocessing.likeness_scale),
}
"""Five times less or more than what networks are trained with is a mistake."""
DECODING: Taken = {
    "beam": (Whole(1, 100), Decoding.beam),
    "forward_weight": (Number(0, 1.001), Decoding.forward_weight),
    "class_weight": (Number(0, 2.001), Decoding.class_weight),
    "likeness_weight": (Number(0, 10), Decoding.likeness_weight),
    "language_weight": (Number(0, 10), Decoding.language_weight),
    "symbol_weight": (Number(0, 10), Decoding.symbol_weight),
    "consistency_weight": (Number(0, 10), Decoding.consistency_weight),
    "shape_weight": (Number(0, 10), Decoding.shape_weight),
    "uneven_line": (Number(0, 100), Decoding.uneven_line),
    "same_symbol": (Number(0, 1.001), Decoding.same_symbol),
    "least_confidence": (Number(0, 1), Decoding.least_confidence),
}
INK, TRACED, BOTH = SOURCES = "ink", "traced", "both"
MARGIN = "_margin"
CALIBRATION: Taken = {
    **dict.fromkeys((INK, TRACED), (Line(), (1.0, 0.0))),
    BOTH: (Line(may_lack=True), ()),
    **{source + MARGIN: (Plane(), ()) for source in SOURCES},
}
"""For ink, for pictures that are traced, and for ink with its picture: see `expressions.confidence.Calibration`."""
