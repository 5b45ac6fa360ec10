"""What the edge's supervisor says of a failure: where it was, and nothing of what was scanned."""

import asyncio

import pytest

from edge import supervision
from tests.edge.fakes import FakeLog

SCANNED = "CODE-OF-SOMEBODY"


def test_a_failure_is_told_by_its_kind_and_place_and_the_work_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervision, "RESTART_S", 0)
    log = FakeLog()
    fails = iter([True])

    async def work() -> None:
        if next(fails, False):
            raise ValueError(f"cannot make sense of {SCANNED!r}")

    asyncio.run(supervision.supervised("gate of reader door", work, log))
    ((event, fields),) = log.lines
    places = fields.pop("places")
    assert (event, fields) == ("failed", {"what": "gate of reader door", "error": "ValueError"})
    assert "test_app_failures.py:" in str(places)
    assert SCANNED not in repr(log.lines) + str(places)
