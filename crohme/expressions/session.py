"""An expression that is written stroke by stroke."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from numpy.typing import ArrayLike

from crohme.ink.sources import MAX_STROKES, NothingToRecognize, check_ink
from crohme.notation import SymbolTree
from crohme.recognition import Recognition
from inkml_parser import Ink, OversizedInk


class Session:
    """Strokes that come one by one, with a reading after each; `Recognizer.session` makes one.

    The readings are those that `Recognizer.recognize` gives for the same strokes. What was read before
    a stroke is kept, so that undoing one takes no time. With a beam of 1 the last reading is also the draft of
    the next: its tokens are read at once, and kept but for those that the new stroke changes; with a wider one, so is
    what the last search read, see `trails`. (Nothing of the encoder
    can be kept: every stroke attends to every other, in the unit of the median stroke.)

    Args:
        read: function of an Ink and of a draft, a SymbolTree or None, to its Recognition.
        strokes: sequence of strokes. What is there already.

    Example:
        >>> session = crohme.load().session()
        >>> for stroke in strokes:
        ...     session.add(stroke)
        >>> session.undo()
        >>> print(session.recognition)
        x ^ { 2 }
    """

    def __init__(
        self, read: Callable[[Ink, SymbolTree | None], Recognition], strokes: Sequence[ArrayLike] = ()
    ) -> None:
        self._read = read
        self._inks: list[Ink] = []  # after each stroke
        self._answers: dict[int, Recognition | NothingToRecognize] = {}  # number of strokes → what they read as
        for stroke in strokes:
            self._append(stroke)

    def __len__(self) -> int:
        """How many strokes there are."""
        return len(self._inks)

    @property
    def ink(self) -> Ink:
        """All strokes."""
        return self._inks[-1] if self._inks else Ink(())

    @property
    def recognition(self) -> Recognition | None:
        """What the strokes read as; None where they show nothing yet.

        That is so where `Recognizer.recognize` raises NothingToRecognize, as without strokes.

        Raises:
            BundleError: See `Recognizer.recognize`.
        """
        n = len(self)
        if n and n not in self._answers:
            before = self._answers.get(n - 1)
            draft = before.tree if isinstance(before, Recognition) else None
            try:
                check_ink(self.ink)
                self._answers[n] = self._read(self.ink, draft)
            except NothingToRecognize as nothing:
                self._answers[n] = nothing
        found = self._answers.get(n)
        return found if isinstance(found, Recognition) else None

    def add(self, stroke: ArrayLike) -> Recognition | None:
        """Write one more stroke, and read.

        Args:
            stroke: `(n, 2)` or `(n, 3)` array of X, Y (down) and perhaps time.

        Returns:
            Recognition or None. See `recognition`.

        Raises:
            InvalidInk: A stroke that cannot be used; it is not added.
            OversizedInk: There are `MAX_STROKES` already; it is not added.
        """
        self._append(stroke)
        return self.recognition

    def undo(self) -> Recognition | None:
        """Take the last stroke away; what was read before it is known already.

        Returns:
            Recognition or None. See `recognition`.

        Raises:
            IndexError: There is no stroke.
        """
        if not self._inks:
            raise IndexError("no stroke to undo")
        self._answers.pop(len(self), None)
        self._inks.pop()
        return self.recognition

    def _append(self, stroke: ArrayLike) -> None:
        if len(self) == MAX_STROKES:
            raise OversizedInk(f"more than {MAX_STROKES} strokes")
        one, ink = Ink.from_arrays([stroke]), self.ink
        self._inks.append(Ink((*ink.strokes, *one.strokes), (*ink.channels, *one.channels)))
