"""What the folders of other people's sets mean."""

from __future__ import annotations

import csv
from importlib import resources
from pathlib import Path

import pytest

from crohme.datasets.label_folders import LabelError, LabelTable, label_to_folder
from crohme.notation import CLASSES, canonical_label
from crohme.notation.alphabet import SYMBOL_CLASSES

KAGGLE_82 = """! ( ) + , - 0 1 2 3 4 5 6 7 8 9 = A alpha ascii_124 b beta C cos d Delta div e exists f forall
    forward_slash G gamma geq gt H i in infty int j k l lambda ldots leq lim log lt M mu N neq o p phi pi pm prime q R
    rightarrow S sigma sin sqrt sum T tan theta times u v w X y z [ ] { }""".split()
NINETEEN = [*"0123456789", "add", "dec", "div", "eq", "mul", "sub", "x", "y", "z"]


def test_the_82_folders_of_kaggle_are_82_classes_of_ours() -> None:
    labels = [LabelTable().label(name) for name in KAGGLE_82]
    assert len(set(labels)) == 82 and set(labels) <= set(CLASSES)


def test_the_19_folders_of_transfer_learners() -> None:
    labels = [LabelTable().label(name) for name in NINETEEN]
    assert labels == [*"0123456789", "+", ".", "\\div", "=", "\\times", "-", "x", "y", "z"]


@pytest.mark.parametrize("label", CLASSES)
def test_our_own_folders_come_back(label: str) -> None:
    assert LabelTable().label(label_to_folder(label)) == label == LabelTable().label(label)


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("Add", "+"), ("PLUS", "+"), ("Delta", "\\Delta"), ("delta", "\\delta"), ("seven", "7"), ("ascii_60", "\\lt"),
        ("<", "\\lt"), ("COMMA", ","), ("D", "D"), ("\\cup", "\\cup"), ("é", "é"), ("apple", None),
        ("left_bracket", None),
    ],
)  # fmt: skip
def test_names(name: str, label: str | None) -> None:
    assert LabelTable().label(name) == label


def test_the_table_is_in_normal_form_and_names_nothing_twice() -> None:
    with resources.as_file(resources.files("crohme.datasets") / "labels.csv") as path:
        rows = list(csv.DictReader(path.open(newline="", encoding="utf-8")))
    named = [name for symbol in SYMBOL_CLASSES.values() for name in symbol.names]
    names = {row["name"] for row in rows} | set(named)
    assert len(names) == len(rows) + len(named) > 400
    for row in rows:
        assert canonical_label(row["label"]) == row["label"] == "".join(row["label"].split())


@pytest.mark.parametrize(
    ("content", "cause"),
    [
        ("a;b\n", "columns name,label"), ("name,label\nx\n", "line 2"), ("name,label\nx,a b\n", "line 2"),
        ("name,label\nx,1\nx,2\n", "x stands for 1 already"), (b"name,label\n\xff,1\n", "UTF-8"),
    ],
)  # fmt: skip
def test_tables_that_are_none(content: str | bytes, cause: str, tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(LabelError, match=f"own.csv: .*{cause}"):
        LabelTable.load(path)
    with pytest.raises(LabelError, match="missing.csv: No such file"):
        LabelTable.load(tmp_path / "missing.csv")
