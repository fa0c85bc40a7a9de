"""A bundle that is trained further keeps what its first one had beside the weights."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from crohme import bundle
from crohme.expressions import language_model, shapes
from crohme.expressions.inheritance import FOLDER, Inheritance, inherited
from crohme.expressions.language_model import LanguageModel
from crohme.expressions.recognizer import Recognizer
from crohme.expressions.vocabulary import Vocabulary, vocabulary_of
from crohme.notation import Alphabet, from_latex
from crohme.training.run_folder import CheckpointError
from tests.expressions.shape_networks import random_network

NETWORK = bundle.find("stroke_transformer")


def wider(known: Vocabulary) -> Vocabulary:
    return Vocabulary(Alphabet({*known.alphabet.entries, "\\heartsuit", "!", "\\Xi", "\\aleph"}))


def test_a_model_of_language_in_a_larger_vocabulary_says_the_same_and_knows_new_symbols_as_rare() -> None:
    known = vocabulary_of(bundle.load("math"))
    model = LanguageModel.from_bytes(bundle.load("math").files[language_model.FILE])
    larger = Vocabulary(Alphabet({*known.alphabet.entries, "\\heartsuit", "\\spadesuit"}))
    numbers = np.array([larger.token_index[token] for token in known.tokens])
    assert not np.array_equal(numbers, np.arange(len(numbers)))  # they do not just stand at the end
    found = LanguageModel.from_bytes(model.renumbered(numbers, np.zeros(len(larger.tokens))).to_bytes())
    latex = [
        r"x ^ { 2 } + y _ { i } = \frac { a } { b }",
        r"\sqrt [ 3 ] { q } \nabla \zeta",
        r"\Xi \Xi \int _ { 0 } ^ { 1 }",
    ]
    trees = [from_latex(one, known.alphabet) for one in latex]
    np.testing.assert_allclose(found.scores(trees, larger), model.scores(trees, known), atol=1e-9)
    [new, rare, usual] = (
        float(found.scores([from_latex(f"x + {sign} = 1", larger.alphabet)], larger)[0])
        for sign in ("\\heartsuit", "\\Xi", "y")
    )
    assert new < usual - 2
    assert new > rare - 4
    again = model.renumbered(np.arange(len(known.tokens)), np.zeros(len(known.tokens)))
    assert again.to_bytes() == model.to_bytes()


def test_very_many_new_symbols_share_little_probability() -> None:
    known = vocabulary_of(bundle.load("math"))
    model = LanguageModel.from_bytes(bundle.load("math").files[language_model.FILE])
    numbers = np.arange(len(known.tokens))
    more = model.renumbered(numbers, np.zeros(language_model.MOST_TOKENS))
    assert more.base == language_model.MOST_TOKENS


def test_a_new_symbol_is_as_probable_as_it_is_in_what_is_trained_on() -> None:
    trained = bundle.load("math")
    known = vocabulary_of(trained)
    larger = Vocabulary(Alphabet({*known.alphabet.entries, "\\heartsuit", "\\spadesuit"}))
    latex = ["\\heartsuit + 1 = 2", *["x + y = z"] * 15, *["\\spadesuit"] * 15]
    trees = [from_latex(one, larger.alphabet) for one in latex]
    scores = []
    for expressions in ((), trees):
        kept = inherited(trained, known, larger, expressions)
        model = LanguageModel.from_bytes(kept.files[language_model.FILE])
        numbers = [larger.token_index[sign] for sign in ("\\heartsuit", "\\spadesuit", "x")]
        scores.append(np.exp(-language_model.NATS * model.levels[0].improbable[numbers].astype(float)))
    assert kept.decoding == {**trained.decoding, "language_weight": 0.0}  # it knows nothing of what stands around them
    assert inherited(trained, known, known, trees).decoding == trained.decoding
    unknown, told = scores
    assert told[2] == unknown[2]
    rounding = 0.07  # a tenth of a bit
    assert unknown[:2] == pytest.approx([0.001, 0.001], rel=rounding)
    assert told[0] / told[1] == pytest.approx((1 / (6 + 15 * 6 + 15 * 2)) / 0.03, rel=rounding)
    old = LanguageModel.from_bytes(trained.files[language_model.FILE]).levels[0].improbable
    room = 1.1 - np.exp(-language_model.NATS * old.astype(float)).sum()  # for this and later vocabularies
    assert told[:2].sum() == pytest.approx(room / 3, rel=rounding)


def test_a_vocabulary_may_grow_again_and_again() -> None:
    model = LanguageModel.from_bytes(bundle.load("math").files[language_model.FILE])
    first = model.base
    for _ in range(20):
        model = model.renumbered(np.arange(model.base), np.full(model.base + 21, 0.05))
    found = model.levels[0].improbable
    assert found[first + 1] == found[first] < found[-1] < language_model.LEAST


def test_a_model_that_cannot_grow_is_not_kept(caplog: pytest.LogCaptureFixture) -> None:
    trained = bundle.load("math")
    many = Vocabulary(Alphabet({*vocabulary_of(trained).alphabet.entries, *(f"\\Sign{i:x}" for i in range(1500))}))
    assert language_model.FILE not in inherited(trained, vocabulary_of(trained), many).files
    assert "the model of language of math is not kept: there are more than 1,500 tokens" in caplog.text


def test_what_is_kept_is_stored_in_the_folder_of_the_run(tmp_path: Path) -> None:
    trained = bundle.load("math")
    network = random_network(np.random.default_rng(0)).to_bytes()
    trained = replace(trained, files={**trained.files, shapes.FILE: network})
    known = vocabulary_of(trained)
    kept = inherited(trained, known, known)
    assert kept.files == dict(trained.files) and kept.decoding == trained.decoding
    assert kept.calibration == trained.calibration
    kept.save(tmp_path)
    again = Inheritance.stored(tmp_path, NETWORK)
    assert again.files == kept.files and dict(again.decoding) == dict(kept.decoding)
    assert {name: tuple(line) for name, line in again.calibration.items()} == {
        name: tuple(line) for name, line in kept.calibration.items()
    }
    assert Inheritance.stored(tmp_path / "none", NETWORK) == Inheritance()


@pytest.mark.parametrize(
    ("name", "damage"),
    [
        ("constants.json", lambda content: b"{"),
        ("constants.json", lambda content: b"[]"),
        ("constants.json", lambda content: json.dumps({**json.loads(content), "decoding": ["beam"]}).encode()),
        ("constants.json", lambda content: content.replace(b'"beam": 5', b'"beam": 0')),
        ("constants.json", lambda content: content.replace(b'"beam"', b'"bean"')),
        ("constants.json", lambda content: content.replace(b'"ink"', b'"pen"')),
        ("constants.json", lambda content: content.replace(b'"language.bin"', b'"../other.bin"')),
        ("language.bin", lambda content: content[:-1]),
        ("language.bin", lambda content: content[:-1] + bytes([content[-1] ^ 1])),
        ("language.bin", None),
        ("constants.json", None),
    ],
)
def test_what_is_damaged_is_found_before_hours_of_training(
    tmp_path: Path, name: str, damage: Callable[[bytes], bytes] | None
) -> None:
    trained = bundle.load("math")
    known = vocabulary_of(trained)
    inherited(trained, known, known).save(tmp_path)
    file = tmp_path / FOLDER / name
    if damage is None:
        file.unlink()
    else:
        before = file.read_bytes()
        file.write_bytes(damage(before))
        assert file.read_bytes() != before
    with pytest.raises(CheckpointError, match="what the run keeps of its first bundle is damaged"):
        Inheritance.stored(tmp_path, NETWORK)


def test_what_an_earlier_run_left_in_the_folder_is_not_kept(tmp_path: Path) -> None:
    trained = bundle.load("math")
    known = vocabulary_of(trained)
    inherited(trained, known, known).save(tmp_path)  # and was killed before its first checkpoint
    Inheritance().save(tmp_path)
    assert Inheritance.stored(tmp_path, NETWORK) == Inheritance()


def test_constants_that_are_newer_than_the_run_change_nothing(tmp_path: Path) -> None:
    trained = bundle.load("math")
    kept = Inheritance({n: v for n, v in trained.decoding.items() if n not in NETWORK.added_later}, trained.calibration)
    kept.save(tmp_path)
    found = Inheritance.stored(tmp_path, NETWORK).decoding
    later = {name: value for name, value in NETWORK.added_later.items() if name in NETWORK.decoding}
    assert later and found == {**trained.decoding, **later}


def test_a_model_of_other_symbols_is_not_kept() -> None:
    trained = bundle.load("math")
    kept = inherited(trained, vocabulary_of(trained), Vocabulary.crohme())
    assert language_model.FILE not in kept.files and kept.decoding == trained.decoding


def test_a_run_that_begins_with_a_bundle_writes_one_with_its_constants(
    expression_bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_module = pytest.importorskip("crohme.expressions.run")
    from crohme.expressions.language_training import fit
    from crohme.expressions.recipe import Recipe
    from crohme.expressions.run_settings import Settings
    from crohme.expressions.vocabulary import START

    first = bundle.load(expression_bundle)
    known = vocabulary_of(first)
    language = fit([[5, 6, 3], [5, 3]] * 9, len(known.tokens), known.token_index[START])
    files = {language_model.FILE: language.to_bytes(), shapes.FILE: random_network(np.random.default_rng(0)).to_bytes()}
    first = replace(first, path=tmp_path / "first", files=files)
    calibration = {**first.calibration, "ink": (0.6, 1.5)}
    first = bundle.revise(first, decoding={**first.decoding, "beam": 3}, calibration=calibration)
    toy = {name: first.arguments[name] for name in ("width", "heads", "encoder_layers", "decoder_layers")}
    monkeypatch.setitem(bundle.find(first.network).sizes, "toy", toy)  # type: ignore[misc]
    settings = Settings(size="toy")
    run = run_module.Run(tmp_path / "run", settings, Recipe(), wider(known))
    run.start_from(first.path)
    run.begin()
    run.save()
    resumed = run_module.Run(tmp_path / "run", settings, Recipe(), wider(known))
    resumed.resume()
    resumed.write_bundle(tmp_path / "second", {})
    second = bundle.load(tmp_path / "second")
    assert second.decoding["beam"] == 3 and list(second.calibration["ink"]) == [0.6, 1.5]
    recognizer = Recognizer(second)
    assert recognizer.shapes is not None and recognizer.language is not None
    assert recognizer.language.base == len(wider(known).tokens)
