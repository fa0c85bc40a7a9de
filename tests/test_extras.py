"""What is missing is named with the extra that brings it, also after a trip through another process."""

from __future__ import annotations

import pickle

import pytest

from crohme import extras
from crohme.extras import EXTRA_OF, MissingExtra, needed_by, require


def failed_import(name: str) -> ModuleNotFoundError:
    return ModuleNotFoundError(f"No module named {name!r}", name=name)


def test_a_missing_library_is_named_with_what_to_install() -> None:
    with pytest.raises(MissingExtra) as caught, needed_by("vgg19"):
        raise failed_import("keras.src")
    assert str(caught.value) == 'vgg19 needs Keras, which is not installed: pip install -e ".[train]"'
    # It comes back from the processes that recognise.
    again = pickle.loads(pickle.dumps(caught.value))
    assert (str(again), again.library, again.extra) == (str(caught.value), "keras", "train")


def test_what_every_installation_needs_is_installed_with_the_package() -> None:
    with pytest.raises(MissingExtra) as caught, needed_by("this command"):
        raise failed_import("lxml.etree")
    assert str(caught.value) == "this command needs lxml, which is not installed: pip install -e ."


def test_an_extra_is_asked_for_once_and_before_any_work(monkeypatch: pytest.MonkeyPatch) -> None:
    missing = {"scipy", "cv2"}
    monkeypatch.setattr(extras, "find_spec", lambda name: None if name in missing else object())
    with pytest.raises(MissingExtra) as caught:
        require("score", "the evaluation")
    assert (caught.value.library, caught.value.extra) == ("scipy", "score")
    missing.remove("scipy")
    require("score", "the evaluation")  # OpenCV is another extra's


@pytest.mark.parametrize(
    "error", [failed_import("crohme.lost"), failed_import("colour"), ImportError("half installed")]
)
def test_other_failed_imports_stay_what_they_are(error: ImportError) -> None:
    with pytest.raises(ImportError) as caught, needed_by("this"):
        raise error
    assert caught.value is error


def test_every_extra_is_one_of_those_planned() -> None:
    planned = {
        "images", "score", "train", "web", "solver", "batch", "export", "ray", "spark", "machines", "tune",
        "tensorboard", "fast",
    }  # fmt: skip
    assert set(EXTRA_OF.values()) <= planned
