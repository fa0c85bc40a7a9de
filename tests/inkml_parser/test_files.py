"""Files are read only if they are regular ones, and written whole or not at all."""

from __future__ import annotations

import errno
import os
import resource
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from inkml_parser import Ink, read, write
from inkml_parser.files import (
    check_writable,
    filling,
    open_regular,
    replacing,
    replacing_text,
    uninterrupted,
    write_whole,
)


@pytest.fixture
def old(tmp_path: Path) -> Path:
    path = tmp_path / "file.txt"
    path.write_text("old", encoding="utf-8")
    return path


@pytest.fixture
def little_disk() -> Iterator[None]:
    """No file may grow beyond 10,000 bytes, as on a disk that is full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.fixture
def full_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 64 KiB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)]
    if sys.platform != "linux" or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a file system can be mounted by root on Linux only")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_file_is_replaced_only_at_the_end(old: Path) -> None:
    with replacing_text(old) as file:
        file.write("new ü")
        assert old.read_text(encoding="utf-8") == "old"
    assert old.read_bytes() == "new ü".encode()
    assert list(old.parent.iterdir()) == [old]


@pytest.mark.parametrize("is_folder", [False, True])
def test_what_a_killed_process_had_begun_is_removed_by_the_next_and_what_is_written_now_stays(
    old: Path, is_folder: bool
) -> None:
    begin = "filling(path) as f: (f / 'a').touch()" if is_folder else "replacing(path + '/a') as f: f.write(b'half')"
    program = (
        "import os, signal, sys; from inkml_parser.files import *; path = sys.argv[1]\n"
        f"with {begin}; os.kill(os.getpid(), signal.SIGKILL)"
    )
    folder = old.parent
    assert subprocess.run([sys.executable, "-c", program, str(folder)]).returncode == -signal.SIGKILL
    (killed,) = folder.glob(".*.part")
    with replacing(old), filling(folder) as filled:
        (living,) = {*folder.glob(".*.part")} - {killed, filled}
        for partial in (killed, living, filled):
            os.utime(partial, (0, 0))
        check_writable(folder / "another")
        assert {*folder.glob(".*.part")} == {living, filled}
    assert [*folder.iterdir()] == [old]


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError, OSError(errno.EIO, "Input/output error")])
def test_what_ends_early_leaves_the_old_file_and_nothing_else(old: Path, error: BaseException) -> None:
    with pytest.raises(BaseException) as raised, replacing(old) as file:  # noqa: PT011, PT012
        file.write(b"half")
        raise error
    assert old.read_text(encoding="utf-8") == "old"
    assert list(old.parent.iterdir()) == [old]
    if isinstance(error, OSError):
        assert raised.value.filename == str(old)


def test_a_file_that_may_not_grow_is_an_error_with_its_name(old: Path, little_disk: None) -> None:
    for write_it in (write_whole, lambda path, content: Path.write_bytes(path.with_name("other"), content)):
        with pytest.raises(OSError, match="File too large"):
            write_it(old, b"x" * 20_000)
    (old.parent / "other").unlink()
    with pytest.raises(OSError) as raised:
        write_whole(old, b"x" * 20_000)
    assert (raised.value.errno, raised.value.filename) == (errno.EFBIG, str(old))
    assert old.read_text(encoding="utf-8") == "old"
    assert list(old.parent.iterdir()) == [old]


def test_a_full_disk(full_disk: Path) -> None:
    path = full_disk / "file"
    write_whole(path, b"old")
    with pytest.raises(OSError) as raised:
        write_whole(path, os.urandom(100_000))
    assert (raised.value.errno, raised.value.filename) == (errno.ENOSPC, str(path))
    with pytest.raises(OSError) as raised, filling(full_disk / "report") as parts:
        write_whole(parts / "a", b"a")
        write_whole(parts / "b", os.urandom(100_000))
    assert (raised.value.errno, raised.value.filename) == (errno.ENOSPC, str(full_disk / "report" / "b"))
    assert {each.name: each.read_bytes() for each in full_disk.iterdir()} == {"file": b"old"}


def test_permissions_follow_the_umask_or_the_old_file(old: Path) -> None:
    before = os.umask(0o027)
    try:
        write_whole(old.with_name("new"), "new")
        old.chmod(0o604)
        write_whole(old, "new")
    finally:
        os.umask(before)
    assert stat.S_IMODE(old.with_name("new").stat().st_mode) == 0o640
    assert stat.S_IMODE(old.stat().st_mode) == 0o604


def test_links_stay(old: Path) -> None:
    link, dangling = old.with_name("link"), old.with_name("dangling")
    link.symlink_to(old.name)
    dangling.symlink_to("nothing yet")
    write_whole(link, "new")
    write_whole(dangling, "first")
    assert link.is_symlink() and old.read_text(encoding="utf-8") == "new"
    assert dangling.is_symlink() and old.with_name("nothing yet").read_text(encoding="utf-8") == "first"


def test_pipes_and_devices_are_written_to_as_they_stand(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read_there: list[bytes] = []
    reader = threading.Thread(target=lambda: read_there.append(pipe.read_bytes()))
    reader.start()
    check_writable(pipe)
    write_whole(pipe, "through")
    reader.join(10)
    assert read_there == [b"through"]
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    write_whole("/dev/null", "gone")
    assert not Path("/dev/null").is_file()
    with pytest.raises(OSError) as raised:
        write_whole("/dev/full", "x")
    assert (raised.value.errno, raised.value.filename) == (errno.ENOSPC, "/dev/full")


@pytest.mark.parametrize("to", ["/dev/stdout", "{file}"])
def test_standard_output_that_is_a_file_keeps_what_is_printed_before_and_after(tmp_path: Path, to: str) -> None:
    file = tmp_path / "out.txt"
    program = (
        "import sys; from inkml_parser.files import write_whole;"
        "write_whole(sys.argv[1], 'whole '); print('after', flush=True)"
    )
    with file.open("ab") as out:
        subprocess.run([sys.executable, "-c", program, to.format(file=file)], stdout=out, check=True)
    assert "after" in file.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "cause"),
    [("no/file", "No such file"), (".", "Is a directory"), ("file.txt/x", "Not a directory"), ("x" * 300, "too long")],
)
def test_where_no_file_can_be(old: Path, name: str, cause: str) -> None:
    for attempt in (check_writable, lambda path: write_whole(path, "x")):
        with pytest.raises(OSError, match=cause) as raised:
            attempt(old.parent / name)
        assert raised.value.filename == str(old.parent / name)
    assert list(old.parent.iterdir()) == [old]


def test_names_of_any_kind(tmp_path: Path) -> None:
    for name in ("a\nb", os.fsdecode(b"\xff\xfe"), "x" * 255, "ü" * 127):
        check_writable(tmp_path / name)
        assert not (tmp_path / name).exists()
        write_whole(tmp_path / name, name)
        assert (tmp_path / name).exists()
    assert len(list(tmp_path.iterdir())) == 4
    assert (tmp_path / os.fsdecode(b"\xff\xfe")).read_text(encoding="utf-8") == "\\udcff\\udcfe"


def test_a_folder_is_filled_at_the_end(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "report"
    for number in range(2):
        with filling(folder) as parts:
            (parts / "pages").mkdir()
            write_whole(parts / "pages" / "1", str(number))
            write_whole(parts / "index", str(number))
            assert {path.name for path in folder.iterdir()} - {parts.name} == (
                {"index", "pages", "mine"} if number else set()
            )
        (folder / "mine").touch()
        found = {path.relative_to(folder).as_posix() for path in folder.rglob("*")}
        assert found == {"index", "mine", "pages", "pages/1"}
        assert (folder / "pages" / "1").read_text() == (folder / "index").read_text() == str(number)
    with pytest.raises(KeyboardInterrupt), filling(folder) as parts:
        write_whole(parts / "index", "half")
        raise KeyboardInterrupt
    assert (folder / "index").read_text() == "1"
    with pytest.raises(ValueError, match="none"), filling(tmp_path / "new"):
        raise ValueError("none")
    assert not (tmp_path / "new").exists()
    with pytest.raises(OSError) as raised, filling(folder / "mine"):
        pass
    assert raised.value.errno == errno.ENOTDIR


def test_a_pipe_waits_a_while_for_its_reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read_there: list[bytes] = []
    reader = threading.Timer(0.3, lambda: read_there.append(pipe.read_bytes()))
    reader.start()
    write_whole(pipe, b"x" * 300_000)  # more than a pipe holds at once
    reader.join(10)
    assert list(map(len, read_there)) == [300_000]
    monkeypatch.setattr("inkml_parser.files.WAIT_FOR_READER", 0.1)
    with pytest.raises(OSError, match="Nobody reads from this pipe") as raised:
        write_whole(pipe, "to nobody")
    assert raised.value.filename == str(pipe)


def test_only_regular_files_are_read(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for path, cause in ((pipe, "Not a regular file"), (Path("/dev/zero"), "Not a regular"), (tmp_path, "directory")):
        with pytest.raises(OSError, match=cause) as raised:
            open_regular(path)
        assert raised.value.filename == str(path)
    with pytest.raises(OSError, match="Not a regular file"):
        read(pipe)
    with pytest.raises(FileNotFoundError):
        open_regular(tmp_path / "none")


def test_ink_that_cannot_be_written_leaves_the_old_file(tmp_path: Path, little_disk: None) -> None:
    path = tmp_path / "a.inkml"
    write(Ink.from_arrays([[[0, 0], [1, 1]]]), path)
    before = path.read_bytes()
    with pytest.raises(OSError, match="File too large"):
        write(Ink.from_arrays([[[i, i / 3] for i in range(3000)]]), path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_signal_waits_for_the_end_of_the_block() -> None:
    done = []
    with pytest.raises(KeyboardInterrupt), uninterrupted():
        signal.raise_signal(signal.SIGINT)
        done.append("to the end")
    assert done == ["to the end"]
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)
