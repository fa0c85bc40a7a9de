"""LaTeX that people wrote without ink, to typeset: read from text files, the rare symbols drawn more evenly."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from crohme.augment.compose import MAX_STROKES
from crohme.augment.marks import source_of
from crohme.augment.pool import Pool, evenly
from crohme.errors import quoted
from crohme.notation import Alphabet, LatexError, from_latex
from crohme.notation.alphabet import BINOMIAL, ROOT
from crohme.notation.tree import Node, SymbolTree
from inkml_parser.files import read_regular

TOO_LONG = "too long"
NOT_UNICODE = "not UTF-8"


@dataclass(frozen=True)
class FileOfTexts:
    """Counts of the lines of one file.

    Args:
        path: Path.
        kept: int. Lines that can be typeset.
        dropped: counter. Cause → lines that cannot; a line that occurred before counts nowhere.
    """

    path: Path
    kept: int
    dropped: Counter[str]


class Texts:
    """LaTeX strings that can be typeset.

    They are kept as text: as trees they would take a hundred times the memory in each process that makes batches.

    Args:
        strings: sequence of str. Each is read by `notation.from_latex`.
        labels: sequence of sets of str. The symbol classes in each.
        alphabet: Alphabet. What they are read in.
    """

    def __init__(self, strings: Sequence[str], labels: Sequence[frozenset[str]], alphabet: Alphabet) -> None:
        self.strings = list(strings)
        self.alphabet = alphabet
        having: dict[str, list[int]] = defaultdict(list)
        for number, own in enumerate(labels):
            for label in own:
                having[label].append(number)
        self._having = [np.array(numbers, dtype=np.int32) for numbers in having.values()]
        self._ends = np.cumsum(evenly([len(numbers) for numbers in self._having]))

    def draw(self, rng: np.random.Generator) -> SymbolTree:
        """Some text; half of them for one symbol in them, so that rare classes are seen more often."""
        if rng.random() < 0.5:
            numbers = self._having[min(int(np.searchsorted(self._ends, rng.random())), len(self._having) - 1)]
            return from_latex(self.strings[numbers[rng.integers(len(numbers))]], self.alphabet)
        return from_latex(self.strings[rng.integers(len(self.strings))], self.alphabet)


def text_files(path: Path) -> list[Path]:
    """The file, or the `.txt` files of the folder, by name."""
    return sorted(path.glob("*.txt")) if path.is_dir() else [path]


def strokes_of(pool: Pool) -> Callable[[Node], float | None]:
    """How many strokes a symbol takes in the mean; None where the pool has no ink of it."""
    mean = {label: float(np.mean([len(ink) for ink in inks])) for label, inks in pool.symbols.items() if inks}
    bar = float(np.mean([len(ink) for ink in pool.bars])) if pool.bars else None
    root = float(np.mean([len(sign.points) for sign in pool.roots])) if pool.roots else None

    def strokes(node: Node) -> float | None:
        if node.is_fraction:
            return bar
        if node.label == ROOT and node.arguments:
            return root
        if node.label == BINOMIAL:
            return mean["("] + mean[")"] if "(" in mean and ")" in mean else None
        source = source_of(node.label, mean) if node.arguments else node.label
        return None if source is None else mean.get(source)

    return strokes


def read_texts(
    paths: Sequence[Path], strokes: Callable[[Node], float | None], alphabet: Alphabet
) -> tuple[Texts, list[FileOfTexts]]:
    """Read files of LaTeX, one string a line; empty lines count for nothing.

    Args:
        paths: sequence of Path.
        strokes: callable. What `strokes_of` gives.
        alphabet: Alphabet. The symbols that may stand in them, and whether grids may.

    Returns:
        The texts that can be typeset, and what became of each file's lines.

    Raises:
        OSError: A file cannot be read.
        ValueError: No line of any file can be typeset.
    """
    seen: set[str] = set()
    strings, labels, files = [], [], []
    for path in paths:
        kept, dropped = 0, Counter[str]()
        for raw in read_regular(path).splitlines():
            try:
                line = raw.decode("utf-8").strip()
            except UnicodeDecodeError:
                dropped[NOT_UNICODE] += 1
                continue
            if not line or line in seen:
                continue
            seen.add(line)
            found = _labels_of(line, strokes, alphabet)
            if isinstance(found, str):
                dropped[found] += 1
                continue
            strings.append(line)
            labels.append(found)
            kept += 1
        files.append(FileOfTexts(path, kept, dropped))
    if not strings:
        names = ", ".join(map(str, paths)) or "no file"
        raise ValueError(f"{names}: no line that the ink at hand can write")
    return Texts(strings, labels, alphabet), files


def _labels_of(text: str, strokes: Callable[[Node], float | None], alphabet: Alphabet) -> frozenset[str] | str:
    """The symbol classes of a text, or why it cannot be typeset."""
    try:
        nodes = list(from_latex(text, alphabet).nodes())
    except LatexError as error:
        return error.cause
    total, labels = 0.0, set()
    for node in nodes:
        needed = strokes(node)
        if needed is None:
            return f"no ink of {quoted(node.label)}"
        total += needed
        labels.add(node.label)
    return frozenset(labels) if total <= MAX_STROKES else TOO_LONG
