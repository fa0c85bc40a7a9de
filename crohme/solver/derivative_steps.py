"""Derivatives by the rules of differentiation, step by step."""

from __future__ import annotations

import sympy

from crohme.solver.equation_steps import Unknown
from crohme.solver.solution import Step
from crohme.solver.writing import latex

_NAMES = {
    sympy.sin: "sine", sympy.cos: "cosine", sympy.tan: "tangent", sympy.cot: "cotangent", sympy.exp: "exponential",
    sympy.log: "natural logarithm", sympy.asin: "arc sine", sympy.acos: "arc cosine", sympy.atan: "arc tangent",
    sympy.sinh: "hyperbolic sine", sympy.cosh: "hyperbolic cosine", sympy.tanh: "hyperbolic tangent",
}  # fmt: skip
_MOST = 24
"""Steps; a way that is longer helps nobody."""


def derivative_steps(body: sympy.Expr, symbol: sympy.Symbol) -> tuple[list[Step], sympy.Expr]:
    """The steps to a derivative, from the outside in, and the derivative as the rules give it.

    Raises:
        Unknown: A function without a rule here, or too many steps.
    """
    steps: list[Step] = []
    slope = _derived(body, symbol, steps)
    if len(steps) > _MOST:
        raise Unknown
    return steps, slope


def _derived(f: sympy.Expr, x: sympy.Symbol, steps: list[Step]) -> sympy.Expr:
    if len(steps) > _MOST:
        raise Unknown
    if not f.has(x):
        return sympy.Integer(0)
    if f == x:
        return sympy.Integer(1)
    if f.is_Add:
        terms = [term for term in f.args if term.has(x)]
        constant = len(terms) < len(f.args)
        text = "Sum rule: each term by itself" + ("; a constant term has the derivative 0." if constant else ".")
        steps.append(Step(_says(f, x, " + ".join(_d(term, x) for term in terms)), text))
        return sympy.Add(*(_derived(term, x, steps) for term in terms))
    if f.is_Mul:
        return _of_product(f, x, steps)
    if f.is_Pow and not f.exp.has(x):
        return _of_power(f, x, steps)
    if f.is_Pow and not f.base.has(x):  # SymPy's exp is none of these
        slope = f * sympy.log(f.base)
        return _chained(f, f.exp, slope, x, steps, "exponential function")
    if len(f.args) == 1 and f.func in _NAMES:
        return _chained(f, f.args[0], f.fdiff(1), x, steps, _NAMES[f.func])
    raise Unknown


def _of_product(f: sympy.Expr, x: sympy.Symbol, steps: list[Step]) -> sympy.Expr:
    constant, rest = f.as_independent(x, as_Add=False)
    if constant != 1:
        steps.append(Step(_says(f, x, rf"{_in(constant)} \cdot {_d(rest, x)}"), "A constant factor stays."))
        return constant * _derived(rest, x, steps)
    above, below = f.as_numer_denom()
    if below.has(x) and above.has(x):
        text = rf"\frac{{{_d(above, x)} \cdot {_in(below)} - {_in(above)} \cdot {_d(below, x)}}}{{{_in(below)}^{{2}}}}"
        steps.append(Step(_says(f, x, text), "Quotient rule."))
        return (_derived(above, x, steps) * below - above * _derived(below, x, steps)) / below**2
    first, *others = f.args
    second = sympy.Mul(*others)
    text = rf"{_d(first, x)} \cdot {_in(second)} + {_in(first)} \cdot {_d(second, x)}"
    steps.append(Step(_says(f, x, text), "Product rule."))
    return _derived(first, x, steps) * second + first * _derived(second, x, steps)


def _of_power(f: sympy.Expr, x: sympy.Symbol, steps: list[Step]) -> sympy.Expr:
    base, exponent = f.base, f.exp
    slope = exponent * base ** (exponent - 1)
    if base == x:
        steps.append(Step(_says(f, x, latex(slope)), "Power rule."))
        return slope
    steps.append(Step(_says(f, x, rf"{_in(slope)} \cdot {_d(base, x)}"), "Power rule and chain rule."))
    return slope * _derived(base, x, steps)


def _chained(
    f: sympy.Expr, inside: sympy.Expr, slope: sympy.Expr, x: sympy.Symbol, steps: list[Step], name: str
) -> sympy.Expr:
    if inside == x:
        steps.append(Step(_says(f, x, latex(slope)), f"Derivative of the {name}."))
        return slope
    steps.append(Step(_says(f, x, rf"{_in(slope)} \cdot {_d(inside, x)}"), f"The {name} and chain rule."))
    return slope * _derived(inside, x, steps)


def _says(f: sympy.Expr, x: sympy.Symbol, text: str) -> str:
    return f"{_d(f, x)} = {text}"


def _d(f: sympy.Expr, x: sympy.Symbol) -> str:
    return rf"\frac{{\mathrm{{d}}}}{{\mathrm{{d}} {x.name}}} \left( {latex(f)} \right)"


def _in(f: sympy.Expr) -> str:
    is_simple = f.is_Symbol or (f.is_Integer and f >= 0) or f.is_Function
    return latex(f) if is_simple else rf"\left( {latex(f)} \right)"
