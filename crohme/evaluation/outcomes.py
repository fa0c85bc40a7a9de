"""One file of an evaluation of whole expressions."""

from __future__ import annotations

from dataclasses import dataclass

from crohme.notation import SymbolTree
from inkml_parser import Ink

KINDS = ("segmentation", "symbol", "relation")
NO_WRITER = "-"
"""Writer of a file that names none."""


@dataclass(frozen=True, eq=False)
class Outcome:
    """One file, read and compared with its truth.

    Args:
        file: str. Path below the folder.
        truth, read: str. LaTeX in the normal form; empty if there is none.
        confidence: float.
        errors: int or None. Token edit distance; None if there is no truth or no reading.
        kind: str or None. What is wrong, one of `KINDS`: the strokes of some symbol, else the class
            of some symbol, else only relations. None if all is right or cannot be told.
        strokes: int.
        alternatives: tuple of str. The further readings.
        problem: str or None. Why there is no truth or no reading.
        writer: str. As the file has it, else `NO_WRITER`.
        ink: Ink or None. None if the file cannot be read.
        expected, found: SymbolTree or None. The truth as the file has it, and the best reading.
    """

    file: str
    truth: str
    read: str
    confidence: float = 0.0
    errors: int | None = None
    kind: str | None = None
    strokes: int = 0
    alternatives: tuple[str, ...] = ()
    problem: str | None = None
    writer: str = NO_WRITER
    ink: Ink | None = None
    expected: SymbolTree | None = None
    found: SymbolTree | None = None

    @property
    def is_right(self) -> bool:
        """Whether what was read is the truth."""
        return self.errors == 0
