"""What was understood: an expression as an operator tree, without ink and without SymPy.

The parser builds it, `readback` writes it as LaTeX for people, `symbolic` hands it to SymPy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields, replace
from enum import IntEnum
from typing import Any, TypeAlias


@dataclass(frozen=True)
class Number:
    """A number, never negative.

    Args:
        text: str. Digits, with a point if it has decimals.
    """

    text: str


@dataclass(frozen=True)
class Constant:
    """`\\pi`, `\\infty`, Euler's number `e` or the imaginary unit `i`."""

    label: str


@dataclass(frozen=True)
class Name:
    """A variable: a letter, with its subscript. `\\Delta x` is one name, too.

    Args:
        label: str. The letter as LaTeX.
        subscript: tuple of str. Labels of letters and digits.
    """

    label: str
    subscript: tuple[str, ...] = ()

    @property
    def latex(self) -> str:
        """As LaTeX: `x_{1}`."""
        return f"{self.label}_{{{' '.join(self.subscript)}}}" if self.subscript else self.label


@dataclass(frozen=True)
class Negative:
    operand: Expression


@dataclass(frozen=True)
class PlusMinus:
    """`\\pm operand`: both values."""

    operand: Expression


@dataclass(frozen=True)
class Add:
    terms: tuple[Expression, ...]


@dataclass(frozen=True)
class Product:
    factors: tuple[Expression, ...]


@dataclass(frozen=True)
class Quotient:
    numerator: Expression
    denominator: Expression


@dataclass(frozen=True)
class Power:
    base: Expression
    exponent: Expression


@dataclass(frozen=True)
class Root:
    """The principal root; for an odd index the real root of a real number.

    Args:
        radicand: Expression.
        index: Expression or None. None for a square root.
    """

    radicand: Expression
    index: Expression | None = None


@dataclass(frozen=True)
class Call:
    """A known function of one argument.

    Args:
        function: str. See `functions.NAMES`; `ln` is the natural logarithm, `log` has base 10 if none is given.
        argument: Expression.
        base: Expression or None. Of a logarithm.
        written: str. How it was written, if that has another reading: `sin h`.
    """

    function: str
    argument: Expression
    base: Expression | None = None
    written: str = field(default="", compare=False)


@dataclass(frozen=True)
class MultiCall:
    """A function of several arguments.

    Args:
        function: str. `max`, `min`, `gcd`, `lcm` or `mod`.
        arguments: tuple of Expression.
    """

    function: str
    arguments: tuple[Expression, ...]


@dataclass(frozen=True)
class Percent:
    operand: Expression


@dataclass(frozen=True)
class Degrees:
    operand: Expression


@dataclass(frozen=True)
class Binomial:
    above: Expression
    below: Expression


@dataclass(frozen=True)
class Absolute:
    operand: Expression


@dataclass(frozen=True)
class Factorial:
    operand: Expression


@dataclass(frozen=True)
class Derivative:
    """Args:
    spans_sum: bool. Whether it was written before a sum without brackets, all of which was taken.
    """

    body: Expression
    variable: Name
    order: int = 1
    is_partial: bool = False
    spans_sum: bool = field(default=False, compare=False)


@dataclass(frozen=True)
class Integral:
    """Definite with both limits, indefinite with none."""

    body: Expression
    variable: Name
    lower: Expression | None = None
    upper: Expression | None = None


@dataclass(frozen=True)
class Summation:
    body: Expression
    variable: Name
    lower: Expression
    upper: Expression


@dataclass(frozen=True)
class ProductOver:
    """`\\prod`: as `Summation`, multiplied."""

    body: Expression
    variable: Name
    lower: Expression
    upper: Expression


@dataclass(frozen=True)
class Apply:
    """A value of a function that the same input defines, or of its derivative.

    Args:
        definition: Definition.
        arguments: tuple of Expression. As many as the definition has.
        order: int. How often it is differentiated, by its one variable, before the argument is put in.
    """

    definition: Definition
    arguments: tuple[Expression, ...]
    order: int = 0


@dataclass(frozen=True)
class Matrix:
    """A matrix.

    Args:
        cells: tuple of Expression. Line by line.
        columns: int.
    """

    cells: tuple[Expression, ...]
    columns: int

    @property
    def rows(self) -> int:
        return len(self.cells) // self.columns


@dataclass(frozen=True)
class Transpose:
    operand: Expression


@dataclass(frozen=True)
class Determinant:
    operand: Expression


@dataclass(frozen=True)
class Cases:
    """`\\begin{cases}`: the value beside the condition that holds.

    Args:
        values: tuple of Expression.
        conditions: tuple of Comparison. One fewer than values, if the last one is for all other cases.
    """

    values: tuple[Expression, ...]
    conditions: tuple[Comparison, ...]


@dataclass(frozen=True)
class Limit:
    """Args:
    side: str. `+` from above, `-` from below, `+-` from both sides.
    spans_sum: bool. See `Derivative`.
    """

    body: Expression
    variable: Name
    target: Expression
    side: str = "+-"
    spans_sum: bool = field(default=False, compare=False)


Expression: TypeAlias = (
    Number | Constant | Name | Negative | PlusMinus | Add | Product | Quotient | Power | Root | Call | MultiCall
    | Percent | Degrees | Binomial | Absolute | Factorial | Derivative | Integral | Summation | ProductOver | Limit
    | Apply | Matrix | Transpose | Determinant | Cases
)  # fmt: skip


@dataclass(frozen=True)
class Comparison:
    """Sides with relation signs between them: `0 \\lt x \\leq 5` has three sides.

    Args:
        sides: tuple of Expression, at least two.
        signs: tuple of str. `=`, `\\neq`, `\\lt`, `\\gt`, `\\leq`, `\\geq`; one fewer than sides.
    """

    sides: tuple[Expression, ...]
    signs: tuple[str, ...]


@dataclass(frozen=True)
class Definition:
    """`f(x) = body`.

    Args:
        function: Name.
        parameters: tuple of Name.
        body: Expression.
    """

    function: Name
    parameters: tuple[Name, ...]
    body: Expression


@dataclass(frozen=True)
class Interval:
    """Numbers between two ends, which belong to it where the bracket is square."""

    lower: Expression
    upper: Expression
    closed: tuple[bool, bool]


@dataclass(frozen=True)
class Elements:
    """The numbers that are listed."""

    members: tuple[Expression, ...]


@dataclass(frozen=True)
class NamedSet:
    """`\\mathbb{Z}` and the like.

    Args:
        letter: str. `N`, `Z`, `Q`, `R` or `C`.
    """

    letter: str


@dataclass(frozen=True)
class Membership:
    """`operand \\in A \\cup B \\setminus C`.

    Args:
        operand: Expression.
        pieces: tuple of Interval, Elements or NamedSet. They are united.
        without: tuple of the same. Their elements are left out.
    """

    operand: Expression
    pieces: tuple[Interval | Elements | NamedSet, ...]
    without: tuple[Interval | Elements | NamedSet, ...] = ()


@dataclass(frozen=True)
class Truth:
    """`\\mathrm{true}` or `\\mathrm{false}`, as the solver writes them."""

    is_true: bool


SetPiece: TypeAlias = Interval | Elements | NamedSet
Statement: TypeAlias = Expression | Comparison | Definition | Membership | Truth


class Task(IntEnum):
    """What is asked."""

    EVALUATE = 1
    """Compute or simplify one expression, or the other side of `name = expression`."""
    CHECK = 2
    """Say whether relations without unknowns hold."""
    SOLVE = 3
    """Find the unknowns of equations."""
    SOLVE_INEQUALITY = 4
    """Find the real values of one unknown."""
    DEFINE = 5
    """Nothing: functions are given, and nothing is asked of them."""


@dataclass(frozen=True)
class Problem:
    """What is to be answered.

    Args:
        task: Task.
        statements: tuple of Statement. All that was written, in order, after the lines before it that it uses.
        unknowns: tuple of Name. To solve for; for EVALUATE the name that gets the value, if any.
        asked: tuple of Statement. Those of the statements that are to be evaluated or solved; definitions
            and what merely declares a name a whole number are none of them.
        declared: tuple of Statement. Memberships and comparisons about names that are whole numbers.
        notes: tuple of str. How something was read that could be read otherwise.
        defines: tuple of str. The letters and functions that this defines for later problems, as LaTeX.
        has_steps: bool. Whether the way to the answer is asked for.
    """

    task: Task
    statements: tuple[Statement, ...]
    unknowns: tuple[Name, ...] = ()
    asked: tuple[Statement, ...] = ()
    declared: tuple[Statement, ...] = ()
    notes: tuple[str, ...] = ()
    defines: tuple[str, ...] = ()
    has_steps: bool = False


def walk(statement: Statement) -> Iterator[Statement]:
    """The statement and every expression in it, from the outside in."""
    yield statement
    for part in parts(statement):
        yield from walk(part)


_NO_PARTS = frozenset({"variable", "function", "parameters", "closed"})
_NO_STATEMENT = (str, int, type(None))
_PARTS: dict[type[Any], tuple[str, ...]] = {}


def parts(statement: Statement) -> Iterator[Statement]:
    """What a statement is directly made of, bound variables left out."""
    for name in _names_of_parts(statement):
        value = getattr(statement, name)
        for item in value if isinstance(value, tuple) else (value,):
            if not isinstance(item, _NO_STATEMENT):
                yield item


def _names_of_parts(statement: Statement) -> tuple[str, ...]:
    """The fields in which parts may be."""
    kind: type[Any] = type(statement)
    if kind not in _PARTS:
        _PARTS[kind] = tuple(each.name for each in fields(kind) if each.name not in _NO_PARTS)
    return _PARTS[kind]


def rebuilt(statement: Statement, change: Callable[[Statement], Any]) -> Any:
    """The statement with something else in the place of its parts."""
    changes: dict[str, Any] = {}
    for name in _names_of_parts(statement):
        value = getattr(statement, name)
        if isinstance(value, _NO_STATEMENT):
            continue
        is_listed = isinstance(value, tuple)
        if is_listed and not all(isinstance(item, str | int) for item in value):
            changes[name] = tuple(map(change, value))
        elif not is_listed:
            changes[name] = change(value)
    return replace(statement, **changes) if changes else statement


def free_names(statement: Statement) -> set[Name]:
    """Names that have no value: all but the variables of sums, limits and definite integrals."""
    if isinstance(statement, Name):
        return {statement}
    if isinstance(statement, Definition):
        return free_names(statement.body) - set(statement.parameters)
    if isinstance(statement, Summation | ProductOver | Limit) or (
        isinstance(statement, Integral) and statement.lower is not None
    ):
        inside = free_names(statement.body) - {statement.variable}
        outside = [part for part in parts(statement) if part is not statement.body]
        return inside.union(*map(free_names, outside))
    found = set[Name]().union(*map(free_names, parts(statement)))
    if isinstance(statement, Integral):
        found |= {statement.variable}
    return found
