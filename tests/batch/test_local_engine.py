"""A record that ends its process is told from those that were read beside it."""

from __future__ import annotations

import os
from multiprocessing import active_children
from pathlib import Path

import pytest

from crohme.batch.engines.local import Local
from crohme.batch.rows import LOST
from crohme.child_processes import WorkerLost
from tests.batch.deadly import die, job_of, read_or_die

pytestmark = pytest.mark.skipif(os.name != "posix", reason="processes are killed")


def test_a_record_that_ends_its_process_has_a_row_and_the_others_are_read(tmp_path: Path) -> None:
    before = set(active_children())  # a server that other tests in this process share
    ids = ["a", "b", "deadly 1", "c", "deadly 2", *(str(number) for number in range(30))]
    rows = list(Local(2).rows(job_of(ids, read_or_die, tmp_path)))
    assert [row.id for row in rows] == ids
    assert {row.id: row.error for row in rows if row.error} == {"deadly 1": LOST, "deadly 2": LOST}
    assert b'"id": "deadly 1"' in rows[2].line and set(active_children()) <= before


def test_processes_that_always_end_are_told(tmp_path: Path) -> None:
    with pytest.raises(WorkerLost):
        list(Local(2).rows(job_of([str(number) for number in range(9)], die, tmp_path)))
