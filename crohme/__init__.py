"""Recognition of handwritten mathematics: strokes in, LaTeX out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crohme.expressions.recognizer import Recognizer

__version__ = "0.1.0"
__all__ = ["load"]


def load(name_or_folder: str | Path | None = None) -> Recognizer:
    """The recogniser of whole expressions, ready to use.

    Args:
        name_or_folder: str, Path or None. A bundle; None for the one that is shipped.

    Raises:
        BundleError: No such bundle, or a damaged one.

    Example:
        >>> crohme.load().recognize("formula.inkml").latex
        'x ^ { 2 } + 1'
    """
    from crohme.expressions.recognizer import DEFAULT_BUNDLE, Recognizer

    return Recognizer.load(DEFAULT_BUNDLE if name_or_folder is None else name_or_folder)
