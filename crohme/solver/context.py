"""What holds for a problem beside its own text: definitions of earlier lines, and the unit of angles."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from crohme.notation import SymbolTree
from crohme.solver.angles import Angle
from crohme.solver.depth import check_depth, check_size
from crohme.solver.errors import NotUnderstood
from crohme.solver.readback import read_as
from crohme.solver.statements import read_statements
from crohme.solver.syntax import (
    Apply,
    Comparison,
    Definition,
    Derivative,
    Expression,
    Integral,
    Membership,
    Name,
    PlusMinus,
    Statement,
    Truth,
    free_names,
    walk,
)
from crohme.solver.values import NOT_EXPRESSIONS, given_value, put_in

_USUAL_UNKNOWNS = ("x", "y", "z")


@dataclass(frozen=True)
class Context:
    """What earlier lines define, each with what held when it was written.

    Args:
        angle: Angle.
        functions: mapping of str to Definition. By their letters.
        values: mapping of Name to Expression. Without free names.
        said: mapping of str to tuple of Statement. Letters as LaTeX → the lines that say what they are, in order.
    """

    angle: Angle = Angle.RADIANS
    functions: Mapping[str, Definition] = field(default_factory=dict)
    values: Mapping[Name, Expression] = field(default_factory=dict)
    said: Mapping[str, tuple[Statement, ...]] = field(default_factory=dict)

    @property
    def letters(self) -> frozenset[str]:
        """The letters that have a meaning, as LaTeX."""
        return frozenset(self.said)

    def put_into(self, statements: Sequence[Statement]) -> tuple[tuple[Statement, ...], tuple[Statement, ...]]:
        """Statements with the values of earlier lines, and the earlier lines that they use.

        A letter that a statement gives a value to, differentiates by, or integrates over has none from earlier lines.
        Nor have x, y and z in relations that would be left without an unknown.

        Returns:
            (used, statements).

        Raises:
            NotUnderstood: With the values they are too large.
        """
        values = self._values_for(statements)
        bound = tuple(_with_values(each, values) for each in statements)
        check_size(bound)
        return self.lines_of(statements, values), bound

    def lines_of(self, statements: Sequence[Statement], values: Mapping[Name, Expression]) -> tuple[Statement, ...]:
        """The earlier lines that statements use which take these values, and those that they use, in order."""
        used: dict[Statement, None] = {}
        for label in self._labels_in(statements, values):
            used.update(dict.fromkeys(self.said[label]))
        return tuple(used)

    def _values_for(self, statements: Sequence[Statement]) -> dict[Name, Expression]:
        named = {pair[0] for statement in statements if (pair := given_value(statement)) is not None}
        bound = {name for statement in statements for part in walk(statement) for name in _taken_over(part)}
        names = set().union(*map(free_names, statements))
        values = {name: value for name, value in self.values.items() if name in names - named - bound}
        relations = [s for s in statements if isinstance(s, Comparison | Membership) and given_value(s) is None]
        return without_unknowns(values, names, len(relations))

    def _labels_in(self, statements: Sequence[Statement], values: Mapping[Name, Expression]) -> list[str]:
        found = {name.latex for name in values}
        for part in (part for statement in statements for part in walk(statement)):
            if isinstance(part, Apply) and self.functions.get(part.definition.function.label) == part.definition:
                found.add(part.definition.function.latex)
        return [label for label in self.said if label in found]


def without_unknowns(values: Mapping[Name, Expression], names: Iterable[Name], unknowns: int) -> dict[Name, Expression]:
    """Values without those of x, y and z, as many as it takes to leave so many unknowns; else of the only letter."""
    kept, all_names = dict(values), set(names)
    usual = [name for label in _USUAL_UNKNOWNS for name in kept if name == Name(label)]
    candidates = usual or (list(kept) if len(all_names) == 1 else [])
    for name in candidates:
        if len(all_names - kept.keys()) < unknowns:
            del kept[name]
    return kept


def read_definitions(trees: Iterable[SymbolTree], angle: Angle = Angle.RADIANS) -> Context:
    """The context that earlier lines make, in their order; of two that define the same, the later one holds.

    Args:
        trees: iterable of SymbolTree. Each defines functions, `f(x) = …`, or letters, `a = 3`. Expressions beside
            definitions are passed over.
        angle: Angle.

    Raises:
        NotUnderstood: A line defines nothing.
    """
    context = Context(angle)
    for tree in trees:
        written = read_statements([tree.row], context.functions, angle, context.letters)
        check_depth(written)
        if not defined(written, context):
            raise NotUnderstood("this defines no letter and no function", read_as(written))
        for statement in written:
            context = _and(context, statement)
    return context


def defined(statements: Sequence[Statement], context: Context) -> tuple[str, ...]:
    """The letters and functions that statements define for later lines, as LaTeX; none if they ask something."""
    _, bound = context.put_into(statements)
    names: list[str] = []
    values: dict[Name, Expression] = {}
    for statement in bound:
        if isinstance(statement, Definition):
            names.append(statement.function.latex)
        elif isinstance(statement, Comparison):
            check_size([valued := put_in_right(statement, values)])
            pair = given_value(valued)
            if pair is None or free_names(pair[1]) or any(isinstance(p, PlusMinus) for p in walk(pair[1])):
                return ()
            values[pair[0]] = pair[1]
            names.append(pair[0].latex)
        elif isinstance(statement, Membership | Truth):
            return ()
    return tuple(dict.fromkeys(names))


def _and(context: Context, statement: Statement) -> Context:
    """A context with what one statement defines."""
    used, (bound,) = context.put_into([statement])
    if isinstance(bound, Definition):
        label, name = bound.function.latex, bound.function
        functions = {**context.functions, name.label: bound}
        values = {n: value for n, value in context.values.items() if n != name}
    elif (pair := given_value(bound)) is not None:
        name, label = pair[0], pair[0].latex
        functions = {key: f for key, f in context.functions.items() if key != label}
        values = {**context.values, name: pair[1]}
    else:
        return context
    others = {key: said for key, said in context.said.items() if key != label}
    return Context(context.angle, functions, values, {**others, label: (*used, statement)})


def put_in_right(statement: Comparison, values: Mapping[Name, Expression]) -> Comparison:
    """`name = …` with values in its right side only; anything else as a whole."""
    if given_value(statement) is None:
        changed = put_in(statement, values)
    else:
        left, right = statement.sides
        changed = Comparison((left, _expression(put_in(right, values))), statement.signs)
    assert isinstance(changed, Comparison)
    return changed


def _with_values(statement: Statement, values: Mapping[Name, Expression]) -> Statement:
    return put_in_right(statement, values) if isinstance(statement, Comparison) else put_in(statement, values)


def _expression(statement: Statement) -> Expression:
    assert not isinstance(statement, NOT_EXPRESSIONS)
    return statement


def _taken_over(part: Statement) -> tuple[Name, ...]:
    """The letter that something is differentiated by, or integrated over without limits."""
    if isinstance(part, Derivative) or (isinstance(part, Integral) and part.lower is None):
        return (part.variable,)
    return ()
