"""Layout of text: `--help` as wide as the terminal, and counts."""

from __future__ import annotations

import argparse
import re
import textwrap
from collections.abc import Iterator
from itertools import groupby

_TERM = re.compile(r"( +\S+ {2,})\S")
"""An indented line that begins with a term, of which the rest is the definition."""


class HelpFormatter(argparse.HelpFormatter):
    """Wraps the paragraphs and definitions of descriptions and epilogs; other indented lines stay as they are."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        return "\n".join(indent + line for line in _wrapped(text.strip("\n"), width - len(indent)))


def _wrapped(text: str, width: int) -> Iterator[str]:
    for is_paragraph, lines in groupby(text.split("\n"), lambda line: bool(line) and not line.startswith(" ")):
        if is_paragraph:
            yield from _fill(" ".join(lines), width)
            continue
        for line in lines:
            term = _TERM.match(line)
            yield from [line] if term is None else _fill(line, width, " " * len(term[1]))


def _fill(text: str, width: int, hanging: str = "") -> list[str]:
    return textwrap.wrap(text, width, subsequent_indent=hanging, break_on_hyphens=False, break_long_words=False)


def counted(n: int, noun: str) -> str:
    """A number of things: `1 file`, `1,200 files`."""
    return f"{n:,} {noun}{'' if n == 1 else 's'}"
