"""Labels as folder names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crohme.datasets.label_folders import folder_to_label, label_to_folder
from crohme.notation import CLASSES


@pytest.mark.parametrize(
    ("label", "folder"),
    [("x", "x"), ("7", "7"), ("X", "%58"), ("\\pi", "%5Cpi"), ("/", "%2F"), (".", "%2E"), ("π", "%CF%80")],
)
def test_folder_of_a_label(label: str, folder: str) -> None:
    assert label_to_folder(label) == folder


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_label_comes_back_and_name_is_safe(label: str) -> None:
    name = label_to_folder(label)
    assert folder_to_label(name) == label
    assert name.isascii() and not set(name) & set("/\\.:*?<>| \"'\0")


@given(st.text("abAB%/É", min_size=1), st.text("abAB%/É", min_size=1))
def test_no_two_names_differ_by_case_alone(first: str, second: str) -> None:
    assert first == second or label_to_folder(first).lower() != label_to_folder(second).lower()


def test_all_classes_have_their_own_folder() -> None:
    assert len({label_to_folder(label).lower() for label in CLASSES}) == len(CLASSES) == 101


def test_plain_names_of_other_sets_are_labels_as_they_are() -> None:
    assert folder_to_label("forward_slash") == "forward_slash"
