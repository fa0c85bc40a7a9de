"""A row of a symbol layout tree → what it means.

    sum        = [ sign ] product { sign product }
    product    = factor { ("\\times" | "." | "/" | "\\div" | ":" | "\\mod") [ "-" ] factor | factor }
    factor     = ( number | name | fence | fraction | root | function | operator ) [ "!" ] [ "%" ]

How each symbol is taken is written in `crohme.solver`.
"""

from __future__ import annotations

from collections.abc import Sequence

from crohme.notation import Node, Relation
from crohme.notation.alphabet import BINOMIAL, Kind
from crohme.solver import calls, grids, operators
from crohme.solver.errors import NotUnderstood
from crohme.solver.numbers import begins_number, recurring, scan
from crohme.solver.row_reader import RowReader
from crohme.solver.signs import (
    CLOSING,
    CONSTANTS,
    DEGREE,
    PRIME,
    RELATIONS,
    SIGNS,
    has_differential,
    is_differential,
    is_exponential,
    is_whole,
    kind_of,
    refusal,
    show,
)
from crohme.solver.syntax import (
    Absolute,
    Add,
    Binomial,
    Constant,
    Degrees,
    Derivative,
    Expression,
    Factorial,
    MultiCall,
    Negative,
    Number,
    Percent,
    PlusMinus,
    Power,
    Product,
    Quotient,
    Root,
    free_names,
)

_ENDS = RELATIONS | {",", r"\in", r"\cup", r"\setminus"} | (set(CLOSING.values()) - {"|"})
_DIVISIONS = ("/", r"\div", ":")
FUNCTION_LETTERS = frozenset("fghFGH")
"""Letters that are a function where brackets follow."""


class RowParser(RowReader):
    """Reads one row. See `RowCursor` for its arguments."""

    def over(self, row: Sequence[Node]) -> RowParser:
        """A parser of a row that hangs on a symbol of this one."""
        return RowParser(row, self.bound, self.definitions)

    # === Sums and products ===

    def sum(self) -> Expression:
        """Terms up to a relation, a comma, a closing fence, a differential, or the end."""
        terms = [self.signed_term()]
        while self.more_terms():
            terms.append(self.signed_term())
        return self.added(terms)

    def more_terms(self) -> bool:
        """Whether another term of the same sum comes next."""
        return self.follows(*SIGNS) and self.differential is None

    def added(self, terms: Sequence[Expression]) -> Expression:
        """The sum of terms; `200 + 10 \\%` is refused. Of 1, and of 100 %, both readings come to the same."""
        others = [term for term in terms if not _is_percent(term)]
        if 0 < len(others) < len(terms) and others != [Number("1")]:
            raise refusal(r"of what the \% are is not said: write a product", self.row)
        return terms[0] if len(terms) == 1 else Add(tuple(terms))

    def signed_term(self) -> Expression:
        """A product with the sign before it, if there is one."""
        sign = self.take() if self.follows(*SIGNS) else None
        if sign is not None and self.follows(*SIGNS):
            both = [sign, self.row[self.position]]
            raise refusal(f"two signs in a row: {show(both)}", both)
        term = self.product(after=sign)
        if sign is not None and sign.label == "-" and isinstance(term, MultiCall) and term.function == "mod":
            if self.row[0] is sign:  # -7 mod 3 is that of -7
                return MultiCall("mod", (Negative(term.arguments[0]), *term.arguments[1:]))
        return _with_sign(sign, term)

    def product(self, after: Node | None = None) -> Expression:
        """Factors up to what ends a term.

        Args:
            after: Node or None. The symbol that wants a term, to be named if there is none.
        """
        start = self.position
        factors = [self.factor(after)]
        while not self.at_end_of_term():
            if self.follows(r"\times", "."):
                factors.append(self._signed_factor(self.take()))
            elif self.follows(*_DIVISIONS):
                sign = self.take()
                divisor = self._signed_factor(sign)
                if not self.at_end_of_term() and self.begins_factor():
                    what = show([sign, *self.row[self.position - 1 : self.position + 1]])
                    raise refusal(f"how far the divisor after {what} goes is not clear: write a fraction", [sign])
                factors = [Quotient(_product(factors), divisor)]
            elif self.follows(r"\mod"):
                factors = [MultiCall("mod", (_product(factors), self._signed_factor(self.take())))]
            else:
                self._check_juxtaposition(start)
                start = self.position
                factors.append(self.factor())
        return _product(factors)

    def at_end_of_term(self) -> bool:
        """Whether the product that is being read ends here."""
        node = self.peek()
        if node is None or self.differential is not None or self.follows(*_ENDS, *SIGNS):
            return True
        if node.label == "|":
            return bool(self.fences) and self.fences[-1] == "|"
        return self.at_differential()

    def begins_factor(self) -> bool:
        """Whether what comes next can be multiplied without a sign."""
        return not self.follows(r"\times", ".", *_DIVISIONS, "!", r"\mod", r"\%")

    def _signed_factor(self, after: Node) -> Expression:
        sign = self.take() if self.follows("+", "-") else None
        return _with_sign(sign, self.factor(sign or after))

    def _check_juxtaposition(self, start: int) -> None:
        """Refuse a factor that could also belong to the one before, which began at `start`."""
        before, node = self.row[start], self.row[self.position]
        if before.label == r"\int" and not self.follows(r"\int", r"\sum"):
            raise refusal(f"{show([node])} after a differential: write it before, or brackets", [node])
        whole = self.row[start : self.position]
        if node.is_fraction and is_whole(whole) and all(map(is_whole, node.rows.values())):
            mixed = [*whole, node]
            raise refusal(f"{show(mixed)} may be a mixed number or a product: write + or \\times", mixed)
        around = self.row[max(start - 1, 0) : self.position + 1]
        if is_exponential(around):
            raise refusal(f"{show(around)} may be a power of ten or a product: write \\times", around)

    # === Factors ===

    def factor(self, after: Node | None = None) -> Expression:
        """One factor with its powers and factorial."""
        node = self.peek()
        # A bar where a factor is wanted opens, even if one is open.
        is_missing = node is None or (node.label != "|" and self.at_end_of_term())
        if node is None or is_missing or not (self.begins_factor() or self._begins_number()):
            raise self._missing(after)
        start = self.position
        factor = self._factor(node)
        if self.follows("!"):
            if Relation.SUP in self.row[self.position - 1].rows:
                power = self.row[start : self.position]
                raise refusal(f"{show(power)}! may be the factorial of either: write brackets", power)
            factor = self.powers(self.take(Relation.SUP), Factorial(factor))
            if self.follows("!"):
                raise refusal("!! is not understood", [self.row[self.position]])
        if self.follows(r"\%"):
            self.take()
            factor = Percent(factor)
        return factor

    def _missing(self, after: Node | None) -> NotUnderstood:
        node = self.peek()
        if node is not None and (after is None or self.follows(*SIGNS, *_DIVISIONS, r"\times", "!", ".")):
            return refusal(f"{show([node])} has no meaning where it stands", [node])
        before = after or (self.row[self.position - 1] if self.position else None)
        if before is None:
            return refusal("nothing to read", [])
        return refusal(f"something is missing after {show([before])}", [before])

    def _factor(self, node: Node) -> Expression:
        kind = kind_of(node)
        if self._begins_number():
            return self._number()
        if node.label == "|" and (following := self.peek(1)) is not None and following.is_grid:
            return grids.in_brackets(self)
        if node.label == "|":
            opening = self.take()
            inside, closing = self._fenced(opening)
            return self.powers(closing, Absolute(inside))
        if kind is Kind.OPENING and node.label not in CLOSING:
            raise refusal(f"{show([node])} is not understood", [node])
        if kind is Kind.OPENING and (following := self.peek(1)) is not None and following.is_grid:
            return grids.in_brackets(self)
        if kind is Kind.OPENING:
            inside, closing = self._fenced(self.take())
            return self.powers(closing, inside)
        if node.is_fraction:
            return self._fraction()
        if kind is Kind.ROOT:
            return self._root()
        if node.label in operators.READERS:
            return operators.READERS[node.label](self)
        if kind is Kind.FUNCTION:
            return calls.call(self)
        if node.label == BINOMIAL:
            closing = self.take(Relation.ABOVE, Relation.BELOW, Relation.SUP)
            parts = Binomial(self.inner(node.rows[Relation.ABOVE]), self.inner(node.rows[Relation.BELOW]))
            return self.powers(closing, parts)
        if kind is Kind.IDENTIFIER:
            return self._name()
        if node.is_grid:
            raise refusal("a grid without brackets is no matrix, and its lines are no equations", [node])
        raise refusal(f"{show([node])} is not understood", [node])

    def powers(self, node: Node, base: Expression) -> Expression:
        """`base` to the power that hangs on `node`; primes differentiate what is in brackets."""
        exponent = node.rows.get(Relation.SUP)
        if exponent is None:
            return base
        is_degree = exponent[0].label == DEGREE or (exponent[0].label == "o" and isinstance(base, Number))
        if is_degree and len(exponent) == 1:
            return Degrees(base)
        if all(n.label == PRIME for n in exponent):
            names = free_names(base)
            if node.label != ")" or len(names) != 1:
                raise refusal(f"what the prime in {show([node])} differentiates is not said", [node])
            return Derivative(base, names.pop(), len(exponent))
        return Power(base, self.inner(exponent))

    def _begins_number(self) -> bool:
        return begins_number(self.row[self.position :])

    def _number(self) -> Expression:
        if (found := recurring(self.row[self.position :])) is not None:
            fraction, length = found
            self.position += length - 1
            above, below = Number(str(fraction.numerator)), Number(str(fraction.denominator))
            value = above if fraction.denominator == 1 else Quotient(above, below)
            return self.powers(self.take(Relation.BELOW, Relation.SUP), value)
        text, length = scan(self.row[self.position :])
        self.position += length - 1
        return self.powers(self.take(Relation.SUP), Number(text))

    def fenced(self) -> tuple[Expression, Node]:
        """What is in the brackets that open next, and the closing one, on which scripts hang."""
        return self._fenced(self.take())

    def _fenced(self, opening: Node) -> tuple[Expression, Node]:
        start, outer, self.open_integrals = self.position, self.open_integrals, 0
        self.fences.append(CLOSING[opening.label])
        inside = self.sum()
        node = self.peek()
        if node is None:
            raise refusal(f"{show([opening])} is never closed", [opening])
        if node.label != CLOSING[opening.label]:
            raise refusal(f"{show([node])} has no meaning between {show([opening])} and its end", [opening, node])
        if any(n.label == "," for n in self.row[start : self.position]) and isinstance(inside, Number):
            nodes = self.row[start - 1 : self.position + 1]
            raise refusal(f"{show(nodes)} may be a point or a number: write a decimal point", nodes)
        self.fences.pop()
        self.open_integrals = outer
        return inside, self.take(Relation.SUP)

    def _fraction(self) -> Expression:
        node = self.row[self.position]
        if (derivative := operators.derivative(self)) is not None:
            return derivative
        self.take(Relation.ABOVE, Relation.BELOW, Relation.SUP)
        above, denominator = node.rows[Relation.ABOVE], self.inner(node.rows[Relation.BELOW])
        if self.open_integrals and has_differential(node):
            self.differential, above = self.over(above[-1:]).variable(), above[:-2]
        numerator = self.inner(above) if above else Number("1")
        return self.powers(node, Quotient(numerator, denominator))

    def _root(self) -> Expression:
        node = self.take(Relation.INSIDE, Relation.ABOVE, Relation.SUP)
        if Relation.INSIDE not in node.rows:
            raise refusal("a root of nothing", [node])
        index = node.rows.get(Relation.ABOVE)
        radicand = self.inner(node.rows[Relation.INSIDE])
        return self.powers(node, Root(radicand, None if index is None else self.inner(index)))

    def _name(self) -> Expression:
        node = self.row[self.position]
        pair = self.row[self.position : self.position + 2]
        if is_differential(pair) and r"\int" in {n.label for n in self.row}:
            raise refusal(f"the differential {show(pair)} has no integral", pair)
        if node.label in CONSTANTS - self.bound and Relation.SUB not in node.rows:
            return self.powers(self.take(Relation.SUP), Constant(node.label))
        if (definition := self.definitions.get(node.label)) is not None and Relation.SUB not in node.rows:
            return calls.application(self, definition)
        name = self.variable()
        last = self.row[self.position - 1]
        if name.label in FUNCTION_LETTERS and self.follows("("):
            raise refusal(f"what the function {name.latex} is, is not said", [node])
        return self.powers(last, name)


def _is_percent(term: Expression) -> bool:
    return isinstance(term.operand if isinstance(term, Negative) else term, Percent)


def _with_sign(sign: Node | None, term: Expression) -> Expression:
    if sign is None or sign.label == "+":
        return term
    return Negative(term) if sign.label == "-" else PlusMinus(term)


def _product(factors: list[Expression]) -> Expression:
    return factors[0] if len(factors) == 1 else Product(tuple(factors))
