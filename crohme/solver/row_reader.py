"""What functions and operators ask of the parser whose row they stand in."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

from crohme.notation import Node
from crohme.solver.cursor import RowCursor
from crohme.solver.signs import refusal, show
from crohme.solver.syntax import Expression


class RowReader(RowCursor, ABC):
    """Reads one row; `parser.RowParser` says how. See `RowCursor` for its arguments.

    `calls` and `operators` know this class only, so that the parser can import them.
    """

    @abstractmethod
    def over(self, row: Sequence[Node]) -> RowReader:
        """A reader of a row that hangs on a symbol of this one."""

    @abstractmethod
    def sum(self) -> Expression:
        """Terms up to a relation, a comma, a closing fence, a differential, or the end."""

    @abstractmethod
    def more_terms(self) -> bool:
        """Whether another term of the same sum comes next."""

    @abstractmethod
    def added(self, terms: Sequence[Expression]) -> Expression:
        """The sum of terms."""

    @abstractmethod
    def signed_term(self) -> Expression:
        """A product with the sign before it, if there is one."""

    @abstractmethod
    def product(self, after: Node | None = None) -> Expression:
        """Factors up to what ends a term.

        Args:
            after: Node or None. The symbol that wants a term, to be named if there is none.
        """

    @abstractmethod
    def at_end_of_term(self) -> bool:
        """Whether the product that is being read ends here."""

    @abstractmethod
    def factor(self, after: Node | None = None) -> Expression:
        """One factor with its powers and factorial."""

    @abstractmethod
    def powers(self, node: Node, base: Expression) -> Expression:
        """`base` to the power that hangs on `node`."""

    @abstractmethod
    def fenced(self) -> tuple[Expression, Node]:
        """What is in the brackets that open next, and the closing one, on which scripts hang."""

    def inner(self, row: Sequence[Node]) -> Expression:
        """What a row that hangs on a symbol of this one means."""
        return self.over(row).rest()

    def rest(self) -> Expression:
        """What remains of the row as one expression."""
        expression = self.sum()
        self.expect_end()
        return expression

    def expect_end(self) -> None:
        """Refuse what remains of the row."""
        if (node := self.peek()) is not None:
            raise refusal(f"{show([node])} has no meaning where it stands", [node])
