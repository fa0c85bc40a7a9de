"""Every way in which ink can be refused, one class per cause."""

from __future__ import annotations


class InkError(ValueError):
    """Ink that cannot be used. `str(error)` names the file, where there is one, and the cause."""

    def __init__(self, cause: str, source: str | None = None) -> None:
        super().__init__(cause if source is None else f"{source}: {cause}")
        self.cause = cause
        self.source = source


class EmptyInk(InkError):
    """An empty file, or one without a single trace."""


class MalformedInk(InkError):
    """Not well-formed XML, not InkML, or a trace that cannot be decoded."""


class ForbiddenInk(InkError):
    """XML that a reader of untrusted files refuses: a DOCTYPE, and with it entities."""


class OversizedInk(InkError):
    """More bytes, strokes or points than the limits allow."""


class UnsupportedInk(InkError):
    """Something that InkML defines for its coordinates and this reader does not apply; named with its line."""


class InvalidInk(InkError):
    """Parts that disagree: a symbol of unknown strokes, a coordinate that is not finite."""
