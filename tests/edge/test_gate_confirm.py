"""Benefits that the hub confirms first: every answer, no answer, and what happens while it is asked."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest
from msgspec import structs

from contract.ask import Contact, Mode
from contract.card import lookup_hash
from contract.grant import Grant, Offline
from contract.instants import to_us
from contract.limits import Limit
from contract.membership import Plan
from contract.messages import Confirmed
from contract.plan_rows import plan_change
from contract.reasons import Outcome, Reason
from contract.rows import membership_change
from edge.counter.screen import Screen
from edge.counter.view import state_of
from edge.ports import Frame
from tests.edge.fakes import NOON, FakeSignals
from tests.edge.gate_world import CODE, COUNTER, DOOR, KEY, STRANGER, World, reasons, run, scan, stored
from tests.edge.test_own_uses import checkin

LATER = NOON + timedelta(days=3)
GRANTED = Confirmed(b"n" * 16, b"", "granted", "granted", remaining=3, membership=11)
DENIED = Confirmed(b"n" * 16, b"", "denied", "limit_reached", 0, to_us(LATER))


def confirmed_world(answer: Confirmed | None, offline: Offline = Offline.ALLOW, count: int = 2) -> World:
    grant = Grant("glass-of-wine", (Limit(count, 7 * 86_400),), confirm=True, offline=offline)
    world = World(Plan(3, "Confirmed", (Grant("front-door"), grant)))
    world.confirmer.answer = answer
    return world


def test_what_the_hub_grants_is_granted_with_what_it_says_is_left() -> None:
    world = confirmed_world(GRANTED)
    (decision,) = scan(world, COUNTER, CODE.encode()).shown
    assert (decision.reason, decision.remaining) == (Reason.GRANTED, 3)
    ((asked, budget_s),) = world.confirmer.asked
    assert (asked.reason, asked.outcome, asked.counted, budget_s) == ("confirmation_needed", "denied", False, 1.0)
    (kept,) = world.journal.checkins
    assert (kept.id, kept.at_us, kept.remaining, kept.counted) == (asked.id, asked.at_us, 3, True)
    assert kept.circumstances.contact is Contact.CONFIRMED
    assert len(world.own_uses.of(7)) == 1


def test_what_the_hub_denies_is_denied_for_its_reason() -> None:
    world = confirmed_world(DENIED)
    (decision,) = scan(world, COUNTER, CODE.encode()).shown
    assert (decision.outcome, decision.reason) == (Outcome.DENIED, Reason.LIMIT_REACHED)
    assert (decision.remaining, decision.next_available_at, decision.counted) == (0, LATER, False)
    (kept,) = world.journal.checkins
    assert (kept.id, kept.reason, kept.outcome) == (world.confirmer.asked[0][0].id, "limit_reached", "denied")
    assert kept.circumstances.contact is Contact.ONLINE
    assert world.own_uses.of(7) == ()


def test_whoever_takes_the_last_hears_from_the_hub_when_the_next_is_due() -> None:
    """The other uses have not come here yet."""
    world = confirmed_world(structs.replace(GRANTED, remaining=0, next_available_us=to_us(LATER)))
    screen = Screen(COUNTER, world.clock)

    async def scenario(world: World) -> None:
        await world.gate(COUNTER, FakeSignals(), screen).handle(world.reading(CODE.encode()))

    run(scenario, world)
    facts = {each["label"]: each["value"] for each in state_of(screen, NOON, [])["shown"]["facts"]}
    assert (facts["Left"], facts["Next"]) == ("0", "Tue 4 Jun, 12:00")


def test_a_reason_of_a_newer_hub() -> None:
    world = confirmed_world(structs.replace(DENIED, reason="moon_is_full", next_available_us=None))
    (decision,) = scan(world, COUNTER, CODE.encode()).shown
    assert (decision.outcome, decision.reason) == (Outcome.DENIED, Reason.CONFIRMATION_NEEDED)


@pytest.mark.parametrize(
    ("offline", "reason"), [(Offline.ALLOW, Reason.GRANTED), (Offline.DENY, Reason.CONFIRMATION_NEEDED)]
)
def test_without_an_answer_the_offline_rule_holds(offline: Offline, reason: Reason) -> None:
    world = confirmed_world(None, offline)
    assert reasons(scan(world, COUNTER, CODE.encode())) == [reason]
    (kept,) = world.journal.checkins
    assert kept.circumstances.contact is Contact.OFFLINE
    assert kept.id == world.confirmer.asked[0][0].id


def test_out_of_contact_nobody_is_asked() -> None:
    world = confirmed_world(GRANTED, Offline.DENY)
    world.trust.contact = False
    assert reasons(scan(world, COUNTER, CODE.encode())) == [Reason.CONFIRMATION_NEEDED]
    assert world.confirmer.asked == []


def test_what_asks_for_no_confirmation_asks_nobody() -> None:
    world = confirmed_world(GRANTED)
    scan(world, DOOR, CODE.encode())
    scan(world, structs.replace(COUNTER, mode=Mode.IDENTIFY), CODE.encode())
    assert world.confirmer.asked == []


def test_a_budget_of_the_readers_own() -> None:
    world = confirmed_world(GRANTED)
    scan(world, structs.replace(COUNTER, confirm_seconds=0.3), CODE.encode())
    assert world.confirmer.asked[0][1] == 0.3


def test_other_readers_go_on_while_the_hub_is_asked_and_the_answer_meets_fresh_facts() -> None:
    """The last glass is taken at another counter meanwhile: the hub's yes does not pour it twice."""

    async def scenario(world: World) -> None:
        world.confirmer.free.clear()
        first, other = FakeSignals(), FakeSignals()
        waiting = asyncio.create_task(world.gate(COUNTER, first).handle(world.reading(CODE.encode())))
        while not world.confirmer.asked:
            await asyncio.sleep(0)
        await world.gate(structs.replace(DOOR, name="other"), other).handle(world.reading(CODE.encode()))
        assert reasons(other) == [Reason.GRANTED]
        world.own_uses.add(checkin(99, membership=11))
        world.confirmer.free.set()
        await waiting
        assert reasons(first) == [Reason.LIMIT_REACHED]
        assert world.journal.checkins[-1].own_uses == [(99).to_bytes(16, "big")]

    run(scenario, confirmed_world(GRANTED, count=1))


def test_other_scans_at_the_reader_wait_behind_it() -> None:
    async def scenario(world: World) -> None:
        world.confirmer.free.clear()
        signals = FakeSignals()

        async def frames() -> AsyncIterator[Frame]:
            yield world.frame(CODE.encode())
            yield world.frame(STRANGER.encode())

        serving = asyncio.create_task(world.gate(COUNTER, signals).serve(frames()))
        while not world.confirmer.asked:
            await asyncio.sleep(0)
        await asyncio.sleep(0.05)
        assert signals.shown == []
        world.confirmer.free.set()
        await serving
        assert reasons(signals) == [Reason.GRANTED, Reason.UNKNOWN_CARD]

    run(scenario, confirmed_world(GRANTED))


def test_a_hub_that_does_not_say_what_is_left() -> None:
    world = confirmed_world(structs.replace(GRANTED, remaining=None))
    (decision,) = scan(world, COUNTER, CODE.encode()).shown
    assert (decision.reason, decision.remaining) == (Reason.GRANTED, 1)


def test_a_replica_that_is_lost_meanwhile_denies() -> None:
    world = confirmed_world(GRANTED)
    world.confirmer.meanwhile = lambda: setattr(world.replica, "position", None)
    assert reasons(scan(world, COUNTER, CODE.encode())) == [Reason.NOT_READY]


# Two memberships, one glass each


def two_glasses(answer: Confirmed) -> World:
    """The second membership (12) is the one to go last."""
    world = confirmed_world(answer, count=1)
    second = replace(world.membership, id=12, ends_at=NOON + timedelta(days=9))
    world.replica.rows[lookup_hash(KEY, CODE)].append(stored(membership_change(second)))
    return world


def test_a_grant_goes_by_the_membership_that_the_hub_names() -> None:
    """The first one's glass is held free for another counter, whose use has not come here."""
    world = two_glasses(structs.replace(GRANTED, remaining=0, membership=12))
    (decision,) = scan(world, COUNTER, CODE.encode()).shown
    assert (decision.reason, decision.remaining) == (Reason.GRANTED, 0)
    (kept,) = world.journal.checkins
    assert (kept.membership, kept.counted, kept.circumstances.contact) == (12, True, Contact.CONFIRMED)


@pytest.mark.parametrize("membership", [None, 99])
def test_a_membership_that_is_not_known_here_confirms_nothing(membership: int | None) -> None:
    world = two_glasses(structs.replace(GRANTED, membership=membership))
    assert reasons(scan(world, COUNTER, CODE.encode())) == [Reason.CONFIRMATION_NEEDED]
    (kept,) = world.journal.checkins
    assert (kept.counted, kept.circumstances.contact) == (False, Contact.ONLINE)


def test_a_membership_that_denies_by_now_confirms_nothing() -> None:
    world = two_glasses(GRANTED)
    world.confirmer.meanwhile = lambda: world.own_uses.add(checkin(99, membership=11))
    assert reasons(scan(world, COUNTER, CODE.encode())) == [Reason.CONFIRMATION_NEEDED]
    assert not world.journal.checkins[0].counted


def test_a_hubs_no_counts_nothing_even_if_no_yes_is_needed_any_more() -> None:
    world = confirmed_world(DENIED)
    plain = Plan(3, "Plain", (Grant("front-door"), Grant("glass-of-wine", (Limit(2, 7 * 86_400),))))
    rows = world.replica.rows[lookup_hash(KEY, CODE)]
    world.confirmer.meanwhile = lambda: rows.__setitem__(2, stored(plan_change(plain)))
    (decision,) = scan(world, COUNTER, CODE.encode()).shown
    assert (decision.outcome, decision.reason, decision.counted) == (Outcome.DENIED, Reason.LIMIT_REACHED, False)
    assert not world.journal.checkins[0].counted
