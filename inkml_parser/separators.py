"""Points as other programs separate them, in the separators of InkML."""

from __future__ import annotations

import re

_NUMBER = r"[+-]?+(?:[0-9]++(?:\.[0-9]*+)?+|\.[0-9]++)(?:[eE][+-]?[0-9]++)?+"
_ALONE = re.compile(rf"\s*+{_NUMBER}\s*+")
_LIST = re.compile(rf"\s*+{_NUMBER}(?:\s*+,\s*+{_NUMBER})++\s*+,?+\s*+")
_DECIMALS = re.compile(r"[+-]?+[0-9]++,[0-9]++")
_CHARACTERS = str.maketrans({"\u00a0": " ", "\u2009": " ", "\u202f": " ", "\u3000": " ", "\u2212": "-", "\uff0c": ","})
"""Spaces, a minus and a comma as word processors have them."""


def with_commas(text: str) -> str:
    """The text of a trace with a comma between points and white space between their values.

    Taken are `x y; x y`, `x,y x,y` as in SVG, such points on lines of their own, and `x,y,x,y`, whose values
    come out without commas. Text that could be InkML is returned as it is, and so is what is none of these, or
    has commas that could be those of decimals.

    Args:
        text: str. What a `trace` holds.
    """
    if not text.isascii():
        text = text.translate(_CHARACTERS)
    if ";" in text:
        return text if "," in text else text.replace(";", ",")
    comma = text.find(",")
    # A first point of one value is none of InkML: X and Y are needed.
    if comma < 0 or not _ALONE.fullmatch(text, 0, comma):
        return text
    if _LIST.fullmatch(text):
        return text.replace(",", " ")
    if _has_decimal_commas(text):
        return text
    for points in (text.split(), [line for line in text.splitlines() if line.strip()]):
        count = points[0].count(",")
        if len(points) > 1 and all(_LIST.fullmatch(p) and p.count(",") == count for p in points):
            return ",".join(point.replace(",", " ") for point in points)
    return text


def _has_decimal_commas(text: str) -> bool:
    """Whether `1,50 2,05` may be 1.5 and 2.05: some decimals begin with a zero, or there are two such on each line."""
    words = text.split()
    if not all(map(_DECIMALS.fullmatch, words)):
        return False
    if any(re.search(",0[0-9]", word) for word in words):
        return True
    lines = [line.split() for line in text.splitlines() if line.strip()]
    return len(lines) > 1 and all(len(line) == 2 for line in lines)
