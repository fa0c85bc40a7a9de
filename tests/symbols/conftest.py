"""Ink and pictures of four easy symbols, and runs that were trained on them."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pytest

from crohme.ink.raster import render
from crohme.ink.strokes import StrokeBatch
from inkml_parser import Ink, Symbol, write
from tests.symbols.small import SHAPES, SMALL, shaken, train


@pytest.fixture(scope="module")
def ink_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """40 files of four symbols each."""
    rng = np.random.default_rng(1)
    folder = tmp_path_factory.mktemp("data") / "ink"
    folder.mkdir()
    for i in range(40):
        strokes, symbols = [], []
        for label in SHAPES:
            drawn = shaken(rng, label)
            symbols.append(Symbol(label, tuple(range(len(strokes), len(strokes) + len(drawn)))))
            strokes += drawn
        write(Ink(strokes=tuple(strokes), symbols=tuple(symbols)), folder / f"{i:02}.inkml")
    return folder


@pytest.fixture
def ink(ink_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The files, and a cache of one's own."""
    monkeypatch.setenv("CROHME_CACHE", str(tmp_path / "cache"))
    return ink_folder


@pytest.fixture(scope="module")
def whole_runs(ink_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The folder of a run of two epochs of a network; each is trained once."""

    @cache
    def run(network: str) -> Path:
        folder = tmp_path_factory.mktemp(network)
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("CROHME_CACHE", str(folder / "cache"))
            assert train(network, ink_folder, 2, folder / "run", arguments=SMALL[network]) == folder / "run" / "bundle"
        return folder / "run"

    return run


@pytest.fixture
def images(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """30 pictures each of minus, bar, plus and the letter L, in folders as others call them."""
    monkeypatch.setenv("CROHME_CACHE", str(tmp_path / "cache"))
    rng = np.random.default_rng(1)
    folder = tmp_path / "images"
    for name, label in zip(("sub", "ascii_124", "add", "L"), SHAPES, strict=True):
        (folder / name).mkdir(parents=True)
        for i in range(30):
            picture = render(StrokeBatch.from_symbols([shaken(rng, label)]), 45)[0]
            cv2.imwrite(str(folder / name / f"{i}.png"), picture)
    return folder
