"""The compiled engine: it computes what numpy does, is compiled once, and says what it lacks."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import crohme
from crohme import EngineError, bundle
from crohme.datasets.location import inkml_files
from crohme.expressions.compiled import build
from crohme.expressions.forward import NumpyTransformer
from crohme.expressions.networks import stroke_transformer
from crohme.expressions.recognizer import Recognizer, prepare
from inkml_parser import read

RNG = np.random.default_rng(7)
SIZES = {
    "as shipped": {},
    "nothing a whole number of lanes": {"width": 42, "heads": 3, "geometry": 5, "expansion": 2, "symbols": 11},
    "one head": {"width": 20, "heads": 1, "encoder_layers": 1, "decoder_layers": 1, "geometry": 9},
    "wide": {"width": 288, "heads": 8, "expansion": 3, "encoder_layers": 1, "decoder_layers": 1},
}


@pytest.fixture
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A cache in which nothing is compiled yet."""
    monkeypatch.setenv("CROHME_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(build, "_FLAGS", ("-O0", "-shared"))  # in a fraction of the time
    build.library.cache_clear()
    yield tmp_path / "cache"
    build.library.cache_clear()


def networks(**sizes: int) -> tuple[NumpyTransformer, NumpyTransformer]:
    """Two of the same random weights, one of them compiled."""
    arguments = stroke_transformer.NETWORK.complete({**bundle.load("expressions").arguments, **sizes})
    shapes = stroke_transformer.NETWORK.shapes(arguments)
    weights = {path: RNG.normal(0, 0.3 * shape[0] ** -0.5, shape).astype(np.float32) for path, shape in shapes.items()}
    plain, compiled = (NumpyTransformer(weights, arguments) for _ in range(2))
    compiled.compile()
    return plain, compiled


@pytest.mark.parametrize("sizes", SIZES.values(), ids=SIZES)
@pytest.mark.parametrize("n", [1, 8, 37])
def test_it_computes_what_numpy_does(sizes: dict[str, int], n: int) -> None:
    plain, compiled = networks(**sizes)
    ink = RNG.normal(0, 0.2, (n, plain.arguments["points"], 2)).astype(np.float32).cumsum(axis=1)
    memories = [network.encode(ink) for network in (plain, compiled)]
    np.testing.assert_allclose(memories[1].encoded, memories[0].encoded, atol=2e-4)
    for answer in ("classify", "relate"):
        one, other = (getattr(net, answer)(memory) for net, memory in zip((plain, compiled), memories, strict=True))
        np.testing.assert_allclose(other, one, atol=2e-4)
    states = [plain.start(3), compiled.start(3)]
    for q in (1, 3, 1, 60):  # tokens at once; more than a chunk of rows, in the end
        relations = plain.arguments["relations"] + 1
        numbers = [RNG.integers(0, most, (3, q)) for most in (plain.arguments["tokens"], relations, relations)]
        anchors, written = (RNG.random((2, 3, q, n)) < 0.2).astype(np.float32)
        given = (numbers[0], anchors, written, numbers[1], numbers[2])
        one = plain.read(memories[0], states[0], *given)
        other = compiled.read(memories[1], states[1], *given)
        for expected, found in zip(one[:2], other[:2], strict=True):
            np.testing.assert_allclose(found, expected, atol=5e-4)
        states = [answer[2].select([2, 0, 2]) for answer in (one, other)]


def test_several_expressions_are_read_at_once_as_alone() -> None:
    _, compiled = networks()
    inks = [RNG.normal(0, 0.2, (n, compiled.arguments["points"], 2)).astype(np.float32).cumsum(axis=1) for n in (3, 9)]
    for ink, memory in zip(inks, compiled.encode_many(inks), strict=True):
        np.testing.assert_allclose(memory.encoded, compiled.encode(ink).encoded, atol=1e-5)


def test_real_ink_is_read_token_for_token_as_by_numpy(crohme_data: Path) -> None:
    files = inkml_files(crohme_data / "test2013")[::25]
    by_engine = [list(crohme.load("math", engine=name).recognize_many(files)) for name in ("numpy", "compiled")]
    for one, other in zip(*by_engine, strict=True):
        assert [reading.latex for reading in one.readings] == [reading.latex for reading in other.readings]
        confidences = [[reading.confidence for reading in found.readings] for found in (one, other)]
        np.testing.assert_allclose(confidences[1], confidences[0], atol=1e-4)


def test_a_session_gives_what_the_whole_ink_gives(crohme_data: Path) -> None:
    ink = read(inkml_files(crohme_data / "test2013")[40])
    recognizer = crohme.load(engine="compiled")
    for beam in (1, None):
        session = recognizer.session(beam=beam)
        for stroke in ink.strokes:
            session.add(stroke)
        assert session.recognition is not None
        assert session.recognition.latex == recognizer.recognize(ink, beam=beam).latex


def test_the_environment_chooses_and_what_is_asked_for_comes_before_it(monkeypatch: pytest.MonkeyPatch) -> None:
    ink = prepare(read(inkml_files(Path("data/sample"))[0]))

    def kind(recognizer: Recognizer) -> str:
        return type(recognizer.network.encode(ink)).__name__

    assert kind(crohme.load()) == "Memory"
    monkeypatch.setenv("CROHME_ENGINE", "compiled")
    assert kind(crohme.load()) == "CompiledMemory"
    assert kind(crohme.load(engine="numpy")) == "Memory"


@pytest.mark.parametrize("given", ["argument", "environment"])
def test_an_engine_that_there_is_not_is_named(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(EngineError) as raised:
        if given == "argument":
            crohme.load(engine="compild")
        else:
            monkeypatch.setenv("CROHME_ENGINE", "compild")
            crohme.load()
    of = " (CROHME_ENGINE)" if given == "environment" else ""
    assert str(raised.value) == f"'compild'{of} is no engine: numpy or compiled; did you mean compiled?"


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
    for compiler, cause in (
        (str(failing), f"{failing} cannot compile the kernels: kernels.c:1: error: no luck"),
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


def test_it_is_compiled_once(own_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    crohme.load("expressions", engine="compiled")
    (kept,) = own_cache.glob("kernels-*.so")
    assert stat.S_IMODE(kept.stat().st_mode) == 0o700
    build.library.cache_clear()
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: pytest.fail("compiled again"))
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


def test_a_damaged_library_is_made_again(own_cache: Path) -> None:
    build.library()
    (kept,) = own_cache.glob("kernels-*.so")
    kept.unlink()  # it is mapped: to write into it would change what runs
    kept.write_bytes(b"")
    kept.chmod(0o700)
    build.library.cache_clear()
    assert build.library().lanes() > 0


@pytest.mark.usefixtures("own_cache")
def test_it_works_where_nothing_can_be_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("CROHME_CACHE", str(tmp_path / "file" / "cache"))
    assert build.library().lanes() > 0


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
    with pytest.raises(EngineError, match="the compiled kernels do not compute what numpy does"):
        crohme.load(engine="compiled")


def test_what_reaches_beyond_the_tables_is_refused() -> None:
    _, compiled = networks()
    memory = compiled.encode(RNG.normal(size=(2, compiled.arguments["points"], 2)).astype(np.float32))
    none = np.zeros((1, 1), np.int64)
    nowhere = np.zeros((1, 1, 2), np.float32)
    for far in (none - 1, none + 100_000):
        with pytest.raises(IndexError):
            compiled.read(memory, compiled.start(), far, nowhere, nowhere, none, none)


def test_more_heads_than_it_takes_are_named() -> None:
    with pytest.raises(EngineError, match="the compiled engine takes 32 heads at most, not 48"):
        networks(width=96, heads=48, encoder_layers=1, decoder_layers=1)
