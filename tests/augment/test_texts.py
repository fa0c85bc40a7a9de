"""Texts are read line by line, and each line that cannot be typeset is counted under its cause."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from crohme.augment.pool import Pool
from crohme.augment.texts import NOT_UNICODE, TOO_LONG, read_texts, strokes_of, text_files
from crohme.expressions.features import POINTS
from crohme.ink.expression import Expression
from crohme.notation import Alphabet, to_latex
from crohme.notation.tree import Node, Relation


@pytest.fixture(scope="module")
def pool() -> Pool:
    """Ink of x (two strokes), 2 and a fraction bar."""
    points = np.random.default_rng(0).normal(size=(6, POINTS, 2)).astype(np.float32)
    bar = Node("-", (3,), {Relation.ABOVE: (Node("2", (4,)),), Relation.BELOW: (Node("2", (5,)),)})
    return Pool([Expression(points, (Node("x", (0, 1)), Node("2", (2,)), bar))])


def test_lines_that_the_ink_can_write_are_kept_and_the_others_counted(tmp_path, pool):
    path = tmp_path / "a.txt"
    lines = ["x ^ { 2 }", "", "  2 x  ", "x ^ { 2 }", r"\frac { x } { 2 }", "x + 2", r"\frac { 2 } { 3 }",
             r"\hat { x }", "x ^ {", "- x", "x " * 29]  # fmt: skip
    path.write_bytes("\r\n".join(lines).encode() + b"\n\xff x\n")
    texts, (file,) = read_texts([path], strokes_of(pool), Alphabet.crohme())
    assert texts.strings == ["x ^ { 2 }", "2 x", r"\frac { x } { 2 }"]
    assert (file.path, file.kept) == (path, 3)
    assert file.dropped == Counter(
        {
            "no ink of '+'": 1,
            "no ink of '3'": 1,
            "no ink of '-'": 1,
            TOO_LONG: 1,
            NOT_UNICODE: 1,
            r"unexpected '\hat'": 1,
            "'{' is never closed": 1,
        }  # fmt: skip
    )


def test_what_is_drawn_is_a_text_and_rare_symbols_come_more_often(tmp_path, pool):
    path = tmp_path / "a.txt"
    path.write_text("\n".join(["2 " * n for n in range(1, 50)] + ["x"]), encoding="utf-8")
    texts, _ = read_texts([path], strokes_of(pool), Alphabet.crohme())
    rng = np.random.default_rng(0)
    drawn = Counter(" ".join(to_latex(texts.draw(rng))) for _ in range(600))
    assert set(drawn) <= {text.strip() for text in texts.strings}
    assert 60 < drawn["x"] < 240 and len(drawn) > 40  # by chance alone x would be drawn 12 times


def test_the_same_line_of_two_files_counts_once(tmp_path, pool):
    for name in ("a.txt", "b.txt", "c.md"):
        (tmp_path / name).write_text("x\n2\n", encoding="utf-8")
    texts, files = read_texts(text_files(tmp_path), strokes_of(pool), Alphabet.crohme())
    assert [f.path.name for f in files] == ["a.txt", "b.txt"] and [f.kept for f in files] == [2, 0]
    assert texts.strings == ["x", "2"] and text_files(tmp_path / "c.md") == [tmp_path / "c.md"]


def test_files_without_a_text_are_refused_by_name(tmp_path, pool):
    path = tmp_path / "empty.txt"
    path.write_text("+\n", encoding="utf-8")
    with pytest.raises(ValueError, match="empty.txt: no line"):
        read_texts([path], strokes_of(pool), Alphabet.crohme())
    with pytest.raises(OSError, match="missing.txt"):
        read_texts([tmp_path / "missing.txt"], strokes_of(pool), Alphabet.crohme())
