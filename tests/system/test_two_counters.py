"""A benefit at two counters, each with an edge of its own: used up at one, it is used up at the other.

Online, offline, confirmed by the hub, and undone; the hub says in the end what was too much.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.system.club import wait_until
from tests.system.counters import Counter, Counters

ROUNDS = 12
Opened = Callable[[str], Counters]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opened]:
    """Two counters that offer a benefit."""
    counters: list[Counters] = []

    def open_counters(permission: str) -> Counters:
        counters.append(Counters(tmp_path, permission, ROUNDS))
        return counters[0]

    yield open_counters
    for each in counters:
        each.close()


def applied_after(counter: Counter, seen: int) -> None:
    counter.process.wait_for(lambda event: event.get("event") == "applied", "change of the feed", after=seen)


def in_contact(counters: Counters, code: str) -> None:
    """The edges have had an answer, and all that they journaled is acked: they ask before they redeem."""
    for counter in (counters.bar, counters.terrace):
        wait_until(lambda counter=counter: counter.scan(code)["reason"] != "confirmation_needed", "contact")


def test_a_glass_redeemed_at_one_counter_is_used_up_at_the_other(opened: Opened) -> None:
    counters = opened("weekly-glass")
    for code in counters.seeded["members"][:5]:
        seen = counters.terrace.process.event_count()
        assert counters.bar.scan(code)["outcome"] == "granted"
        applied_after(counters.terrace, seen)
        assert counters.terrace.scan(code)["reason"] == "limit_reached"


def test_of_two_counters_that_ask_the_hub_one_gets_the_last_glass(opened: Opened) -> None:
    counters = opened("confirmed-glass")
    for code in counters.seeded["members"]:
        outcomes = sorted(scan["outcome"] for scan in counters.scan_at_both(code))
        assert outcomes == ["denied", "granted"]
    wait_until(lambda: len(counters.hub.at_hub()) == 2 * ROUNDS, "all check-ins at the hub")
    assert counters.hub.rows("SELECT count(*) FROM checkins_checkin WHERE over_limit") == [(0,)]
    assert counters.hub.rows("SELECT count(*) FROM checkins_checkin WHERE counted") == [(ROUNDS,)]


def test_who_has_two_memberships_gets_one_glass_by_each(opened: Opened) -> None:
    """Neither counter knows of the other's when it asks: each goes by the membership that the hub names."""
    counters = opened("confirmed-glass")
    for code in counters.seeded["twice"]:
        assert [scan["outcome"] for scan in counters.scan_at_both(code)] == ["granted", "granted"]
    wait_until(lambda: len(counters.hub.at_hub()) == 6, "all check-ins at the hub")
    assert counters.hub.rows("SELECT count(DISTINCT membership_id) FROM checkins_checkin") == [(6,)]
    assert counters.hub.rows("SELECT count(*) FROM checkins_checkin WHERE over_limit") == [(0,)]
    for code in counters.seeded["twice"]:
        counters.until("limit_reached", code, counters.bar)


def test_offline_two_counters_give_one_glass_too_many_and_the_hub_says_so(opened: Opened) -> None:
    counters = opened("weekly-glass")
    code = counters.seeded["members"][0]
    counters.hub.end("broker", kill=True)
    assert [scan["outcome"] for scan in counters.scan_at_both(code)] == ["granted", "granted"]
    counters.hub.start_broker()
    wait_until(lambda: len(counters.hub.at_hub()) == 2, "both check-ins at the hub")
    assert counters.hub.rows("SELECT count(*) FROM checkins_checkin WHERE over_limit") == [(1,)]


def test_with_the_hub_away_a_benefit_goes_by_its_offline_rule(opened: Opened) -> None:
    counters = opened("confirmed-or-not")
    code = counters.seeded["members"][0]
    in_contact(counters, code)
    counters.hub.end("worker")
    assert counters.bar.scan(code)["reason"] == "confirmation_needed"
    counters.hub.start_worker()
    counters.until("granted", code, counters.bar)


def test_offline_once_is_once_until_the_hub_was_back(opened: Opened) -> None:
    counters = opened("once-offline")
    code = counters.seeded["members"][0]
    counters.hub.end("broker", kill=True)
    assert counters.bar.scan(code)["outcome"] == "granted"
    assert counters.bar.scan(code)["reason"] == "confirmation_needed"
    counters.hub.start_broker()
    counters.until("granted", code, counters.bar)


def test_what_is_undone_at_one_counter_is_free_again_at_the_other(opened: Opened) -> None:
    counters = opened("weekly-glass")
    code = counters.seeded["members"][0]
    seen = counters.terrace.process.event_count()
    assert counters.bar.scan(code)["outcome"] == "granted"
    applied_after(counters.terrace, seen)
    assert counters.terrace.scan(code)["reason"] == "limit_reached"
    assert counters.bar.scan(counters.seeded["staff"])["outcome"] == "granted"
    counters.until("granted", code, counters.terrace)
    assert counters.hub.rows("SELECT count(*) FROM checkins_checkin WHERE voided_at IS NOT NULL") == [(1,)]
