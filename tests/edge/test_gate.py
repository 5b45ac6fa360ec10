"""The way of a scan, every way it can go, in a world of fakes that implement edge/ports.py."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from contract.ask import Mode
from contract.card import SCAN_BYTES_MAX, lookup_hash, trace_hash
from contract.card import read_scan as scan_of
from contract.effects import use_of
from contract.grant import Grant
from contract.limits import Limit
from contract.membership import Plan
from contract.messages import Ack, CheckIn
from contract.reader_configuration import Reader, ReaderKind
from contract.reasons import Outcome, Reason
from contract.rows import use_change
from edge.ports import Frame
from tests.edge.fakes import FakeSignals
from tests.edge.gate_world import (
    CODE,
    COUNTER,
    DOOR,
    FULL,
    HERE,
    KEY,
    STRANGER,
    World,
    reasons,
    run,
    scan,
    stored,
)


def test_granted_at_the_door() -> None:
    world = World()
    signals = scan(world, DOOR, CODE.encode())
    assert [decision.outcome for decision in signals.shown] == [Outcome.GRANTED]
    (checkin,) = world.journal.checkins
    assert checkin == CheckIn(
        id=(1).to_bytes(16, "big"),
        at_us=checkin.at_us,
        reader="door",
        outcome="granted",
        reason="granted",
        permission="front-door",
        mode="redeem",
        counted=False,
        code_hash=lookup_hash(KEY, CODE),
        code_length=20,
        code_classes="upper",
        detail="current",
        customer=7,
        membership=11,
        feed="everyone",
        epoch=5,
        sequence=42,
    )
    assert world.nudges == 1
    assert world.own_uses.of(7) == ()


def test_the_log_of_a_scan() -> None:
    world = World()
    signals = FakeSignals(on_show=lambda: setattr(world.clock, "elapsed_s", world.clock.elapsed_s + 0.0125))

    async def scenario(world: World) -> None:
        await world.gate(DOOR, signals).handle(world.reading(CODE.encode()))

    run(scenario, world)
    assert world.log.lines == [
        (
            "scan",
            {
                "reader": "door",
                "id": (1).to_bytes(16, "big").hex(),
                "outcome": "granted",
                "reason": "granted",
                "remaining": None,
                "journal_sequence": 1,
                "latency_ms": 12.5,
            },
        )
    ]


def test_neither_code_nor_name_nor_key_is_logged_or_kept() -> None:
    world = World()
    gate = world.gate(DOOR, FakeSignals())
    scan(world, DOOR, CODE.encode(), b"secret\x07text", b"123456")
    kept = repr(world.log.lines) + repr(world.journal.checkins) + repr(gate)
    for secret in (CODE, "Member with", repr(KEY), KEY.hex(), "secret", "123456"):
        assert secret not in kept


def test_every_spelling_of_a_card_is_that_card() -> None:
    url = f"https://club.example/c/{CODE.lower()}".encode()
    assert reasons(scan(World(), DOOR, url, b" " + CODE.encode(), b"]Q1" + url)) == [Reason.GRANTED] * 3


def test_unknown_card() -> None:
    world = World()
    assert reasons(scan(world, DOOR, STRANGER.encode())) == [Reason.UNKNOWN_CARD]
    (checkin,) = world.journal.checkins
    assert (checkin.customer, checkin.sequence) == (None, 42)


@pytest.mark.parametrize("raw", [b"", b"\x00\x01", b"\xff\xfe", b"x" * 10_000, b"\x1b[2J"])
def test_unreadable_is_recorded_by_hash_length_and_classes(raw: bytes) -> None:
    world = World()
    assert reasons(scan(world, DOOR, raw)) == [Reason.UNREADABLE]
    (checkin,) = world.journal.checkins
    assert checkin.code_length == len(raw)
    assert checkin.code_hash == trace_hash(KEY, scan_of(raw[: SCAN_BYTES_MAX + 1]))
    assert checkin.code_classes == scan_of(raw).classes


def test_no_whole_replica() -> None:
    world = World()
    world.replica.position = None
    assert reasons(scan(world, DOOR, CODE.encode(), b"\x00")) == [Reason.NOT_READY] * 2
    assert [(each.feed, each.epoch, each.sequence) for each in world.journal.checkins] == [(None, None, None)] * 2
    assert len(world.log.all("scan")) == 2


def test_a_replica_that_cannot_be_read() -> None:
    world = World()
    world.replica.broken = True
    assert reasons(scan(world, DOOR, CODE.encode())) == [Reason.NOT_READY]
    assert world.log.all("replica_unreadable") == [{"reader": "door", "why": "the file is damaged"}]


def test_a_broken_row_denies_one_card_and_the_reader_goes_on() -> None:
    world = World()
    card_hash = lookup_hash(KEY, STRANGER)
    world.replica.rows[card_hash] = [(1, card_hash, b"no key", b"no body")]
    assert reasons(scan(world, DOOR, STRANGER.encode(), CODE.encode())) == [Reason.NOT_READY, Reason.GRANTED]
    assert len(world.log.all("replica_unreadable")) == 1


def test_expired_at_that_instant() -> None:
    world = World()
    assert world.membership.ends_at is not None
    world.clock.at = world.membership.ends_at - timedelta(microseconds=1)
    assert reasons(scan(world, DOOR, CODE.encode())) == [Reason.GRANTED]
    world.clock.at = world.membership.ends_at
    assert reasons(scan(world, DOOR, CODE.encode())) == [Reason.EXPIRED]
    assert world.journal.checkins[-1].detail == "ended"


def test_a_redemption_counts_at_once() -> None:
    world = World()
    signals = scan(world, COUNTER, CODE.encode(), CODE.encode())
    assert reasons(signals) == [Reason.GRANTED, Reason.LIMIT_REACHED]
    assert [decision.remaining for decision in signals.shown] == [0, 0]
    first, second = world.journal.checkins
    assert (first.counted, second.counted) == (True, False)
    assert world.own_uses.of(7) == (use_of(first),)


def test_a_redemption_that_is_on_disk_leaves_once_the_replica_has_passed_its_ack() -> None:
    world = World()
    scan(world, COUNTER, CODE.encode())
    world.own_uses.passed(HERE)
    world.own_uses.acked(Ack(world.journal.id, 1, HERE.epoch, HERE.sequence))
    assert world.own_uses.of(7) == ()


def test_identify_uses_nothing_up() -> None:
    identify = Reader(
        name="counter", kind=ReaderKind.COUNTER, permission="glass-of-wine", device="/dev/b", mode=Mode.IDENTIFY
    )
    world = World()
    signals = scan(world, identify, CODE.encode(), CODE.encode())
    assert [(decision.reason, decision.remaining) for decision in signals.shown] == [(Reason.GRANTED, 1)] * 2


def test_an_own_use_that_the_feed_holds_too_counts_once() -> None:
    twice = Plan(3, "Twice", (Grant("glass-of-wine", (Limit(2, 7 * 86_400),)),))
    world = World(twice)
    scan(world, COUNTER, CODE.encode())
    use = use_of(world.journal.checkins[0])
    assert use is not None
    row = stored(use_change(use))
    world.replica.rows[lookup_hash(KEY, CODE)].append(row)
    signals = scan(world, COUNTER, CODE.encode(), CODE.encode())
    assert reasons(signals) == [Reason.GRANTED, Reason.LIMIT_REACHED]


def test_of_two_readers_that_want_the_last_use_one_gets_it() -> None:
    async def scenario(world: World) -> None:
        signals = [FakeSignals() for _ in range(5)]
        gates = [world.gate(COUNTER, each) for each in signals]
        await asyncio.gather(*(gate.handle(world.reading(CODE.encode())) for gate in gates))
        got = sorted(decision.reason for each in signals for decision in each.shown)
        assert got == [Reason.GRANTED] + [Reason.LIMIT_REACHED] * 4

    assert sum(checkin.counted for checkin in run(scenario).journal.checkins) == 1


def test_a_counter_is_not_green_before_the_redemption_is_on_disk() -> None:
    async def scenario(world: World) -> None:
        world.journal.free.clear()
        signals = FakeSignals()
        handling = asyncio.create_task(world.gate(COUNTER, signals).handle(world.reading(CODE.encode())))
        await asyncio.sleep(0.2)
        assert signals.shown == []
        world.journal.free.set()
        await handling
        assert reasons(signals) == [Reason.GRANTED]

    run(scenario)


def test_a_door_opens_although_the_disk_is_slow_and_the_commit_finishes_behind_it() -> None:
    async def scenario(world: World) -> None:
        world.journal.free.clear()
        signals = FakeSignals()
        gate = world.gate(DOOR, signals)
        await gate.handle(world.reading(CODE.encode()))
        assert reasons(signals) == [Reason.GRANTED]
        assert world.journal.waiting == 1
        assert world.log.all("scan")[0]["journal_sequence"] is None
        world.journal.free.set()
        await gate.serve(_no_frames())
        assert len(world.journal.checkins) == world.nudges == 1

    run(scenario)


def test_a_denial_at_a_counter_waits_for_no_slow_disk() -> None:
    async def scenario(world: World) -> None:
        world.journal.free.clear()
        signals = FakeSignals()
        gate = world.gate(COUNTER, signals)
        await gate.handle(world.reading(STRANGER.encode()))
        assert reasons(signals) == [Reason.UNKNOWN_CARD]
        world.journal.free.set()
        await gate.serve(_no_frames())

    run(scenario)


def test_a_redemption_that_cannot_be_kept_is_denied_and_not_used_up() -> None:
    world = World()
    world.journal.fails = True
    signals = scan(world, COUNTER, CODE.encode())
    assert reasons(signals) == [Reason.CANNOT_RECORD]
    assert world.own_uses.of(7) == ()
    assert len(world.log.all("lost")) == 1
    assert world.log.all("scan")[0]["reason"] == "cannot_record"
    world.journal.fails = False
    assert reasons(scan(world, COUNTER, CODE.encode())) == [Reason.GRANTED]


def test_a_door_opens_although_nothing_can_be_kept_and_says_what_is_lost() -> None:
    world = World()
    world.journal.fails = True
    assert reasons(scan(world, DOOR, CODE.encode())) == [Reason.GRANTED]
    (lost,) = world.log.all("lost")
    assert lost == {"reader": "door", "id": (1).to_bytes(16, "big").hex(), "why": "the disk is full"}
    assert world.nudges == 0


def test_a_limited_door_that_opened_has_used_it_up_although_nothing_was_kept() -> None:
    once = replace(FULL, grants=(Grant("front-door", (Limit(1, 60),)),))
    world = World(once)
    world.journal.fails = True
    assert reasons(scan(world, DOOR, CODE.encode(), CODE.encode())) == [Reason.GRANTED, Reason.LIMIT_REACHED]


def test_scans_of_one_reader_keep_their_order() -> None:
    world = World()
    raws = [CODE.encode() if number % 2 else STRANGER.encode() for number in range(10)]
    signals = scan(world, DOOR, *raws)
    assert reasons(signals) == [Reason.UNKNOWN_CARD, Reason.GRANTED] * 5
    assert [checkin.reason for checkin in world.journal.checkins] == [str(reason) for reason in reasons(signals)]


async def _no_frames() -> AsyncIterator[Frame]:
    for frame in ():
        yield frame
