"""What a folder of InkML is trained on and validated on, and which classes it brings."""

from __future__ import annotations

import logging
import shutil
from pathlib import Path

import numpy as np
import pytest

from crohme.datasets.location import DataNotFound, inkml_files, sample_folder
from crohme.datasets.splits import divide
from crohme.expressions.data import find, labels_of, vocabulary_for
from crohme.expressions.vocabulary import Vocabulary
from crohme.notation import Alphabet
from inkml_parser import Ink, Symbol, write

SAMPLE = sample_folder()


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CROHME_CACHE", str(tmp_path / "cache"))


def expression(path: Path, labels: str, *, writer: str = "", segmented: bool = True) -> None:
    """A row of dashes with LaTeX as its truth, and no MathML."""
    path.parent.mkdir(parents=True, exist_ok=True)
    row = labels.split()
    strokes = tuple(np.array([[10.0 * i, 0], [10.0 * i + 5, i % 2]]) for i in range(len(row)))
    symbols = tuple(Symbol(label, (i,)) for i, label in enumerate(row)) if segmented else ()
    annotations = {"writer": writer} if writer else {}
    write(Ink(strokes, latex=labels, symbols=symbols, annotations=annotations), path)


def test_a_flat_folder_is_divided_by_writer(tmp_path: Path) -> None:
    for file in inkml_files(SAMPLE):
        (tmp_path / "mine" / file.parent.name).mkdir(parents=True, exist_ok=True)
        shutil.copy(file, tmp_path / "mine" / file.parent.name / file.name)
    (tmp_path / "mine" / "train").rename(tmp_path / "mine" / "some")
    found = find(tmp_path / "mine")
    assert len(found.train.names) + len(found.validation.names) == 184 and not found.held_out.names
    assert set(found.train.writers).isdisjoint(found.validation.writers)
    assert 0.05 < len(found.validation.names) / 184 < 0.21
    again = find(tmp_path / "mine")
    assert again.validation.names == found.validation.names


def test_what_one_person_wrote_is_divided_by_file(tmp_path: Path) -> None:
    for i in range(20):
        expression(tmp_path / f"{i}.inkml", "a + b = c", writer="me")
    found = find(tmp_path)
    assert (len(found.train.names), len(found.validation.names)) == (18, 2)


def test_ten_files_keep_one_for_validation_and_every_class_in_training(tmp_path: Path) -> None:
    for i in range(10):
        expression(tmp_path / f"{i}.inkml", "a + b" if i else "\\nabla + b")
    found = find(tmp_path)
    assert len(found.validation.names) == 1
    assert "\\nabla" in labels_of(found.train.expressions)


def test_latex_alone_is_truth_enough_where_the_ink_is_segmented(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for i in range(12):
        expression(tmp_path / f"{i}.inkml", "\\Omega + \\angle = \\Omega", segmented=i > 1)
    found = find(tmp_path)
    assert len(found.train.names) + len(found.validation.names) == 10
    assert found.train.expressions[0].row[0].strokes == (0,)
    assert "passed over, without usable ink and truth: 2, the first: 0.inkml: no MathML, and no symbols" in caplog.text


def test_new_and_rare_classes_are_named_in_a_line_each(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    for i in range(12):
        expression(tmp_path / f"{i}.inkml", "\\nabla + b" if i < 10 else "\\angle D b")
    found = find(tmp_path)
    vocabulary = vocabulary_for(found, None)
    lines = [record.getMessage() for record in caplog.records]
    assert "new classes, unknown to the alphabet: D \\angle \\nabla" in lines
    assert "classes of fewer than 3 samples: D (2) \\angle (2)" in lines
    assert set(vocabulary.alphabet) == {*Vocabulary.crohme().alphabet, "D", "\\angle", "\\nabla"}


def test_what_the_network_cannot_write_is_not_validated_on(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    for i in range(4):
        expression(tmp_path / "train" / f"{i}.inkml", "a + b")
        expression(tmp_path / "validation" / f"{i}.inkml", "\\nabla + b" if i else "a")
    found = find(tmp_path)
    assert len(found.validation.names) == 4
    assert found.readable(vocabulary_for(found, None)).validation.names == ("0",)
    assert "3 expressions with symbols that nothing is trained on: \\nabla" in caplog.text
    with pytest.raises(DataNotFound, match=r"does not know these classes of the data: \+ b"):
        found.readable(Vocabulary(Alphabet("a")))


@pytest.mark.parametrize("lay_out", ["missing", "empty", "no truth", "no segmentation", "one file", "damaged"])
def test_nothing_to_learn_from_is_said_with_its_cause(lay_out: str, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    if lay_out != "missing":
        folder.mkdir()
    if lay_out == "no truth":
        write(Ink.from_arrays([[[0, 0], [1, 1]]]), folder / "a.inkml")
    elif lay_out == "no segmentation":
        expression(folder / "a.inkml", "a + b", segmented=False)
    elif lay_out == "one file":
        expression(folder / "a.inkml", "a + b")
    elif lay_out == "damaged":
        (folder / "a.inkml").write_text("<ink>")
    causes = {
        "missing": "no such folder",
        "empty": "no InkML files under",
        "no truth": "no expression with truth .* a.inkml: no MathML truth in the file",
        "no segmentation": "no expression with truth .* a.inkml: no MathML, and no symbols are marked",
        "one file": "too few expressions",
        "damaged": "no expression with truth .* a.inkml: not well-formed",
    }
    with pytest.raises(DataNotFound, match=causes[lay_out]):
        find(folder)


@pytest.mark.parametrize("seed", range(8))
def test_divided_sets_keep_writers_whole_and_classes_taught(seed: int) -> None:
    rng = np.random.default_rng(seed)
    count = int(rng.integers(20, 200))
    writers = [f"w{rng.integers(0, 25)}" for _ in range(count)]
    labels = [{f"c{c}": 1 for c in rng.integers(0, 8, size=4)} for _ in range(count)]
    mask = divide([f"{i}.inkml" for i in range(count)], writers, labels)
    held = {w for w, m in zip(writers, mask, strict=True) if m}
    assert 0 < sum(mask) <= 0.2 * count
    assert all(m == (w in held) for w, m in zip(writers, mask, strict=True))
    for label in {la for own in labels for la in own}:
        left = sum(own.get(label, 0) for own, m in zip(labels, mask, strict=True) if not m)
        assert left >= 3 or left == sum(own.get(label, 0) for own in labels)
    order = rng.permutation(count)
    again = divide([f"{i}.inkml" for i in order], [writers[i] for i in order], [labels[i] for i in order])
    assert [again[list(order).index(i)] for i in range(count)] == mask
