"""Compiles the kernels, once on each machine, and loads them."""

from __future__ import annotations

import ctypes
import hashlib
import logging
import os
import platform
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import textwrap
from contextlib import suppress
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import BinaryIO

from crohme.datasets.location import cache_folder
from crohme.errors import cause_of
from crohme.expressions.compiled import EngineError
from crohme.extras import install
from inkml_parser.files import read_regular

log = logging.getLogger(__name__)
SOURCE = Path(__file__).with_name("kernels")  # the folder; kernels.c includes the rest
_OF_SYSTEM = ("cc", "gcc", "clang")
# Not -ffast-math: sums stay in the order in which they are written, and roundings are what the exponential needs.
_FLAGS = ("-O3", "-std=gnu11", "-ffp-contract=fast", "-fno-math-errno", "-shared")
# Elsewhere compilers differ in what they take, and make code for all machines of the kind.
_NATIVE = {"-march=native": ("x86", "amd64", "i386", "i686"), "-mcpu=native": ("arm", "aarch64", "ppc", "powerpc")}
_LONGEST = 120  # seconds: Zig first builds what every program of its needs
_SAID = 1 << 20  # bytes of what a compiler says that are looked at


@cache
def library() -> ctypes.CDLL:
    """The compiled kernels. They lie in the cache, by source, compiler, processor and content.

    Raises:
        EngineError: No C compiler, or it fails.
    """
    compilers = _compilers()
    for compiler in compilers:
        if kernels := _found(_named(compiler)):
            return kernels
    failed = list[EngineError]()
    for compiler in compilers:
        try:
            with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
                return _made(compiler, Path(folder))
        except OSError as error:
            raise EngineError(f"the compiled kernels cannot be written: {cause_of(error)}") from None
        except EngineError as error:
            failed.append(error)
    raise failed[0]


def _named(compiler: list[str]) -> str:
    """How the files of the cache begin that a compiler has made here."""
    code = b"".join(file.read_bytes() for file in sorted(SOURCE.glob("*.[ch]")))
    made_by = "\n".join([*compiler, *_FLAGS, *_for_this_machine(), _processor()])
    return f"kernels-{hashlib.sha256(os.fsencode(made_by) + code).hexdigest()[:20]}"


def _found(named: str) -> ctypes.CDLL | None:
    """The kernels from the cache, None where they have to be compiled."""
    try:
        found = sorted(cache_folder().absolute().glob(f"{named}-*.so"))
    except OSError:
        return None  # `_made` says why
    for kept in found:
        try:
            if _is_ours(kept):
                return _loaded(kept)
            kept.unlink()
        except (OSError, EngineError) as error:
            log.warning("%s; they are compiled again", error)
    return None


def _made(compiler: list[str], folder: Path) -> ctypes.CDLL:
    """Compile the kernels in a folder, and load them from where they are kept, or else from there."""
    made = _compiled(compiler, folder)
    try:
        kept = _kept(made, _named(compiler))
    except OSError as error:
        log.warning("the compiled kernels cannot be kept: %s", cause_of(error))
        return _loaded(made)
    try:
        return _loaded(kept)
    except EngineError as error:  # nothing there may be run, perhaps
        kept.unlink(missing_ok=True)
        kernels = _loaded(made)
        log.warning("%s; they are not kept", error)
        return kernels


def _kept(made: Path, named: str) -> Path:
    """A copy in the cache. Its name ends with a digest of its content: a damaged library would end the program."""
    folder, content = cache_folder().absolute(), made.read_bytes()
    to = folder / f"{named}-{_digest(content)}.so"
    descriptor, name = tempfile.mkstemp(".part", "kernels-", folder)
    try:
        with open(descriptor, "wb") as file:
            file.write(content)
        Path(name).chmod(0o700)
        Path(name).replace(to)
    finally:
        Path(name).unlink(missing_ok=True)
    return to


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:20]


def _loaded(path: Path) -> ctypes.CDLL:
    try:
        kernels = ctypes.CDLL(str(path))
        for name in ("lanes", "panel", "reads_halves", "encode", "read_tokens"):
            getattr(kernels, name).restype = ctypes.c_int64
        kernels.layer.restype = None
    except (OSError, AttributeError) as error:
        raise EngineError(f"the compiled kernels cannot be loaded: {error}") from None
    return kernels


def _compilers() -> list[list[str]]:
    """`$CC`; or the system's compiler and that of the extra `fast`, one of which may lack what it needs."""
    named = os.environ.get("CC", "").strip()
    if shutil.which(named):
        return [[named]]  # a path may have blanks, and backslashes
    try:
        given = shlex.split(named)
    except ValueError as error:
        raise EngineError(f"CC names no compiler: {error}") from None
    if given:
        return [given]
    found = [[path] for path in map(shutil.which, _OF_SYSTEM) if path][:1]
    if find_spec("ziglang") is not None:
        found.append([sys.executable, "-m", "ziglang", "cc"])
    if not found:
        raise EngineError(f"the compiled engine needs a C compiler, and there is none: {install('fast')}")
    return found


def _for_this_machine() -> list[str]:
    machine = platform.machine().lower()
    native = next((option for option, kinds in _NATIVE.items() if machine.startswith(kinds)), None)
    return [*([native] if native else []), *([] if os.name == "nt" else ["-fPIC"])]


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
    """Whether a file is whole, and nobody else can have written it: it is code that will be run."""
    status = path.stat()
    if hasattr(os, "getuid") and (status.st_uid != os.getuid() or status.st_mode & 0o022):
        return False
    return path.stem.rpartition("-")[2] == _digest(read_regular(path))


def _compiled(compiler: list[str], folder: Path) -> Path:
    """The library that a compiler makes in a folder."""
    to, name = folder / "kernels.so", shlex.join(compiler)
    command = [*compiler, *_FLAGS, *_for_this_machine(), str(SOURCE / "kernels.c"), "-o", str(to)]
    with open(folder / "said", "w+b") as output:
        try:
            status = _run(command, output)
        except OSError as error:
            raise EngineError(f"{name} cannot be run: {cause_of(error)}") from None
        except subprocess.TimeoutExpired:
            raise EngineError(f"{name} takes longer than {_LONGEST} seconds") from None
        output.seek(0)
        said = [" ".join(line.split()) for line in output.read(_SAID).decode(errors="replace").splitlines()]
    if status:
        ended = f"it was ended by signal {-status}" if status < 0 else f"it ended with status {status}"
        cause = next((line for line in said if "error" in line), next(filter(None, said), ended))
        raise EngineError(f"{name} cannot compile the kernels: {textwrap.shorten(cause, 200, placeholder=' …')}")
    if not to.is_file() or not to.stat().st_size:
        raise EngineError(f"{name} cannot compile the kernels: it made none")
    return to


def _run(command: list[str], output: BinaryIO) -> int:
    """The status with which a program ends. Whatever it has started ends with it where it takes too long."""
    beside = str(Path(output.name).parent)  # where Zig keeps files: it may have no home, and nobody else needs them
    environment = {"ZIG_GLOBAL_CACHE_DIR": beside, **os.environ, "LC_ALL": "C"}
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=environment, start_new_session=True
    )
    try:
        return process.wait(_LONGEST)
    finally:
        if process.poll() is None:
            if hasattr(os, "killpg"):
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
            process.kill()
            process.wait()
