r"""What was written, computed: symbol layout tree → answer, with SymPy (`pip install 'crohme[solver]'`).

Written mathematics is ambiguous. What is decided here is shown in `Solution.understood`; what is not
decided raises `NotUnderstood`, and nothing is guessed.

Decided:

- Adjacent digits are a number. A point or comma between two digits is a decimal point, any other point
  multiplies; a comma between two relations separates equations.
- `\pi` is π, `e` Euler's number and `i` the imaginary unit, except with a subscript and as the index of a
  sum or the variable of a limit. All other letters are variables, a subscript is part of the name, and
  `\Delta x` is one name.
- Symbols side by side are multiplied; `f`, `g`, `h`, `F`, `G`, `H` before a bracket are not: what function they
  are is not said. `x ( y + 1 )` is a product.
- A function without brackets takes the letters, numbers, fractions and roots that follow. `\sin ^ { 2 } x` and
  `\sin ( x ) ^ { 2 }` are powers of the sine, `\sin ^ { -1 }` is the arc sine, `\log` is the natural logarithm.
- `\sum`, `\lim` and `\frac { d } { d x }` take one term, `\int` all up to its `d x`.
- `\frac { d } { d x }` is a derivative; a prime differentiates brackets with one variable in them.
- `\pm` stands for both values. A root is the principal one; an odd root of a real number is real.
- Variables are real numbers where something is computed, `\sqrt { x ^ { 2 } }` is |x|. Equations: see `equations`.
- Unknown is every letter if there are no more than equations; else x, y, z, as many as are there; of one
  equation the first of them. `y = 2 x` is solved already: its right side is computed.

Not decided: `1 / 2 x` (what does the divisor take?), `2 \frac { 1 } { 2 }` (mixed number or product?), `1,000`
(thousands or decimals?), `( 1, 2 )`, `x ^ { 2 } !`, several `\pm`, `f ( x )`, `y'`, `\frac { d y } { d x }`,
`\sum x _ { i }`, `\in`, `\forall`, `\exists`, `\ldots`, and `\rightarrow` outside of a limit.
"""

from crohme.solver.errors import (
    MemoryLimitExceeded,
    NoAnswer,
    NotUnderstood,
    SolverError,
    SolverMissing,
    TimeLimitExceeded,
)
from crohme.solver.latex_reader import read_latex
from crohme.solver.process import SECONDS, solve
from crohme.solver.solution import Kind, Solution

__all__ = [
    "Kind",
    "MemoryLimitExceeded",
    "NoAnswer",
    "NotUnderstood",
    "SECONDS",
    "Solution",
    "SolverError",
    "SolverMissing",
    "TimeLimitExceeded",
    "read_latex",
    "solve",
]
