"""Integrals by rule, step by step: sums, powers, substitution, parts, what stands in tables."""

from __future__ import annotations

import numpy as np
import sympy
from sympy.integrals import manualintegrate as rules

from crohme.solver.antiderivatives import with_absolute_values
from crohme.solver.equation_steps import Unknown
from crohme.solver.intervals import Unsupported, boxes, evaluate
from crohme.solver.samples import are_same
from crohme.solver.solution import Step
from crohme.solver.writing import latex

_MOST = 20
_PIECES = 64


def antiderivative_steps(body: sympy.Expr, symbol: sympy.Symbol) -> tuple[list[Step], sympy.Expr]:
    """The steps to an antiderivative, from the outside in, and what they come to.

    Raises:
        Unknown: There is no rule, or too many steps.
    """
    steps: list[Step] = []
    found = _integrated(rules.integral_steps(body, symbol), body, steps)
    if len(steps) > _MOST:
        raise Unknown
    return steps, found


def definite_steps(
    body: sympy.Expr, symbol: sympy.Symbol, low: sympy.Expr, high: sympy.Expr
) -> tuple[list[Step], sympy.Expr]:
    """The same for an integral between two numbers, by the fundamental theorem.

    Raises:
        Unknown: As `antiderivative_steps`; or the antiderivative is not continuous between the limits.
    """
    ends = []
    for end in (low, high):
        if end.free_symbols or not end.is_finite or not end.is_real:
            raise Unknown
        ends.append(float(end))
    steps, found = antiderivative_steps(body, symbol)
    edges = np.linspace(min(ends), max(ends), _PIECES + 1)
    try:
        for part in (body, found):
            if not evaluate(part, symbol, boxes(edges[:-1], edges[1:])).whole.all():
                raise Unknown
    except Unsupported:
        raise Unknown from None
    at_ends = [found.subs(symbol, end) for end in (high, low)]
    limits = f"_{{{latex(low)}}}^{{{latex(high)}}}"
    text = rf"\left[ {latex(found)} \right]{limits}"
    steps.append(Step(text, "Together: an antiderivative, between the limits."))
    difference = rf"{_in(at_ends[0])} - {_in(at_ends[1])}"
    steps.append(Step(difference, "Its value at the upper limit less that at the lower one."))
    return steps, at_ends[0] - at_ends[1]


def _integrated(rule: rules.Rule, f: sympy.Expr, steps: list[Step]) -> sympy.Expr:
    """The integral of `f` by a rule, whose own integrand may have another factor."""
    if len(steps) > _MOST:
        raise Unknown
    found = _by_rule(rule, f, steps)
    if not are_same(sympy.diff(found, rule.variable), f, rule.variable):
        raise Unknown
    return found


def _by_rule(rule: rules.Rule, f: sympy.Expr, steps: list[Step]) -> sympy.Expr:
    x = rule.variable
    match rule:
        case rules.AlternativeRule():
            return _first_known(rule, f, steps)
        case rules.AddRule():
            terms = [substep.integrand for substep in rule.substeps]
            steps.append(Step(_says(f, x, " + ".join(_integral(term, x) for term in terms)), "Each term by itself."))
            return sympy.Add(*(_integrated(each, term, steps) for each, term in zip(rule.substeps, terms, strict=True)))
        case rules.ConstantTimesRule():
            text = rf"{_in(rule.constant)} \cdot {_integral(rule.other, x)}"
            steps.append(Step(_says(f, x, text), "A constant factor stays."))
            return rule.constant * _integrated(rule.substep, rule.other, steps)
        case rules.URule():
            return _substituted(rule, f, steps)
        case rules.PartsRule() if rule.second_step is not None:
            return _by_parts(rule, f, steps)
        case rules.RewriteRule():
            steps.append(Step(_says(f, x, _integral(rule.rewritten, x)), "Write the integrand in another form."))
            return _integrated(rule.substep, rule.rewritten, steps)
    name = _NAMES.get(type(rule))
    if name is None:
        raise Unknown
    found = with_absolute_values(_plain(rule.eval()), x)
    steps.append(Step(_says(f, x, latex(found)), name))
    return found


def _first_known(rule: rules.AlternativeRule, f: sympy.Expr, steps: list[Step]) -> sympy.Expr:
    before = len(steps)
    for alternative in rule.alternatives:
        try:
            return _integrated(alternative, f, steps)
        except Unknown:
            del steps[before:]
    raise Unknown


def _substituted(rule: rules.URule, f: sympy.Expr, steps: list[Step]) -> sympy.Expr:
    x = rule.variable
    u = sympy.Symbol("u" if x.name != "u" else "v", real=True)
    inside = sympy.simplify((f / sympy.diff(rule.u_func, x)).subs(rule.u_func, u))
    if inside.has(x):
        inside = rule.substep.integrand.subs(rule.u_var, u)
    inner: list[Step] = []
    found = _integrated(rules.integral_steps(inside, u), inside, inner)
    slope = latex(sympy.diff(rule.u_func, x))
    chosen = rf"{u.name} = {latex(rule.u_func)} , \; \mathrm{{d}} {u.name} = {_in_sum(slope)} \, \mathrm{{d}} {x.name}"
    steps.append(Step(chosen, "Substitute."))
    steps.append(Step(_says(f, x, _integral(inside, u)), "In the new variable:"))
    steps += inner
    put_back = found.subs(u, rule.u_func)
    steps.append(Step(_says(f, x, latex(put_back)), "Put the old variable back."))
    return put_back


def _by_parts(rule: rules.PartsRule, f: sympy.Expr, steps: list[Step]) -> sympy.Expr:
    x = rule.variable
    ignored: list[Step] = []
    v = _integrated(rule.v_step, rule.dv, ignored)
    rest = v * sympy.diff(rule.u, x)
    text = rf"{_in(rule.u)} \cdot {_in(v)} - {_integral(rest, x)}"
    steps.append(
        Step(
            rf"u = {latex(rule.u)} , \; v' = {latex(rule.dv)} , \; v = {latex(v)}",
            "Integrate by parts: the integral of u v' is u v less the integral of u' v.",
        )
    )
    steps.append(Step(_says(f, x, text), "Put them in."))
    return rule.u * v - _integrated(rules.integral_steps(rest, x), rest, steps)


def _plain(found: sympy.Expr) -> sympy.Expr:
    """The one value of what SymPy gives by cases."""
    found = sympy.piecewise_fold(found)
    if isinstance(found, sympy.Piecewise):
        found = found.args[0][0]
    if found.has(sympy.Piecewise):
        raise Unknown
    return found


def _says(f: sympy.Expr, x: sympy.Symbol, text: str) -> str:
    return f"{_integral(f, x)} = {text}"


def _integral(f: sympy.Expr, x: sympy.Symbol) -> str:
    return rf"\int {_in_sum(latex(f)) if f.is_Add else latex(f)} \, \mathrm{{d}} {x.name}"


def _in_sum(text: str) -> str:
    return rf"\left( {text} \right)" if " + " in text or " - " in text or text.startswith("-") else text


def _in(f: sympy.Expr) -> str:
    is_simple = f.is_Symbol or (f.is_Integer and f >= 0) or f.is_Function
    return latex(f) if is_simple else rf"\left( {latex(f)} \right)"


_NAMES: dict[type[rules.Rule], str] = {
    rules.ConstantRule: "The integral of a constant.",
    rules.PowerRule: "Power rule.",
    rules.ReciprocalRule: "The reciprocal has the natural logarithm.",
    rules.ExpRule: "The exponential function.",
    rules.SinRule: "The sine.",
    rules.CosRule: "The cosine.",
    rules.Sec2Rule: "The derivative of the tangent.",
    rules.Csc2Rule: "The derivative of the cotangent, with a minus.",
    rules.SinhRule: "The hyperbolic sine.",
    rules.CoshRule: "The hyperbolic cosine.",
    rules.ArcsinRule: "The derivative of the arc sine.",
    rules.ArctanRule: "The derivative of the arc tangent.",
}
