r"""What was written, computed: symbol layout tree → answer, with SymPy (`pip install 'crohme[solver]'`).

Written mathematics is ambiguous. What is decided here is shown in `Solution.understood`; what is not
decided raises `NotUnderstood`, and nothing is guessed. No answer is given on SymPy's word alone: zeros come
from interval arithmetic on the real line, integrals, series and limits are compared with numbers, solutions are
substituted. What is known as a number only, may not be all, or holds under conditions only (x > 0, a ≠ 0), says so
in `Solution.notes`.

Decided:

- Adjacent digits are a number. A point or comma between two digits is a decimal point, any other point
  multiplies (`\cdot` and `\times` of LaTeX always do); a comma between two relations separates equations.
- `\pi` is π, `e` Euler's number and `i` the imaginary unit, except with a subscript and as the index of a
  sum or the variable of a limit. All other letters are variables, a subscript is part of the name, and
  `\Delta x` is one name.
- Symbols side by side are multiplied. Letters that spell a function (ln, exp, lg, sec, arcsin, sinh, max, gcd, mod …)
  and stand before its argument are that function. So are `t g` and `c t g` before x, y, z, u, a Greek letter, a number,
  a fraction, a root or brackets, unless g is a function. `x ( y + 1 )` is a product.
- Limits are taken where the function is real: `\sqrt { x }` has one at 0, but none from the left. n, k, m and N that go
  to infinity are whole numbers where that makes a difference.
- `f ( x ) = …` with `f`, `g`, `h`, `F`, `G` or `H` defines a function, for what comes after it: `f ( 3 )`,
  `f ^ { \prime } ( x ) = 0`.
- `a = 3 , a ^ { 2 }` gives a letter a value, for what comes after it, if expressions come after it.
- A function without brackets takes the letters, numbers, fractions and roots that follow. `\sin ^ { 2 } x` and
  `\sin ( x ) ^ { 2 }` are powers of the sine, `\sin ^ { -1 }` is the arc sine. `\log` has base 10, `\ln` base e.
- `\sum` and `\prod` take one term, `\lim` and `\frac { d } { d x }` the whole sum, unless `\frac { d } { d x }`
  stands before one pair of brackets; `\int` takes all up to its `d x`.
- Lines before a problem define letters and functions for it, each with what held when it was written. In a relation
  that would be left without an unknown, x, y and z have no value from before.
- Angles without a unit are radians, or degrees if that is asked for; arc functions give degrees then.
- `\frac { d } { d x }` is a derivative; a prime differentiates brackets with one variable in them.
- `\sin h x` is sinh x, unless h stands for something elsewhere or in an earlier line; so are `\cos h x` and the like.
- `a _ { n } = 2 n + 1` says what `a _ { 5 }` is after it; `f ( x ) = x^{2} - 1 = 0` defines f and asks the equation.
- Where semicolons separate, a comma between digits is a decimal point. `\wedge` joins statements.
- `\lfloor x \rfloor` and `\lceil x \rceil` are the whole numbers below and above x; `*` and `\cdot` multiply.
- `:` divides; `:=` is `=`. `0.\overline { 3 }` and `0.\dot { 3 }` are recurring decimals.
- Limits from one side are `a ^ { + }`, `a +`, `a + 0` or have an arrow down.
- `\pm` stands for both values. A root is the principal one; an odd root of a real number is real, also as the
  power of a fraction: `( - 8 ) ^ { 1 / 3 }` is -2. `%` divides by 100, also in `1 + 5 %`.
  `^ { o }` after a number means degrees.
- 0^0 has no value, except as the first term of a power series.
- Lines of a grid that are equations are a system. A grid in brackets is a matrix, in bars its determinant; bars around
  a vector are its length. `A ^ { T }` is the transpose, `A = …, A x = b` names a matrix; a letter that must be a
  matrix for the sizes to match is one, and `I` or `E` beside a square matrix in a sum the identity. Behind
  one brace, values beside their conditions are a function case by case.
- Variables are real numbers, `\sqrt { x ^ { 2 } }` is |x|; what stands in a factorial or a binomial coefficient of
  an equation is a whole number. Equations: see `equations`.
- Unknown is every letter if there are no more than equations; else x, y, z, as many as are there; of one
  equation the first of them. `y = 2 x` is solved already: its right side is computed. Without x, y and z, an
  equation in several letters is true if it holds for all of them; else it is refused.

Not decided: `1 / 2 x` (what does the divisor take?), `2 \frac { 1 } { 2 }` (mixed number or product?), `1,000`
(thousands or decimals?), `1 e 5` (a power of ten?), `( 1, 2 )`, `x ^ { 2 } !`, several `\pm`, `200 + 10 %`, `f ( 3 )`
without a definition, `y'`, `\frac { d y } { d x }`, `\sum x _ { i }`, `\forall`, `\exists`, `\ldots`, and
`\rightarrow` outside of a limit.
"""

from crohme.solver.angles import Angle
from crohme.solver.errors import (
    MemoryLimitExceeded,
    NoAnswer,
    NotUnderstood,
    SolverError,
    SolverMissing,
    TimeLimitExceeded,
)
from crohme.solver.latex_reader import read_latex
from crohme.solver.process import SECONDS, plot, solve
from crohme.solver.solution import Kind, Mark, MarkKind, Plot, Solution, Step

__all__ = [
    "Angle",
    "Kind",
    "Mark",
    "MarkKind",
    "MemoryLimitExceeded",
    "NoAnswer",
    "NotUnderstood",
    "Plot",
    "SECONDS",
    "Solution",
    "SolverError",
    "SolverMissing",
    "Step",
    "TimeLimitExceeded",
    "plot",
    "read_latex",
    "solve",
]
