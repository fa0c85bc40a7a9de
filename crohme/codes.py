"""The integers that stand for tokens, relations and pairs at the stroke transformer's inputs and outputs."""

from __future__ import annotations

from crohme import features
from crohme.notation import CLASSES, VOCABULARY
from crohme.notation.grammar import END
from crohme.notation.tree import Relation

MASK, START, START_BACKWARD = "<mask>", "<start>", "<start backward>"
TOKENS: tuple[str, ...] = (MASK, START, START_BACKWARD, END, *VOCABULARY)
"""All tokens that the decoder reads or writes, in the order of its vocabulary."""
TOKEN_INDEX = {token: i for i, token in enumerate(TOKENS)}
CLASS_INDEX = {label: i for i, label in enumerate(CLASSES)}
RELATION_INDEX = {None: 0, **{relation: i for i, relation in enumerate(Relation, start=1)}}
NO_RELATION, SAME_SYMBOL = 0, 1
PAIR_INDEX = {relation: i for i, relation in enumerate(Relation, start=2)}
DIMENSIONS = {
    "tokens": len(TOKENS),
    "symbols": len(CLASSES),
    "points": features.POINTS,
    "point_features": features.POINT_FEATURES,
    "stroke_features": features.STROKE_FEATURES,
    "pair_features": features.PAIR_FEATURES,
}
"""The stroke transformer's arguments that notation and features decide; the others are its size."""
