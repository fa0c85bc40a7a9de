"""Series of terms of one sign that grow without bound; products."""

from __future__ import annotations

import mpmath
import sympy

from crohme.solver.numeric import precise, real_function
from crohme.solver.patience import attempt

_SECONDS = 2.5
_POWERS = tuple(range(12, 132, 4))


@precise
def infinite_value(series: sympy.Sum) -> sympy.Expr | None:
    """∞ or -∞, if a series without other names tends to it; else None.

    SymPy's tests say that it diverges, and Cauchy's condensation of its terms, of one sign and falling, falls
    no faster than 1/m.
    """
    body, (symbol, low, _) = series.function, series.limits[0]
    term = real_function(body, symbol)
    first = [term(int(low) + k) for k in range(100)]
    far = [term(mpmath.mpf(2) ** power) for power in _POWERS]
    values = [value for value in (*first, *far) if value is not None]
    if len(values) < len(first) + len(far):
        return None
    sign = 1 if values[-1] > 0 else -1
    sizes = [sign * value for value in values]
    if min(sizes) < 0 or any(left <= right for left, right in zip(sizes[50:], sizes[51:], strict=False)):
        return None
    condensed = [power * mpmath.mpf(2) ** power * sign * value for power, value in zip(_POWERS, far, strict=True)]
    if condensed[-1] < condensed[0] / 2:
        return None
    return sign * sympy.oo if attempt(series.is_convergent, seconds=_SECONDS) == sympy.false else None


def worked_out(series: sympy.Sum | sympy.Product) -> sympy.Expr:
    """What SymPy makes of a sum or a product."""
    return series.doit() if isinstance(series, sympy.Sum) else _product(series)


def _product(product: sympy.Product) -> sympy.Expr:
    """What SymPy makes of a product, without symbols of Pochhammer; an infinite one by its factors or its parts."""
    body, (symbol, low, high) = product.function, product.limits[0]
    found = product.doit()
    if high == sympy.oo and found.has(sympy.Product):
        known = _of_rational(body, symbol, low)
        if known is not None:
            return known
        last = sympy.Dummy("N", integer=True, positive=True)
        partial = _in_gammas(sympy.Product(body, (symbol, low, last)).doit())
        return product if partial.has(sympy.Product) else sympy.limit(partial, last, sympy.oo)
    return _in_gammas(found) if found.has(sympy.RisingFactorial) else found


def _of_rational(body: sympy.Expr, symbol: sympy.Symbol, low: sympy.Expr) -> sympy.Expr | None:
    """The infinite product of a rational function that tends to 1 as 1 + O(1/k^2), by its zeros r and poles s.

    It is the product of Γ(low - s) / Γ(low - r), DLMF 5.8.5.
    """
    above, below = sympy.together(body).as_numer_denom()
    if not (above.is_polynomial(symbol) and below.is_polynomial(symbol)) or body.free_symbols != {symbol}:
        return None
    polynomials = [sympy.Poly(part, symbol) for part in (above, below)]
    zeros, poles = (sympy.roots(polynomial) for polynomial in polynomials)
    degree = polynomials[0].degree()
    leading = [[polynomial.coeff_monomial(symbol**k) for k in (degree, degree - 1)] for polynomial in polynomials]
    if leading[0] != leading[1] or not degree == sum(zeros.values()) == sum(poles.values()):
        return None
    value = sympy.Mul(
        *(sympy.gamma(low - pole) ** count for pole, count in poles.items()),
        *(sympy.gamma(low - zero) ** -count for zero, count in zeros.items()),
    )
    return sympy.simplify(sympy.gammasimp(value))


def _in_gammas(value: sympy.Expr) -> sympy.Expr:
    return sympy.gammasimp(value.rewrite(sympy.gamma))
