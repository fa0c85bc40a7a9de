"""Records read by a Spark session of this machine."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from crohme.batch.engines.base import Job
from crohme.batch.engines.local import Local
from crohme.batch.errors import BatchError
from crohme.batch.ids import Shard, ids_of
from crohme.batch.rows import LOST
from crohme.batch.run import Settings, run_batch
from crohme.batch.sources import Sources
from crohme.datasets.location import sample_folder
from tests.batch.conftest import failed_in, rows_in
from tests.batch.deadly import job_of, read_or_die

pytest.importorskip("pyspark", reason="PySpark is not installed")
pytestmark = pytest.mark.skipif(shutil.which("java") is None, reason="there is no Java")
SETTINGS = Settings("expressions", beam=1)


@pytest.fixture(scope="module")
def session() -> Iterator[Any]:
    """Two processes, and none of Spark's pages."""
    from pyspark.sql import SparkSession

    started = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false").getOrCreate()
    started.sparkContext.setLogLevel("OFF")
    yield started
    started.stop()


def rows_by_id(place: Path) -> dict[object, object]:
    rows = [*rows_in(place), *failed_in(place)]
    found = {row["id"]: {**row, "seconds": None} for row in rows}
    assert len(found) == len(rows)
    return found


@pytest.mark.usefixtures("session")
def test_the_rows_are_those_of_one_machine(tmp_path: Path) -> None:
    from crohme.batch.engines.spark import Spark

    texts = [file.read_text(encoding="utf-8") for file in sorted((sample_folder() / "test").glob("*.inkml"))[:3]]
    lines = [{"id": f"{copy} {i}", "inkml": text} for copy in range(3) for i, text in enumerate([*texts, "<ink/>"])]
    (tmp_path / "in.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in lines), encoding="utf-8")
    run = partial(run_batch, Sources([str(tmp_path / "in.jsonl")]), settings=SETTINGS, at_once=1, part_size=5)
    run(output=tmp_path / "one", engine=Local(1))
    run(output=tmp_path / "many", engine=Spark(), limit=8)
    summary = run(output=tmp_path / "many", engine=Spark())
    assert (summary.read_before, summary.failed_before, summary.read, summary.failed) == (6, 2, 3, 1)
    assert rows_by_id(tmp_path / "many") == rows_by_id(tmp_path / "one")


@pytest.mark.usefixtures("session")
def test_a_record_that_ends_its_process_has_a_row_and_the_others_are_read(tmp_path: Path) -> None:
    from crohme.batch.engines.spark import Spark

    ids = ["a", "b", "deadly 1", "c", "d"]
    job = replace(job_of(ids, read_or_die, tmp_path), at_once=2)
    rows = list(Spark().rows(job))
    assert [row.id for row in rows] == ids
    assert {row.id: row.error for row in rows if row.error} == {"deadly 1": LOST}


def test_standard_input_is_refused(tmp_path: Path) -> None:
    from crohme.batch.engines.shipped import check_sources

    job = Job(Sources(["-"]), ids_of([], Sources([]), Shard(), None), read_or_die, "expressions", "")
    with pytest.raises(BatchError, match="--engine spark cannot read standard input"):
        check_sources(job, "--engine spark")
