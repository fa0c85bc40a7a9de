"""Recognition of handwritten mathematics: strokes in, LaTeX out.

What is named here is imported when it is first used: `import crohme` alone loads nothing but this file.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from inkml_parser.exports import lazy

if TYPE_CHECKING:
    from crohme.bundle import BundleError
    from crohme.errors import CrohmeError
    from crohme.expressions.compiled import EngineError
    from crohme.expressions.fixed import FixedSymbol, FixedSymbolError
    from crohme.expressions.recognizer import Recognizer
    from crohme.expressions.session import Session
    from crohme.extras import MissingExtra
    from crohme.ink.image_files import ImageError
    from crohme.ink.pictured import with_picture
    from crohme.ink.sources import NothingToRecognize
    from crohme.notation import Alphabet, NotationError
    from crohme.recognition import AlphabetError, Reading, Recognition, RecognizedSymbol
    from crohme.solver import solve
    from crohme.symbols.recognizer import SymbolRecognizer
    from inkml_parser import Ink, InkError

__version__ = "0.1.0"
__all__ = [
    "Alphabet",
    "AlphabetError",
    "BundleError",
    "CrohmeError",
    "EngineError",
    "FixedSymbol",
    "FixedSymbolError",
    "ImageError",
    "Ink",
    "InkError",
    "MissingExtra",
    "NotationError",
    "NothingToRecognize",
    "Reading",
    "Recognition",
    "RecognizedSymbol",
    "Recognizer",
    "Session",
    "SymbolRecognizer",
    "load",
    "solve",
    "with_picture",
]
_MODULES = {
    "Alphabet": "crohme.notation",
    "AlphabetError": "crohme.recognition",
    "BundleError": "crohme.bundle",
    "CrohmeError": "crohme.errors",
    "EngineError": "crohme.expressions.compiled",
    "FixedSymbol": "crohme.expressions.fixed",
    "FixedSymbolError": "crohme.expressions.fixed",
    "ImageError": "crohme.ink.image_files",
    "Ink": "inkml_parser",
    "InkError": "inkml_parser",
    "MissingExtra": "crohme.extras",
    "NotationError": "crohme.notation",
    "NothingToRecognize": "crohme.ink.sources",
    "Reading": "crohme.recognition",
    "Recognition": "crohme.recognition",
    "RecognizedSymbol": "crohme.recognition",
    "Recognizer": "crohme.expressions.recognizer",
    "Session": "crohme.expressions.session",
    "SymbolRecognizer": "crohme.symbols.recognizer",
    "solve": "crohme.solver",
    "with_picture": "crohme.ink.pictured",
}


def load(name_or_folder: str | Path | None = None, *, engine: str | None = None) -> Recognizer:
    """The recogniser of whole expressions, ready to use.

    Args:
        name_or_folder: str, Path or None. A bundle; None for the one that is shipped.
        engine: str or None. What computes: `"numpy"`; or `"compiled"`, about twice as fast, for which there has to be a
            C compiler, see docs/install.md; None for that of the environment's `CROHME_ENGINE`, or numpy.

    Raises:
        BundleError: No such bundle, or a damaged one.
        EngineError: No such engine, or it cannot be had here.

    Example:
        >>> crohme.load().recognize("formula.inkml").latex
        'x ^ { 2 } + 1'
    """
    from crohme.expressions.recognizer import DEFAULT_BUNDLE, Recognizer

    return Recognizer.load(DEFAULT_BUNDLE if name_or_folder is None else name_or_folder, engine=engine)


__getattr__, __dir__ = lazy(__name__, _MODULES)
