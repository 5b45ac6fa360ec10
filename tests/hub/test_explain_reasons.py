"""Every reason at the hub: members made by operations, a scan decided from the feed, taken in, and explained."""

from collections.abc import Callable

import pytest

from contract.reasons import Outcome, Reason
from hub.decisions import denials
from hub.decisions.ladder import RULES, Mark
from hub.decisions.plain_remedies import PLAIN
from tests.hub import reason_scenes as scenes
from tests.hub.conftest import Database
from tests.hub.explained import Scene, last, scene

SetUp = Callable[[Scene], None]


@pytest.fixture
def scan(sqlite_database: Database) -> Scene:
    return scene()


_CASES: list[tuple[Reason, SetUp, str]] = [
    (Reason.READER_DISABLED, scenes.reader_disabled, "Switch the reader clubhouse/counter on"),
    (Reason.NOT_READY, scenes.not_ready, "until it has loaded its feed"),
    (Reason.UNREADABLE, scenes.unreadable, "Scan again"),
    (Reason.UNKNOWN_CARD, scenes.unknown_card, "the code was nobody's"),
    (Reason.CARD_REVOKED, scenes.card_revoked, "another card"),
    (
        Reason.CARD_NOT_YET_VALID,
        scenes.card_not_yet_valid,
        "valid from Tue 3 Mar 2026, 19:30:00 (Europe/Berlin), 18:30:00 UTC",
    ),
    (Reason.CARD_EXPIRED, scenes.card_expired, "valid until Fri 27 Feb 2026"),
    (Reason.CODE_STALE, scenes.code_stale, "the digits were not those of then"),
    (Reason.CODE_REPLAYED, scenes.code_replayed, "taken here already"),
    (Reason.CLOCK_UNKNOWN, scenes.clock_unknown, "was unknown, and this reader takes holdover at worst"),
    (Reason.REPLICA_STALE, scenes.replica_stale, "was 2 hours old, and this reader takes 1 hour at most"),
    (Reason.NO_MEMBERSHIP, scenes.no_membership, "Assign the customer a membership"),
    (Reason.PENDING, scenes.pending, "first payment of the plan “Full” is open"),
    (Reason.SCHEDULED, scenes.scheduled, "begins on Wed 4 Mar 2026"),
    (Reason.SUSPENDED, scenes.suspended, "frozen until Fri 6 Mar 2026"),
    (Reason.EXPIRED, scenes.expired, "ended on Sat 28 Feb 2026"),
    (Reason.EXPIRED, scenes.revoked, "was revoked"),
    (Reason.LOCKDOWN, scenes.lockdown, "pass-lockdown, which passes one"),
    (Reason.LOCKDOWN, scenes.lockdown_for_all, "names no permission for it"),
    (Reason.PERMISSION_MISSING, scenes.permission_missing, "does not grant The sauna"),
    (
        Reason.OUTSIDE_HOURS,
        scenes.outside_hours,
        "(Sun 1 Mar 2026, Europe/Berlin) are 08:00-18:00 (and from the evening before: 20:00-02:00)",
    ),
    (
        Reason.PARTNER_NOT_APPROVED,
        scenes.partner_not_approved,
        "Approved partners are Bistro, Wine bar, and this reader is Bakery's: approve it for glass-of-wine",
    ),
    (Reason.LOGIN_REQUIRED, scenes.login_required, "not used up where nobody is known"),
    (Reason.LOGIN_REQUIRED, scenes.login_of_the_permission, "asks for it wherever it is given"),
    (Reason.ALREADY_INSIDE, scenes.already_inside, "ends by itself on Sun 1 Mar 2026, 20:00:00 (Europe/Berlin)"),
    (
        Reason.LIMIT_REACHED,
        scenes.limit_reached,
        "available again on Fri 6 Mar 2026, 19:30:00 (Europe/Berlin), 18:30:00 UTC",
    ),
    (Reason.LIMIT_REACHED, scenes.limit_reached_for_good, "does not become available again"),
    (
        Reason.COOLDOWN,
        scenes.cooldown,
        "30 minutes apart; available again on Sun 1 Mar 2026, 19:50:00 (Europe/Berlin)",
    ),
    (Reason.CONFIRMATION_NEEDED, scenes.confirmation_needed, "its answer was not there in time"),
    (Reason.CONFIRMATION_NEEDED, scenes.confirmation_offline, "not given without it"),
    (Reason.CONFIRMATION_NEEDED, scenes.confirmation_spent, "allows 1 offline at each edge"),
    (Reason.CANNOT_RECORD, scenes.cannot_be_recorded, "journal could not be written"),
    (Reason.UNLOCKED, scenes.unlocked, "held unlocked"),
    (Reason.FREE_ACCESS, scenes.free_access, "any readable scan"),
    (Reason.GRANTED, scenes.granted, "it was granted"),
]


_FALSE = {
    "revoked": "The membership was revoked",
    "permission_missing": "The plan “Full” does not grant The sauna",
    "outside_hours": "Outside the hours: open 08:00-18:00 on Sundays",
    "partner_not_approved": "Bakery is not approved",
    "confirmation_offline": "The hub was out of reach, and the offline rule is “refuse”",
    "confirmation_spent": "The hub was out of reach, and the offline rule is “at most once of a member",
}
"""Where the ladder says more than what the reason alone means."""


@pytest.mark.parametrize(("reason", "set_up", "sentence"), _CASES, ids=[each[1].__name__ for each in _CASES])
def test_a_reason_is_replayed_and_its_remedy_named(
    scan: Scene, reason: Reason, set_up: SetUp, sentence: str
) -> None:
    set_up(scan)
    told = last()
    assert told.checkin.reason == reason
    assert told.replay.lost is None
    assert told.replay.differences == ()
    assert told.replay.same
    assert sentence in told.change
    decided = [rung for rung in told.ladder if rung.mark is Mark.DECIDED]
    assert [reason in rung.rule.reasons for rung in decided] == ([] if reason is Reason.GRANTED else [True])
    if told.checkin.outcome == Outcome.DENIED:
        [denied] = decided
        assert denied.text != denied.rule.text
        assert denied.text.startswith(_FALSE.get(set_up.__name__, str(denials.PLAIN[reason])))
    if reason is Reason.GRANTED:
        assert {rung.mark for rung in told.ladder} == {Mark.PASSED}


def test_every_reason_is_reached_stands_on_the_ladder_and_has_a_remedy() -> None:
    assert {reason for reason, *_ in _CASES} == set(Reason) == set(PLAIN)
    assert set(denials.PLAIN) == set(Reason) - {Reason.UNLOCKED, Reason.FREE_ACCESS, Reason.GRANTED}
    on_ladder = [reason for rule in RULES for reason in rule.reasons]
    assert sorted(on_ladder) == sorted(set(Reason) - {Reason.GRANTED})


def test_the_ladder_stands_in_the_order_of_the_reasons() -> None:
    """But for an open door, which comes before the replica is asked for."""
    order = list(Reason)
    ranks = [min(map(order.index, rule.reasons)) for rule in RULES if Reason.UNLOCKED not in rule.reasons]
    assert ranks == sorted(ranks)
