"""A lost card is replaced while counters are at work: real processes all."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.processes import run_to_end
from tests.system.counters import Counters


@pytest.fixture
def counters(tmp_path: Path) -> Iterator[Counters]:
    opened = Counters(tmp_path, "weekly-glass", 1)
    yield opened
    opened.close()


def test_the_old_code_is_refused_at_every_counter_and_the_new_one_is_taken(counters: Counters) -> None:
    [old] = counters.seeded["members"]
    assert counters.bar.scan(old)["reason"] == "granted"
    lose = [sys.executable, "-m", "tests.system.lose_card", old]
    new = run_to_end(lose, counters.hub.env, counters.hub.folder / "lose.log").strip()
    for counter in (counters.bar, counters.terrace):
        counters.until("card_revoked", old, counter)
        # What was used stays used: it is the member's, not the card's.
        assert counter.scan(new)["reason"] == "limit_reached"
