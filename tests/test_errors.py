"""Every error of ours has one parent, and says what is wrong and where in one way."""

from __future__ import annotations

import ast
import builtins
import pickle
import re
import traceback
import weakref
from pathlib import Path

import pytest

from crohme.errors import CrohmeError, cause_of, let_go
from crohme.extras import MissingExtra
from crohme.ink.image_files import ImageError
from crohme.notation import LatexError
from crohme.solver import NoAnswer, NotUnderstood
from inkml_parser import InkError, OversizedInk

REPOSITORY = Path(__file__).resolve().parents[1]
CONTROL_FLOW = {
    "Cancelled": "ends what a caller asked to be ended, who alone can catch it; `except CrohmeError` must not",
    "Unknown": "there are no steps to show; caught where steps are asked for",
    "Unsupported": "sends the solver to another method; caught where intervals are used",
}
"""What is no error, and why. Those with an underscore are caught in the module that raises them."""


TEXTS = {
    str(file.relative_to(REPOSITORY)): file.read_text(encoding="utf-8")
    for package in ("crohme", "inkml_parser")
    for file in sorted((REPOSITORY / package).rglob("*.py"))
}
TREES = {name: ast.parse(text) for name, text in TEXTS.items()}


def bases_of_classes() -> dict[str, set[str]]:
    """Name of every class of both packages, and of what it derives from."""
    found: dict[str, set[str]] = {}
    for tree in TREES.values():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                names = {ast.unparse(base).rpartition(".")[2] for base in node.bases}
                found.setdefault(node.name, set()).update(names)
    return found


BASES = bases_of_classes()


def ancestors(name: str) -> set[str]:
    return {name}.union(*(ancestors(base) for base in BASES.get(name, set()) - {name}))


def is_exception(name: str) -> bool:
    known = getattr(builtins, name, None)
    return isinstance(known, type) and issubclass(known, BaseException)


def test_every_exception_derives_from_the_one_parent() -> None:
    exceptions = {name for name in BASES if any(is_exception(base) for base in ancestors(name))}
    assert {"InkError", "BundleError", "NotationError", "MissingExtra", "CommandError", "ApiError"} <= exceptions
    roots = {name for name in exceptions if "CrohmeError" not in ancestors(name) and not name.startswith("_")}
    assert roots == set(CONTROL_FLOW)


def test_a_private_exception_is_raised_and_caught_in_one_module() -> None:
    for file, tree in TREES.items():
        private = {name for name in (n.name for n in ast.walk(tree) if isinstance(n, ast.ClassDef)) if name[0] == "_"}
        for name in sorted(name for name in private if any(map(is_exception, ancestors(name)))):
            handlers = [h.type for h in ast.walk(tree) if isinstance(h, ast.ExceptHandler) and h.type is not None]
            handlers += [w.context_expr for w in ast.walk(tree) if isinstance(w, ast.withitem)]  # suppress(...)
            caught = {ast.unparse(node) for handler in handlers for node in ast.walk(handler)}
            assert name in caught, f"{file} raises {name} and does not catch it"
            users = {other for other, text in TEXTS.items() if re.search(rf"\b{name}\b", text)}
            defined = {
                f for f, t in TREES.items() if any(isinstance(n, ast.ClassDef) and n.name == name for n in t.body)
            }
            assert users == defined, f"{name} is used in {sorted(users - defined)}, too"


@pytest.mark.parametrize("name", sorted(CONTROL_FLOW))
def test_control_flow_is_caught_by_its_name(name: str) -> None:
    handlers = [h for tree in TREES.values() for h in ast.walk(tree) if isinstance(h, ast.ExceptHandler)]
    caught = any(name in ast.unparse(h.type) for h in handlers if h.type is not None)
    assert caught or any(f"isinstance(error, {name})" in text for text in TEXTS.values())


def test_the_source_stands_before_the_cause() -> None:
    assert str(CrohmeError("is empty", Path("a") / "b.inkml")) == "a/b.inkml: is empty"
    assert str(CrohmeError("is empty")) == "is empty"


@pytest.mark.parametrize(
    "error",
    [
        OversizedInk("500 strokes", "a.inkml"),
        ImageError("is blank", "a.png"),
        LatexError("no symbol", 3),
        NotUnderstood("what is x?", "x", (1, 2)),
        NoAnswer("no value", "1 / 0"),
        MissingExtra("cv2", "tracing"),
        InkError(cause="is empty", source="b.inkml"),
    ],
)
def test_errors_come_back_whole_from_other_processes(error: CrohmeError) -> None:
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert (str(again), vars(again)) == (str(error), vars(error))


def test_a_cause_does_not_name_the_file() -> None:
    assert cause_of(InkError("is empty", "a.inkml")) == "is empty"
    assert cause_of(LatexError("no symbol", 3)) == "no symbol"
    with pytest.raises(FileNotFoundError) as caught:
        Path("no/such/file").read_bytes()
    assert cause_of(caught.value) == "No such file or directory"
    assert cause_of(OSError("cannot identify image file")) == "cannot identify image file"
    assert cause_of(UnicodeError("not UTF-8")) == "not UTF-8"


class _Pixels:
    """Stands for what takes much memory."""


def test_what_is_kept_of_an_error_is_where_it_arose() -> None:
    seen = []

    def fails() -> None:
        pixels = _Pixels()
        seen.append(weakref.ref(pixels))
        raise ImageError("is damaged")

    def fails_anew(is_behind: bool) -> None:
        try:
            fails()
        except ImageError as error:
            raise ValueError from (error if is_behind else None)

    kept: list[Exception] = []
    for steps in (fails, lambda: fails_anew(True), lambda: fails_anew(False)):
        try:
            steps()
        except Exception as error:
            let_go(error)
            kept.append(error)
    assert [reference() for reference in seen] == [None] * 3
    assert [traceback.extract_tb(error.__traceback__)[-1].name for error in kept] == ["fails", *["fails_anew"] * 2]
