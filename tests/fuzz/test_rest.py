"""A short run of the fuzzer of requests, with networks of toy size."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("fastapi", reason="the extra [web] is not installed")


def test_no_request_is_answered_500(expression_bundle: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import rest
    from harness import fuzz

    from crohme.web.app import create_app
    from crohme.web.networks import Networks

    # Without symbol networks, whose first answer takes seconds, and without the solver, whose answers do.
    networks = Networks(rest.choose_bundles([expression_bundle])[0], [], rest.LIMITS)
    app = create_app(networks, rest.LIMITS, hosts=rest.hosts_of("127.0.0.1"))
    monkeypatch.setattr(rest, "_app", lambda: app)
    monkeypatch.setattr("crohme.solver.process.find_spec", lambda _: None)
    try:
        tally = fuzz(rest.make, rest.attempt, rest.ALLOWED, seed=1, count=250, limit=rest.LIMIT)
    finally:
        networks.close()
    assert not tally.failures, tally.failures[0].trace
    assert tally.tried == 250
    assert {"200", "400", "415", "422", "503"} <= tally.outcomes.keys()
