"""What can go wrong with a batch, and with one record of it."""

from __future__ import annotations

from crohme.errors import CrohmeError


class BatchError(CrohmeError):
    """Sources, or a place for the output, that cannot be used."""


class RecordError(CrohmeError):
    """One record, or one file of records, that cannot be read."""
