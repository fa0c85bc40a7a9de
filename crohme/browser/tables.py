"""Everything in a bundle besides its weights, as one JSON object.

The recogniser in JavaScript (`js/`) has no table of its own: alphabet, grammar, limits and constants come from here.
"""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np

from crohme.browser.signs import signs_of
from crohme.bundle import Bundle, find
from crohme.expressions import appearance, confidence, language_model, likeness, odd_strokes, ranking, unread
from crohme.expressions.allowed_tokens import CLOSING, NESTING
from crohme.expressions.decoding import WITH_LIMITS
from crohme.expressions.rescoring import LIKELY
from crohme.expressions.stroke_limits import SWING, THIN, limits
from crohme.expressions.vocabulary import (
    NO_RELATION,
    PAIR_INDEX,
    RELATION_INDEX,
    SAME_SYMBOL,
    START,
    START_BACKWARD,
    Vocabulary,
)
from crohme.ink.sources import MAX_STROKES
from crohme.notation.alphabet import BINOMIAL, FRACTION_BAR, GRID, OTHER, ROOT
from crohme.notation.grammar import CELL_ENDS, END, END_GRID, LINE_ENDS, NEXT_CELL, NEXT_LINE, WRITTEN, Cursor, Kind
from crohme.notation.inline import BEFORE_A_SIGN, GRID_OF, PLUS_OR_MINUS, PRIME, SPACED, WITH_INDEX, InlineFormat
from crohme.notation.inline_formats import TEXT, TYPST
from crohme.notation.latex import WRITTEN_AS
from crohme.notation.tree import ARGUMENTS, LIMIT_OF, MAX_DEPTH, SCRIPT_TOKENS
from crohme.recognition import DOUBTFUL

FORMAT = 2
"""What `js/recognizer.js` reads."""


def tables_of(trained: Bundle, vocabulary: Vocabulary) -> dict[str, Any]:
    """The object of `recognizer.json`, without the description of the weights.

    Args:
        trained: Bundle. Of a network that reads whole expressions.
        vocabulary: Vocabulary. The bundle's.
    """
    return {
        "format": FORMAT,
        "bundle": trained.name,
        "arguments": find(trained.network).complete(trained.arguments),
        "preprocessing": dict(trained.preprocessing),
        "decoding": dict(trained.decoding),
        "calibration": _calibration(trained),
        "doubtful": DOUBTFUL,
        "most_strokes": MAX_STROKES,
        "vocabulary": _numbers(vocabulary),
        "grammar": _grammar(vocabulary),
        "notation": _notation(vocabulary),
        "signs": signs_of(vocabulary.alphabet),
        "formats": {"text": _format(TEXT), "typst": _format(TYPST)},
        "stroke_limits": {label: _finite(limits(label)) for label in vocabulary.alphabet},
        "likeness": {"farthest": likeness.FARTHEST, "largest_ratio": likeness.LARGEST_RATIO},
        "appearance": {
            "close": ranking.CLOSE,
            "in_cells": appearance.IN_CELLS,
            "shapeless": sorted(appearance.SHAPELESS),
        },
        "language": {
            "in_grids": language_model.IN_GRIDS,
            "alone": language_model.ALONE,
            "operators": sorted(language_model.OPERATORS & set(vocabulary.alphabet)),
            "nats": language_model.NATS,
        },
        "unread": {
            "contact": unread.CONTACT,
            "power": unread.POWER,
            "most_strokes": unread.MOST_STROKES,
            "unknown": unread.UNKNOWN,
            "usually_kept": unread.USUALLY_KEPT,
            "dots": sorted(unread.DOTS),
            "dot_of_largest": unread.DOT_OF_LARGEST,
            "dot_of_all": unread.DOT_OF_ALL,
            "large_dot": unread.LARGE_DOT,
            "swing": SWING,
            "thin": THIN,
            "most_swings": unread.MOST_SWINGS,
            "swinging": unread.SWINGING,
            "lines": unread.LINES,
            "bars": unread.BARS,
            "hatching": unread.HATCHING,
            "too_many_lines": unread.TOO_MANY_LINES,
            "fewest_steps": odd_strokes.FEWEST_STEPS,
            "jump": odd_strokes.JUMP,
            "jump_of_extent": odd_strokes.JUMP_OF_EXTENT,
            "most_jumps": unread.MOST_JUMPS,
            "joined_share": unread.JOINED_SHARE,
            "joined": unread.JOINED,
            "arm": odd_strokes.ARM,
            "smooth": odd_strokes.SMOOTH,
            "back": odd_strokes.BACK,
            "gap": odd_strokes.GAP,
            "most_coiled": unread.MOST_COILED,
            "spiral": unread.SPIRAL,
        },
    }


def _calibration(trained: Bundle) -> dict[str, Any]:
    fitted = confidence.Calibration.of(trained.calibration, "ink")
    constants = "widest_margin", "most_moved", "moved_from", "moved_fully_from"
    return {
        "line": list(fitted.line),
        "margin": list(fitted.margin),
        **{name: getattr(confidence, name.upper()) for name in constants},
    }


def _numbers(vocabulary: Vocabulary) -> dict[str, Any]:
    size = vocabulary.dimensions()["relations"]
    return {
        "tokens": vocabulary.tokens,
        "unanswered": [token for token in vocabulary.tokens if not vocabulary.may_answer(token)],
        "labels": vocabulary.alphabet.labels,
        "relations": {str(place): number for place, number in RELATION_INDEX.items() if place and number <= size},
        "no_relation": RELATION_INDEX[None],
        "pairs": {str(place): number for place, number in PAIR_INDEX.items() if number < size + 2},
        "pair_classes": size + 2,
        "no_pair": NO_RELATION,
        "same_symbol": SAME_SYMBOL,
        "most_candidates": LIKELY,
    }


def _grammar(vocabulary: Vocabulary) -> dict[str, Any]:
    kinds = {token: Cursor().kind(token) for token in vocabulary.tokens}
    return {
        "kinds": {token: kind.name for token, kind in kinds.items() if kind is not Kind.SYMBOL},
        "written": sorted(kind.name for kind in WRITTEN),
        "closing": sorted(kind.name for kind in CLOSING),
        "nesting": sorted(kind.name for kind in NESTING),
        "line_ends": sorted(kind.name for kind in LINE_ENDS),
        "cell_ends": {token: kind.name for token, kind in CELL_ENDS.items() if token in vocabulary.token_index},
        "start": START,
        "start_backward": START_BACKWARD,
        "end": END,
        "max_depth": MAX_DEPTH,
    }


def _notation(vocabulary: Vocabulary) -> dict[str, Any]:
    return {
        "names": {
            "bar": FRACTION_BAR,
            "fraction": r"\frac",
            "root": ROOT,
            "binomial": BINOMIAL,
            "grid": GRID,
            "nextCell": NEXT_CELL,
            "nextLine": NEXT_LINE,
            "endGrid": END_GRID,
            "other": OTHER,
            "prime": PRIME,
        },
        "other_as": WRITTEN_AS[OTHER],
        "arguments": {
            token: [str(relation) for relation in relations]
            for token, relations in ARGUMENTS.items()
            if token in vocabulary.token_index
        },
        "limits": {
            "of": {str(script): str(limit) for script, limit in LIMIT_OF.items()},
            "tokens": {str(script): token for script, token in SCRIPT_TOKENS.items()},
            "operators": sorted(WITH_LIMITS & set(vocabulary.alphabet)),
        },
    }


def _format(inline: InlineFormat) -> dict[str, Any]:
    described = {f.name: getattr(inline, f.name) for f in fields(inline) if f.init}
    return {
        **described,
        "with_index": WITH_INDEX,
        "grid": GRID_OF,
        "spaced": sorted(SPACED),
        "before_a_sign": sorted(BEFORE_A_SIGN),
        "plus_or_minus": sorted(PLUS_OR_MINUS),
    }


def _finite(row: np.ndarray) -> list[float | None]:
    """JSON has no infinity: what has no limit is null."""
    return [float(value) if np.isfinite(value) else None for value in row]
