"""The model of what people write: counted by hand, stored, and refused where it is none."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from crohme import bundle
from crohme.bundle import BundleError
from crohme.bundle.kinds import TableError
from crohme.expressions import language_training
from crohme.expressions.language_model import ALONE, FILE, IN_GRIDS, NATS, LanguageModel, Runs
from crohme.expressions.language_training import fit, language_of
from crohme.expressions.recognizer import Recognizer
from crohme.expressions.vocabulary import START, Vocabulary
from crohme.notation import Alphabet, from_latex

START_NUMBER, A, B, END_NUMBER, NEVER = 0, 1, 2, 3, 4
TEXTS = [[A, B, END_NUMBER], [A, B, END_NUMBER], [A, A, END_NUMBER], [B, END_NUMBER]]


@pytest.fixture
def all_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(language_training, "FEWEST", (1, 1, 1))


def by_hand(text: tuple[int, ...], texts: list[list[int]], fewest: tuple[int, ...]) -> float:
    """Interpolated Witten-Bell smoothing of the last token, straight from its definition."""
    runs = [(START_NUMBER, *one) for one in texts]

    def count(run: tuple[int, ...]) -> int:
        return sum(one[i : i + len(run)] == run for one in runs for i in range(len(one)))

    if len(text) == 1:
        total = sum(len(one) for one in texts)
        return (count(text) * (text[0] != START_NUMBER) + 0.1) / (total + 0.5)
    shorter = by_hand(text[1:], texts, fewest)
    context = text[:-1]
    often = fewest[len(text) - 1]
    kept = {t: n for t in range(5) if (n := count((*context, t))) >= often}
    if not kept or count(context) < fewest[len(context) - 1]:
        return shorter
    left = len(kept) + count(context) - sum(kept.values())
    return (kept.get(text[-1], 0) + left * shorter) / (sum(kept.values()) + left)


@pytest.mark.parametrize("fewest", [(1, 1, 1), (1, 2, 2), (1, 2, 3), (1, 1, 9)])
def test_probabilities_are_those_of_the_definition(fewest: tuple[int, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(language_training, "FEWEST", fewest)
    model = fit(TEXTS, 5, START_NUMBER)
    for length in (1, 2, 3, 4):
        for text in itertools.product((A, B, END_NUMBER, NEVER), repeat=length):
            [found] = model.log_probabilities([text])
            whole = (START_NUMBER, *text)
            expected = [math.log(by_hand(whole[max(0, i - 2) : i + 1], TEXTS, fewest)) for i in range(1, len(whole))]
            np.testing.assert_allclose(found, expected, atol=1.6 * NATS)  # two roundings to a tenth of a bit


@pytest.mark.usefixtures("all_runs")
def test_after_any_beginning_the_probabilities_add_up_to_one() -> None:
    model = fit(TEXTS, 5, START_NUMBER)
    for beginning in ([], [A], [A, B], [NEVER], [B, B]):
        texts = [[*beginning, token] for token in range(5)]
        total = sum(math.exp(one[-1]) for one in model.log_probabilities(texts))
        assert total == pytest.approx(1, abs=0.05)


@pytest.mark.usefixtures("all_runs")
def test_texts_do_not_look_into_each_other_and_what_is_stored_is_read_back() -> None:
    model = fit(TEXTS, 5, START_NUMBER)
    together = model.log_probabilities(TEXTS)
    for text, found in zip(TEXTS, together, strict=True):
        np.testing.assert_array_equal(found, model.log_probabilities([text])[0])
    again = LanguageModel.from_bytes(model.to_bytes())
    for one, other in zip(together, again.log_probabilities(TEXTS), strict=True):
        np.testing.assert_array_equal(one, other)
    assert model.log_probabilities([]) == []


def texts_in(folder: Path) -> Path:
    lines = ["x^{2}+y^{2}=r^{2}"] * 3 + [f"x^{{2}}+{n}=a" for n in range(9) for _ in "ab"] + [r"\nosuch"]
    lines += [f"x^{{2}}-y={n}{m}" for n in range(9) for m in range(9)]
    (folder / "texts.txt").write_text("\n".join(lines), encoding="utf-8")
    return folder


def test_what_people_write_is_more_probable_and_a_matrix_or_one_symbol_may_be_anything(tmp_path: Path) -> None:
    vocabulary = Vocabulary(Alphabet.whole())
    model = language_of([], texts_in(tmp_path), vocabulary)
    usual, unusual = (from_latex(latex, vocabulary.alphabet) for latex in ("x^{2}-y=31", "X^{Z}-y=31"))
    scores = model.scores([usual, unusual], vocabulary)
    assert scores[0] > scores[1] + 5
    assert (
        model.scores([from_latex(sign, vocabulary.alphabet) for sign in ("x", r"\Xi")], vocabulary).tolist()
        == [ALONE] * 2
    )
    one, other = (
        from_latex(rf"[\begin{{matrix}}{cells}\end{{matrix}}]", vocabulary.alphabet)
        for cells in (r"x^{2} & y \\ 1 & 2", r"Z^{q} & \Xi \\ \zeta & 2")
    )
    plain = from_latex("[]", vocabulary.alphabet)
    in_grid, strange, without = model.scores([one, other, plain], vocabulary)
    assert in_grid == strange
    tokens = 1 + len("x^{2}&y n1&2") - 1 + 1  # begin, what stands in it, end
    assert in_grid - without == pytest.approx(IN_GRIDS * tokens, abs=6)


def test_only_where_a_cell_ends_after_an_operator_a_grid_is_judged(tmp_path: Path) -> None:
    vocabulary = Vocabulary(Alphabet.whole())
    model = language_of([], texts_in(tmp_path), vocabulary)

    def score(*cells: str) -> float:
        grid = r"[\begin{{matrix}}{} & {} \\ {} & {}\end{{matrix}}]".format(*cells)
        return float(model.scores([from_latex(grid, vocabulary.alphabet)], vocabulary)[0])

    plain = score("x", "x", "x", "x")
    for place in range(4):
        cells = ["x"] * 4
        cells[place] = r"\times"
        assert score(*cells) < plain - 3
    assert score(r"\times", "x", "x", r"\times") < score("x", "x", "x", r"\times") - 3
    assert score("- x", "x", "x", "x") == pytest.approx(score("2 x", "x", "x", "x"))
    assert score(r"x ^ { + }", "x", "x", "x") == pytest.approx(score("x ^ { 2 }", "x", "x", "x"))


LEVEL = Runs(
    np.arange(3, dtype="<u2"), np.array([1, 0, 0], "<u2"), np.full(3, 16, np.uint8), np.array([18, 0, 0], np.uint8)
)
NEXT = Runs(np.array([2], "<u2"), np.array([0], "<u2"), np.array([3], np.uint8), np.zeros(1, np.uint8))

TWICE = Runs(*(np.zeros(2, "<u2"),) * 2, *(np.zeros(2, np.uint8),) * 2)


@pytest.mark.parametrize(
    ("levels", "cause"),
    [
        ([], "not of 1 to"),
        ([replace(LEVEL, tokens=np.array([0, 2, 1], "<u2"))], "each token once"),
        ([LEVEL], "go on"),
        ([LEVEL, replace(NEXT, tokens=np.array([3], "<u2"))], "does not know"),
        ([replace(LEVEL, followers=np.array([2, 0, 0], "<u2")), NEXT], "do not go on"),
        ([LEVEL, replace(NEXT, followers=np.array([1], "<u2"))], "go on"),
        ([replace(LEVEL, followers=np.array([2, 0, 0], "<u2")), TWICE], "not sorted"),
        ([replace(LEVEL, improbable=np.array([16, 16, 5], np.uint8)), NEXT], "add up to one"),
        ([replace(LEVEL, unseen=np.array([3, 0, 0], np.uint8)), NEXT], "add up to one"),
        ([LEVEL, replace(NEXT, improbable=np.array([0], np.uint8))], "add up to one"),
        ([LEVEL, replace(NEXT, followers=np.array([1], "<u2")), replace(NEXT, tokens=np.array([1], "<u2"))], "its end"),
    ],
)  # fmt: skip
def test_what_is_no_model_is_refused(levels: list[Runs], cause: str) -> None:
    with pytest.raises(TableError, match=cause):
        LanguageModel(levels, 0)
    if levels:
        content = LanguageModel.to_bytes(type("Stored", (), {"levels": levels, "start": 0})())  # type: ignore[arg-type]
        with pytest.raises(TableError, match=cause):
            LanguageModel.from_bytes(content)


def test_damaged_files_are_refused() -> None:
    content = LanguageModel([LEVEL, NEXT], 0).to_bytes()
    for damaged in (b"", content[:7], content[:11], content[:-1], content + b"\0", b"x" + content[1:], bytes(4 << 20)):
        with pytest.raises(TableError):
            LanguageModel.from_bytes(damaged)


def test_a_bundle_has_the_model_under_its_checksum_and_ranks_with_it(expression_bundle: Path, tmp_path: Path) -> None:
    without = replace(bundle.load(expression_bundle), path=tmp_path / "b")
    vocabulary = Recognizer(without).vocabulary
    model = fit([[5, 6, 3], [5, 3]] * 9, len(vocabulary.tokens), vocabulary.token_index[START])
    saved = bundle.revise(without, files={FILE: model.to_bytes()})
    language = Recognizer(saved).language
    assert language is not None
    np.testing.assert_array_equal(language.log_probabilities([[5, 6]])[0], model.log_probabilities([[5, 6]])[0])
    (tmp_path / "b" / FILE).write_bytes(model.to_bytes()[:-1] + b"\7")
    with pytest.raises(BundleError, match=r"language\.bin does not match its checksum"):
        bundle.load(tmp_path / "b")
    foreign = fit([[5, 6, 3], [5, 3]] * 9, len(vocabulary.tokens), 0)
    with pytest.raises(BundleError, match="start with token 0, and the network's with 1"):
        bundle.revise(without, files={FILE: foreign.to_bytes()})
    other = fit([[1, 2, 3]], 4, 0)
    with pytest.raises(BundleError, match=r"knows 4 tokens, and the network \d+"):
        bundle.revise(without, files={FILE: other.to_bytes()})
    with pytest.raises(BundleError, match="has no file 'foreign.bin'"):
        bundle.revise(without, files={"foreign.bin": b""})
    again = bundle.revise(without, files={})
    assert not (tmp_path / "b" / FILE).exists() and Recognizer(again).language is None
