"""What works with numpy, lxml and tqdm alone, and what the other commands say there."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

REPOSITORY = Path(__file__).resolve().parents[1]
SAMPLE = REPOSITORY / "data" / "sample" / "test"
# Python runs it at the start of every process, those that recognise a folder's files among them.
SITECUSTOMIZE = """
import sys

ALLOWED = {"crohme", "inkml_parser", "numpy", "lxml", "tqdm"} | set(sys.stdlib_module_names)


class Hidden:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] not in ALLOWED:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


sys.meta_path.insert(0, Hidden())
"""


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of processes that can import nothing but what the base install brings."""
    folder = tmp_path_factory.mktemp("bare")
    (folder / "sitecustomize.py").write_text(SITECUSTOMIZE)
    one_thread = {"OPENBLAS_NUM_THREADS": "1"}  # the second would wait for the other tests
    return {**os.environ, **one_thread, "PYTHONPATH": os.pathsep.join([str(folder), str(REPOSITORY)])}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Enough files for several processes, and a picture."""
    folder = tmp_path_factory.mktemp("files")
    for file in sorted(SAMPLE.glob("*.inkml"))[:16]:
        shutil.copy(file, folder)
    return folder


@pytest.fixture(scope="module")
def alexnet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle of a network that runs in Keras."""
    from crohme import bundle

    path = tmp_path_factory.mktemp("bundles") / "alexnet"
    arguments = {"classes": 2, "filters": [2] * 5, "dense": [2, 2]}
    rng = np.random.default_rng(0)
    weights = {name: rng.uniform(0.5, 1, shape) for name, shape in bundle.find("alexnet").shapes(arguments).items()}
    bundle.save(path, "alexnet", arguments, ("a", "b"), weights, {})
    return path


def run(bare: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments], cwd=REPOSITORY, env=bare, capture_output=True, text=True, check=False, timeout=300
    )


def test_expressions_and_symbols_are_recognised_in_python(bare: dict[str, str]) -> None:
    program = f"""
import json, sys
import crohme
light = sorted({{name.partition(".")[0] for name in sys.modules}} - set(sys.stdlib_module_names))
from crohme.symbols.recognizer import SymbolRecognizer
from inkml_parser import read
ink = read({str(SAMPLE / "sample7_00.inkml")!r})
symbols = SymbolRecognizer.load("both")
read_as = [symbols.recognize(ink.select(s.strokes), top=1).latex for s in ink.symbols]
for recognizer in (crohme.load(), symbols):
    try:
        recognizer.recognize("photo.png")
    except ValueError as error:
        assert type(error).__name__ == "ImageError" and "[images]" in str(error) and "photo.png" in str(error)
    else:
        raise AssertionError("a picture was read")
print(json.dumps([light, crohme.load().recognize(ink).latex, read_as, [s.label for s in ink.symbols]]))
"""
    done = run(bare, "-c", program)
    assert done.returncode == 0, done.stderr
    light, latex, read_as, labels = json.loads(done.stdout)
    assert not {"numpy", "lxml"} & set(light)  # `import crohme` alone loads no library
    assert latex == "a x ^ { 2 } + b x + c = 0"
    assert sum(a == b for a, b in zip(read_as, labels, strict=True)) >= len(labels) - 1


def test_a_folder_is_recognised(bare: dict[str, str], folder: Path, tmp_path: Path) -> None:
    written = tmp_path / "written"
    done = run(
        bare, "crohme.py", "predict", str(folder), "--output", str(tmp_path / "read.csv"), "--beam", "1",
        "--write", "lg,inkml,mathml,latex", "--to-dir", str(written),
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert len((tmp_path / "read.csv").read_text().splitlines()) == 17
    assert len(list(written.iterdir())) == 64


def test_the_symbols_of_a_folder_are_recognised(bare: dict[str, str], folder: Path) -> None:
    done = run(bare, "crohme.py", "predict", "symbols", str(folder))
    assert (done.returncode, done.stderr) == (0, "")
    right, total = map(int, re.findall(r"(\d+) of (\d+) symbols with known truth", done.stdout)[0])
    assert total > 100 and right / total > 0.9


def test_a_batch_is_read(bare: dict[str, str], folder: Path, tmp_path: Path) -> None:
    done = run(bare, "crohme.py", "batch", str(folder), "--output", str(tmp_path / "read"), "--beam", "1")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("16 records: 16 read, 0 failed; ")


@pytest.mark.parametrize("task", [[], ["symbols"]])
def test_a_picture_needs_an_extra_and_the_other_files_do_not(
    task: list[str], bare: dict[str, str], folder: Path, tmp_path: Path
) -> None:
    shutil.copy(folder / "sample7_00.inkml", tmp_path)
    (tmp_path / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    done = run(bare, "crohme.py", "predict", *task, str(tmp_path))
    assert done.returncode == 1
    assert "1 of 2 files failed" in done.stderr and "Traceback" not in done.stderr
    assert 'needs OpenCV, which is not installed: pip install -e ".[images]"' in done.stderr
    assert "sample7_00.inkml" in done.stdout


def test_a_network_that_runs_in_keras_says_so(bare: dict[str, str], alexnet: Path) -> None:
    program = f"""
from crohme.extras import MissingExtra
from crohme.symbols.recognizer import SymbolRecognizer
try:
    SymbolRecognizer.load({str(alexnet)!r})
except MissingExtra as error:
    print(error.extra)
"""
    done = run(bare, "-c", program)
    assert done.stdout == "train\n", done.stderr
    done = run(bare, "crohme.py", "predict", "symbols", str(SAMPLE / "sample7_00.inkml"), "--bundle", str(alexnet))
    assert done.returncode == 1
    assert done.stderr == 'crohme: error: alexnet needs Keras, which is not installed: pip install -e ".[train]"\n'


COMMANDS = {
    "train --data {sample}": "train",
    "train expressions --data {sample}": "train",
    "tune symbols --data {sample}": "tune",
    "evaluate symbols --data {sample}": "score",
    "evaluate expressions --data {sample}": "score",
    "score {sample} {sample}": "score",
    "predict symbols {sample} --sheet {out}/sheet.png": "score",
    "convert {sample} --to png --output {out}": "images",
    "batch {sample} --output {out}/read --format parquet": "batch",
    "batch s3://bucket/ink --output {out}/read": "batch",
    "serve": "web",
    "solve --latex 1+1": "solver",
    "solve {sample}/sample7_00.inkml": "solver",
}


def test_every_other_command_names_the_extra_that_it_needs(bare: dict[str, str], tmp_path: Path) -> None:
    calls = [command.format(sample=SAMPLE, out=tmp_path).split() for command in COMMANDS]
    program = f"import sys\nfrom crohme.cli import main\nfor c in {calls!r}: print(main(c), file=sys.stderr)"
    done = run(bare, "-c", program)
    assert done.returncode == 0, done.stderr
    said = done.stderr.splitlines()
    assert said[1::2] == ["1"] * len(COMMANDS)
    for command, line, extra in zip(COMMANDS, said[::2], COMMANDS.values(), strict=True):
        assert line.startswith("crohme: error: ") and f'[{extra}]"' in line, command
