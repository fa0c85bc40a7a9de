"""What `import crohme` offers, and that it costs nothing until it is used."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import crohme
import inkml_parser
from crohme.errors import CrohmeError

REPOSITORY = Path(__file__).resolve().parents[1]


def test_every_name_is_there() -> None:
    assert {"load", "Recognizer", "SymbolRecognizer", "Ink", "Alphabet", "CrohmeError"} <= set(crohme.__all__)
    assert set(crohme.__all__) <= set(dir(crohme))
    for name in crohme.__all__:
        assert getattr(crohme, name).__name__ == name
    assert crohme.Ink is inkml_parser.Ink
    errors = [getattr(crohme, name) for name in crohme.__all__ if name.endswith("Error")]
    assert len(errors) > 4 and all(issubclass(error, CrohmeError) for error in errors)


def test_other_names_are_not() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Recogniser'"):
        crohme.Recogniser  # noqa: B018


def test_importing_it_loads_nothing() -> None:
    heavy = ("crohme", "inkml_parser", "numpy", "lxml")
    program = f"import sys, crohme\nprint(*[name for name in sys.modules if name.startswith({heavy!r})])"
    done = subprocess.run([sys.executable, "-c", program], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) == {"crohme", "inkml_parser", "inkml_parser.exports"}


def test_parser_exports_what_it_lists() -> None:
    assert set(inkml_parser.__all__) == set(inkml_parser._MODULES) <= set(dir(inkml_parser))
    for name in inkml_parser.__all__:
        assert getattr(inkml_parser, name).__name__ == name
    with pytest.raises(AttributeError, match="module 'inkml_parser' has no attribute 'reed'"):
        inkml_parser.reed  # noqa: B018


@pytest.mark.parametrize("package", [crohme, inkml_parser])
def test_type_checkers_find_the_annotations(package: object) -> None:
    assert (Path(package.__file__).parent / "py.typed").is_file()
