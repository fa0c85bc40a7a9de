"""The kernels are compiled once; what goes wrong is told in a line, and nothing is left over."""

from __future__ import annotations

import ctypes
import os
import shutil
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import crohme
from crohme import EngineError, bundle
from crohme.datasets.location import inkml_files
from crohme.expressions.compiled import build
from crohme.expressions.compiled.layers import Weights
from crohme.expressions.forward import NumpyTransformer


@pytest.fixture
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A cache in which nothing is compiled yet."""
    monkeypatch.setenv("CROHME_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(build, "_FLAGS", ("-O0", "-shared"))  # in a fraction of the time
    build.library.cache_clear()
    yield tmp_path / "cache"
    build.library.cache_clear()


def test_a_command_says_in_a_line_that_there_is_no_compiler(tmp_path: Path) -> None:
    """Without a compiler in PATH, as on most machines of people who write no C."""
    environment = {**os.environ, "CROHME_ENGINE": "compiled", "PATH": "", "CC": "", "CROHME_CACHE": str(tmp_path)}
    # `ziglang` is hidden, where it is installed.
    program = "import sys; sys.modules['ziglang'] = None; from crohme.cli import main; sys.exit(main())"
    done = subprocess.run(
        [sys.executable, "-c", program, "predict", str(inkml_files(Path("data/sample"))[0])],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "the compiled engine needs a C compiler, and there is none: pip install" in done.stderr
    assert "[fast]" in done.stderr


def test_a_compiler_that_fails_or_that_there_is_not_is_named(
    own_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing = tmp_path / "failing"
    failing.write_text("#!/bin/sh\necho 'kernels.c:1: error: no luck' >&2\nexit 1\n")
    failing.chmod(0o755)
    for name, text in (("silent", "#!/bin/sh\nexit 3\n"), ("killed", "#!/bin/sh\nkill -9 $$\n"), ("none", "none")):
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    for compiler, cause in (
        (str(failing), f"{failing} cannot compile the kernels: kernels.c:1: error: no luck"),
        (str(tmp_path / "silent"), f"{tmp_path}/silent cannot compile the kernels: it ended with status 3"),
        (str(tmp_path / "killed"), f"{tmp_path}/killed cannot compile the kernels: it was ended by signal 9"),
        (str(tmp_path / "none"), f"{tmp_path}/none cannot be run: Exec format error"),
        (f"{failing}/cc", f"{failing}/cc cannot be run: Not a directory"),
        ("/nowhere/cc", "/nowhere/cc cannot be run: No such file or directory"),
        ('cc "-O', "CC names no compiler: No closing quotation"),
        ("true", "true cannot compile the kernels: it made none"),
    ):
        monkeypatch.setenv("CC", compiler)
        build.library.cache_clear()
        with pytest.raises(EngineError) as raised:
            crohme.load(engine="compiled")
        assert str(raised.value) == cause
    assert not list(own_cache.iterdir())


@pytest.mark.usefixtures("own_cache")
def test_whatever_a_compiler_prints_is_told_in_a_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    loud = tmp_path / "loud"
    loud.write_text("#!/bin/sh\nyes 'an error of many words' | head -c 3000000 | tr '\\n' ' '\nexit 1\n")
    loud.chmod(0o755)
    monkeypatch.setenv("CC", str(loud))
    with pytest.raises(EngineError) as raised:
        build.library()
    assert "an error of many words" in str(raised.value)
    assert len(str(raised.value)) < 300 + len(str(loud))


@pytest.mark.usefixtures("own_cache")
@pytest.mark.skipif(not hasattr(os, "killpg"), reason="no groups of processes")
def test_a_compiler_that_hangs_is_ended_with_all_that_it_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hanging = tmp_path / "hanging"
    hanging.write_text(f"#!/bin/sh\nsleep 600 &\necho $! > '{tmp_path}/started'\nwait\n")
    hanging.chmod(0o755)
    monkeypatch.setenv("CC", str(hanging))
    monkeypatch.setattr(build, "_LONGEST", 1)
    with pytest.raises(EngineError, match="takes longer than 1 seconds"):
        build.library()
    started = Path("/proc", (tmp_path / "started").read_text().strip(), "stat")
    for _ in range(100):  # until whoever takes in orphans has seen its end
        if not started.exists() or started.read_text().rpartition(")")[2].split()[0] == "Z":
            return
        time.sleep(0.05)
    pytest.fail("it still runs")


def test_a_compiler_may_lie_in_a_folder_with_blanks(
    own_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "of my own"
    folder.mkdir()
    compiler = folder / "cc"
    compiler.write_text('#!/bin/sh\nexec cc "$@"\n')
    compiler.chmod(0o755)
    for given in (str(compiler), f"'{compiler}' -g0"):
        monkeypatch.setenv("CC", given)
        build.library.cache_clear()
        assert build.library().lanes() > 0
    assert len(list(own_cache.iterdir())) == 2


def test_where_the_system_has_a_compiler_that_lacks_what_it_needs_the_other_is_taken(
    own_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As without headers, or on a Mac without the command line tools; and it is not asked again."""
    lacking = tmp_path / "lacking"
    lacking.write_text(f"#!/bin/sh\necho asked >> '{tmp_path}/asked'\necho 'error: no tools' >&2\nexit 1\n")
    lacking.chmod(0o755)
    monkeypatch.setattr(build, "_compilers", lambda: [[str(lacking)], ["cc"]])
    for _ in range(2):
        build.library.cache_clear()
        assert build.library().lanes() > 0
    assert (tmp_path / "asked").read_text() == "asked\n"
    assert len(list(own_cache.iterdir())) == 1
    monkeypatch.setattr(build, "_compilers", lambda: [[str(lacking)], ["/nowhere/zig"]])
    build.library.cache_clear()
    with pytest.raises(EngineError, match="lacking cannot compile the kernels: error: no tools"):
        build.library()


@pytest.mark.usefixtures("own_cache")
def test_a_compiler_keeps_nothing_in_the_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Zig would, and fails where there is none."""
    compiler = tmp_path / "cc"
    compiler.write_text(f'#!/bin/sh\necho "$ZIG_GLOBAL_CACHE_DIR" > \'{tmp_path}/told\'\nexec cc "$@"\n')
    compiler.chmod(0o755)
    monkeypatch.setenv("CC", str(compiler))
    monkeypatch.delenv("ZIG_GLOBAL_CACHE_DIR", raising=False)
    build.library()
    told = Path((tmp_path / "told").read_text().strip())
    assert told.is_absolute()
    assert not told.exists()


def test_it_is_compiled_once(own_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    crohme.load("expressions", engine="compiled")
    (kept,) = own_cache.glob("kernels-*.so")
    assert stat.S_IMODE(kept.stat().st_mode) == 0o700
    build.library.cache_clear()
    monkeypatch.setattr(subprocess, "Popen", lambda *_, **__: pytest.fail("compiled again"))
    crohme.load("expressions", engine="compiled")


def test_what_others_could_have_written_is_not_run(own_cache: Path) -> None:
    build.library()
    (kept,) = own_cache.glob("kernels-*.so")
    kept.chmod(0o777)
    before = kept.stat().st_ino
    build.library.cache_clear()
    build.library()
    assert kept.stat().st_ino != before
    assert stat.S_IMODE(kept.stat().st_mode) == 0o700


@pytest.mark.parametrize("damage", ["empty", "cut off", "changed", "a pipe", "a folder"])
def test_a_damaged_library_is_made_again(damage: str, own_cache: Path) -> None:
    """To load one would end the program by a signal."""
    build.library()
    (kept,) = own_cache.glob("kernels-*.so")
    content = kept.read_bytes()
    kept.unlink()  # it is mapped: to write into it would change what runs
    if damage == "a pipe":
        os.mkfifo(kept, 0o700)
    elif damage == "a folder":
        kept.mkdir(0o700)
    else:
        middle = len(content) // 3
        changed = content[:middle] + bytes(200) + content[middle + 200 :]
        kept.write_bytes({"empty": b"", "cut off": content[:middle], "changed": changed}[damage])
        kept.chmod(0o700)
    build.library.cache_clear()
    assert build.library().lanes() > 0
    assert damage == "a folder" or kept.read_bytes() == content
    assert list(own_cache.iterdir()) == [kept]


@pytest.mark.usefixtures("own_cache")
def test_it_works_where_nothing_can_be_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("CROHME_CACHE", str(tmp_path / "file" / "cache"))
    assert build.library().lanes() > 0


@pytest.mark.usefixtures("own_cache")
def test_it_works_without_a_home(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    def no_home() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("CROHME_CACHE")
    monkeypatch.setattr(Path, "home", no_home)
    assert build.library().lanes() > 0
    assert caplog.messages == ["the compiled kernels cannot be kept: no home folder; CROHME_CACHE can name another"]


def test_it_works_where_nothing_that_is_kept_may_be_run(
    own_cache: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """As on a file system that is mounted with noexec."""
    load = ctypes.CDLL

    def refusing(path: str) -> ctypes.CDLL:
        if Path(path).is_relative_to(own_cache):
            raise OSError(f"{path}: failed to map segment from shared object")
        return load(path)

    monkeypatch.setattr(ctypes, "CDLL", refusing)
    assert build.library().lanes() > 0
    assert "failed to map segment from shared object; they are not kept" in caplog.text
    assert not list(own_cache.iterdir())


def test_the_cache_may_be_the_current_folder(own_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own_cache.mkdir()
    monkeypatch.chdir(own_cache)
    monkeypatch.setenv("CROHME_CACHE", ".")
    for _ in range(2):
        build.library.cache_clear()
        assert build.library().lanes() > 0
    assert len(list(own_cache.iterdir())) == 1


@pytest.mark.usefixtures("own_cache")
@pytest.mark.parametrize("lanes", [8, 16])
def test_every_number_of_rows_is_multiplied_whatever_the_processor(lanes: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """16 lanes are those of AVX-512, which few machines that run tests have."""
    monkeypatch.setattr(build, "_FLAGS", ("-O1", "-shared", f"-DLANES={lanes}"))
    kernels, rng = build.library(), np.random.default_rng(3)
    assert kernels.lanes() == lanes
    for inputs, outputs in ((7, 5), (42, 33), (192, 64)):
        shapes = {"a/kernel": (inputs, outputs), "a/bias": (outputs,)}
        table = {path: rng.normal(size=shape).astype(np.float16).astype(np.float32) for path, shape in shapes.items()}
        weights = Weights(table, kernels)
        for rows in (*range(1, 26), 97, 300):
            x = rng.normal(size=(rows, inputs)).astype(np.float32)
            expected = x @ table["a/kernel"] + table["a/bias"]
            np.testing.assert_allclose(weights.multiplied(weights.layer("a"), x), expected, atol=1e-4)
    crohme.load("expressions", engine="compiled")  # which compares the two


def test_kernels_that_compute_something_else_are_refused(
    own_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a compiler's fault would have it: no wrong answer is given with confidence."""
    wrong = Path(shutil.copytree(build.SOURCE, tmp_path / "kernels"))
    vectors = wrong / "vectors.h"
    right = vectors.read_text(encoding="utf-8")
    vectors.write_text(right.replace("+ 127) << 23", "+ 126) << 23"))
    assert vectors.read_text(encoding="utf-8") != right
    monkeypatch.setattr(build, "SOURCE", wrong)
    trained = bundle.load("expressions")
    network = NumpyTransformer(trained.weights, trained.arguments)
    with pytest.raises(EngineError, match="the compiled kernels do not compute what numpy does"):
        network.compile()
    ink = np.random.default_rng(7).normal(size=(2, network.arguments["points"], 2)).astype(np.float32)
    assert type(network.encode(ink)).__name__ == "Memory"  # it computes as before
