"""Single symbols: what part they can play, and how a message names them."""

from __future__ import annotations

from collections.abc import Sequence

from crohme.notation import Node, NotationError, Relation, SymbolTree, to_latex
from crohme.notation.alphabet import SYMBOL_CLASSES, Kind
from crohme.solver.errors import NotUnderstood
from crohme.solver.functions import NAMES

RELATIONS = frozenset({"=", r"\neq", r"\lt", r"\gt", r"\leq", r"\geq", r"\approx"})
SIGNS = frozenset({"+", "-", r"\pm"})
CLOSING = {"(": ")", "[": "]", r"\{": r"\}", "|": "|"}
"""Opening fence → closing fence."""
SETS = {r"\naturals": "N", r"\integers": "Z", r"\rationals": "Q", r"\reals": "R", r"\complexes": "C"}
"""What the solver's LaTeX makes of `\\mathbb{Z}` → the letter."""
DEGREE = r"\circ"
CONSTANTS = frozenset({r"\pi", r"\infty", "e", "i"})
PRIME = r"\prime"
OTHERWISE = r"\otherwise"
"""In the place of the last condition of `\\begin{cases}`."""


_GREEK = (
    "delta epsilon varepsilon zeta eta vartheta iota kappa nu xi rho varrho tau upsilon chi psi omega "
    "Gamma Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega ell hbar"
)
LETTERS = frozenset("DJKOQUWZ") | {f"\\{name}" for name in _GREEK.split()}
"""Letters that the recogniser's alphabet lacks, but LaTeX has."""


_NO_LETTERS = frozenset({r"\nabla", r"\emptyset", r"\aleph", r"\Re", r"\Im", *SETS})
"""Signs that stand where letters do, and name no number."""


def kind_of(node: Node) -> Kind | None:
    """The part that a symbol plays; None if it is neither a symbol class nor known from LaTeX."""
    if node.label in _NO_LETTERS:
        return None
    if node.label in SYMBOL_CLASSES:
        return SYMBOL_CLASSES[node.label].kind
    if node.label in LETTERS:
        return Kind.IDENTIFIER
    if node.label[1:] in NAMES:
        return Kind.FUNCTION
    return Kind.BIG_OPERATOR if node.label == r"\prod" else None


def is_letter(node: Node) -> bool:
    """Whether a symbol can name a variable."""
    return kind_of(node) is Kind.IDENTIFIER and node.label != r"\infty"


def is_whole(nodes: Sequence[Node]) -> bool:
    """Whether these are plain digits."""
    return all(node.label.isdigit() and not node.rows for node in nodes)


def is_exponential(nodes: Sequence[Node]) -> bool:
    """Whether three nodes are a digit, a bare `e` and a digit, as in `1e5`."""
    if [node.label for node in nodes[1:2]] != ["e"] or nodes[1].rows:
        return False
    return len(nodes) == 3 and is_whole(nodes[:1]) and nodes[2].label.isdigit()


def is_differential(nodes: Sequence[Node]) -> bool:
    """Whether two nodes are a differential: `d x`."""
    return (
        len(nodes) == 2
        and nodes[0].label == "d"
        and not nodes[0].rows
        and is_letter(nodes[1])
        and Relation.SUP not in nodes[1].rows
    )


def has_differential(node: Node) -> bool:
    """Whether the numerator of a fraction ends in a differential: `\\frac{d x}{x}`."""
    return node.is_fraction and is_differential(node.rows[Relation.ABOVE][-2:])


def show(nodes: Sequence[Node]) -> str:
    """Nodes as LaTeX, to be named in a message."""
    try:
        written = to_latex(SymbolTree(tuple(nodes)))
    except NotationError:  # scripts that LaTeX cannot write
        written = [node.label for node in nodes]
    return " ".join(rf"\mathbb{{{SETS[label]}}}" if label in SETS else label for label in written)


def refusal(cause: str, nodes: Sequence[Node]) -> NotUnderstood:
    """The error that points at these nodes."""
    strokes = (stroke for node in SymbolTree(tuple(nodes)).nodes() for stroke in node.strokes)
    return NotUnderstood(cause, show(nodes), tuple(sorted(strokes)))
