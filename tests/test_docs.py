"""What README, docs/ and the model cards say is so: examples run, commands exist, figures are those of the bundles."""

from __future__ import annotations

import doctest
import importlib
import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from crohme.cli import build_parser

REPOSITORY = Path(__file__).resolve().parents[1]
PAGES = sorted(
    [
        *REPOSITORY.glob("*.md"),
        *(p for p in (REPOSITORY / "docs").rglob("*.md") if "_build" not in p.parts),
        *(REPOSITORY / "models").rglob("*.md"),
        *(REPOSITORY / "data").glob("*.md"),
    ]
)
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"`(python crohme\.py [^`\n]*--[^`\n]*)`")
_LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
OPTIONS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS


def ids(path: Path) -> str:
    return path.relative_to(REPOSITORY).as_posix()


def commands(page: Path) -> Iterator[list[str]]:
    """The arguments of each `crohme` or `python crohme.py` on a page."""
    text = page.read_text(encoding="utf-8")
    lines = [line for block in _FENCE.finditer(text) for line in block[2].splitlines()]
    for line in [*lines, *(match[1] for match in _INLINE.finditer(text))]:
        for command in line.split("&&"):
            called = re.match(r"\s*(?:crohme|\S*python crohme\.py) (.*)", command)
            if called:
                yield shlex.split(called[1], comments=True)


EXAMPLES = [page for page in PAGES if ">>> " in page.read_text(encoding="utf-8")]
CALLS = [(page, call) for page in PAGES for call in commands(page)]


@pytest.mark.parametrize("page", EXAMPLES, ids=ids)
def test_examples_answer_as_printed(page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(REPOSITORY)
    blocks = "\n".join(match[2] for match in _FENCE.finditer(page.read_text(encoding="utf-8")) if match[1] == "python")
    test = doctest.DocTestParser().get_doctest(blocks, {}, ids(page), str(page), 0)
    assert test.examples
    said: list[str] = []
    result = doctest.DocTestRunner(optionflags=OPTIONS).run(test, out=said.append)
    assert result.failed == 0, "".join(said)


def test_the_pages_have_examples_and_commands() -> None:
    assert {"README.md", "docs/tutorials/developer.md", "docs/formats.md"} <= set(map(ids, EXAMPLES))
    assert len(CALLS) > 40


@pytest.mark.parametrize(("page", "call"), CALLS, ids=[f"{ids(page)}: {' '.join(call)}" for page, call in CALLS])
def test_commands_are_ones_that_the_parser_takes(page: Path, call: list[str]) -> None:
    assert callable(build_parser().parse_args(call).run)


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_links_lead_somewhere(page: Path) -> None:
    targets = [t for t in _LINK.findall(page.read_text(encoding="utf-8")) if "://" not in t]
    assert [target for target in targets if not (page.parent / target).exists()] == []


@pytest.mark.parametrize("package", ["crohme", "inkml_parser"])
def test_the_reference_has_every_public_name(package: str) -> None:
    folder = REPOSITORY / "docs" / "reference"
    pages = "".join((folder / f"{page}.md").read_text(encoding="utf-8") for page in ("python", "inkml_parser"))
    described = {name.rpartition(".")[2] for name in re.findall(r"^\.\. auto\w+:: (\S+)", pages, re.MULTILINE)}
    assert set(importlib.import_module(package).__all__) <= described


def test_the_second_block_of_the_readme_sets_up_and_runs_the_tests() -> None:
    blocks = _FENCE.findall((REPOSITORY / "README.md").read_text(encoding="utf-8"))
    assert blocks[1][1] == (
        'python3 -m venv .venv && .venv/bin/pip install -e ".[dev]" && '
        ".venv/bin/python -m pytest -n auto --dist loadfile\n"
    )


def test_the_figures_of_the_readme_are_those_of_the_bundles() -> None:
    readme = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    lines = (line.strip("| ").split("|") for line in readme.splitlines() if line.startswith("|") and " % " in line)
    rows = {name.replace("`", "").strip(): [float(cell.strip(" %")) for cell in cells[:2]] for name, *cells in lines}
    for row, bundle, figure, unit in (
        ("expressions", "expressions", "exprate", 1),
        ("expressions from pictures", "expressions", "offline_exprate", 1),
        ("math", "math", "exprate", 1),
        ("math from pictures", "math", "offline_exprate", 1),
        ("symbol-lstm", "symbol-lstm", "top1", 100),
        ("symbol-cnn", "symbol-cnn", "top1", 100),
    ):
        metrics = json.loads((REPOSITORY / "models" / bundle / "metrics.json").read_text(encoding="utf-8"))
        measured = [unit * metrics[f"{year}_{figure}"] for year in ("test2013", "test2014")]
        assert rows[row] == pytest.approx(measured, abs=0.0051), row
