"""The symbols that can be written: one row of `alphabet.csv` each, and alphabets, which are sets of them.

A label is the LaTeX token that draws the symbol. What a network can read is its alphabet: that of
CROHME, the whole table, or any other set, also with labels that the table does not know.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from importlib import resources

FRACTION_BAR = "-"
ROOT = "\\sqrt"
BINOMIAL = "\\binom"
GRID = "\\begin{matrix}"
"""The label of a grid, which is no symbol: it draws nothing itself."""
OTHER = "\\other"
"""The label of a sign that is none of the alphabet's."""


class Kind(StrEnum):
    """The part a symbol plays in a formula, as far as its class alone tells."""

    DIGIT = "digit"
    IDENTIFIER = "identifier"
    FUNCTION = "function"
    OPERATOR = "operator"
    RELATION = "relation"
    ARROW = "arrow"
    BIG_OPERATOR = "big operator"
    OPENING = "opening fence"
    CLOSING = "closing fence"
    BAR = "vertical bar"
    ROOT = "root"
    ACCENT = "accent"
    ACCENT_UNDER = "accent under"
    ENCLOSURE = "enclosure"
    STACK = "stack"
    PUNCTUATION = "punctuation"
    ORDINARY = "ordinary"


class Relation(StrEnum):
    """How a symbol, or the first symbol of a row, lies to the symbol it hangs on."""

    RIGHT = "Right"
    SUP = "Sup"
    SUB = "Sub"
    ABOVE = "Above"
    BELOW = "Below"
    INSIDE = "Inside"


ROWS: Mapping[Kind, tuple[Relation, ...]] = {
    Kind.ROOT: (Relation.INSIDE,),
    Kind.ACCENT: (Relation.BELOW,),
    Kind.ACCENT_UNDER: (Relation.ABOVE,),
    Kind.ENCLOSURE: (Relation.INSIDE,),
    Kind.STACK: (Relation.ABOVE, Relation.BELOW),
}
"""How the rows lie that are part of what a symbol of a kind draws, in the order of its arguments."""


class Height(StrEnum):
    """How far a symbol reaches from the base line, as people write it in a row."""

    X_HEIGHT = "x-height"
    ASCENDER = "ascender"
    DESCENDER = "descender"
    FULL = "full"
    CENTRED = "centred"
    LOW = "low"
    HIGH = "high"
    LARGE = "large"


@dataclass(frozen=True)
class SymbolClass:
    """One class of written symbols.

    Args:
        label: str. The class as a LaTeX token.
        text: str. The same in Unicode.
        kind: Kind. Its part in a formula.
        height: Height. Its extent in a row.
        twin: str or None. A label of the same shape, told apart by size and place only.
        aliases: tuple of str. Other names of the same sign.
        variants: tuple of str. Signs that by hand are drawn as this one is.
        instead: tuple of str. The labels that take its place, side by side, in an alphabet without it.
        names: tuple of str. What folders of pictures of it are called.
        in_crohme: bool. Whether it is one of CROHME's classes.
    """

    label: str
    text: str
    kind: Kind = Kind.ORDINARY
    height: Height = Height.ASCENDER
    twin: str | None = None
    aliases: tuple[str, ...] = ()
    variants: tuple[str, ...] = ()
    instead: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    in_crohme: bool = False


class Alphabet:
    """A set of symbol classes, in a fixed order.

    Args:
        labels: iterable of str. Labels in normal form; those that `alphabet.csv` has no row for are
            symbols too, of kind ORDINARY. `GRID` among them says that the others may stand in grids:
            matrices, case distinctions, aligned lines.

    Example:
        >>> len(Alphabet.crohme()), Alphabet.crohme().canonical("<"), "\\nabla" in Alphabet.crohme()
        (101, '\\\\lt', False)
    """

    def __init__(self, labels: Iterable[str]) -> None:
        given = set(labels)
        self.grids = GRID in given
        self.labels: tuple[str, ...] = tuple(sorted(given - {GRID}))
        """The labels in a fixed order (by code point), which numbers the outputs of a classifier."""
        self.index: Mapping[str, int] = {label: i for i, label in enumerate(self.labels)}

    @classmethod
    @lru_cache(maxsize=1)
    def crohme(cls) -> Alphabet:
        """The 101 classes of the CROHME 2013, 2014 and 2016 training set, which are also those of its tests."""
        return cls(label for label, symbol in SYMBOL_CLASSES.items() if symbol.in_crohme)

    @classmethod
    @lru_cache(maxsize=1)
    def whole(cls) -> Alphabet:
        """All symbols of `alphabet.csv`, also in grids."""
        return cls((*SYMBOL_CLASSES, GRID))

    @property
    def entries(self) -> tuple[str, ...]:
        """What makes the same alphabet again: its labels, and `GRID` where it has grids."""
        return (*self.labels, GRID) if self.grids else self.labels

    def canonical(self, raw: str) -> str:
        """The normal form of a label as it stands in a file.

        Args:
            raw: str. Label of a trace group, of an object of a label graph, or a LaTeX token.

        Returns:
            str. One of `labels` if the sign is one of theirs, else `raw` without outer white space.
        """
        label = raw.strip()
        if label in self.index:
            return label
        label = _NAMED.get(label) or _DRAWN_AS.get(label, label)
        symbol = SYMBOL_CLASSES.get(label)
        if label not in self.index and symbol is not None and len(symbol.instead) == 1:
            return symbol.instead[0]
        return label

    def __contains__(self, label: object) -> bool:
        return label in self.index or (label == GRID and self.grids)

    def __iter__(self) -> Iterator[str]:
        return iter(self.labels)

    def __len__(self) -> int:
        return len(self.labels)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Alphabet) and (self.labels, self.grids) == (other.labels, other.grids)

    def __hash__(self) -> int:
        return hash((self.labels, self.grids))

    def __repr__(self) -> str:
        return f"Alphabet({len(self)} labels{', grids' if self.grids else ''})"


def symbol_class(label: str) -> SymbolClass:
    """The row of a label, or an ordinary symbol that looks as its label does."""
    return SYMBOL_CLASSES.get(label) or SymbolClass(label, label.removeprefix("\\"))


def _read_table() -> dict[str, SymbolClass]:
    text = resources.files(__package__).joinpath("alphabet.csv").read_text(encoding="utf-8")
    return {
        row["label"]: SymbolClass(
            row["label"],
            row["sign"],
            Kind(row["kind"]),
            Height(row["height"]),
            row["twin"] or None,
            tuple(row["aliases"].split()),
            tuple(row["variants"].split()),
            tuple(row["instead"].split()),
            tuple(row["names"].split()),
            row["crohme"] == "1",
        )
        for row in csv.DictReader(text.splitlines())
    }


SYMBOL_CLASSES: dict[str, SymbolClass] = _read_table()
"""Label → class, in the order of the table."""

_NAMED = {alias: symbol.label for symbol in SYMBOL_CLASSES.values() for alias in symbol.aliases}
_DRAWN_AS = {variant: symbol.label for symbol in SYMBOL_CLASSES.values() for variant in symbol.variants}

NAMES: frozenset[str] = frozenset({*SYMBOL_CLASSES, *_NAMED, *_DRAWN_AS})
"""All names of signs that the table has: labels, aliases and variants."""

LOOK_ALIKES = {s.label: s.instead[0] for s in SYMBOL_CLASSES.values() if len(s.instead) == 1} | {"\\varphi": "\\phi"}
"""Signs that CROHME draws no line between, and the class that its symbols are labelled with for both.

A scorer must: the official one keeps a centred dot and a full stop apart."""

CLASSES: tuple[str, ...] = Alphabet.crohme().labels
"""The 101 labels of CROHME in their fixed order."""

FUNCTIONS: frozenset[str] = frozenset(c.label for c in SYMBOL_CLASSES.values() if c.kind is Kind.FUNCTION)
BIG_OPERATORS: frozenset[str] = frozenset(c.label for c in SYMBOL_CLASSES.values() if c.kind is Kind.BIG_OPERATOR)
INTEGRALS: frozenset[str] = frozenset(label for label in BIG_OPERATORS if "∫" <= SYMBOL_CLASSES[label].text <= "∳")


def sign_name(raw: str) -> str:
    """The name of a sign, whatever it looks like: signs that are only drawn alike keep their own."""
    label = raw.strip()
    return _NAMED.get(label, label)


def canonical_label(raw: str) -> str:
    """The name of a sign as CROHME labels it, which draws no line between centred and low dots (`LOOK_ALIKES`)."""
    name = sign_name(raw)
    return LOOK_ALIKES.get(name, name)
