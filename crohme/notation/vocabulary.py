"""The LaTeX tokens in which an expression of an alphabet's symbols is written."""

from __future__ import annotations

from crohme.notation.alphabet import Alphabet
from crohme.notation.grammar import GRID_TOKENS

STRUCTURE: tuple[str, ...] = ("\\frac", "^", "_", "{", "}")
"""Tokens that draw no symbol of their own (`\\frac` draws the class `-`)."""


def vocabulary(alphabet: Alphabet) -> tuple[str, ...]:
    """All tokens of the normal form, in a fixed order (by code point)."""
    return tuple(sorted({*alphabet, *STRUCTURE, *(GRID_TOKENS if alphabet.grids else ())}))


VOCABULARY: tuple[str, ...] = vocabulary(Alphabet.crohme())
"""The tokens of CROHME's alphabet."""
