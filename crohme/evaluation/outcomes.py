"""One file of an evaluation of whole expressions."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from crohme.notation import SymbolTree
from inkml_parser import Ink

KINDS = ("segmentation", "symbol", "relation")
NO_WRITER = "-"
"""Writer of a file that names none."""


class Unit(StrEnum):
    """What the errors of an outcome are counted in."""

    EDIT = "token edit"
    LABEL = "label error"


@dataclass(frozen=True, eq=False)
class Outcome:
    """One file, read and compared with its truth.

    Args:
        file: str. Path below the folder.
        truth, read: str. LaTeX in the normal form; empty if there is none.
        confidence: float or None. None if it is unknown.
        errors: int or None. Token edit distance, or label errors; None if there is no truth or no reading.
        kind: str or None. What is wrong, one of `KINDS`: the strokes of some symbol, else the class
            of some symbol, else only relations. None if all is right or cannot be told.
        strokes: int.
        alternatives: tuple of str, or None. The further readings; None if they are unknown.
        margin: float or None. How much more probable the reading is than the next one, as a logarithm; None if there
            is no next one, or nothing is known of it.
        problem: str or None. Why there is no truth or no reading.
        writer: str. As the file has it, else `NO_WRITER`.
        ink: Ink or None. None if the file cannot be read, or is no ink.
        expected, found: SymbolTree or None. The truth as the file has it, and the best reading; None where there
            is none, or no tree can hold it.
    """

    file: str
    truth: str
    read: str
    confidence: float | None = 0.0
    errors: int | None = None
    kind: str | None = None
    strokes: int = 0
    alternatives: tuple[str, ...] | None = ()
    margin: float | None = None
    problem: str | None = None
    writer: str = NO_WRITER
    ink: Ink | None = None
    expected: SymbolTree | None = None
    found: SymbolTree | None = None

    @property
    def is_right(self) -> bool:
        """Whether what was read is the truth."""
        return self.errors == 0

    @property
    def tokens(self) -> int:
        """Length of the truth."""
        return len(self.truth.split())


def has_strokes(tree: SymbolTree | None) -> bool:
    """Whether every symbol of a tree says which strokes draw it."""
    return tree is not None and all(node.strokes for node in tree.nodes())


def kind_of(truth: SymbolTree, found: SymbolTree) -> str | None:
    """What is wrong in a reading, the first of `KINDS` that applies; None where nobody can tell: without strokes."""
    written, seen = ({node.strokes: node.label for node in tree.nodes()} for tree in (truth, found))
    if () in written or () in seen:
        return None
    if written.keys() != seen.keys():
        return "segmentation"
    return "symbol" if written != seen else "relation"
