"""ExpressMatch: 56 expressions, each copied by some of 25 writers; part of it stands in CROHME's training set.

Aguilar, Hirata: ExpressMatch, a system for creating ground-truthed datasets of online mathematical expressions, 2012.
"""

from __future__ import annotations

import re
from pathlib import Path

from crohme.datasets.base import WHOLE
from crohme.datasets.inkml import InkmlFolder

_NAME = re.compile(r"\d+_[^\W\d_]\w*\.inkml")


class ExpressMatch(InkmlFolder):
    """Strokes grouped by symbol, LaTeX for the whole, no MathML. With no licence it is only for measuring."""

    title = "ExpressMatch"
    licence = "none stated: not to be trained on, nor passed on"
    layout = "nothing but files <expression>_<writer>.inkml, such as 102_leo.inkml"
    is_generic = False

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.training, self.tests = "", (WHOLE,)

    @classmethod
    def is_at(cls, folder: Path) -> bool:
        names = [path.name for path in folder.iterdir() if path.name[0] != "."] if folder.is_dir() else []
        return bool(names) and all(_NAME.fullmatch(name) for name in names)
