"""ExpressMatch: 56 expressions, each copied by some of 25 writers; part of it stands in CROHME's training set.

Aguilar, Hirata: ExpressMatch, a system for creating ground-truthed datasets of online mathematical expressions, 2012.
"""

from __future__ import annotations

import re
from pathlib import Path

from crohme.datasets.base import WHOLE
from crohme.datasets.inkml import InkmlFolder
from inkml_parser.files import open_regular

_NAME = re.compile(r"(\d+)_[A-Za-z]+\d*\.inkml")
_HEAD = 2048  # bytes of a file in which its annotations stand


class ExpressMatch(InkmlFolder):
    """Strokes grouped by symbol, LaTeX for the whole, no MathML. With no licence it is only for measuring."""

    title = "ExpressMatch"
    licence = "none stated: not to be trained on, nor passed on"
    layout = "nothing but files <expression>_<writer>.inkml, such as 102_leo.inkml, that name their expression"
    is_generic = False

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.training, self.tests = "", (WHOLE,)

    @classmethod
    def is_at(cls, folder: Path) -> bool:
        files = sorted(path for path in folder.iterdir() if path.name[0] != ".") if folder.is_dir() else []
        named = [_NAME.fullmatch(path.name) for path in files]
        # People number their own files like that, too, but annotate no expression's number.
        return bool(files) and all(named) and _is_of(files[0], named[0][1] if named[0] else "")


def _is_of(path: Path, expression: str) -> bool:
    """Whether a file says which of the set's expressions it shows."""
    try:
        with open_regular(path) as file:
            return f'<annotation type="expression">{expression}</annotation>'.encode() in file.read(_HEAD)
    except OSError:
        return False
