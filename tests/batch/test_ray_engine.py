"""Records read by a Ray cluster of a head and two machines, all of them processes of this one."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from crohme.batch.engines.local import Local
from crohme.batch.rows import LOST
from crohme.batch.run import Settings, run_batch
from crohme.batch.sources import Sources
from crohme.datasets.location import sample_folder
from tests.batch.conftest import failed_in, rows_in
from tests.batch.deadly import job_of, read_or_die

ray = pytest.importorskip("ray", reason="Ray is not installed")
pytest.importorskip("ray.data", reason="Ray Data is not installed")
pytestmark = pytest.mark.skipif(os.name != "posix", reason="processes are killed")

MEMORY = 80 * 1024**2  # of the object store of each machine, the least that Ray takes being 75 MiB
SETTINGS = Settings("expressions", beam=1)


class Cluster:
    """A head that reads nothing, and two machines of one core each."""

    def __init__(self) -> None:
        from ray.cluster_utils import Cluster as Started

        head = {"num_cpus": 0, "object_store_memory": MEMORY, "include_dashboard": False}
        self._started = Started(initialize_head=True, head_node_args=head)
        self.address = self._started.address
        self.machines = [self._started.add_node(num_cpus=1, object_store_memory=MEMORY) for _ in range(2)]
        self._started.wait_for_nodes()

    def kill_one(self) -> None:
        self._started.remove_node(self.machines.pop(), allow_graceful=False)

    def end(self) -> None:
        ray.shutdown()
        self._started.shutdown()


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    os.environ["RAY_ENABLE_UV_RUN_RUNTIME_ENV"] = "0"
    os.environ["RAY_worker_niceness"] = "0"  # of its 15, actors on a busy machine start for minutes
    started = Cluster()
    yield started
    started.end()


@pytest.fixture
def sources(tmp_path: Path) -> Sources:
    """Ink as text, files in a folder, and some that cannot be read."""
    files = sorted((sample_folder() / "test").glob("*.inkml"))[:8]
    texts = [file.read_text(encoding="utf-8") for file in files[:3]]
    lines = [{"id": f"{copy} {i}", "inkml": text} for copy in range(8) for i, text in enumerate([*texts, "<ink/>"])]
    (tmp_path / "in.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in lines), encoding="utf-8")
    return Sources([str(tmp_path / "in.jsonl"), os.path.relpath(sample_folder() / "train")])


def rows_by_id(place: Path) -> dict[object, object]:
    rows = [*rows_in(place), *failed_in(place)]
    found = {row["id"]: {**row, "seconds": None} for row in rows}
    assert len(found) == len(rows)
    return found


def test_with_a_machine_killed_in_between_the_rows_are_those_of_one_machine(
    cluster: Cluster, sources: Sources, tmp_path: Path
) -> None:
    from crohme.batch.engines.ray_data import RayData

    def killing(rows: Iterator[object], total: int, before: int) -> Iterator[object]:
        for number, row in enumerate(rows):
            if number == 12:
                cluster.kill_one()
            yield row

    run = partial(run_batch, sources, settings=SETTINGS, limit=40, at_once=2, part_size=10)
    run(output=tmp_path / "one", engine=Local(1))
    summary = run(output=tmp_path / "many", engine=RayData(cluster.address), watching=killing)
    assert len(cluster.machines) == 1 and summary.read + summary.failed == 40 and summary.failed == 8
    assert rows_by_id(tmp_path / "many") == rows_by_id(tmp_path / "one")


def test_a_record_that_ends_its_actor_has_a_row_and_the_others_are_read(cluster: Cluster, tmp_path: Path) -> None:
    from crohme.batch.engines.ray_data import RayData

    ids = ["a", "b", "deadly 1", "c", *(str(number) for number in range(4))]
    job = replace(job_of(ids, read_or_die, tmp_path), at_once=3)
    rows = list(RayData(cluster.address, workers=1).rows(job))
    assert sorted(row.id for row in rows) == sorted(ids)
    assert {row.id: row.error for row in rows if row.error} == {"deadly 1": LOST}
