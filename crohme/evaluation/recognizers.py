"""Recognisers of other people, scored as ours is.

`module:name` names one: an object, or a class or function that makes one without arguments, of either kind:

- it has a method `recognize(ink)`, which takes an `inkml_parser.Ink` and answers with LaTeX, or with a `Recognition`;
- it is a network of `crohme.expressions.protocol`, with `alphabet`, `encode`, `classify`, `relate`, `start` and `read`,
  which is decoded as our own.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from crohme.errors import CrohmeError, cause_of, let_go
from crohme.expressions.protocol import METHODS
from crohme.expressions.recognizer import Recognizer
from crohme.notation import Expression, NotationError, read_latex, to_latex, without_limits
from crohme.recognition import Recognition, Symbols
from inkml_parser import Ink, InkError, read

Answer = Recognition | Expression | CrohmeError | OSError
"""What was read of a file: a `Recognition`, LaTeX alone, or why nothing was."""


class RecognizerError(CrohmeError):
    """A recogniser that does not exist or does not fit, or its failure at a file. `str(error)` says which."""


class AnyRecognizer(Protocol):
    """Anything that recognises ink."""

    def recognize(self, ink: Ink, /) -> Recognition | str:
        """What an ink shows: LaTeX, or a `Recognition`."""


def load_recognizer(name: str) -> AnyRecognizer:
    """The recogniser that `module:name` names; modules of the working directory are found, too.

    Raises:
        RecognizerError: No such module or name; one that cannot be imported, or made; or an object that does not fit.
    """
    module, colon, attribute = name.partition(":")
    if not (module and colon and attribute):
        raise RecognizerError(f"{name!r} is not of the form module:name")
    found: Any = _imported(module, name)
    for part in attribute.split("."):
        if not hasattr(found, part):
            raise RecognizerError(f"{module} has no {attribute}", name)
        found = getattr(found, part)
    if isinstance(found, type) or (callable(found) and not _fits(found)):
        try:
            found = found()
        except Exception as error:
            raise RecognizerError(f"cannot be made: {_cause(error)}", name) from error
    if not _fits(found):
        raise RecognizerError(
            f"{type(found).__name__} has neither `recognize` nor {_lacking(found)} of a network", name
        )
    if callable(getattr(found, "recognize", None)):
        recognizer: AnyRecognizer = found
        return recognizer
    try:
        return Recognizer(found)
    except Exception as error:
        raise RecognizerError(f"does not fit: {_cause(error)}", name) from error


def recognize_with(
    recognizer: AnyRecognizer,
    files: Sequence[Path],
    *,
    beam: int | None = None,
    symbols: Symbols | None = None,
    opened: Callable[[Path], Ink] = read,
) -> Iterator[tuple[Path, Answer]]:
    """Recognise files in their order; a file that cannot be read gives its error instead.

    Args:
        recognizer: AnyRecognizer.
        files: sequence of paths to InkML.
        beam, symbols, opened: see `crohme.parallel.recognize_files`. The first two are for a `Recognizer` only.

    Raises:
        RecognizerError: It answers with neither LaTeX nor a `Recognition`.
    """
    inks = (partial(opened, path) for path in files)
    if isinstance(recognizer, Recognizer):
        answers: Iterator[Any] = (found for found, _ in recognizer.outcomes(inks, beam=beam, symbols=symbols))
    else:
        answers = (_answer(recognizer, ink) for ink in inks)
    for path, answer in zip(files, answers, strict=True):
        if isinstance(answer, InkError | OSError):
            yield path, answer
        elif isinstance(answer, Exception):  # no run ends for one file, whatever a recogniser of someone's own raises
            yield path, RecognizerError(_cause(answer))
        elif isinstance(answer, str):
            try:
                yield path, read_latex(answer, equate=True)
            except NotationError as error:
                yield path, RecognizerError(f"its LaTeX cannot be read: {cause_of(error)}")
        elif isinstance(answer, Recognition):
            yield path, _checked(answer)
        else:
            kind = type(answer).__name__
            raise RecognizerError(
                f"{type(recognizer).__name__}.recognize answers with {kind}, not LaTeX or Recognition"
            )


def _checked(answer: Recognition) -> Recognition | RecognizerError:
    """An answer about an ink whose best reading can be compared with a truth."""
    ink = answer.ink
    assert ink is not None
    if not answer.readings:
        return RecognizerError("its answer has no reading")
    strokes = [stroke for node in answer.best.tree.nodes() for stroke in node.strokes]
    if len(set(strokes)) < len(strokes) or not set(strokes) <= set(range(len(ink.strokes))):
        return RecognizerError("the strokes of its answer are not those of the ink, each once at most")
    try:
        to_latex(without_limits(answer.best.tree))
    except NotationError as error:
        return RecognizerError(f"its answer is not LaTeX: {error}")
    return answer


def _answer(recognizer: AnyRecognizer, source: Callable[[], Ink]) -> Any:
    """What a recogniser of someone's own answers, or the exception that there is instead."""
    try:
        ink = source()
        answer = recognizer.recognize(ink)
    except Exception as error:
        let_go(error)
        return error
    return replace(answer, ink=ink) if isinstance(answer, Recognition) else answer


def _imported(module: str, name: str) -> Any:
    if "" not in sys.path and str(Path.cwd()) not in sys.path:
        sys.path.insert(0, str(Path.cwd()))
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        missing = error.name or module
        own = module == missing or module.startswith(f"{missing}.")
        cause = f"there is no module {missing}" if own else f"{module} needs {missing}, which is not installed"
        raise RecognizerError(cause, name) from None
    except Exception as error:
        raise RecognizerError(f"{module} cannot be imported: {_cause(error)}", name) from error


def _fits(found: Any) -> bool:
    return callable(getattr(found, "recognize", None)) or not _missing(found)


def _missing(found: Any) -> list[str]:
    """What an object lacks to be a network."""
    lacking = [method for method in METHODS if not callable(getattr(found, method, None))]
    return lacking if hasattr(found, "alphabet") else ["alphabet", *lacking]


def _lacking(found: Any) -> str:
    missing = [f"`{name}`" for name in _missing(found)]
    return missing[0] if len(missing) == 1 else f"{', '.join(missing[:-1])} and {missing[-1]}"


def _cause(error: Exception) -> str:
    return str(error) if isinstance(error, CrohmeError) else f"{type(error).__name__}: {error}"
