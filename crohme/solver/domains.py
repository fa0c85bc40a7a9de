"""The real domain of an expression, and what a shorter form of it does not show: x/x is 1 for x ≠ 0 only."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

import mpmath
import sympy

from crohme.solver.conditions import Condition, Must
from crohme.solver.forms import is_presentable
from crohme.solver.odd_root import OddRoot
from crohme.solver.patience import attempt
from crohme.solver.plain import plain
from crohme.solver.regions import Piece, Region, region

_SECONDS = 1.0
_SIGNS = {Must.NOT_BE_ZERO: "≠", Must.NOT_BE_NEGATIVE: "≥", Must.BE_POSITIVE: ">"}
_QUOTIENTS = {sympy.tan: (sympy.sin, sympy.cos), sympy.cot: (sympy.cos, sympy.sin)}
_INVERTED = {sympy.sec: sympy.cos, sympy.csc: sympy.sin}
_LONGEST = 30
"""Operations in a condition that is still written out."""


def lost(conditions: Iterable[Condition], form: sympy.Expr, stated: Iterable[Condition] = ()) -> list[str]:
    """What has to be said where an expression with these conditions is given in a form that holds for more.

    Args:
        conditions: iterable of Condition.
        form: Expr.
        stated: iterable of Condition. More of them, which are said even if the form shows them.

    Returns:
        One note, `for x > 0`, or none.
    """
    always = simplified(stated)
    wanted = list(dict.fromkeys([*simplified(conditions), *always]))
    shown = set(simplified(conditions_of(form))).difference(always)
    found: list[str] = []
    for group in _by_names(wanted):
        names = group[0].expression.free_symbols
        own = [condition for condition in shown if condition.expression.free_symbols == names]
        both = text_of([*group, *own])
        if both != text_of(own):
            found += _kept(group, shown) if both is None else [both]
    return [f"for {' and '.join(found)}"] if found else []


def complex_but(conditions: Iterable[Condition]) -> str | None:
    """What has to be said of a complex value that was written without i: for which few values it is real after all.

    None where it is real on a range: then `lost` says what has to be said.
    """
    for group in _by_names(simplified(conditions)):
        if len(group[0].expression.free_symbols) != 1:
            continue
        (symbol,) = group[0].expression.free_symbols
        found = attempt(region, (), list(group), symbol, seconds=_SECONDS)
        if found is None or found.reach != mpmath.inf or not all(piece.is_point for piece in found.pieces):
            continue
        if not found.pieces:
            return f"complex for all real {plain(symbol)}"
        if (text := region_text(found, plain(symbol))) is not None:
            return f"complex, real for {text} only"
    return None


def _kept(group: Sequence[Condition], shown: Collection[Condition]) -> list[str]:
    """The conditions that a form does not show, each for itself."""
    strict = {condition.expression for condition in (*shown, *group) if condition.demand is Must.BE_POSITIVE}
    return [
        written(condition)
        for condition in group
        if condition not in shown and (condition.demand is Must.BE_POSITIVE or condition.expression not in strict)
    ]


def listed(conditions: Iterable[Condition]) -> list[str]:
    """Conditions in words that can be joined by "and"; those of one name together."""
    found = []
    for group in _by_names(simplified(conditions)):
        simple = [condition for condition in group if condition.expression.is_polynomial()]
        others = [condition for condition in group if condition not in simple]
        text = text_of(group)
        if text is None and len(group[0].expression.free_symbols) == 1 and others:
            text = text_of(simple)  # what repeats itself is said besides
            found += [] if text is None else [text, *map(written, others)]
        elif text is not None:
            found.append(text)
        if text is None:
            found += map(written, group)
    return list(filter(None, found))


def conditions_of(form: sympy.Expr) -> Iterator[Condition]:
    """Where a form has a real value."""
    for part in sympy.preorder_traversal(form):
        if part.is_Pow and not part.exp.is_integer:
            if not part.exp.is_number:
                yield Condition(part.base, Must.BE_POSITIVE)
            elif part.exp.is_negative:
                yield Condition(part.base, Must.BE_POSITIVE)
            else:
                yield Condition(part.base, Must.NOT_BE_NEGATIVE)
        elif part.is_Pow and not part.exp.is_nonnegative:
            yield Condition(part.base, Must.NOT_BE_ZERO)
        elif isinstance(part, sympy.log):
            yield Condition(part.args[0], Must.BE_POSITIVE)
        elif isinstance(part, sympy.tan | sympy.sec):
            yield Condition(sympy.cos(part.args[0]), Must.NOT_BE_ZERO)
        elif isinstance(part, sympy.cot | sympy.csc):
            yield Condition(sympy.sin(part.args[0]), Must.NOT_BE_ZERO)
        elif isinstance(part, sympy.coth | sympy.csch):
            yield Condition(part.args[0], Must.NOT_BE_ZERO)
        elif isinstance(part, sympy.asin | sympy.acos):
            yield Condition(1 - part.args[0], Must.NOT_BE_NEGATIVE)
            yield Condition(1 + part.args[0], Must.NOT_BE_NEGATIVE)
        elif isinstance(part, sympy.asec | sympy.acsc):
            yield Condition(sympy.Abs(part.args[0]) - 1, Must.NOT_BE_NEGATIVE)
        elif isinstance(part, sympy.acosh):
            yield Condition(part.args[0] - 1, Must.NOT_BE_NEGATIVE)
        elif isinstance(part, sympy.atanh):
            yield Condition(1 - part.args[0], Must.BE_POSITIVE)
            yield Condition(1 + part.args[0], Must.BE_POSITIVE)


def with_signs(
    form: sympy.Expr, conditions: Iterable[Condition]
) -> tuple[sympy.Expr, dict[sympy.Symbol, sympy.Symbol]]:
    """A form in which the names that must be positive are known to be so, and what these names are."""
    demands = {c.expression: c.demand for c in conditions if c.expression.is_Symbol}
    positive = {
        name: sympy.Dummy(name.name, positive=True)
        for name, demand in demands.items()
        if demand is Must.BE_POSITIVE and not isinstance(name, sympy.Dummy)
    }
    return form.subs(positive), {dummy: name for name, dummy in positive.items()}


# === Simpler conditions ===


def simplified(conditions: Iterable[Condition]) -> list[Condition]:
    """What the conditions come to, in simple ones; those that always hold, or on what is summed over, left out."""
    found: list[Condition] = []
    for condition in conditions:
        for simple in _simple(condition):
            names = simple.expression.free_symbols
            if names and not any(isinstance(name, sympy.Dummy) for name in names) and not simple.always_holds:
                found.append(simple)
    return list(dict.fromkeys(found))


def _simple(condition: Condition) -> Iterator[Condition]:
    expression = condition.expression
    if expression.is_polynomial():
        expression = sympy.factor_terms(sympy.expand(expression))
        condition = Condition(expression, condition.demand)
    if condition.demand is Must.NOT_BE_ZERO:
        yield from (Condition(factor, Must.NOT_BE_ZERO) for factor in _factors(expression))
        return
    if expression.is_Mul:
        coefficient, rest = expression.as_coeff_Mul()
        if coefficient.is_positive and coefficient != 1:
            yield from _simple(Condition(rest, condition.demand))
            return
    is_even = expression.is_Pow and expression.exp.is_integer and expression.exp.is_even
    if condition.demand is Must.BE_POSITIVE and (is_even or isinstance(expression, sympy.Abs)):
        yield from _simple(Condition(expression.args[0], Must.NOT_BE_ZERO))
    elif expression.is_Pow and expression.exp == sympy.Rational(1, 2):
        yield from _simple(Condition(expression.base, condition.demand))
    elif condition.demand is Must.BE_POSITIVE and expression.is_Pow and not expression.exp.is_number:
        yield from _simple(Condition(expression.base, Must.BE_POSITIVE))
    elif not isinstance(expression, sympy.exp) and not _is_sine_and_1(expression):
        yield condition


def _is_sine_and_1(expression: sympy.Expr) -> bool:
    """Whether this is 1 + sin u or the like, which is never negative."""
    one, sine = expression.as_coeff_Add()
    return bool(
        one == 1 and isinstance(sine.as_coeff_Mul()[1], sympy.sin | sympy.cos) and abs(sine.as_coeff_Mul()[0]) <= 1
    )


def _factors(expression: sympy.Expr) -> Iterator[sympy.Expr]:
    """Expressions of which one is 0 wherever this one is."""
    for function, (above, below) in _QUOTIENTS.items():
        expression = expression.replace(function, lambda x, a=above, b=below: a(x) / b(x))
    for function, below in _INVERTED.items():
        expression = expression.replace(function, lambda x, b=below: 1 / b(x))
    numerator = sympy.numer(sympy.together(expression))
    factored = attempt(sympy.factor, numerator, seconds=_SECONDS)
    for factor in sympy.Mul.make_args(numerator if factored is None else factored):
        while isinstance(factor, sympy.Abs | sympy.sign | OddRoot) or (
            factor.is_Pow and (factor.exp.is_positive or not factor.exp.is_number)
        ):
            factor = factor.args[0]
        if isinstance(factor, sympy.log):
            factor = factor.args[0] - 1
        one, power = factor.as_coeff_Add()
        if abs(one) == 1 and (-one * power).is_Pow and not (-one * power).exp.is_number:
            factor = (-one * power).base - 1
        if factor.free_symbols and not isinstance(factor, sympy.exp | sympy.factorial):
            yield -factor if factor.could_extract_minus_sign() else factor


def _by_names(conditions: Sequence[Condition]) -> list[list[Condition]]:
    """Those on the same names together."""
    groups: dict[frozenset[sympy.Symbol], list[Condition]] = {}
    for condition in conditions:
        groups.setdefault(frozenset(condition.expression.free_symbols), []).append(condition)
    return [groups[names] for names in sorted(groups, key=lambda names: sorted(map(str, names)))]


# === In words ===


def written(condition: Condition) -> str:
    """`x - y ≠ 0`."""
    return f"{plain(condition.expression)} {_SIGNS[condition.demand]} 0"


def text_of(conditions: Sequence[Condition]) -> str | None:
    """Conditions on one name as what it may be: `x > 0 and x ≠ 1`; empty if it may be anything, None if unclear."""
    if not conditions:
        return ""
    names = conditions[0].expression.free_symbols
    if len(names) != 1:
        return None
    (symbol,) = names
    found = attempt(region, (), list(conditions), symbol, seconds=_SECONDS)
    return None if found is None else region_text(found, plain(symbol))


def region_text(found: Region, name: str) -> str | None:
    """A set of real numbers in words; None if it repeats itself, or an end has no short form."""
    ends = [end for piece in found.pieces for end in (piece.low, piece.high) if end is not None]
    if found.reach != mpmath.inf or found.period is not None:
        return None
    if any(end.exact is None or not is_presentable(end.exact) or end.exact.count_ops() > _LONGEST for end in ends):
        return None
    if not found.pieces:
        return f"no real {name}"
    joined: list[Piece] = []
    holes: list[str] = []
    for piece in found.pieces:
        last = joined[-1] if joined else None
        if last is not None and last.high is piece.low and not last.is_point and not piece.is_point:
            holes.append(_hole(name, piece))
            joined[-1] = Piece(last.low, piece.high, (last.closed[0], piece.closed[1]))
        else:
            joined.append(piece)
    ranges = " or ".join(filter(None, (_range(name, piece) for piece in joined)))
    return " and ".join(filter(None, [ranges, *holes]))


def _hole(name: str, piece: Piece) -> str:
    assert piece.low is not None
    return f"{name} ≠ {plain(piece.low.exact)}"


def _range(name: str, piece: Piece) -> str:
    signs = ["≤" if closed else "<" for closed in piece.closed]
    if piece.is_point:
        return f"{name} = {plain(piece.ends[0].exact)}"
    if piece.low is not None and piece.high is not None:
        return f"{plain(piece.low.exact)} {signs[0]} {name} {signs[1]} {plain(piece.high.exact)}"
    if piece.low is not None:
        return f"{name} {'≥' if piece.closed[0] else '>'} {plain(piece.low.exact)}"
    return "" if piece.high is None else f"{name} {signs[1]} {plain(piece.high.exact)}"
