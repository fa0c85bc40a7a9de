"""A place in a row of symbols."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from crohme.notation import Node, Relation
from crohme.solver.signs import is_differential, is_letter, refusal, show
from crohme.solver.spelling import with_functions
from crohme.solver.syntax import Definition, Name


class RowCursor:
    """Moves along one row from left to right.

    Args:
        row: sequence of Node.
        bound: frozenset of str. Letters that are indices of sums or variables of limits around the
            row: there `i` and `e` are names.
        definitions: mapping of a function's letter → Definition, or None for no functions.
    """

    def __init__(
        self,
        row: Sequence[Node],
        bound: frozenset[str] = frozenset(),
        definitions: Mapping[str, Definition] | None = None,
    ) -> None:
        self.row = with_functions(row, definitions or {})
        self.bound = bound
        self.definitions = definitions or {}
        self.position = 0
        self.open_integrals = 0
        self.fences: list[str] = []
        """The signs that close the fences which are open here, the innermost last."""
        self.differential: Name | None = None
        """Variable of the innermost open integral, once its differential was met in a numerator."""

    def peek(self, ahead: int = 0) -> Node | None:
        """The node that comes next, or some nodes later."""
        index = self.position + ahead
        return self.row[index] if index < len(self.row) else None

    def take(self, *allowed: Relation) -> Node:
        """The next node; only rows by the relations `allowed` may hang on it."""
        node = self.row[self.position]
        for relation in node.rows:
            if relation not in allowed:
                raise refusal(
                    f"what stands {_PLACES.get(relation, 'at')} {node.label} in {show([node])} is not understood",
                    [node],
                )
        self.position += 1
        return node

    def follows(self, *labels: str) -> bool:
        """Whether one of these labels comes next. A fraction bar is not a minus."""
        node = self.peek()
        return node is not None and node.label in labels and not node.is_fraction

    def at_differential(self) -> bool:
        """Whether the differential of an open integral comes next."""
        return self.open_integrals > 0 and is_differential(self.row[self.position : self.position + 2])

    def variable(self) -> Name:
        """A letter with its subscript; `\\Delta` makes one name with the letter after it."""
        node = self.peek()
        if node is None or not is_letter(node):
            raise refusal("a letter is missing" if node is None else f"{show([node])} is no variable", self.row[:1])
        prefix, following = "", self.peek(1)
        if node.label == r"\Delta" and not node.rows and following is not None and is_letter(following):
            prefix = r"\Delta "
            self.take()
        node = self.take(Relation.SUB, Relation.SUP)
        subscript = node.rows.get(Relation.SUB, ())
        if any(n.rows or not (n.label.isdigit() or is_letter(n) or n.label in _NAMING) for n in subscript):
            raise refusal(f"the subscript of {show([node])} is not understood: letters and digits only", [node])
        return Name(prefix + node.label, tuple(n.label for n in subscript))


_NAMING = (r"\max", r"\min")
"""What may stand in a subscript beside letters and digits."""
_PLACES = {
    Relation.SUB: "below right of",
    Relation.SUP: "above right of",
    Relation.BELOW: "below",
    Relation.ABOVE: "above",
    Relation.INSIDE: "inside",
}
