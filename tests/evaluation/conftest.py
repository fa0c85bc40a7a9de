"""Property tests of scoring have no deadline: the first example may wait for other work on the machine."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("no deadline", deadline=None)
settings.load_profile("no deadline")
