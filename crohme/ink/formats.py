"""The file formats that ink and readings are written in. Loads nothing: `crohme.ink.export` has the writers."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from inkml_parser import Ink


@dataclass(frozen=True)
class Format:
    """A file format.

    Args:
        suffix: str. Of its files, with the dot.
        about: str. What such a file holds.
        writer: str. The function of `crohme.ink.export` from Ink to the bytes of a file.
        holds_truth: bool. Whether a file says what the ink shows, so that a reading can be written in it.
        symbol_writer: str or None. The same for an ink that is one symbol, where that is written in another way.
    """

    suffix: str
    about: str
    writer: str
    holds_truth: bool = False
    symbol_writer: str | None = None

    def write(self, ink: Ink) -> bytes:
        """A file of an ink.

        Raises:
            NotationError: The format is of a truth that the ink does not carry, or that cannot be read.
            MissingExtra: OpenCV is not installed, for a picture.
        """
        return self._call(self.writer, ink)

    def write_symbol(self, ink: Ink) -> bytes:
        """A file of an ink that is one symbol.

        Raises:
            MissingExtra: See `write`.
        """
        assert self.symbol_writer is not None
        return self._call(self.symbol_writer, ink)

    @staticmethod
    def _call(writer: str, ink: Ink) -> bytes:
        content: bytes = getattr(import_module("crohme.ink.export"), writer)(ink)
        return content


FORMATS: dict[str, Format] = {
    "png": Format(".png", "a picture: dark ink on white, anti-aliased", "to_png", symbol_writer="symbol_to_png"),
    "svg": Format(".svg", "a drawing, one path per stroke", "to_svg", symbol_writer="to_svg"),
    "json": Format(".json", "strokes, channels, symbols, truth and annotations", "to_json"),
    "csv": Format(".csv", "one line per point: stroke, point, x, y, other channels, symbol, label", "to_csv"),
    "inkml": Format(".inkml", "InkML in the form of CROHME's files", "to_inkml", holds_truth=True),
    "lg": Format(".lg", "the truth as a CROHME label graph over strokes", "truth_to_lg", holds_truth=True),
    "mathml": Format(".mml", "the truth as Presentation MathML (.mml)", "truth_to_mathml", holds_truth=True),
    "latex": Format(".tex", "the truth as LaTeX tokens in normal form (.tex)", "truth_to_latex", holds_truth=True),
    "typst": Format(".typ", "the truth as a formula of Typst (.typ)", "truth_to_typst", holds_truth=True),
    "text": Format(".txt", "the truth as Unicode text on one line (.txt)", "truth_to_text", holds_truth=True),
}
