"""The integers that stand for tokens, classes, relations and pairs at the stroke transformer's inputs and outputs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property, lru_cache

import numpy as np

from crohme.bundle import Bundle, BundleError, Reads
from crohme.errors import quoted
from crohme.expressions import features
from crohme.notation import STRUCTURE, Alphabet, LatexError, Relation, from_latex, vocabulary
from crohme.notation.alphabet import FRACTION_BAR, GRID, SYMBOL_CLASSES, symbol_class
from crohme.notation.grammar import END, GRID_TOKENS, Place
from crohme.notation.tree import ARGUMENTS
from crohme.types import Float32Array

MASK, START, START_BACKWARD = "<mask>", "<start>", "<start backward>"
SPECIAL = (MASK, START, START_BACKWARD, END)
"""The first tokens of every vocabulary, in their order."""
_BRACKETS = ("[", "]")
_NEEDED = {"\\frac": FRACTION_BAR, **dict.fromkeys(GRID_TOKENS, GRID)}
_NO_SYMBOLS = frozenset(
    "# $ % & \\begin \\end \\( \\) \\[ \\] \\input \\include \\write \\def \\let \\newcommand \\over \\limits".split()
)
"""What LaTeX itself takes, and would not draw."""
FIRST_RELATIONS = 6
"""Relations that every network knows. Later ones are numbered after those of grids, whose numbers stay."""
PLACES: tuple[Relation | Place, ...] = (
    *tuple(Relation)[:FIRST_RELATIONS], *Place, *tuple(Relation)[FIRST_RELATIONS:],
)  # fmt: skip
"""How one symbol may lie to another, in the order of the network's numbers."""
RELATION_INDEX: Mapping[Relation | Place | None, int] = {place: i for i, place in enumerate((None, *PLACES))}
NO_RELATION, SAME_SYMBOL = 0, 1
PAIR_INDEX: Mapping[Relation | Place, int] = {place: i for i, place in enumerate(PLACES, start=2)}


class Vocabulary:
    """What a stroke transformer writes: the tokens and symbol classes of an alphabet, numbered.

    Args:
        alphabet: Alphabet. What it was trained to read.
        readable: iterable of str or None. The labels that it may answer with, `GRID` among them where it may
            answer with grids; all where None.
    """

    def __init__(self, alphabet: Alphabet, readable: Iterable[str] | None = None) -> None:
        self.alphabet = alphabet
        self.tokens: tuple[str, ...] = (*SPECIAL, *vocabulary(alphabet))
        """All tokens that the decoder reads or writes, in the order of its outputs."""
        self.readable = frozenset(alphabet.entries if readable is None else readable)
        self.spelt: Mapping[str, tuple[str, ...]] = {
            label: instead
            for label in frozenset(alphabet.entries) - self.readable
            if (instead := symbol_class(label).instead) and self.readable.issuperset(instead)
        }
        """Other labels of the alphabet → the readable ones that are written for them, side by side. The network reads
        `||` as one sign and a centred dot as `\\cdot` where it knows these; without them it would guess something."""

    @classmethod
    @lru_cache(maxsize=1)
    def crohme(cls) -> Vocabulary:
        """That of CROHME's 101 classes."""
        return cls(Alphabet.crohme())

    @classmethod
    def of_tokens(cls, tokens: tuple[str, ...]) -> Vocabulary:
        """The vocabulary of a bundle, from its tokens.

        Raises:
            ValueError: They are not those of any alphabet, or in another order; or one of them has a blank, at which
                it would be read back as two, or is no symbol in LaTeX, as `%` is none.
        """
        parted = next((token for token in tokens if token not in SPECIAL and token.split() != [token]), None)
        if parted is not None:
            raise ValueError(f"{quoted(parted)} is not one token")
        structure = {*SPECIAL, *STRUCTURE, *GRID_TOKENS}
        grids = (GRID,) if GRID in tokens else ()
        found = cls(Alphabet((*(token for token in tokens if token not in structure), *grids)))
        if found.tokens != tokens:
            raise ValueError("its tokens are not those of an alphabet in their order")
        for label in found.alphabet:
            if not _is_symbol(label):
                raise ValueError(f"{quoted(label)} is no symbol in LaTeX")
        return found

    def restricted(self, readable: Iterable[str]) -> Vocabulary:
        """The same numbers, with answers of these labels only.

        Raises:
            ValueError: None of them is in the alphabet.
        """
        labels = frozenset(readable) & frozenset(self.alphabet.entries)
        if not labels - {GRID}:
            raise ValueError("none of these symbols is in the alphabet")
        return Vocabulary(self.alphabet, labels)

    def may_answer(self, token: str) -> bool:
        """Whether a token may be written: a readable or spelt symbol, or structure that needs no other symbol."""
        if token in SPECIAL:
            return token == END
        needs = _NEEDED.get(token, token)
        return needs in self.readable or needs in self.spelt or needs in STRUCTURE

    @cached_property
    def token_bias(self) -> Float32Array:
        """What is added to the logits of the tokens: minus infinity for those that a restricted vocabulary excludes.

        The others then share all of the probability. The brackets of a root's index stay: there they are no symbols.
        """
        if len(self.readable) == len(self.alphabet.entries):
            return np.zeros(len(self.tokens), np.float32)
        allowed = [self.may_answer(token) or token in _BRACKETS for token in self.tokens]
        return np.where(allowed, 0.0, -np.inf).astype(np.float32)

    @cached_property
    def class_bias(self) -> Float32Array:
        """The same for the logits of the symbol classes."""
        allowed = [label in self.readable or label in self.spelt for label in self.alphabet]
        return np.where(allowed, 0.0, -np.inf).astype(np.float32)

    @cached_property
    def token_index(self) -> Mapping[str, int]:
        """Token → number."""
        return {token: i for i, token in enumerate(self.tokens)}

    @property
    def class_index(self) -> Mapping[str, int]:
        """Label → number of the class."""
        return self.alphabet.index

    def dimensions(self) -> dict[str, int]:
        """The stroke transformer's arguments that alphabet and features decide; the others are its size."""
        return {
            "tokens": len(self.tokens),
            "symbols": len(self.alphabet),
            "relations": self._relations,
            "points": features.POINTS,
            "point_features": features.POINT_FEATURES,
            "stroke_features": features.STROKE_FEATURES,
            "pair_features": features.PAIR_FEATURES,
        }

    @cached_property
    def _relations(self) -> int:
        """How many places have numbers, up to the last that an expression of the alphabet may need."""
        arguments = {relation for label in self.alphabet for relation in ARGUMENTS.get(label, ())}
        needed = arguments | (set(Place) if self.alphabet.grids else set())
        return max(FIRST_RELATIONS, *(PLACES.index(place) + 1 for place in needed), 0)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Vocabulary) and (self.tokens, self.readable) == (other.tokens, other.readable)

    @cached_property
    def _hash(self) -> int:
        return hash((self.tokens, self.readable))

    def __hash__(self) -> int:
        return self._hash


def _is_symbol(label: str) -> bool:
    """Whether LaTeX draws anything for a label: `\\left`, `~` and the like are passed over by who reads it."""
    if label in SYMBOL_CLASSES or label in _NO_SYMBOLS:
        return label in SYMBOL_CLASSES
    try:
        return from_latex(f"x {label} x", Alphabet(["x", label])) != from_latex("x x")
    except LatexError:
        return True


def vocabulary_of(trained: Bundle) -> Vocabulary:
    """The vocabulary of a bundle.

    Raises:
        BundleError: It does not read whole expressions, or its tokens are not those of an alphabet.
    """
    if trained.reads is not Reads.EXPRESSIONS:
        raise BundleError(f"{trained.network} does not read whole expressions", trained.path)
    try:
        return Vocabulary.of_tokens(trained.vocabulary)
    except ValueError as error:
        raise BundleError(f"vocabulary.txt: {error}", trained.path) from None
