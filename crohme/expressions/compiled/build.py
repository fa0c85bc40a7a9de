"""Compiles the kernels, once on each machine, and loads them."""

from __future__ import annotations

import ctypes
import hashlib
import logging
import os
import platform
import shlex
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from crohme.datasets.location import cache_folder
from crohme.expressions.compiled import EngineError
from crohme.extras import install

log = logging.getLogger(__name__)
SOURCE = Path(__file__).with_name("kernels")  # the folder; kernels.c includes the rest
_OF_SYSTEM = ("cc", "gcc", "clang")
# Not -ffast-math: sums stay in the order in which they are written, and roundings are what the exponential needs.
_FLAGS = ("-O3", "-std=gnu11", "-ffp-contract=fast", "-fno-math-errno", "-shared")
_LONGEST = 120  # seconds: Zig first builds what every program of its needs


@cache
def library() -> ctypes.CDLL:
    """The compiled kernels. They lie in the cache, by their source, the compiler and the processor.

    Raises:
        EngineError: No C compiler, or it fails.
    """
    command = [*_compiler(), *_FLAGS, *_for_this_machine()]
    code = b"".join(file.read_bytes() for file in sorted(SOURCE.glob("*.[ch]")))
    named = hashlib.sha256("\n".join([*command, _processor()]).encode() + code).hexdigest()[:20]
    try:
        kept = cache_folder() / f"kernels-{named}.so"
        if _is_ours(kept):
            try:
                return _loaded(kept)
            except EngineError as error:
                log.warning("%s, and are compiled again", error)
        _compile(command, kept)
        return _loaded(kept)
    except OSError as error:  # nothing can be kept there
        log.warning("the compiled kernels cannot be kept: %s", error)
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder, "kernels.so")
        _compile(command, made)
        return _loaded(made)


def _loaded(path: Path) -> ctypes.CDLL:
    try:
        kernels = ctypes.CDLL(str(path))
        for name in ("lanes", "panel", "reads_halves", "encode", "read_tokens"):
            getattr(kernels, name).restype = ctypes.c_int64
        kernels.layer.restype = None
    except (OSError, AttributeError) as error:
        raise EngineError(f"the compiled kernels cannot be loaded: {error}") from None
    return kernels


def _compiler() -> list[str]:
    """`$CC`, the system's compiler, or the one of the extra `fast`."""
    try:
        given = shlex.split(os.environ.get("CC", ""))
    except ValueError as error:
        raise EngineError(f"CC names no compiler: {error}") from None
    if given:
        return given
    for name in _OF_SYSTEM:
        if path := shutil.which(name):
            return [path]
    if find_spec("ziglang") is not None:
        return [sys.executable, "-m", "ziglang", "cc"]
    raise EngineError(f"the compiled engine needs a C compiler, and there is none: {install('fast')}")


def _for_this_machine() -> list[str]:
    is_arm = platform.machine().lower() in ("arm64", "aarch64")
    return ["-mcpu=native" if is_arm else "-march=native", *([] if os.name == "nt" else ["-fPIC"])]


def _processor() -> str:
    """What tells processors apart that share a home folder: code for one may be none for another."""
    described = [platform.platform(), platform.machine(), platform.processor()]
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    kinds = ("model name", "flags", "features", "cpu part")
    return "\n".join(described + sorted({line for line in lines if line.lower().startswith(kinds)}))


def _is_ours(path: Path) -> bool:
    """Whether a file is there that nobody else can have written: it is code that will be run."""
    try:
        status = path.stat()
    except FileNotFoundError:
        return False
    return not hasattr(os, "getuid") or (status.st_uid == os.getuid() and not status.st_mode & 0o022)


def _compile(command: list[str], to: Path) -> None:
    descriptor, name = tempfile.mkstemp(".so", f"{to.stem}-", to.parent)
    os.close(descriptor)
    made = Path(name)
    try:
        done = subprocess.run(
            [*command, str(SOURCE / "kernels.c"), "-o", name], stdin=subprocess.DEVNULL, capture_output=True,
            text=True, errors="replace", timeout=_LONGEST, check=False,
        )  # fmt: skip
        if done.returncode:
            said = next((line for line in done.stderr.splitlines() if "error" in line), done.stderr.strip()[:200])
            raise EngineError(f"{command[0]} cannot compile the kernels: {said}")
        if not made.stat().st_size:
            raise EngineError(f"{command[0]} cannot compile the kernels: it made none")
        made.chmod(0o700)
        made.replace(to)
    except (FileNotFoundError, PermissionError) as error:
        if error.filename in (None, name, str(to)):
            raise
        raise EngineError(f"{command[0]} cannot be run: {error.strerror}") from None
    except subprocess.TimeoutExpired:
        raise EngineError(f"{command[0]} takes longer than {_LONGEST} seconds") from None
    finally:
        made.unlink(missing_ok=True)
