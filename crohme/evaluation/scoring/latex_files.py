"""LaTeX in files of its own, one expression each: in a folder, or in a zip archive such as recognisers write."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from crohme.errors import cause_of
from crohme.evaluation.scoring.errors import Refused, ScoringError
from crohme.evaluation.scoring.tables import name_of
from crohme.evaluation.scoring.text import EncodingError, decode
from crohme.notation import Alphabet, NotationError, from_latex, to_text
from inkml_parser.files import open_regular, read_regular

SUFFIXES = frozenset({".tex", ".txt"})
MOST_BYTES = 1024 * 1024
"""Of one expression in an archive: a thousand times what people write."""
_MOST_ENTRIES, _MOST_IN_ALL = 200_000, 256 * MOST_BYTES
_DAMAGE = (zipfile.BadZipFile, EOFError, zlib.error, NotImplementedError, RuntimeError, OSError)
_BEGIN, _END = r"\begin{document}", r"\end{document}"
_AROUND = " \r\n"  # no form feed or the like: it may be what is left of a command, see `foreign_text`
_COMMENT = re.compile(r"(?<!\\)((?:\\\\)*)%.*")


def latex_file(path: Path) -> str | Refused:
    """The LaTeX of a file; see `latex_in`."""
    try:
        return latex_in(read_regular(path), path.suffix)
    except OSError as error:
        return Refused(str(error.strerror))


def are_texts(pairs: Sequence[tuple[Path, Path]]) -> bool:
    """Whether the second of each pair is a `.txt` with the Unicode text of the `.tex` beside it, the first.

    `crohme predict --write latex,text` writes both. Where all of them are alike, nothing shows that they are text.
    """
    return all(_is_text(latex, text) for latex, text in pairs) and any(
        latex_file(latex) != latex_file(text) for latex, text in pairs
    )


def _is_text(latex: Path, text: Path) -> bool:
    if (text.parent, text.suffix.lower(), latex.suffix.lower()) != (latex.parent, ".txt", ".tex"):
        return False
    written, plain = latex_file(latex), latex_file(text)
    if isinstance(written, Refused) or isinstance(plain, Refused):
        return False
    try:
        return to_text(from_latex(written, Alphabet.whole())) == plain
    except NotationError:
        return False


def latex_in(content: bytes, suffix: str) -> str | Refused:
    """The LaTeX of what a file holds, without comments.

    In `.tex` they stand anywhere, and only the body of a document is its LaTeX. In `.txt`, where `%` may be a sign,
    a comment is a line before the expression: BTTR and what follows it (CoMER, ICAL …) put the name there.
    """
    try:
        text = decode(content)
    except EncodingError as error:
        return Refused(error.cause)
    if suffix.lower() != ".tex":
        lines = text.split("\n")
        first = next((i for i, line in enumerate(lines) if line.strip() and line.lstrip()[0] != "%"), 0)
        return "\n".join(lines[first:]).strip(_AROUND)
    text = _COMMENT.sub(r"\1", text)
    return text[text.find(_BEGIN) if _BEGIN in text else 0 :].partition(_END)[0].removeprefix(_BEGIN).strip(_AROUND)


def archived(path: Path) -> dict[str, str | Refused]:
    """Name → LaTeX of all `.tex` and `.txt` in a zip archive, at any depth.

    Raises:
        ScoringError: It is no zip archive, or a damaged one; it holds no such files, ink or label graphs, too much, or
            two files of one name.
    """
    try:
        with open_regular(path) as file:
            return _archived(path, file)
    except OSError as error:
        raise ScoringError(cause_of(error), path) from None


def _archived(path: Path, file: BinaryIO) -> dict[str, str | Refused]:
    found: dict[str, str | Refused] = {}
    try:
        with zipfile.ZipFile(file) as archive:
            for entry in _wanted(path, archive):
                name = name_of(entry.filename)
                if name in found:
                    raise ScoringError(f"two files in it have one name, {name!r}", path)
                found[name] = _unpacked(archive, entry)
    except _DAMAGE as error:
        raise ScoringError(f"not a zip archive, or a damaged one: {cause_of(error)}", path) from None
    return found


def _wanted(path: Path, archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    entries = [entry for entry in archive.infolist() if not entry.is_dir() and not _is_of_finder(entry.filename)]
    if len(entries) > _MOST_ENTRIES:
        raise ScoringError(f"{len(entries)} files in it; the limit is {_MOST_ENTRIES}", path)
    wanted = [entry for entry in entries if PurePosixPath(entry.filename).suffix.lower() in SUFFIXES]
    others = [e for e in entries if PurePosixPath(e.filename).suffix.lower() in (".lg", ".inkml")]
    if others or not wanted:
        what = f"it holds {others[0].filename!r}" if others else "it holds no .txt or .tex"
        raise ScoringError(f"only LaTeX (.txt, .tex) is scored from an archive, and {what}: unpack it first", path)
    if sum(min(entry.file_size, MOST_BYTES) for entry in wanted) > _MOST_IN_ALL:
        raise ScoringError(f"more than {_MOST_IN_ALL} bytes of LaTeX in it", path)
    return wanted


def _is_of_finder(name: str) -> bool:
    return name.startswith("__MACOSX/") or PurePosixPath(name).name.startswith("._")


def _unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> str | Refused:
    try:
        with archive.open(entry) as member:
            content = member.read(MOST_BYTES + 1)
    except _DAMAGE as error:
        return Refused(f"cannot be unpacked: {cause_of(error)}")
    if len(content) > MOST_BYTES:
        return Refused(f"larger than {MOST_BYTES} bytes")
    return latex_in(content, PurePosixPath(entry.filename).suffix)
