"""Digital ink: read and write InkML, and make sequences of it. Needs lxml and numpy only."""

from inkml_parser.errors import EmptyInk, ForbiddenInk, InkError, InvalidInk, MalformedInk, OversizedInk
from inkml_parser.ink import Ink, Symbol

__all__ = ["EmptyInk", "ForbiddenInk", "Ink", "InkError", "InvalidInk", "MalformedInk", "OversizedInk", "Symbol"]
