"""`crohme solve`: what is printed, and what is a user's error."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

import crohme
from crohme.bundle import BundleError
from crohme.cli import main
from crohme.notation import from_latex
from inkml_parser import read


class FakeRecognizer:
    """Reads every file as the LaTeX in its annotation."""

    def recognize(self, source: Path) -> SimpleNamespace:
        latex = read(source).latex
        return SimpleNamespace(best=SimpleNamespace(latex=latex, tree=from_latex(latex)))


@pytest.fixture
def _needs_sympy() -> None:
    pytest.importorskip("sympy", reason="the solver needs SymPy: pip install -e '.[dev]'")


@pytest.mark.usefixtures("_needs_sympy")
def test_latex_is_answered(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["solve", "--latex", "4 x^2 = 1", "--seconds", "60"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        r"read as     4 \cdot x^{2} = 1",
        r"answer      x = - \frac{1}{2}",
        r"            x = \frac{1}{2}",
        r"decimal     x = -0.5 , \; x = 0.5",
    ]


@pytest.mark.usefixtures("_needs_sympy")
def test_no_solution_is_an_answer(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["solve", "--latex", "x = y", "--latex", "x = y + 1", "--seconds", "60"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "answer      no solution"


@pytest.mark.usefixtures("_needs_sympy")
def test_file_is_recognised_and_answered(
    tmp_path: Path, write_ink: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(crohme, "load", FakeRecognizer)
    assert main(["solve", str(write_ink(tmp_path / "a.inkml")), "--seconds", "60"]) == 0
    assert capsys.readouterr().out.splitlines() == ["recognised  1+x", "read as     1 + x", "answer      x + 1"]


@pytest.mark.parametrize(
    ("arguments", "cause"),
    [
        ([], "either a PATH or --latex"),
        (["a.inkml", "--latex", "1"], "either a PATH or --latex"),
        (["--latex", "x +"], "something is missing after +"),
        (["--latex", r"\frac{1}"], "--latex: "),
        (["no-such.inkml"], "no-such.inkml: "),
    ],
)
def test_users_error_is_one_line(
    arguments: list[str], cause: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(crohme, "load", FakeRecognizer)
    assert main(["solve", *arguments]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("crohme: error: ") and cause in line


def test_missing_bundle_is_told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def missing() -> None:
        raise BundleError("expressions: no such bundle")

    monkeypatch.setattr(crohme, "load", missing)
    assert main(["solve", "a.inkml"]) == 1
    assert capsys.readouterr().err == "crohme: error: expressions: no such bundle\n"


def test_a_folder_is_refused_with_a_word_of_what_is_wanted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["solve", str(tmp_path)]) == 1
    assert f"{tmp_path}: is a folder; solve takes one file" in capsys.readouterr().err
