"""The numbers of tokens and classes follow from the alphabet, and so does what may be answered."""

from __future__ import annotations

import numpy as np
import pytest

from crohme.expressions.vocabulary import Vocabulary
from crohme.notation import Alphabet


def test_a_vocabulary_is_read_back_from_its_tokens() -> None:
    for alphabet in (Alphabet.crohme(), Alphabet.whole(), Alphabet(["x", "\\smiley"])):
        vocabulary = Vocabulary(alphabet)
        again = Vocabulary.of_tokens(vocabulary.tokens)
        assert again == vocabulary and again.alphabet == alphabet
        assert vocabulary.tokens[:4] == ("<mask>", "<start>", "<start backward>", "<end>")
        assert vocabulary.dimensions()["tokens"] == len(alphabet) + 4 + 5 + 4 * alphabet.grids


@pytest.mark.parametrize("damage", [lambda t: t[1:], lambda t: t[::-1], lambda t: (*t, t[-1]), lambda t: ()])
def test_other_tokens_are_refused(damage) -> None:
    with pytest.raises(ValueError, match="alphabet"):
        Vocabulary.of_tokens(damage(Vocabulary.crohme().tokens))


@pytest.mark.parametrize("label", ["%", "$", "#", "~", "\\begin", "\\left", "\\over", "\\input", "\\,"])
def test_a_label_that_latex_does_not_draw_is_refused(label: str) -> None:
    with pytest.raises(ValueError, match="is no symbol in LaTeX|alphabet"):
        Vocabulary.of_tokens(Vocabulary(Alphabet(["x", "+", label])).tokens)


@pytest.mark.parametrize("label", ["\\smiley", "好", "@", "\\%", "\\dddot", "sin"])
def test_other_labels_that_the_table_lacks_are_symbols(label: str) -> None:
    assert label in Vocabulary.of_tokens(Vocabulary(Alphabet(["x", label])).tokens).alphabet


def test_a_restricted_vocabulary_answers_with_its_labels_only() -> None:
    digits = Vocabulary.crohme().restricted("0123456789")
    assert digits.tokens == Vocabulary.crohme().tokens
    answers = {token for token in digits.tokens if digits.may_answer(token)}
    assert answers == {*"0123456789", "{", "}", "^", "_", "<end>"}
    assert "\\frac" in {t for t in digits.tokens if Vocabulary.crohme().restricted("12-").may_answer(t)}
    with pytest.raises(ValueError, match="none"):
        Vocabulary.crohme().restricted(["\\nabla"])


def test_grids_are_answered_where_they_are_asked_for() -> None:
    whole = Vocabulary(Alphabet.whole())
    grid_tokens = {"\\begin{matrix}", "&", "\\\\", "\\end{matrix}"}
    for readable, may in ((Alphabet.crohme(), False), (["x", "\\begin{matrix}"], True), (["x"], False)):
        own = whole.restricted(readable.entries if isinstance(readable, Alphabet) else readable)
        assert {t for t in grid_tokens if own.may_answer(t)} == (grid_tokens if may else set())
        assert np.isfinite(own.token_bias[[whole.token_index[t] for t in grid_tokens]]).all() == may
    with pytest.raises(ValueError, match="none"):
        whole.restricted(["\\begin{matrix}"])
