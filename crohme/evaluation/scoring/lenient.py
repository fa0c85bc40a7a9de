"""`.lg` files as the official scorer reads them: what cannot be used is skipped.

`notation.read_lg` refuses such files. Here they must be scored as the competition scores them, so
the same lines are passed over, but each is named in the result.
"""

from __future__ import annotations

from crohme.evaluation.scoring.primitives import NOTHING, PrimitiveGraph

SAME_SYMBOL = "*"
"""An E label of old files: both strokes belong to one symbol."""
MERGE_ERROR = "MergeError"
"""The class of strokes that are said to be one symbol but differ in class."""
_MINIMUM_FIELDS = {"O": 5, "R": 5, "EO": 5, "N": 4, "E": 5}


def read_primitive_graph(text: str) -> PrimitiveGraph:
    """Read a label graph in any of its forms, also mixed.

    Args:
        text: str. Content of a `.lg` file.

    Returns:
        PrimitiveGraph. Its `ignored` tells which lines were passed over: unknown or too short ones
        (a relation without weight, an object without primitives), and relations of unknown objects.

    Raises:
        LabelGraphError: More than `MAX_PRIMITIVES` or `MAX_PAIR_LABELS`.
    """
    graph = PrimitiveGraph()
    objects: dict[str, list[str]] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        cause = _read_line([field.strip() for field in line.split(",")], graph, objects)
        if cause:
            graph.ignored.append(f"line {number}: {cause}")
    for primitive in [primitive for pair in graph.edges for primitive in pair]:
        if primitive not in graph.labels:
            graph.add_label(primitive, NOTHING)
    _join_same_symbols(graph)
    return graph


def _read_line(fields: list[str], graph: PrimitiveGraph, objects: dict[str, list[str]]) -> str | None:
    """Enter one line into the graph; the cause if it says nothing."""
    keyword = fields[0]
    if keyword not in _MINIMUM_FIELDS:
        return f"unknown entry {keyword!r}"
    if len(fields) < _MINIMUM_FIELDS[keyword]:
        return f"{len(fields)} fields, where {keyword} needs {_MINIMUM_FIELDS[keyword]}"
    if keyword == "O":
        objects[fields[1]] = fields[4:]
        graph.add_symbol(fields[2], fields[4:])
    elif keyword == "N":
        graph.add_label(fields[1], fields[2])
    elif keyword == "E":
        graph.add_relation(fields[3], [fields[1]], [fields[2]])
    else:
        unknown = [end for end in fields[1:3] if end not in objects]
        if unknown:
            return f"unknown object {unknown[0]!r}"
        graph.add_relation(fields[3], objects[fields[1]], objects[fields[2]])
    return None


def _join_same_symbols(graph: PrimitiveGraph) -> None:
    """Put the class in the place of each `*`."""
    for (first, second), labels in graph.edges.items():
        if SAME_SYMBOL not in labels:
            continue
        labels.remove(SAME_SYMBOL)
        # Odd but official: strokes that differ in class are still one symbol, of a class of its own.
        if graph.labels[first] != graph.labels[second]:
            graph.labels[first], graph.labels[second] = {MERGE_ERROR}, {MERGE_ERROR}
        labels |= graph.labels[first]
