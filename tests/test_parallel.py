"""Many files on all cores: in order, none lost, the same as one by one."""

from __future__ import annotations

import os
import signal
from multiprocessing import active_children
from pathlib import Path

import pytest

from crohme.bundle import BundleError
from crohme.child_processes import WorkerLost
from crohme.datasets.location import inkml_files, sample_folder
from crohme.expressions.recognizer import Recognizer
from crohme.ink.sources import NothingToRecognize
from crohme.parallel import recognize_files
from crohme.recognition import Recognition
from inkml_parser import EmptyInk, Ink, write


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """18 files, from the last to the first; an empty one, three dots on one spot and a missing one among them."""
    (tmp_path / "empty.inkml").touch()
    write(Ink.from_arrays([[[1, 1]]] * 3), tmp_path / "dots.inkml")
    files = inkml_files(sample_folder() / "test")[:15][::-1]
    files[3:3] = [tmp_path / "empty.inkml"]
    files[9:9] = [tmp_path / "missing.inkml", tmp_path / "dots.inkml"]
    return files


@pytest.mark.parametrize("workers", [1, 2])
def test_results_come_in_order_and_errors_in_their_place(
    workers: int, files: list[Path], expression_bundle: Path
) -> None:
    before = dict(os.environ)
    results = list(recognize_files(files, expression_bundle, top=2, beam=3, workers=workers))
    assert [path for path, _ in results] == files
    kinds = {path.stem: type(found) for path, found in results if not isinstance(found, Recognition)}
    assert kinds == {"empty": EmptyInk, "missing": FileNotFoundError, "dots": NothingToRecognize}
    recognizer = Recognizer.load(expression_bundle)
    for path, found in results:
        if isinstance(found, Recognition):
            expected = recognizer.recognize(path, top=2, beam=3)
            assert [one.latex for one in found.readings] == [one.latex for one in expected.readings]
            assert found.confidence == pytest.approx(expected.confidence, abs=1e-4)
    assert dict(os.environ) == before


def test_a_missing_bundle_is_told_before_the_first_file(files: list[Path], tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="no such bundle"):
        next(recognize_files(files, tmp_path / "nothing"))


def test_a_killed_worker_is_told_and_does_not_hang(files: list[Path], expression_bundle: Path) -> None:
    before = set(active_children())  # a server that other tests in this process share
    results = recognize_files(files * 20, expression_bundle, top=1, beam=1, workers=2)
    assert next(results)[0] == files[0]
    for child in set(active_children()) - before:
        os.kill(child.pid, signal.SIGKILL)
    with pytest.raises(WorkerLost, match="worker process has ended"):
        list(results)
