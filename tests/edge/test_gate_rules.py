"""What a gate decides with besides the replica's rows: policy, posture, trust, own uses, voids and passages."""

from dataclasses import replace
from datetime import timedelta

import pytest
from msgspec import structs

from contract.ask import Circumstances, Codes, Contact, Direction, Passback, Posture
from contract.calendar import Calendar
from contract.card import lookup_hash
from contract.effects import use_of
from contract.facts import Card, Customer, Position
from contract.feed import Change
from contract.grant import Grant, Offline
from contract.hours import Schedule, Site
from contract.limits import CountsBy, Limit
from contract.membership import Holder, HolderKind, Membership, Plan
from contract.messages import Ack
from contract.plan_rows import plan_change, schedule_change, site_change
from contract.reasons import Reason
from contract.rotating import digits_at, rotating_text, secret_of, step_at
from contract.rows import (
    card_change,
    customer_change,
    link_change,
    membership_change,
    rotating_change,
    use_change,
)
from contract.trust import ClockState
from tests.edge.fakes import NOON, FakeSignals
from tests.edge.gate_world import CODE, COUNTER, DOOR, HOLDER, KEY, STRANGER, World, reasons, scan, stored

HASH = lookup_hash(KEY, CODE)
SALT = b"s" * 16
WEEK = Limit(1, 7 * 86_400)


def with_rows(world: World, *changes: Change) -> World:
    world.replica.rows[HASH] += [stored(change) for change in changes]
    return world


# Policy, posture, trust


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ({"enabled": False}, Reason.READER_DISABLED),
        ({"clock": ClockState.SYNCED}, Reason.CLOCK_UNKNOWN),
        ({"replica_age_seconds_max": 60}, Reason.REPLICA_STALE),
        ({"codes": Codes.ROTATING_STRICTLY}, Reason.CLOCK_UNKNOWN),
        ({"attended": False, "permission": "glass-of-wine"}, Reason.LOGIN_REQUIRED),
        ({}, Reason.GRANTED),
    ],
)
def test_a_readers_policy_is_asked_about(words: dict[str, object], reason: Reason) -> None:
    world = World()
    world.trust.state, world.trust.age_s = ClockState.HOLDOVER, 60.0009
    if words.get("codes"):
        world.trust.state = ClockState.UNKNOWN
    reader = structs.replace(DOOR, **words)
    assert reasons(scan(world, reader, CODE.encode())) == [reason]
    (checkin,) = world.journal.checkins
    assert checkin.policy == world.gate(reader, FakeSignals()).policy
    assert checkin.circumstances == Circumstances(clock=world.trust.state, replica_age_s=60.001)


@pytest.mark.parametrize(
    ("posture", "raw", "reason"),
    [
        (Posture.UNLOCKED, STRANGER, Reason.UNLOCKED),
        (Posture.UNLOCKED, "\x07", Reason.UNLOCKED),
        (Posture.FREE, STRANGER, Reason.FREE_ACCESS),
        (Posture.FREE, "\x07", Reason.UNREADABLE),
        (Posture.LOCKDOWN, CODE, Reason.LOCKDOWN),
    ],
)
def test_the_doors_posture_of_this_moment(posture: Posture, raw: str, reason: Reason) -> None:
    world = World()
    world.door.set_to = posture
    assert reasons(scan(world, DOOR, raw.encode())) == [reason]
    assert world.journal.checkins[0].circumstances.posture is posture


def test_what_was_the_case_travels_along() -> None:
    world = World()
    world.trust.state, world.trust.age_s, world.trust.contact = ClockState.UNKNOWN, None, False
    scan(world, DOOR, rotating_text(CODE, "12345678").encode())
    assert world.journal.checkins[0].circumstances == Circumstances(
        clock=ClockState.UNKNOWN, replica_age_s=None, contact=Contact.OFFLINE, digits="12345678"
    )


def test_hours_are_those_of_the_readers_site() -> None:
    plan = Plan(3, "Daytime", (Grant("front-door", schedule="never"),))
    world = with_rows(World(plan), site_change("harbour", Site(Calendar("Europe/Berlin"))))
    with_rows(world, schedule_change("never", Schedule()))
    world.site = "harbour"
    assert reasons(scan(world, DOOR, CODE.encode())) == [Reason.OUTSIDE_HOURS]
    assert world.journal.checkins[0].policy.site == "harbour"


# Own uses


def test_a_check_in_names_the_own_uses_that_the_replica_did_not_hold() -> None:
    world = World(Plan(3, "Thrice", (Grant("glass-of-wine", (Limit(3, 7 * 86_400),)),)))
    scan(world, COUNTER, CODE.encode(), CODE.encode())
    first, second = world.journal.checkins
    assert (first.own_uses, second.own_uses) == ([], [first.id])
    use = use_of(first)
    assert use is not None
    with_rows(world, use_change(use))
    scan(world, COUNTER, CODE.encode())
    assert world.journal.checkins[-1].own_uses == [second.id]


def company_world() -> World:
    """Two people of one company, which has one glass for all."""
    pool = Plan(3, "Pool", (Grant("glass-of-wine", (replace(WEEK, counts_by=CountsBy.COMPANY),)),))
    world = World(pool)
    company = Holder(HolderKind.COMPANY, 90)
    for customer, code in ((7, CODE), (8, STRANGER)):
        world.replica.rows[lookup_hash(KEY, code)] = [
            stored(change)
            for change in (
                card_change(lookup_hash(KEY, code), Card(customer)),
                customer_change(Customer(customer, "Member of a company")),
                link_change(customer, 90),
                plan_change(pool),
                membership_change(Membership(12, company, 3, NOON - timedelta(days=1), None)),
            )
        ]
    return world


def test_a_pool_that_somebody_else_emptied_here_is_empty() -> None:
    world = company_world()
    assert reasons(scan(world, COUNTER, CODE.encode(), STRANGER.encode())) == [
        Reason.GRANTED,
        Reason.LIMIT_REACHED,
    ]
    first, second = world.journal.checkins
    assert (first.company, second.own_uses) == (90, [first.id])


def test_offline_a_benefit_goes_as_often_as_allowed_since_the_last_contact() -> None:
    grant = Grant("glass-of-wine", (Limit(9, 60),), offline=Offline.AT_MOST, offline_uses=2)
    world = World(Plan(3, "Offline", (grant,)))
    world.trust.contact = False
    assert reasons(scan(world, COUNTER, *[CODE.encode()] * 3)) == [
        Reason.GRANTED,
        Reason.GRANTED,
        Reason.CONFIRMATION_NEEDED,
    ]
    assert world.confirmer.asked == []
    world.own_uses.acked(Ack(world.journal.id, 3, 5, 1))
    assert reasons(scan(world, COUNTER, CODE.encode())) == [Reason.CONFIRMATION_NEEDED]
    world.own_uses.passed(Position("everyone", 5, 1))
    assert reasons(scan(world, COUNTER, CODE.encode())) == [Reason.GRANTED]


# Rotating codes


def rotating_world() -> World:
    return with_rows(World(), rotating_change(HASH, SALT))


def shown(world: World, steps_later: int = 0) -> bytes:
    secret = secret_of(KEY, HASH, SALT)
    return rotating_text(CODE, digits_at(secret, step_at(world.clock.at) + steps_later)).encode()


ROTATING = structs.replace(DOOR, codes=Codes.ROTATING, rescan_seconds=0)


def test_a_step_is_taken_once_at_a_reader() -> None:
    world = rotating_world()
    raw = shown(world)
    assert reasons(scan(world, ROTATING, raw, raw, CODE.encode(), shown(world, -1), shown(world, 1))) == [
        Reason.GRANTED,
        Reason.CODE_REPLAYED,
        Reason.CODE_STALE,
        Reason.GRANTED,
        Reason.GRANTED,
    ]
    assert world.journal.checkins[0].step == step_at(world.clock.at)
    assert reasons(scan(world, structs.replace(ROTATING, name="other"), raw)) == [Reason.GRANTED]


def test_a_clock_that_is_set_back_makes_no_code_good_again() -> None:
    world = rotating_world()
    early, late = shown(world), shown(world, 6)
    assert reasons(scan(world, ROTATING, early)) == [Reason.GRANTED]
    world.clock.at += timedelta(minutes=3)
    assert reasons(scan(world, ROTATING, late)) == [Reason.GRANTED]
    world.clock.at -= timedelta(minutes=3)
    assert reasons(scan(world, ROTATING, early)) == [Reason.CODE_REPLAYED]
    world.clock.at += timedelta(minutes=3)
    assert reasons(scan(world, ROTATING, late)) == [Reason.CODE_REPLAYED]


def test_a_code_is_used_up_by_being_shown_where_it_was_denied() -> None:
    world = rotating_world()
    raw = shown(world)
    world.door.set_to = Posture.LOCKDOWN
    assert reasons(scan(world, ROTATING, raw)) == [Reason.LOCKDOWN]
    world.door.set_to = Posture.SECURE
    assert reasons(scan(world, ROTATING, raw)) == [Reason.CODE_REPLAYED]


def test_a_rescan_repeats_what_was_shown_and_records_nothing() -> None:
    world = rotating_world()
    reader = structs.replace(ROTATING, rescan_seconds=5)
    raw = shown(world)
    signals = scan(world, reader, raw, raw, STRANGER.encode(), raw)
    assert reasons(signals) == [Reason.GRANTED, Reason.GRANTED, Reason.UNKNOWN_CARD, Reason.GRANTED]
    first, _ = world.journal.checkins
    assert world.log.all("scan_repeated") == 2 * [
        {"reader": "door", "id": first.id.hex(), "outcome": "granted", "reason": "granted", "remaining": None}
    ]


def test_what_was_unreadable_is_no_rescan() -> None:
    world = World()
    assert len(scan(world, structs.replace(DOOR, rescan_seconds=60), b"\x07", b"\x07").shown) == 2
    assert len(world.journal.checkins) == 2


# Passages

IN = structs.replace(DOOR, area="hall", passback=Passback.HARD)
OUT = structs.replace(DOOR, name="way-out", area="hall", direction=Direction.OUT)


def test_who_went_in_goes_out_before_the_next_time() -> None:
    world = World()
    assert reasons(scan(world, IN, CODE.encode(), CODE.encode())) == [Reason.GRANTED, Reason.ALREADY_INSIDE]
    world.clock.at += timedelta(seconds=1)
    assert reasons(scan(world, OUT, CODE.encode())) == [Reason.GRANTED]
    assert reasons(scan(world, IN, CODE.encode())) == [Reason.GRANTED]


def test_soft_anti_passback_is_told() -> None:
    world = World()
    soft = structs.replace(IN, passback=Passback.SOFT)
    assert reasons(scan(world, soft, CODE.encode(), CODE.encode())) == [Reason.GRANTED, Reason.GRANTED]
    assert [each.inside_already for each in world.journal.checkins] == [False, True]
    assert [each.get("inside_already") for each in world.log.all("scan")] == [None, True]


def test_another_area_is_another_matter() -> None:
    world = World()
    other = structs.replace(IN, name="bar", area="bar")
    assert (
        reasons(scan(world, IN, CODE.encode())) == reasons(scan(world, other, CODE.encode())) == [Reason.GRANTED]
    )
    assert len(world.own_uses.passages_of(HOLDER.id)) == 2
