"""InkML files in a folder, at any depth: your own, the embedded sample, or one part of a larger set."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from crohme.datasets.base import TEST, TRAIN, VALIDATION, WHOLE, DataSet, WrittenExpression, WrittenSymbol
from crohme.datasets.location import files_under, inkml_files
from crohme.ink.truth import aligned_truth, damage
from crohme.notation import NotationError, canonical_label
from inkml_parser import Ink, InkError, Part, read

_NAMES = {TRAIN: ("train", "training"), VALIDATION: ("validation", "valid", "val"), TEST: ("test",)}


class InkmlFolder(DataSet):
    """A folder of InkML, or `train/` and perhaps `validation/` and `test/` with such files.

    Writers are those of the annotation `writer`, or `copyright` where there is none.
    """

    title = "InkML"
    licence = "that of whoever wrote it"
    layout = "*.inkml at any depth; train/, validation/ (valid/, val/) and test/ are splits where there is train/"
    is_generic = True

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        folders = {split: found for split in _NAMES if (found := _folder(folder, split)) is not None}
        if TRAIN not in folders:
            folders, self.training = {}, WHOLE
        self.folders = folders
        self.validation = (VALIDATION,) if VALIDATION in self.folders else ()
        self.tests = (TEST,) if TEST in self.folders else ()

    @classmethod
    def is_at(cls, folder: Path) -> bool:
        return folder.is_dir() and any(path.suffix == ".inkml" for path in files_under(folder))

    def folder_of(self, split: str) -> Path:
        """Where the files of a split lie; all of the set for `WHOLE`."""
        return self.folder if split == WHOLE else self.folders.get(split, self.folder / split)

    def files(self, split: str) -> list[Path]:
        return inkml_files(self.folder_of(split))

    def writer_of(self, path: Path, ink: Ink) -> str:
        """Who wrote a file."""
        named = (ink.annotations.get(key, "").strip() for key in ("writer", "copyright"))
        return next((name for name in named if name), path.relative_to(self.folder).as_posix())

    def expressions(self, split: str) -> Iterator[WrittenExpression]:
        for path, name, ink in self._inks(split):
            truth: object = ink.latex
            try:
                truth = aligned_truth(ink)
                for node in truth.nodes():
                    if not node.strokes:
                        raise NotationError(f"symbol {node.label!r} of the truth has no strokes")
            except NotationError as error:
                if ink.latex is None:
                    self.pass_over(name, str(error))
                    continue
                truth = ink.latex
            yield WrittenExpression(name, self.writer_of(path, ink), ink, truth)

    def symbols(self, split: str) -> Iterator[WrittenSymbol]:
        for path, name, ink in self._inks(split):
            problem = damage(ink, Part.SEGMENTATION)
            if problem is not None:
                self.pass_over(name, problem)
                continue
            writer = self.writer_of(path, ink)
            for symbol in ink.symbols:
                strokes = tuple(ink.strokes[i] for i in symbol.strokes)
                yield WrittenSymbol(name, writer, canonical_label(symbol.label), strokes)

    def _inks(self, split: str) -> Iterator[tuple[Path, str, Ink]]:
        """Every file of a split that can be read, its name below the split's folder, and its ink."""
        folder = self.folder_of(split)
        for path in self.files(split):
            name = path.relative_to(folder).as_posix()
            try:
                yield path, name, read(path)
            except InkError as error:
                self.pass_over(name, error.cause)
            except OSError as error:
                self.pass_over(name, str(error.strerror))


def _folder(folder: Path, split: str) -> Path | None:
    return next((folder / name for name in _NAMES[split] if (folder / name).is_dir()), None)
