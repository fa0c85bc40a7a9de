"""A recogniser that reads at once, and what lies in a place afterwards."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from crohme.batch.sources import Sources
from crohme.expressions.side_by_side import Outcome
from crohme.ink.sources import NothingToRecognize
from crohme.notation import Alphabet, read_latex
from crohme.recognition import Reading, Recognition

TREE = read_latex("x + 1").tree


class FakeRecognizer:
    """Reads how many strokes there are; of none, nothing."""

    calls = 0

    def __init__(self, name: str) -> None:
        self.bundle = SimpleNamespace(sha256=f"sum of {name}")
        self.vocabulary = SimpleNamespace(alphabet=Alphabet.crohme())

    def recognize(self, source: object, **_: object) -> Recognition:
        """One reading."""
        FakeRecognizer.calls += 1
        if not isinstance(source, list) or not source:
            raise NothingToRecognize("no strokes")
        return Recognition(None, (Reading(str(len(source)), 0.5, TREE),))

    def outcomes(self, sources: Iterable[Callable[[], object]], **options: object) -> Iterator[Outcome[Recognition]]:
        """One after the other."""
        for source in sources:
            try:
                yield Outcome(self.recognize(source(), **options), 0.001)
            except Exception as error:
                yield Outcome(error, 0.001)


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> type[FakeRecognizer]:
    """Every bundle is the fake recogniser; run with `workers=1`."""
    monkeypatch.setattr("crohme.expressions.recognizer.Recognizer.load", FakeRecognizer)
    FakeRecognizer.calls = 0
    return FakeRecognizer


@pytest.fixture
def table(tmp_path: Path) -> Callable[..., Sources]:
    """Writes JSON lines of records called 0, 1, …; some hold no strokes."""

    def write(n: int, empty: tuple[int, ...] = (), name: str = "in.jsonl") -> Sources:
        lines = [json.dumps({"id": i, "strokes": [] if i in empty else [[[0, 0], [i, 1]]]}) for i in range(n)]
        (tmp_path / name).write_text("".join(f"{line}\n" for line in lines))
        return Sources([str(tmp_path / name)])

    return write


def rows_in(place: Path) -> list[dict[str, object]]:
    """All rows of parts, in the order of the parts."""
    return [json.loads(line) for part in sorted(place.rglob("part-*.jsonl")) for line in part.open(encoding="utf-8")]


def failed_in(place: Path) -> list[dict[str, object]]:
    """All dead letters."""
    return [json.loads(line) for file in sorted(place.rglob("failed.jsonl")) for line in file.open(encoding="utf-8")]


def ids_in(place: Path) -> Counter[object]:
    """How often each id is in the parts."""
    return Counter(row["id"] for row in rows_in(place))
