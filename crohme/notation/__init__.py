"""Mathematical notation: the symbol layout tree, and every format it is read from or written to."""

from crohme.notation.alphabet import (
    BIG_OPERATORS,
    CLASSES,
    FUNCTIONS,
    LOOK_ALIKES,
    Alphabet,
    canonical_label,
    sign_name,
)
from crohme.notation.errors import LabelGraphError, LatexError, LatexTooLong, MathmlError, NotationError, UnsayableError
from crohme.notation.inline_formats import to_text, to_typst
from crohme.notation.labelgraph import GraphObject, GraphRelation, LabelGraph, stroke_graph, symbol_graph, to_tree
from crohme.notation.latex import to_latex
from crohme.notation.latex_parser import Expression, from_latex, read_latex
from crohme.notation.latex_scanner import tokenize
from crohme.notation.lg_file import read_lg, write_lg
from crohme.notation.mathml import from_mathml
from crohme.notation.mathml_writer import to_mathml, to_truth_mathml
from crohme.notation.tree import MAX_DEPTH, Node, Relation, SymbolTree, attach, relabelled, without_limits
from crohme.notation.vocabulary import STRUCTURE, VOCABULARY, vocabulary

__all__ = [
    "Alphabet",
    "BIG_OPERATORS",
    "CLASSES",
    "Expression",
    "FUNCTIONS",
    "GraphObject",
    "GraphRelation",
    "LOOK_ALIKES",
    "LabelGraph",
    "LabelGraphError",
    "LatexError",
    "LatexTooLong",
    "MAX_DEPTH",
    "MathmlError",
    "Node",
    "NotationError",
    "Relation",
    "STRUCTURE",
    "SymbolTree",
    "UnsayableError",
    "VOCABULARY",
    "attach",
    "canonical_label",
    "from_latex",
    "from_mathml",
    "read_latex",
    "read_lg",
    "relabelled",
    "sign_name",
    "stroke_graph",
    "symbol_graph",
    "to_latex",
    "to_mathml",
    "to_text",
    "to_tree",
    "to_truth_mathml",
    "to_typst",
    "tokenize",
    "vocabulary",
    "without_limits",
    "write_lg",
]
