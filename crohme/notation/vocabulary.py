"""The LaTeX tokens in which an expression of CROHME symbols is written."""

from __future__ import annotations

from crohme.notation.labels import CLASSES

STRUCTURE: tuple[str, ...] = ("\\frac", "^", "_", "{", "}")
"""Tokens that draw no symbol of their own (`\\frac` draws the class `-`)."""

VOCABULARY: tuple[str, ...] = tuple(sorted({*CLASSES, *STRUCTURE}))
"""All tokens of the normal form, in a fixed order (by code point)."""
