"""Digital ink: read and write InkML, and make sequences of it. Needs lxml and numpy only.

Of what InkML (W3C Recommendation, 20 September 2011) says about coordinates, `read` applies: the trace
format, its channels in any order, regular and intermittent; `orientation`; `units` and `channelProperty`
resolution, as far as X and Y of all traces come to one scale by them; `mapping` of a channel and of a
`canvasTransform`, of type `identity`, `affine`, `lookup` of one channel by another, and `product` of these;
a canvas's own format; references between contexts, and the current context of ink that is streamed. It
refuses, by name and line, mappings of type `mathml` and `unknown`, cubic interpolation, mappings where they
mean nothing, units that cannot be compared (`mm` beside `em`, percent), and a resolution of one of X and Y
alone. Times stay as they are written: `timeOffset` and `timestamp` are not applied. `min`, `max`, `respectTo`
and the active area of a device move no point.

Points without commas between them, which the recommendation does not know, are read where their number of
values divides evenly; so are points as SVG and others separate them (`x,y x,y`, `x y; x y`: see `separators`). Values
beyond the channels are kept. What could be either is refused, with the trace
named: see `points.decode`. Where the tip switch of a trace (channel S) is open there is no ink, and what is before
and after are strokes of their own. Elements of another namespace are no ink, whatever their names.

What is named here is imported when it is first used: `inkml_parser.errors` loads neither lxml nor numpy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from inkml_parser.exports import lazy

if TYPE_CHECKING:
    from inkml_parser.errors import (
        CrohmeError,
        EmptyInk,
        ForbiddenInk,
        InkError,
        InvalidInk,
        MalformedInk,
        OversizedInk,
        UnsupportedInk,
    )
    from inkml_parser.ink import Ink, Symbol
    from inkml_parser.limits import Limits
    from inkml_parser.reading import read
    from inkml_parser.sequences import normalise, pad, resample, sequence
    from inkml_parser.warnings import InkWarning, Part
    from inkml_parser.writing import write

__all__ = [
    "CrohmeError",
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
_MODULES = {
    "CrohmeError": "inkml_parser.errors",
    "EmptyInk": "inkml_parser.errors",
    "ForbiddenInk": "inkml_parser.errors",
    "Ink": "inkml_parser.ink",
    "InkError": "inkml_parser.errors",
    "InkWarning": "inkml_parser.warnings",
    "InvalidInk": "inkml_parser.errors",
    "Limits": "inkml_parser.limits",
    "MalformedInk": "inkml_parser.errors",
    "OversizedInk": "inkml_parser.errors",
    "Part": "inkml_parser.warnings",
    "Symbol": "inkml_parser.ink",
    "UnsupportedInk": "inkml_parser.errors",
    "normalise": "inkml_parser.sequences",
    "pad": "inkml_parser.sequences",
    "read": "inkml_parser.reading",
    "resample": "inkml_parser.sequences",
    "sequence": "inkml_parser.sequences",
    "write": "inkml_parser.writing",
}

__getattr__, __dir__ = lazy(__name__, _MODULES)
