"""The text of CROHME `.lg` files ⇄ label graph.

Two forms: objects and relations (`O, id, label, weight, primitives…` and `R, parent, child, label,
weight`), or primitives (`N, primitive, label, weight` and `E, primitive, primitive, label, weight`).
Fields are separated by commas, so the comma symbol is written `COMMA`.
"""

from __future__ import annotations

from collections import Counter

from crohme.errors import quoted
from crohme.notation.errors import LabelGraphError
from crohme.notation.labelgraph import COMMA, GraphObject, GraphRelation, LabelGraph

_SAME_SYMBOL = "*"  # an E label of old files: both strokes belong to one symbol
_NOTHING = "_"
_MINIMUM_FIELDS = {"O": 5, "R": 5, "EO": 5, "N": 4, "E": 5}


def write_lg(graph: LabelGraph) -> str:
    """The text of a graph, as objects and relations with weight 1.0.

    Args:
        graph: LabelGraph.

    Returns:
        str.

    Raises:
        LabelGraphError: A label, an identifier or a primitive has a comma or a line break.
    """
    rows = [("O", o.id, COMMA if o.label == "," else o.label, "1.0", *o.primitives) for o in graph.objects]
    rows += [("R", r.parent, r.child, r.label, "1.0") for r in graph.relations]
    for field in (field for row in rows for field in row):
        if "," in field or len(field.splitlines()) > 1:
            raise LabelGraphError(f"{quoted(field)} cannot stand in a label graph: it has a comma or a line break")
    return "".join(", ".join(row) + "\n" for row in rows)


def read_lg(text: str) -> LabelGraph:
    """Read the text of a label graph, in either form.

    Strokes joined by E edges of their common class (or `*`) make one object. Two objects are
    related when a label stands on every pair of a stroke of one and a stroke of the other. Weights
    are not kept, `_` as a relation means none, and a stroke that only edges mention is labelled `_`.

    Args:
        text: str.

    Returns:
        LabelGraph. Identifiers of objects are the file's, or made from label and first primitive.

    Raises:
        LabelGraphError: An unknown or incomplete line, both forms in one file, contradictory
            labels, or relations of unknown objects.
    """
    lines = _lines(text)
    objects_form = [fields for fields in lines if fields[0] in ("O", "R", "EO")]
    if not objects_form:
        return _from_primitives(lines)
    if len(objects_form) < len(lines):
        raise LabelGraphError("objects (O, R) and primitives (N, E) are mixed")
    objects = [GraphObject(f[1], _unfield(f[2]), tuple(f[4:])) for f in lines if f[0] == "O"]
    relations = [GraphRelation(f[1], f[2], f[3]) for f in lines if f[0] != "O" and f[3] != _NOTHING]
    return LabelGraph(tuple(dict.fromkeys(objects)), tuple(dict.fromkeys(relations)))


def _lines(text: str) -> list[list[str]]:
    lines = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        fields = [field.strip() for field in line.split(",")]
        if fields[0] not in _MINIMUM_FIELDS:
            raise LabelGraphError(f"line {number}: unknown entry {quoted(fields[0])}")
        if len(fields) < _MINIMUM_FIELDS[fields[0]]:
            raise LabelGraphError(f"line {number}: {len(fields)} fields, where {fields[0]} needs more")
        lines.append(fields)
    return lines


def _from_primitives(lines: list[list[str]]) -> LabelGraph:
    labels: dict[str, str] = {}
    for fields in lines:
        if fields[0] == "N" and labels.setdefault(fields[1], fields[2]) != fields[2]:
            raise LabelGraphError(f"primitive {quoted(fields[1])} has two labels")
    edges = dict.fromkeys((f[1], f[2], f[3]) for f in lines if f[0] == "E" and f[3] != _NOTHING)
    for first, second, _ in edges:
        labels.setdefault(first, _NOTHING)
        labels.setdefault(second, _NOTHING)

    inner = {edge for edge in edges if _joins(edge, labels)}
    groups = _connected(list(labels), inner)
    objects = [GraphObject(f"{labels[g[0]]}_{g[0]}", _unfield(labels[g[0]]), tuple(g)) for g in groups]
    owner = {primitive: number for number, group in enumerate(groups) for primitive in group}
    pairs = Counter((owner[a], owner[b], label) for a, b, label in edges if (a, b, label) not in inner)
    relations = tuple(
        GraphRelation(objects[parent].id, objects[child].id, label)
        for (parent, child, label), count in pairs.items()
        if count == len(groups[parent]) * len(groups[child])
    )
    return LabelGraph(tuple(objects), relations)


def _joins(edge: tuple[str, str, str], labels: dict[str, str]) -> bool:
    first, second, label = edge
    if label == _SAME_SYMBOL and labels[first] != labels[second]:
        raise LabelGraphError(f"primitives {quoted(first)} and {quoted(second)} are one symbol, but differ in label")
    return label == _SAME_SYMBOL or label == labels[first] == labels[second]


def _connected(primitives: list[str], edges: set[tuple[str, str, str]]) -> list[list[str]]:
    group_of = {primitive: [primitive] for primitive in primitives}
    for first, second, _ in edges:
        # The smaller group moves, so that a primitive moves log n times at most.
        merged, kept = sorted((group_of[first], group_of[second]), key=len)
        if kept is not merged:
            kept.extend(merged)
            group_of.update(dict.fromkeys(merged, kept))
    order = {primitive: index for index, primitive in enumerate(primitives)}
    unique = {id(group): group for group in group_of.values()}
    return [sorted(group, key=order.__getitem__) for group in unique.values()]


def _unfield(label: str) -> str:
    return "," if label == COMMA else label
