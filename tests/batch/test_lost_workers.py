"""A record that ends its process is told from those that were read beside it."""

from __future__ import annotations

import os
from multiprocessing import active_children

import pytest

from crohme.batch.lost_workers import CAUSE, rows_of
from crohme.batch.records import Record
from crohme.child_processes import WorkerLost
from tests.batch.deadly import die, read_or_die

pytestmark = pytest.mark.skipif(os.name != "posix", reason="processes are killed")


def test_a_record_that_ends_its_process_has_a_row_and_the_others_are_read() -> None:
    before = set(active_children())  # a server that other tests in this process share
    ids = ["a", "b", "deadly 1", "c", "deadly 2", *(str(number) for number in range(30))]
    records = (Record(name, name, None) for name in ids)
    rows = list(rows_of(records, read_or_die, "expressions", workers=2, at_once=2))
    assert [row.id for row in rows] == ids
    assert {row.id: row.error for row in rows if row.error} == {"deadly 1": CAUSE, "deadly 2": CAUSE}
    assert b'"id": "deadly 1"' in rows[2].line and set(active_children()) <= before


def test_processes_that_always_end_are_told() -> None:
    with pytest.raises(WorkerLost):
        list(rows_of([Record("a", "a", None)] * 9, die, "expressions", workers=2, at_once=2))
