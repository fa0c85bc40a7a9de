"""Whole written expressions: read from InkML once, resampled, and packed into one small file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import compress
from pathlib import Path

import numpy as np
from tqdm import tqdm

from crohme.datasets import cache
from crohme.datasets.base import WHOLE, DataSet
from crohme.datasets.inkml import InkmlFolder
from crohme.datasets.location import real_path
from crohme.expressions.features import POINTS, resampled
from crohme.ink.expression import Expression
from crohme.ink.truth import aligned_truth
from crohme.notation import NotationError, SymbolTree
from crohme.notation.tree import Node, Relation
from crohme.types import Arrays
from inkml_parser import Ink

_RELATIONS = tuple(Relation)
_RIGHT = _RELATIONS.index(Relation.RIGHT)
_COLUMNS = 128
"""More than the columns of any grid, so that line and column are one number."""
_STEPS = 65_000  # the longer side of an expression's box, in steps of the packed integers


@dataclass(frozen=True, eq=False)
class Corpus:
    """The expressions of a folder.

    Args:
        names: tuple of str. File names without suffix.
        writers: tuple of str. See `WrittenExpression.writer`.
        expressions: tuple of `Expression`. Strokes of `(n, POINTS, 2)`; every node has strokes.
        skipped: tuple of str. One line for each file without usable ink or truth: file and cause.
    """

    names: tuple[str, ...]
    writers: tuple[str, ...]
    expressions: tuple[Expression, ...]
    skipped: tuple[str, ...]

    def take(self, mask: Sequence[bool]) -> Corpus:
        """Some of the expressions, by a mask."""
        return Corpus(
            tuple(compress(self.names, mask)),
            tuple(compress(self.writers, mask)),
            tuple(compress(self.expressions, mask)),
            self.skipped,
        )


def load(data: DataSet | Path, split: str = WHOLE, *, progress: bool = True) -> Corpus:
    """All expressions with truth of a split of a data set, or of all InkML under a folder.

    From the cache where it is fresh: `cache_folder()/expressions-*.npz` is bound to names and content of the
    files, see `cache.key`.

    Raises:
        DataNotFound: Nothing is there.
    """
    data = data if isinstance(data, DataSet) else InkmlFolder(data)
    content = cache.contents(data.folder, data.files(split))
    made_of = cache.key(data.title, split, str(real_path(data.folder)), str(POINTS), content)
    packed = cache.path_of("expressions", made_of)
    return unpack(cache.arrays(packed, lambda: pack(read_corpus(data, split, progress=progress))))


def read_corpus(data: DataSet, split: str, *, progress: bool = True) -> Corpus:
    """The expressions of a split of a data set. What cannot be used is listed in `skipped`."""
    names, writers, expressions, skipped = [], [], [], []
    written, listed = data.expressions(split), len(data.unreadable)  # what is listed already is of other splits
    # Not `disable=not progress`: False would have the last word over TQDM_DISABLE.
    for one in tqdm(written, desc=f"reading {data.folder.name}", unit="file") if progress else written:
        try:
            if isinstance(one.truth, SymbolTree):
                expression = Expression(resampled(one.ink.strokes).astype(np.float32), one.truth.row)
            else:
                expression = with_truth(one.ink)
        except NotationError as error:
            skipped.append(f"{one.name}: {error}")
            continue
        names.append(Path(one.name).stem)
        writers.append(one.writer)
        expressions.append(expression)
    return Corpus(tuple(names), tuple(writers), tuple(expressions), (*data.unreadable[listed:], *skipped))


def with_truth(ink: Ink) -> Expression:
    """An ink with its truth as an `Expression`. Strokes of no symbol stay, as strokes of no node.

    Raises:
        NotationError: See `ink.truth.aligned_truth`; or a symbol has no strokes.
    """
    tree = aligned_truth(ink)
    for node in tree.nodes():
        if not node.strokes:
            raise NotationError(f"symbol {node.label!r} of the truth has no strokes")
    return Expression(resampled(ink.strokes).astype(np.float32), tree.row)


def pack(corpus: Corpus) -> Arrays:
    """A corpus as arrays; labels are kept as text."""
    points, strokes, symbols, nodes, node_strokes = [], [], [], [], []
    labels: dict[str, int] = {}
    for expression in corpus.expressions:
        low, high = expression.box()
        points.append(np.round((expression.points - low) * (_STEPS / max(float((high - low).max()), 1e-9))))
        strokes.append(len(expression.points))
        table = _table(expression.row, labels)
        symbols.append(len(table))
        nodes += [row for row, _ in table]
        node_strokes += [s for _, own in table for s in own]
    return {
        "labels": np.array(list(labels), dtype=str),
        "names": np.array(corpus.names, dtype=str),
        "writers": np.array(corpus.writers, dtype=str),
        "skipped": np.array(corpus.skipped, dtype=str),
        "points": np.concatenate([np.zeros((0, POINTS, 2)), *points]).astype(np.uint16),
        "strokes": np.array(strokes, dtype=np.int32),
        "symbols": np.array(symbols, dtype=np.int32),
        "nodes": np.array(nodes, dtype=np.int16).reshape(-1, 4),
        "node_strokes": np.array(node_strokes, dtype=np.int16),
    }


def _table(row: Sequence[Node], labels: dict[str, int]) -> list[tuple[tuple[int, int, int, int], tuple[int, ...]]]:
    """Every node of a row as (parent or -1, place there, label, number of strokes) and its strokes.

    Labels are numbered as they come; new ones are added to `labels`. The place is a relation, or a cell of a grid;
    empty cells at the end of a line are lost.
    """
    table: list[tuple[tuple[int, int, int, int], tuple[int, ...]]] = []

    def add(nodes: Sequence[Node], parent: int, place: int) -> None:
        for node in nodes:
            here = len(table)
            label = labels.setdefault(node.label, len(labels))
            table.append(((parent, place, label, len(node.strokes)), node.strokes))
            for relation, inner in node.rows.items():
                add(inner, here, _RELATIONS.index(relation))
            for line, cells in enumerate(node.cells):
                for column, cell in enumerate(cells):
                    add(cell, here, len(_RELATIONS) + _COLUMNS * line + column)
            parent, place = here, _RIGHT

    add(row, -1, _RIGHT)
    return table


def unpack(arrays: Arrays) -> Corpus:
    """The inverse of `pack`, but for the rounding of points."""
    labels = arrays["labels"].tolist()
    expressions = []
    at_stroke = at_node = at_own = 0
    for n, m in zip(arrays["strokes"].tolist(), arrays["symbols"].tolist(), strict=True):
        table = arrays["nodes"][at_node : at_node + m]
        count = int(table[:, 3].sum())
        own = arrays["node_strokes"][at_own : at_own + count].tolist()
        points = arrays["points"][at_stroke : at_stroke + n].astype(np.float32)
        expressions.append(Expression(points, _row(table.tolist(), own, labels)))
        at_stroke, at_node, at_own = at_stroke + n, at_node + m, at_own + count
    names, writers, skipped = (tuple(arrays[key].tolist()) for key in ("names", "writers", "skipped"))
    return Corpus(names, writers, tuple(expressions), skipped)


def _row(table: list[list[int]], own: list[int], labels: list[str]) -> tuple[Node, ...]:
    """The inverse of `_table`: children stand behind their parents, so it is undone from the end."""
    starts = np.cumsum([0, *(entry[3] for entry in table)]).tolist()
    rows: list[dict[int, tuple[Node, ...]]] = [{} for _ in table]
    right: list[tuple[Node, ...]] = [() for _ in table]
    whole: tuple[Node, ...] = ()
    for i in range(len(table) - 1, -1, -1):
        parent, place, label, count = table[i]
        hanging = {_RELATIONS[at]: row for at, row in reversed(rows[i].items()) if at < len(_RELATIONS)}
        node = Node(labels[label], tuple(own[starts[i] : starts[i] + count]), hanging, _cells(rows[i]))
        whole = (node, *right[i])
        if parent >= 0 and place == _RIGHT:
            right[parent] = whole
        elif parent >= 0:
            rows[parent][place] = whole
    return whole


def _cells(rows: dict[int, tuple[Node, ...]]) -> tuple[tuple[tuple[Node, ...], ...], ...]:
    lines: list[list[tuple[Node, ...]]] = []
    for place in sorted(at for at in rows if at >= len(_RELATIONS)):
        line, column = divmod(place - len(_RELATIONS), _COLUMNS)
        lines += [[] for _ in range(line + 1 - len(lines))]
        lines[line] += [()] * (column - len(lines[line])) + [rows[place]]
    return tuple(map(tuple, lines))
