"""What a symbol network is trained and validated on, from ink or from images."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from crohme.augment.symbols import Distortion, distort
from crohme.corpus import image_folders, location
from crohme.corpus.image_folders import ImageSet
from crohme.corpus.symbols import SymbolSet, known, load_symbols, train_and_held_out
from crohme.notation import CLASSES
from crohme.symbol_inputs import FROM_STROKES

Inputs = Callable[[np.ndarray, np.random.Generator | None], np.ndarray]


@dataclass(frozen=True)
class Examples:
    """Labelled examples of one kind.

    Args:
        labels: `(N,)` int64. Class indices.
        inputs: function of some indices and a random generator, to the network's input for
            them: distorted by that generator, or as they are if it is None.
    """

    labels: np.ndarray
    inputs: Inputs

    def __len__(self) -> int:
        return len(self.labels)


@dataclass(frozen=True)
class TrainingData:
    """Examples to train on, and named sets to validate on, all with the same classes.

    Args:
        classes: tuple of str. What the class indices mean.
        train: Examples.
        validation: dict of str → Examples.
        description: str. What the data are, for the bundle: no path of this machine.
        folder: Path. Where they lie.
    """

    classes: tuple[str, ...]
    train: Examples
    validation: dict[str, Examples]
    description: str
    folder: Path


def find(network: str, folder: Path | None) -> TrainingData:
    """The data to train a network of isolated symbols on.

    Args:
        network: str. A key of `FROM_STROKES`.
        folder: Path or None. A CROHME folder (with `train/` and `test2013/`), any folder of InkML
            (of which only `train/` is used if it has one), or, for the CNN, a folder of images
            `<label>/*.png`. None means CROHME where it is in place, else the embedded sample.

    Raises:
        DataNotFound: Nothing to train on is there.
    """
    folder = folder or location.crohme_folder() or location.sample_folder()
    train, validation = location.train_and_validation(folder)
    if validation is not None and validation.name == location.VALIDATION:
        return _crohme(network, folder)
    # Any other set: what lies beside train/ may be there to test on, so files of train/ are held out instead.
    if next(train.rglob("*.inkml"), None):
        return _inkml(network, train)
    if network != "symbol_cnn":
        raise location.DataNotFound(f"no InkML files under {train}, and images are for the CNN")
    return _images(train)


def ink_examples(network: str, symbols: SymbolSet, classes: tuple[str, ...]) -> Examples:
    """Symbols as examples for a network; labels outside `classes` are left out, with a warning."""
    symbols = known(symbols, classes)

    def inputs(indices: np.ndarray, rng: np.random.Generator | None) -> np.ndarray:
        strokes = symbols.strokes.take(indices)
        return FROM_STROKES[network](strokes if rng is None else distort(strokes, rng, Distortion()))

    return Examples(symbols.class_indices(classes), inputs)


def _crohme(network: str, folder: Path) -> TrainingData:
    train, held_out = train_and_held_out(load_symbols(folder / location.TRAIN))
    validation = {location.VALIDATION: load_symbols(folder / location.VALIDATION), "held-out writers": held_out}
    return TrainingData(
        CLASSES,
        ink_examples(network, train, CLASSES),
        {name: ink_examples(network, symbols, CLASSES) for name, symbols in validation.items() if len(symbols)},
        "CROHME, training set without the held-out writers",
        folder,
    )


def _inkml(network: str, folder: Path) -> TrainingData:
    """Any other InkML: every tenth file is held out whole."""
    symbols = load_symbols(folder)
    classes = tuple(sorted(set(symbols.labels.tolist())))
    held_out = _every_tenth(symbols.files)
    return TrainingData(
        classes,
        ink_examples(network, symbols.take(~held_out), classes),
        {"held-out files": ink_examples(network, symbols.take(held_out), classes)} if held_out.any() else {},
        "InkML without every tenth file",
        folder,
    )


def _images(folder: Path) -> TrainingData:
    images = image_folders.load_images(folder)
    classes = tuple(sorted(set(images.labels.tolist())))
    held_out = _every_tenth(images.files)
    return TrainingData(
        classes,
        _image_examples(images, ~held_out, classes),
        {"held-out images": _image_examples(images, held_out, classes)} if held_out.any() else {},
        "images without every tenth file",
        folder,
    )


def _image_examples(images: ImageSet, chosen: np.ndarray, classes: tuple[str, ...]) -> Examples:
    pixels = images.images[chosen]
    labels = np.searchsorted(np.array(classes), images.labels[chosen])

    def inputs(indices: np.ndarray, rng: np.random.Generator | None) -> np.ndarray:
        return pixels[indices] if rng is None else image_folders.distort_images(pixels[indices], rng)

    return Examples(labels, inputs)


def _every_tenth(files: np.ndarray) -> np.ndarray:
    """Mask of the examples of every tenth file, in the order of names."""
    _, index = np.unique(files, return_inverse=True)
    return index % 10 == 9
