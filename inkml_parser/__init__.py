"""Digital ink: read and write InkML, and make sequences of it. Needs lxml and numpy only."""

from inkml_parser.errors import EmptyInk, ForbiddenInk, InkError, InvalidInk, MalformedInk, OversizedInk, UnsupportedInk
from inkml_parser.ink import Ink, Symbol
from inkml_parser.limits import Limits
from inkml_parser.reading import read
from inkml_parser.sequences import normalise, pad, resample, sequence
from inkml_parser.warnings import InkWarning, Part
from inkml_parser.writing import write

__all__ = [
    "EmptyInk",
    "ForbiddenInk",
    "Ink",
    "InkError",
    "InkWarning",
    "InvalidInk",
    "Limits",
    "MalformedInk",
    "OversizedInk",
    "Part",
    "Symbol",
    "UnsupportedInk",
    "normalise",
    "pad",
    "read",
    "resample",
    "sequence",
    "write",
]
