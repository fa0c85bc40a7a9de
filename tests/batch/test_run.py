"""A batch that is stopped goes on: whatever happens and when, every record is there once."""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from crohme.batch import place as places
from crohme.batch.engines.local import Local
from crohme.batch.errors import BatchError
from crohme.batch.files import MANIFEST
from crohme.batch.ids import Ids, Shard, ids_of
from crohme.batch.records import Record, hash_of
from crohme.batch.run import Settings, Summary, run_batch
from crohme.batch.sources import Sources
from crohme.errors import CrohmeError
from tests.batch.conftest import FakeRecognizer, failed_in, ids_in, rows_in
from tests.processes import wait_until

REPOSITORY = Path(__file__).resolve().parents[2]
SETTINGS = Settings("bundle")
Table = Callable[..., Sources]
pytestmark = pytest.mark.usefixtures("fake")


def run(sources: Sources, output: Path, settings: Settings = SETTINGS, **options: object) -> Summary:
    return run_batch(sources, output, settings, **{"engine": Local(1), "part_size": 10, **options})


def check_whole(place: Path, n: int, failed: tuple[int, ...] = ()) -> None:
    """Every record is in one part, or among the dead letters, once."""
    assert ids_in(place) == {str(i): 1 for i in range(n) if i not in failed}
    assert sorted(str(row["id"]) for row in failed_in(place)) == sorted(map(str, failed))
    assert not list(place.rglob(".*.part"))


def test_rows_hold_what_the_schema_says(table: Table, tmp_path: Path) -> None:
    summary = run(table(25, empty=(3,)), tmp_path / "out")
    check_whole(tmp_path / "out", 25, failed=(3,))
    assert [p.name for p in sorted((tmp_path / "out").glob("part-*"))] == [f"part-0000{i}.jsonl" for i in range(3)]
    first, (letter,) = rows_in(tmp_path / "out")[0], failed_in(tmp_path / "out")
    assert list(first) == list(letter) == [
        "id", "source", "latex", "mathml", "confidence", "candidates", "symbols", "warnings", "error", "seconds",
        "bundle",
    ]  # fmt: skip
    assert (first["id"], first["source"], first["latex"]) == ("0", f"{tmp_path / 'in.jsonl'}:1", "1")
    assert first["error"] is None and "<math" in str(first["mathml"]) and first["bundle"] == "sum of bundle"
    assert (letter["error"], letter["latex"], letter["candidates"]) == ("no strokes", None, [])
    assert (summary.total, summary.read, summary.failed, summary.causes) == (25, 24, 1, [("3", "no strokes")])


def test_the_same_command_reads_nothing_twice_and_what_is_new(
    table: Table, tmp_path: Path, fake: type[FakeRecognizer]
) -> None:
    run(table(20, empty=(3,)), tmp_path / "out", limit=15)
    assert fake.calls == 15
    summary = run(table(30, empty=(3,)), tmp_path / "out")
    assert (fake.calls, summary.read_before, summary.failed_before, summary.read) == (30, 14, 1, 15)
    run(table(30, empty=(3,)), tmp_path / "out")
    assert fake.calls == 30
    check_whole(tmp_path / "out", 30, failed=(3,))


class Killed(BaseException):
    """What no code expects, as a process that is killed does not."""


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("step", range(9))
def test_killed_at_any_step_of_writing_it_goes_on(
    step: int, after: bool, table: Table, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = iter(range(100))

    def dying(write: Callable[..., None]) -> Callable[..., None]:
        def wrapped(path: Path, content: str) -> None:
            dies = next(steps) == step
            if dies and not after:
                if write is places.append_line:  # a line is cut short
                    path.open("a").write(content[: len(content) // 2])
                raise Killed
            write(path, content)
            if dies:
                raise Killed

        return wrapped

    sources, out = table(40, empty=(3, 4, 15)), tmp_path / "out"
    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(places, "append_line", dying(places.append_line))
        patch.setattr(places, "write_whole", dying(places.write_whole))
        run(sources, out)
    run(sources, out)
    check_whole(out, 40, failed=(3, 4, 15))


def _size(file: Path) -> int:
    return file.stat().st_size if file.exists() else 0


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are forked")
def test_killed_at_random_moments_it_goes_on(table: Table, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = FakeRecognizer.recognize

    def recognize(self: FakeRecognizer, source: object, **options: object) -> object:
        time.sleep(0.001)
        return slow(self, source, **options)

    monkeypatch.setattr(FakeRecognizer, "recognize", recognize)
    sources, out, chance = table(900, empty=(7, 150)), tmp_path / "out", random.Random(5)
    for _ in range(20):
        process = multiprocessing.get_context("fork").Process(target=run, args=(sources, out), kwargs={"part_size": 7})
        before = _size(out / "done.jsonl")
        process.start()
        wait_until(lambda process=process, before=before: not process.is_alive() or _size(out / "done.jsonl") > before)
        time.sleep(chance.uniform(0, 0.03))
        process.kill()
        process.join()
    for partial in out.glob(".*.part"):
        os.utime(partial, (0, 0))  # one that is young might still be written
    assert len(rows_in(out)) >= 20 * 7
    run(sources, out, part_size=7)
    check_whole(out, 900, failed=(7, 150))


@pytest.mark.parametrize("what", ["part", "list"])
def test_a_full_disk_ends_it_and_loses_nothing(
    what: str, table: Table, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device", "there")

    sources, out = table(40, empty=(3,)), tmp_path / "out"
    run(sources, out, limit=20)
    before = {path.name: path.read_bytes() for path in out.iterdir() if path.name.startswith("part")}
    with monkeypatch.context() as patch, pytest.raises(OSError, match="No space left"):
        patch.setattr(*("os.fsync", full) if what == "part" else ("crohme.batch.place.append_line", full))
        run(sources, out)
    assert {name: (out / name).read_bytes() for name in before} == before
    assert not list(out.glob(".*.part"))
    run(sources, out)
    check_whole(out, 40, failed=(3,))


def test_on_a_disk_that_is_full_it_ends_and_goes_on_when_there_is_space(table: Table, tmp_path: Path) -> None:
    out = tmp_path / "small"
    out.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(out)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("no small disk can be mounted here")
    try:
        sources = table(400, empty=(3, 50))
        for _ in range(3):
            with pytest.raises(OSError, match="No space left"):
                run(sources, out / "out")
            assert 0 < len(rows_in(out / "out")) < 398
        subprocess.run(["mount", "-o", "remount,size=4m", str(out)], check=True)
        run(sources, out / "out")
        check_whole(out / "out", 400, failed=(3, 50))
    finally:
        subprocess.run(["umount", str(out)], check=True)


def test_interrupted_it_writes_what_was_read(table: Table, tmp_path: Path) -> None:
    def interrupted(rows: Iterator[object], *_: int) -> Iterator[object]:
        for number, row in enumerate(rows):
            if number == 14:
                signal.raise_signal(signal.SIGINT)
            yield row

    sources, summary = table(40), Summary()
    with pytest.raises(KeyboardInterrupt):
        run(sources, tmp_path / "out", watching=interrupted, summary=summary)
    assert (summary.read, len(rows_in(tmp_path / "out"))) == (14, 14)
    run(sources, tmp_path / "out")
    check_whole(tmp_path / "out", 40)


def test_what_failed_is_read_again_alone(table: Table, tmp_path: Path, fake: type[FakeRecognizer]) -> None:
    out = tmp_path / "out"
    run(table(40, empty=(3, 14, 15)), out)
    fake.calls = 0
    repaired = table(40, empty=(15,))
    run(repaired, out)
    assert fake.calls == 0
    summary = run(repaired, out, only_failed=True)
    assert (fake.calls, summary.read, summary.failed) == (3, 2, 1)
    check_whole(out, 40, failed=(15,))
    assert run(repaired, out, only_failed=True).failed == 1
    check_whole(out, 40, failed=(15,))
    assert run(table(40), out, only_failed=True).read == 1
    check_whole(out, 40)
    assert not (out / "retry.jsonl").exists() and not (out / "failed.jsonl").exists()


@pytest.mark.parametrize("step", range(6))
@pytest.mark.parametrize("only_failed", [True, False])
def test_a_second_try_that_is_killed_goes_on(
    step: int, only_failed: bool, table: Table, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, steps = tmp_path / "out", iter(range(100))
    run(table(40, empty=(3, 14, 15, 20, 30)), out)
    sources = table(40, empty=(15, 30))
    add = places.Place.add

    def dying(*arguments: object) -> None:
        if next(steps) == step:
            raise Killed
        add(*arguments)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(places.Place, "add", dying)
        try:
            run(sources, out, only_failed=True, part_size=1)
        except Killed:
            pass
    run(sources, out, only_failed=only_failed)
    run(sources, out)
    check_whole(out, 40, failed=(15, 30))


def test_shards_together_are_the_whole(table: Table, tmp_path: Path) -> None:
    sources, out = table(200, empty=(7, 8, 9)), tmp_path / "out"
    counts = [run(sources, out, shard=Shard(i, 3)).total for i in (2, 1, 3)]
    assert sum(counts) == 200 and min(counts) > 40
    check_whole(out, 200, failed=(7, 8, 9))
    run(sources, tmp_path / "one")
    assert ids_in(tmp_path / "one") == ids_in(out)


def test_equal_ids_are_an_error_that_names_both_records(table: Table, tmp_path: Path) -> None:
    first, second = table(5, name="a.jsonl"), table(3, name="b.jsonl")
    both = Sources([*first.named, *second.named])
    with pytest.raises(BatchError, match=r"two records have the id '[012]': \S*a.jsonl:[123] and \S*b.jsonl:[123]$"):
        run(both, tmp_path / "out")
    assert FakeRecognizer.calls == 0
    with pytest.raises(BatchError, match="a.jsonl:[1-5]: is named twice"):
        run(Sources(first.named * 2), tmp_path / "out2")


@pytest.mark.parametrize(
    ("settings", "cause"),
    [
        ({"bundle": "other"}, 'bundle was "sum of bundle" here, and is now "sum of other"'),
        ({"top": 4}, "top was 3 here, and is now 4"), ({"beam": 1}, "beam was null here, and is now 1"),
        ({"symbols": ["x", "1"]}, "alphabet was null here, and is now 1 x"),
    ],
)  # fmt: skip
def test_a_place_of_other_settings_is_refused_by_name(
    settings: dict[str, object], cause: str, table: Table, tmp_path: Path
) -> None:
    sources, out = table(5), tmp_path / "out"
    run(sources, out)
    with pytest.raises(BatchError) as caught:
        run(sources, out, replace(SETTINGS, **settings))
    assert cause in str(caught.value) and str(out) in str(caught.value)
    with pytest.raises(BatchError, match="shards was 1 here, and is now 2"):
        run(sources, out, shard=Shard(1, 2))
    with pytest.raises(BatchError, match=r"sources was \S*in.jsonl here, and is now \S*more.jsonl"):
        run(table(6, name="more.jsonl"), out)
    check_whole(out, 5)


def test_what_is_mistyped_leaves_the_place_as_it_was(table: Table, tmp_path: Path) -> None:
    for sources, settings in (
        (Sources([str(tmp_path / "*.none")]), SETTINGS),
        (table(3), replace(SETTINGS, symbols=["none of them"])),
    ):
        with pytest.raises(CrohmeError):
            run(sources, tmp_path / "out", settings)
        assert not (tmp_path / "out").exists()


def test_a_folder_of_other_files_is_refused(table: Table, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(BatchError, match="not a folder"):
        run(table(1), tmp_path / "file")
    with pytest.raises(BatchError, match="holds other files"):
        run(table(1), tmp_path)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "manifest.json").write_text("[]")
    with pytest.raises(BatchError, match="not the manifest"):
        run(table(1), tmp_path / "out")


@pytest.mark.skipif(os.name != "posix", reason="there are no locks")
def test_two_processes_do_not_write_to_one_place(table: Table, tmp_path: Path) -> None:
    def meanwhile(rows: Iterator[object], *_: int) -> Iterator[object]:
        with pytest.raises(BatchError, match="another process is writing here"):
            run(table(5), tmp_path / "out")
        yield from rows

    run(table(5), tmp_path / "out", watching=meanwhile)
    check_whole(tmp_path / "out", 5)


def test_a_fault_of_ours_is_a_dead_letter_and_the_others_are_read(
    table: Table, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = FakeRecognizer.recognize

    def recognize(self: FakeRecognizer, source: list[object], **options: object) -> object:
        if source[0][1][0] == 2:  # type: ignore[index]
            raise ZeroDivisionError("division by zero")
        return good(self, source, **options)

    monkeypatch.setattr(FakeRecognizer, "recognize", recognize)
    run(table(5), tmp_path / "out")
    check_whole(tmp_path / "out", 5, failed=(2,))
    assert failed_in(tmp_path / "out")[0]["error"] == "unexpected ZeroDivisionError: division by zero"


MANY = """
import json, os, sys
from pathlib import Path
from crohme.batch.engines.local import Local
from crohme.batch.run import Settings, run_batch
from crohme.batch.sources import Sources
from crohme.expressions.recognizer import Recognizer
from tests.batch.conftest import FakeRecognizer

Recognizer.load = FakeRecognizer
resident = lambda: int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
samples = []

def watched(rows, total, before):
    for number, row in enumerate(rows):
        if number % 1000 == 0:
            samples.append(resident())
        yield row

run_batch(Sources([sys.argv[1]]), Path(sys.argv[2]), Settings("bundle"), engine=Local(1), watching=watched)
print(json.dumps(samples))
"""


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="looks at /proc")
def test_memory_does_not_grow_with_the_number_of_records(table: Table, tmp_path: Path) -> None:
    (named,) = table(20_000, empty=(3,)).named
    command = [sys.executable, "-c", MANY, named, str(tmp_path / "out")]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True)
    samples = json.loads(done.stdout)
    assert len(samples) == 20 and sum(ids_in(tmp_path / "out").values()) == 19_999
    # After three parts everything has been there once; a row takes about 500 bytes, so 16,000 would take 8 MB.
    assert max(samples[4:]) - samples[3] < 2_000_000 and max(samples) < 400_000_000


class Endless(Sources):
    """Many records that are made when they are asked for, and how many are asked for ahead of what was read."""

    ahead = made = 0

    def records(self, *, with_content: bool = True) -> Iterator[Record]:
        for number in range(100_000):
            if with_content:
                self.made = number + 1
                self.ahead = max(self.ahead, self.made - FakeRecognizer.calls)
            yield Record(str(number), "made", [[[0, 0]]])


def test_records_are_made_as_they_are_read(tmp_path: Path) -> None:
    sources = Endless(["made"])

    def watched(rows: Iterator[object], total: int, before: int) -> Iterator[object]:
        assert (total, before) == (100_000, 0)
        for number, row in enumerate(rows):
            if number == 3_000:
                raise KeyboardInterrupt
            yield row

    with pytest.raises(KeyboardInterrupt):
        run(sources, tmp_path / "out", part_size=1000, watching=watched)
    assert sources.made <= 3_001 and sources.ahead == 1
    assert len(rows_in(tmp_path / "out")) == 3_000


def test_a_set_of_ids_takes_eight_bytes_for_each() -> None:
    sources = Endless(["made"])
    ids = ids_of(sources.records(with_content=False), sources, Shard(), None)
    assert (len(ids), ids.hashes.nbytes) == (100_000, 800_000)
    assert all(hash_of(str(number)) in ids for number in range(0, 100_000, 997))
    assert not any(hash_of(f"other {number}") in ids for number in range(100))
    some = Ids(hash_of(str(number)) for number in range(10))
    assert (len(ids - some), len(ids & some), len(ids | some)) == (99_990, 10, 100_000)


def test_parts_in_parquet_hold_the_same_rows(table: Table, tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    sources = table(25, empty=(3,))
    run(sources, tmp_path / "lines")
    for limit in (12, None):
        run(sources, tmp_path / "out", replace(SETTINGS, format="parquet"), limit=limit)
    parts = sorted((tmp_path / "out").glob("part-*.parquet"))
    rows = [row for part in parts for row in parquet.read_table(part).to_pylist()]
    assert len(parts) == 4
    assert parquet.read_schema(parts[0]).metadata[b"crohme_schema"] == b"1"
    expected = rows_in(tmp_path / "lines")
    for row in [*rows, *expected]:
        row["seconds"] = 0
    assert rows == expected
    assert json.loads((tmp_path / "out" / "manifest.json").read_text())["schema"] == 1


def test_a_manifest_that_is_a_pipe_is_refused(table: Table, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    os.mkfifo(tmp_path / "out" / MANIFEST)
    with pytest.raises((OSError, CrohmeError), match="Not a regular file"):
        run(table(3), tmp_path / "out")
