"""Accents, frames, binomials and grids are typeset, and everything that changes ink leaves their tree in step."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from crohme.augment.digitizer import record
from crohme.augment.distort import distort
from crohme.augment.hand import redraw
from crohme.augment.ink import NoInk
from crohme.augment.marks import source_of
from crohme.augment.pen import vary_lifts
from crohme.augment.pool import Pool
from crohme.augment.rename import rename
from crohme.augment.texts import read_texts, strokes_of
from crohme.augment.typeset import typeset
from crohme.datasets.location import sample_folder
from crohme.expressions.corpus import load, pack, unpack
from crohme.expressions.targets import encode
from crohme.expressions.vocabulary import PAIR_INDEX, RELATION_INDEX, Vocabulary
from crohme.ink.expression import Expression, all_nodes
from crohme.notation import Alphabet, from_latex, to_latex
from crohme.notation.alphabet import symbol_class
from crohme.notation.grammar import Place

WHOLE = Alphabet.whole()
TEXTS = [
    r"\overline { a b } = \vec { x } _ { 1 }",
    r"( \begin{matrix} a & b + 1 \\ & \frac { c } { 2 } \end{matrix} ) ^ { n }",
    r"f = \{ \begin{matrix} 1 & x \gt 0 \\ 0 \end{matrix}",
    r"\binom { n } { k } + \dot { y }",
    r"\underline { x } - \sqrt { \bar { x } }",
]


@pytest.fixture(scope="module")
def pool() -> Pool:
    corpus = load(sample_folder(), "train", progress=False)
    return Pool(corpus.expressions, corpus.writers)


def written(text: str, pool: Pool, seed: int = 0) -> Expression:
    return typeset(from_latex(text, WHOLE), pool, np.random.default_rng(seed))


def box(expression: Expression, label: str) -> tuple[float, float, float, float]:
    strokes = [s for node in all_nodes(expression.row) if node.label == label for s in node.strokes]
    points = expression.points[strokes]
    return (*points.min(axis=(0, 1)).tolist(), *points.max(axis=(0, 1)).tolist())


@pytest.mark.parametrize("text", TEXTS)
def test_what_is_typeset_says_what_the_text_says_in_as_many_strokes(text: str, pool: Pool) -> None:
    for seed in range(5):
        made = written(text, pool, seed)
        assert " ".join(to_latex(made.tree)) == text
        used = sorted(s for node in all_nodes(made.row) for s in node.strokes)
        assert used == list(range(len(made.points)))


def test_marks_and_cells_lie_where_they_belong(pool: Pool) -> None:
    for seed in range(10):
        over, under = written(r"\overline { x }", pool, seed), written(r"\underline { x }", pool, seed)
        assert box(over, r"\overline")[3] < box(over, "x")[1]
        assert box(under, r"\underline")[1] > box(under, "x")[3]
        grid = written(r"[ \begin{matrix} a & b \\ c & d \end{matrix} ]", pool, seed)
        a, b, c, d = (box(grid, label) for label in "abcd")
        assert a[2] < b[0] and c[2] < d[0] and a[3] < c[1] and b[3] < d[1]
        left, right = box(grid, "["), box(grid, "]")
        assert left[0] < min(a[0], c[0]) and right[2] > max(b[2], d[2])  # a bracket may lean into its content
        assert left[3] - left[1] > 0.6 * (max(c[3], d[3]) - min(a[1], b[1]))
        binomial = written(r"\binom { n } { k }", pool, seed)
        assert len(binomial.row) == 1 and len(binomial.row[0].strokes) >= 2
        n, k, fences = box(binomial, "n"), box(binomial, "k"), box(binomial, r"\binom")
        assert n[3] < k[1] and fences[0] < min(n[0], k[0]) and fences[2] > max(n[2], k[2])


@pytest.mark.parametrize("text", TEXTS)
def test_augmentation_and_the_cache_keep_the_tree(text: str, pool: Pool) -> None:
    rng = np.random.default_rng(3)
    made = vary_lifts(redraw(written(text, pool), pool, rng, share=1.0), rng, share=0.5)
    made = distort(record(made, rng), rng)
    assert " ".join(to_latex(made.tree)) == text
    used = {s for node in all_nodes(made.row) for s in node.strokes}
    assert used == set(range(len(made.points)))


def test_a_corpus_with_grids_is_stored_and_read_back(pool: Pool) -> None:
    from crohme.expressions.corpus import Corpus

    made = tuple(written(text, pool) for text in TEXTS)
    corpus = Corpus(tuple("abcde"), ("w",) * 5, made, ())
    assert [e.row for e in unpack(pack(corpus)).expressions] == [e.row for e in made]


def test_targets_say_how_cells_lie(pool: Pool) -> None:
    vocabulary = Vocabulary(WHOLE)
    made = written(r"[ \begin{matrix} a & b \\ c & d \end{matrix} ]", pool)
    at = {node.label: list(node.strokes) for node in all_nodes(made.row)}
    for backward in (False, True):
        targets = encode(made, vocabulary, backward=backward)
        pairs = targets.pairs
        assert pairs[at["["][0], at["a"][0]] == pairs[at["["][0], at["]"][0]] == PAIR_INDEX["Right"]
        assert pairs[at["a"][0], at["b"][0]] == pairs[at["c"][0], at["d"][0]] == PAIR_INDEX[Place.CELL]
        assert pairs[at["a"][0], at["c"][0]] == PAIR_INDEX[Place.LINE]
        assert (targets.relations == RELATION_INDEX[Place.LINE]).any()
        tokens = [vocabulary.tokens[i] for i in targets.tokens]
        assert tokens.count("&") == 2 and tokens.count(r"\\") == 1
    assert Vocabulary.of_tokens(vocabulary.tokens) == vocabulary
    assert vocabulary.dimensions()["relations"] == 8 and Vocabulary.crohme().dimensions()["relations"] == 6


def test_texts_with_accents_and_grids_are_kept_where_there_is_ink(pool: Pool, tmp_path: Path) -> None:
    path = tmp_path / "texts.txt"
    path.write_text("\n".join([*TEXTS, r"\overbrace { x }", r"\nabla"]))
    texts, (file,) = read_texts([path], strokes_of(pool), WHOLE)
    assert source_of(r"\overbrace", pool.symbols) == r"\{" and source_of(r"\tilde", pool.symbols) is None
    assert file.kept == len(TEXTS) + 1 and list(file.dropped) == [r"no ink of '\nabla'"]
    assert len(texts.strings) == file.kept
    with pytest.raises(NoInk, match="tilde"):
        written(r"\tilde { x }", pool)


def test_renamed_symbols_are_of_the_same_kind_everywhere() -> None:
    tree = from_latex(r"a + a \leq \hat { b } _ { a } 2", WHOLE)
    seen = set()
    for seed in range(200):
        renamed = rename(tree, {"a", "b", "c", "-", "=", r"\lt"}, np.random.default_rng(seed))
        before, after = list(tree.nodes()), list(renamed.nodes())
        pairs = {(one.label, other.label) for one, other in zip(before, after, strict=True)}
        assert len(pairs) == len({label for label, _ in pairs})
        assert all(symbol_class(one).kind == symbol_class(other).kind for one, other in pairs)
        seen |= pairs
    assert {("a", "c"), ("+", "-"), (r"\leq", r"\lt"), ("2", "2")} <= seen and ("2", "3") not in seen
    assert len({other for one, other in seen if one == r"\hat"}) > 10
