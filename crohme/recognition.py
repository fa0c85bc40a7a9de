"""What a recogniser answers: readings, best first, and the symbols of each. The same for expressions and symbols."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np

from crohme.errors import CrohmeError
from crohme.notation import Alphabet, Node, SymbolTree, to_mathml
from crohme.notation.alphabet import GRID, OTHER, SYMBOL_CLASSES, Kind
from crohme.notation.edges import edges_of, tree_of
from inkml_parser import Ink

Box = tuple[float, float, float, float]
"""Left, top, right, bottom, in the unit of the ink; Y runs down."""
Symbols = str | Iterable[str] | Alphabet
"""What an answer is restricted to: the name of an alphabet (`NAMED`), an Alphabet, or labels."""


class AlphabetError(CrohmeError, ValueError):
    """Symbols that an answer cannot be restricted to."""


@lru_cache(maxsize=1)
def _digits() -> Alphabet:
    return Alphabet(label for label, symbol in SYMBOL_CLASSES.items() if symbol.kind is Kind.DIGIT)


DOUBTFUL = 0.5
"""A symbol of less confidence is doubtful."""
DIGITS = 4
"""Of a confidence in a file."""
NAMED: Mapping[str, Callable[[], Alphabet]] = {"crohme": Alphabet.crohme, "digits": _digits}
"""Alphabets by name."""
ALL = "all"
"""The name of all that a recogniser knows."""


def labels_of(symbols: Symbols, alphabet: Alphabet) -> frozenset[str]:
    """The labels of a recogniser's alphabet that an answer is restricted to; `GRID` is one of them.

    Args:
        symbols: Symbols. A list names labels of the recogniser, in any spelling that `Alphabet.canonical` knows;
            of a whole alphabet, what the recogniser does not know is passed over.
        alphabet: Alphabet. What the recogniser knows.

    Raises:
        AlphabetError: No alphabet of that name; a label that the recogniser does not know; no label at all.
    """
    if isinstance(symbols, str):
        if symbols == ALL:
            return frozenset(alphabet.entries)
        if symbols not in NAMED:
            names = ", ".join((*NAMED, ALL))
            raise AlphabetError(f"no alphabet is called {symbols!r}; there are {names}, or a list of labels")
        symbols = NAMED[symbols]()
    if isinstance(symbols, Alphabet):
        labels = frozenset(symbols.entries) & frozenset(alphabet.entries)
    else:
        labels = frozenset(alphabet.canonical(label) for label in symbols)
        unknown = sorted(labels - frozenset(alphabet.entries))
        if unknown:
            raise AlphabetError(f"the recogniser does not know {', '.join(unknown)}")
    if not labels - {GRID}:
        raise AlphabetError("there is no symbol that the recogniser may answer with")
    return labels


@dataclass(frozen=True)
class RecognizedSymbol:
    """One symbol of a reading.

    Args:
        label: str. Its class as a LaTeX token.
        strokes: tuple of int. Indices into `Recognition.ink.strokes`; empty if a picture was read without tracing.
        trace_ids: tuple of str. The `xml:id` of these strokes in the file, or their numbers if it has none.
        box: Box or None. The bounding box of the strokes, None where there are none.
        confidence: float. Between 0 and 1.
        candidates: tuple of str. The labels that its strokes look like, best first; neither compared nor in
            `Recognition.to_dict`.
    """

    label: str
    strokes: tuple[int, ...]
    trace_ids: tuple[str, ...]
    box: Box | None
    confidence: float
    candidates: tuple[str, ...] = field(default=(), compare=False)

    @property
    def is_doubtful(self) -> bool:
        """Whether it is to be shown as uncertain: a sign of no known class, or one more probably wrong than right."""
        return self.label == OTHER or self.confidence < DOUBTFUL

    @classmethod
    def of(cls, node: Node, ink: Ink | None, confidence: float, candidates: tuple[str, ...] = ()) -> RecognizedSymbol:
        """The symbol of a node whose strokes are some of an ink's."""
        if ink is None or not node.strokes:
            return cls(node.label, (), (), None, confidence, candidates)
        parts = [ink.strokes[i] for i in node.strokes]
        points = parts[0] if len(parts) == 1 else np.concatenate(parts)
        (left, top), (right, bottom) = points.min(axis=0).tolist(), points.max(axis=0).tolist()
        trace_ids = tuple(ink.trace_ids[i] for i in node.strokes)
        return cls(node.label, node.strokes, trace_ids, (left, top, right, bottom), confidence, candidates)

    def with_confidence(self, confidence: float) -> RecognizedSymbol:
        """The same symbol with another confidence."""
        return RecognizedSymbol(self.label, self.strokes, self.trace_ids, self.box, confidence, self.candidates)


@dataclass(frozen=True)
class Reading:
    """One way to read the ink.

    Args:
        latex: str. Tokens of the normal form, separated by spaces.
        confidence: float. Between 0 and 1: the probability that the whole reading is right.
        tree: SymbolTree. Its nodes have the indices of their strokes in the ink.
        symbols: tuple of RecognizedSymbol, in the order of `tree.nodes()`. They follow from the rest and are not
            compared.
    """

    latex: str
    confidence: float
    tree: SymbolTree
    symbols: tuple[RecognizedSymbol, ...] = field(default=(), compare=False)

    @property
    def mathml(self) -> str:
        """As Presentation MathML, for a browser to show."""
        return to_mathml(self.tree)

    def to_dict(self) -> dict[str, Any]:
        """For JSON. `parent` is the number of the symbol that a symbol is attached to, and `relation` how."""
        hangs = {child: (parent, relation) for parent, child, relation in edges_of(self.tree)}
        symbols = []
        for i, symbol in enumerate(self.symbols):
            parent, relation = hangs.get(i, (None, None))
            symbols.append(
                {
                    "label": symbol.label,
                    "strokes": list(symbol.strokes),
                    "trace_ids": list(symbol.trace_ids),
                    "box": None if symbol.box is None else list(symbol.box),
                    "confidence": symbol.confidence,
                    "doubtful": symbol.is_doubtful,
                    "parent": parent,
                    "relation": None if relation is None else str(relation),
                }
            )
        return {"latex": self.latex, "confidence": self.confidence, "mathml": self.mathml, "symbols": symbols}

    def to_row(self) -> dict[str, Any]:
        """As `to_dict`, for files: confidences have four digits; the seventh depends on what is read beside it."""
        row = self.to_dict()
        for part in (row, *row["symbols"]):
            part["confidence"] = round(part["confidence"], DIGITS)
        return row

    @classmethod
    def from_dict(cls, described: Mapping[str, Any]) -> Reading:
        """The inverse of `to_dict`."""
        symbols = tuple(
            RecognizedSymbol(
                s["label"],
                tuple(s["strokes"]),
                tuple(s["trace_ids"]),
                None if s["box"] is None else tuple(s["box"]),
                s["confidence"],
            )
            for s in described["symbols"]
        )
        return cls(described["latex"], described["confidence"], _tree(described["symbols"]), symbols)


@dataclass(frozen=True)
class Recognition:
    """The answer of a recogniser: readings, best first. `str(recognition)` is the LaTeX of the best one.

    Args:
        ink: Ink or None. What was recognised; None if a picture was read without tracing.
        readings: tuple of `Reading`, at least one.
    """

    ink: Ink | None
    readings: tuple[Reading, ...]

    @property
    def best(self) -> Reading:
        """The most probable reading."""
        return self.readings[0]

    @property
    def latex(self) -> str:
        """LaTeX of the best reading."""
        return self.best.latex

    @property
    def confidence(self) -> float:
        """Confidence of the best reading."""
        return self.best.confidence

    @property
    def tree(self) -> SymbolTree:
        """Symbol layout tree of the best reading."""
        return self.best.tree

    @property
    def mathml(self) -> str:
        """Presentation MathML of the best reading."""
        return self.best.mathml

    @property
    def symbols(self) -> tuple[RecognizedSymbol, ...]:
        """Symbols of the best reading."""
        return self.best.symbols

    def to_dict(self) -> dict[str, Any]:
        """For JSON: LaTeX and confidence of the best reading, and all readings, without the ink."""
        readings = [reading.to_dict() for reading in self.readings]
        return {"latex": self.latex, "confidence": self.confidence, "readings": readings}

    def to_json(self, indent: int | None = None) -> str:
        """`to_dict` as JSON."""
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=indent)

    @classmethod
    def from_dict(cls, described: Mapping[str, Any], ink: Ink | None = None) -> Recognition:
        """The inverse of `to_dict`. Given the ink, the result equals the original."""
        return cls(ink, tuple(Reading.from_dict(reading) for reading in described["readings"]))

    @classmethod
    def from_json(cls, text: str, ink: Ink | None = None) -> Recognition:
        """The inverse of `to_json`."""
        return cls.from_dict(json.loads(text), ink)

    def __str__(self) -> str:
        return self.latex


def _tree(symbols: Sequence[Mapping[str, Any]]) -> SymbolTree:
    """The tree of symbols that name their parents."""
    nodes = [Node(symbol["label"], tuple(symbol["strokes"])) for symbol in symbols]
    edges = [(s["parent"], i, s["relation"]) for i, s in enumerate(symbols) if s["parent"] is not None]
    return tree_of(nodes, edges)
