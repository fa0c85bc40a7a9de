"""Coverage of the notation: how much LaTeX that people wrote it can represent, and what it cannot.

A text is the same if two things hold. What `from_latex` and `to_latex` make of it has the tokens of its normal form,
which is read without asking for an alphabet (`read_latex`), each sign under the name that the alphabet has for it and
functions that the alphabet lacks letter by letter. And what is written is read as the same tree again. Spaces, sizes,
fonts and braces that only group are no part of the normal form.
"""

from __future__ import annotations

import codecs
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from crohme.augment.texts import text_files
from crohme.errors import CrohmeError, cause_of
from crohme.evaluation.scoring.text import EncodingError, decode
from crohme.notation import Alphabet, LatexError, LatexTooLong, from_latex, read_latex, to_latex, tokenize
from crohme.notation.latex_commands import ALL_FUNCTIONS
from inkml_parser.files import read_regular


class TextsError(CrohmeError):
    """Files without any text."""


_SHOWN = 1000
"""Characters of a text that is not the same."""


class Kind(StrEnum):
    """What becomes of a text."""

    SAME = "the same"
    UNKNOWN = "unknown command or sign"
    STRUCTURE = "structure that no tree holds"
    MALFORMED = "malformed"
    ENCODING = "not UTF-8"
    TOO_LONG = "too long"
    CHANGED = "written as something else"


@dataclass(frozen=True)
class TextOutcome:
    """One text.

    Args:
        file: Path.
        line: int. From 1.
        text: str. Only its beginning if it is long and not the same.
        kind: Kind.
        cause: str. Why it is not the same; empty if it is.
        written: str. What it was written as; empty if it was not read.
    """

    file: Path
    line: int
    text: str
    kind: Kind
    cause: str = ""
    written: str = ""

    @property
    def is_verbatim(self) -> bool:
        """Whether every token is the same, in the text as it stands."""
        return self.kind is Kind.SAME and tokenize(self.text) == self.written.split(" ")


def read_lines(paths: Sequence[Path]) -> tuple[list[tuple[Path, int, bytes]], int]:
    """The texts of files, or of the `.txt` files of folders: one a line, each of them once.

    Returns:
        `(file, line, text)` each, and how many lines repeat another one.

    Raises:
        TextsError: A file cannot be read, is no UTF-16 though it begins so, a folder has none, or there is no text.
    """
    lines: dict[bytes, tuple[Path, int, bytes]] = {}
    count = 0
    for path in paths:
        files = text_files(path)
        if not files:
            raise TextsError("no .txt file in this folder", path)
        for file in files:
            try:
                content = read_regular(file)
            except OSError as error:
                raise TextsError(cause_of(error), file) from None
            for number, raw in enumerate(_in_utf8(content, file).split(b"\n"), start=1):
                if text := raw.strip():
                    count += 1
                    lines.setdefault(text, (file, number, text))
    if not lines:
        raise TextsError("no text", paths[0] if len(paths) == 1 else None)
    return list(lines.values()), count - len(lines)


def _in_utf8(content: bytes, file: Path) -> bytes:
    """The same without a byte order mark: of UTF-16 and UTF-32 translated, of all else as it is."""
    if not content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)):
        return content.removeprefix(codecs.BOM_UTF8)
    try:
        return decode(content).encode()
    except EncodingError as error:
        raise TextsError(error.cause, file) from None


def check(raw: bytes, alphabet: Alphabet) -> tuple[str, Kind, str, str]:
    """Read a text and write it again.

    Returns:
        The text, what becomes of it, why, and what is written: see `TextOutcome`.
    """
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        byte = f"byte 0x{raw[error.start]:02X}"
        return raw.decode("utf-8", "backslashreplace"), Kind.ENCODING, byte, ""
    try:
        tree = from_latex(text, alphabet)
        written = to_latex(tree)
        again = from_latex(written, alphabet)
    except LatexTooLong as error:
        return text, Kind.TOO_LONG, error.cause, ""
    except LatexError as error:
        return text, *_refused(text, error.cause), ""
    expected = list(_named(read_latex(text).tokens, alphabet))
    if (difference := _difference(expected, written)) is not None:
        return text, Kind.CHANGED, difference, " ".join(written)
    if to_latex(again) != written or again != tree:
        return text, Kind.CHANGED, "read again as something else", " ".join(written)
    return text, Kind.SAME, "", " ".join(written)


def evaluate(lines: Sequence[tuple[Path, int, bytes]], alphabet: Alphabet) -> Iterator[TextOutcome]:
    """What becomes of each text of `read_lines`."""
    for file, number, raw in lines:
        text, kind, cause, written = check(raw, alphabet)
        if kind is not Kind.SAME and len(text) > _SHOWN:
            text = f"{text[:_SHOWN]}…"
        yield TextOutcome(file, number, text, kind, cause, written)


def causes(outcomes: Sequence[TextOutcome]) -> dict[Kind, list[tuple[str, int, TextOutcome]]]:
    """Kind → cause, how many texts have it, and the first of them; the most frequent first."""
    counts = Counter((outcome.kind, outcome.cause) for outcome in outcomes if outcome.kind is not Kind.SAME)
    first: dict[tuple[Kind, str], TextOutcome] = {}
    for outcome in outcomes:
        first.setdefault((outcome.kind, outcome.cause), outcome)
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0][1]))
    return {
        kind: [(cause, count, first[kind, cause]) for (own, cause), count in ordered if own is kind]
        for kind in Kind
        if any(own is kind for own, _ in counts)
    }


def _refused(text: str, cause: str) -> tuple[Kind, str]:
    cause = re.sub(r" at position \d+", "", cause)
    if cause.startswith("nested deeper"):
        return Kind.STRUCTURE, cause
    if cause.endswith("lacks its argument"):
        return Kind.MALFORMED, cause
    try:
        read_latex(text)
    except LatexError:
        return Kind.MALFORMED, cause
    unknown = re.fullmatch(r"unexpected '(.+)'", cause)
    if unknown is None or unknown[1] in ("&", "\\\\"):
        return Kind.STRUCTURE, cause
    return Kind.UNKNOWN, unknown[1]


def _named(tokens: Sequence[str], alphabet: Alphabet) -> Iterator[str]:
    for token in tokens:
        label = alphabet.canonical(token)
        if label in ALL_FUNCTIONS and label not in alphabet:
            yield from label[1:]
        else:
            yield label


def _difference(expected: Sequence[str], written: Sequence[str]) -> str | None:
    for one, other in zip((*expected, "the end"), (*written, "the end"), strict=False):
        if one != other:
            return f"{one} as {other}"
    return None
