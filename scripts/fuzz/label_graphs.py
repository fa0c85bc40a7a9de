"""Label graphs, mutated: the strict reader, the lenient one and the scorer answer or refuse.

python scripts/fuzz/label_graphs.py --seed 0 --count 100000
"""

from __future__ import annotations

import sys
from typing import NamedTuple

import numpy as np
from harness import main

from crohme.evaluation.scoring import compare, graph_figures, primitive_graph, read_primitive_graph
from crohme.notation import NotationError, read_lg, to_latex, to_tree, write_lg

ALLOWED = (NotationError,)

GRAPHS = (
    "# IUD, a\nO, x_1, x, 1.0, 0, 1\nO, 2_1, 2, 1.0, 2\nO, +_1, +, 1.0, 3, 4\nO, y_1, y, 1.0, 5\n"
    "R, x_1, 2_1, Sup, 1.0\nR, x_1, +_1, Right, 1.0\nR, +_1, y_1, Right, 1.0\n",
    "N, 0, x, 1.0\nN, 1, x, 1.0\nN, 2, 2, 1.0\n"
    "E, 0, 1, *, 1.0\nE, 1, 0, *, 1.0\nE, 0, 2, Sup, 1.0\nE, 1, 2, Sup, 1.0\n",
    "O, a, \\sqrt, 1.0, O\nO, b, x, 1.0, OInside\nO, c, COMMA, 1.0, OInsideR\nO, d, -, 1.0, OR\nO, e, 1, 1.0, ORAbove\n"
    "O, f, \\alpha, 1.0, ORBelow\n"
    "R, a, b, Inside, 1.0\nR, a, c, Inside, 1.0\nR, b, c, Right, 1.0\nR, a, d, Right, 1.0\n"
    "R, d, e, Above, 1.0\nEO, d, f, Below, 1.0\n",
    "O, s, \\sum, 1.0, 0\nO, i, i, 1.0, 1\nO, n, n, 1.0, 2, 3\nR, s, i, Below, 1.0\nR, s, n, Above, 1.0\n",
)
FIELDS = ("O", "R", "N", "E", "EO", "*", "_", "x", "2", "COMMA", "\\sqrt", "-", "0", "1", "2", "O", "OR", "a", "x_1",
          "1.0", "nan", "", "Sup", "Sub", "Above", "Inside", "Right",
          "Unknown", "#", "\x00", "é", "9" * 40)  # fmt: skip


class Pair(NamedTuple):
    """Texts of a truth and of an output."""

    truth: str
    output: str


def make(rng: np.random.Generator) -> Pair:
    """Two label graphs, of the same expression or not, with fields and lines changed."""
    chosen = rng.integers(0, len(GRAPHS), 2)
    if rng.random() < 0.7:
        chosen[1] = chosen[0]
    return Pair(*(_mutated(rng, GRAPHS[int(index)]) for index in chosen))


def _mutated(rng: np.random.Generator, text: str) -> str:
    lines = [line.split(", ") for line in text.splitlines()]
    for _ in range(int(rng.geometric(0.45)) - 1):
        line = lines[int(rng.integers(len(lines)))]
        place = int(rng.integers(len(line) + 1))
        field = FIELDS[int(rng.integers(len(FIELDS)))]
        match int(rng.integers(6)):
            case 0:
                line[place : place + 1] = [field]
            case 1:
                line.insert(place, field)
            case 2:
                del line[place : place + 1]
            case 3:
                lines.insert(int(rng.integers(len(lines) + 1)), list(line))
            case 4 if len(lines) > 1:
                lines.remove(line)
            case _:
                line.extend(str(n) for n in rng.integers(0, 40, int(rng.integers(1, 40))))
    if rng.random() < 0.01:
        lines = lines * int(rng.integers(2, 200))
    separator = (", ", ",", " ,  ")[int(rng.integers(3))]
    return "\n".join(separator.join(line) for line in lines)


def attempt(pair: Pair) -> str:
    """Score the pair as it stands; then read the truth strictly, write it, and score what was written."""
    truth, output = (read_primitive_graph(text) for text in pair)
    counts = compare(truth, output)
    assert 0 <= counts.classified <= counts.segmented <= min(counts.true_symbols, counts.found_symbols)
    assert 0 <= counts.related <= counts.located <= min(counts.true_relations, counts.found_relations)
    assert 0 <= counts.node_errors <= counts.nodes
    assert compare(output, truth).errors == counts.errors, "errors differ with the sides changed round"
    assert compare(truth, truth).errors == 0, "a graph differs from itself"
    graph_figures(counts)
    graph = read_lg(pair.truth)
    written = read_primitive_graph(write_lg(graph))
    # `*` makes one symbol of two strokes, whatever their classes, but only for the lenient reader.
    if "*" not in {*(one.label for one in graph.objects), *(one.label for one in graph.relations)}:
        assert compare(primitive_graph(graph), written).errors == 0, "writing changes the graph"
    to_latex(to_tree(graph))
    return "a tree"


if __name__ == "__main__":
    sys.exit(main(__doc__, make, attempt, ALLOWED))
