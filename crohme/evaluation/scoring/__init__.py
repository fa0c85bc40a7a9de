"""Scores of the competition: label graphs over strokes and over symbols, and token edit distance.

Conventions are those of LgEval, whose figures are reproduced. Needs no network and no Keras.
"""

from crohme.evaluation.scoring.comparison import Counts, compare, total
from crohme.evaluation.scoring.errors import ScoringError
from crohme.evaluation.scoring.figures import graph_figures, graph_set_figures
from crohme.evaluation.scoring.graphs import Level
from crohme.evaluation.scoring.lenient import read_primitive_graph
from crohme.evaluation.scoring.primitives import PrimitiveGraph, primitive_graph
from crohme.evaluation.scoring.scorer import score
from crohme.evaluation.scoring.scores import FileScore, Scores
from crohme.evaluation.scoring.tables import Side

__all__ = [
    "Counts",
    "FileScore",
    "Level",
    "PrimitiveGraph",
    "Scores",
    "ScoringError",
    "Side",
    "compare",
    "graph_figures",
    "graph_set_figures",
    "primitive_graph",
    "read_primitive_graph",
    "score",
    "total",
]
