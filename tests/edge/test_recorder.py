"""What is kept of a scan: undone redemptions, and disks that fail or hang."""

import asyncio
from datetime import timedelta

import pytest
from msgspec import structs

from contract.ask import Policy
from contract.card import lookup_hash
from contract.effects import VOID_WITHIN, use_of
from contract.facts import Card
from contract.feed import Change
from contract.grant import Grant
from contract.limits import Limit
from contract.membership import Holder, HolderKind, Membership, Plan
from contract.messages import CheckIn, Void
from contract.plan_rows import plan_change
from contract.reasons import Outcome, Reason
from contract.rows import card_change, membership_change, use_change
from edge.core.undo import void_at
from edge.recorder import RECORDINGS_MAX
from tests.edge.fakes import NOON, FakeSignals
from tests.edge.gate_world import CODE, COUNTER, DOOR, KEY, STRANGER, World, reasons, run, scan, stored
from tests.edge.test_own_uses import checkin
from tests.edge.test_own_voids_and_passages import void

HASH = lookup_hash(KEY, CODE)
PASSAGE, ELSEWHERE = checkin(1, counted=False), checkin(2, reader="bar")
WEEK = Limit(1, 7 * 86_400)


def with_rows(world: World, *changes: Change) -> World:
    world.replica.rows[HASH] += [stored(change) for change in changes]
    return world


def test_a_disk_that_hangs_for_ever_fills_no_memory() -> None:
    async def scenario(world: World) -> None:
        world.journal.free.clear()
        gates = [world.gate(DOOR, FakeSignals())]
        forever = [asyncio.create_task(asyncio.sleep(3_600, None)) for _ in range(RECORDINGS_MAX)]
        gates[0].recorder._recordings.update(forever)
        await gates[0].handle(world.reading(CODE.encode()))
        assert world.journal.waiting == 0
        assert "wait for the disk" in str(world.log.all("lost")[0]["why"])
        for task in forever:
            task.cancel()

    run(scenario)


UNDOING = structs.replace(COUNTER, undo_permission="undo")
STAFF = Plan(4, "Staff", (Grant("undo"), Grant("glass-of-wine", (WEEK,))))


def undo_world() -> World:
    """A member with a glass a week; STRANGER's card is staff's."""
    world = World()
    world.replica.rows[lookup_hash(KEY, STRANGER)] = [
        stored(change)
        for change in (
            card_change(lookup_hash(KEY, STRANGER), Card(8)),
            plan_change(STAFF),
            membership_change(Membership(13, Holder(HolderKind.CUSTOMER, 8), 4, NOON, None)),
        )
    ]
    return world


def outcomes(signals: FakeSignals) -> list[Outcome]:
    return [decision.outcome for decision in signals.shown]


def test_staff_undo_the_last_redemption_once() -> None:
    world = undo_world()
    signals = scan(world, UNDOING, CODE.encode(), STRANGER.encode(), STRANGER.encode(), CODE.encode())
    assert outcomes(signals) == [Outcome.GRANTED, Outcome.GRANTED, Outcome.DENIED, Outcome.GRANTED]
    first, undone, void, nothing, again = world.journal.rows
    assert isinstance(void, Void)
    assert (void.voids, void.reader) == (first.id, "counter")
    assert (undone.permission, undone.mode, undone.counted, undone.outcome) == (
        "undo",
        "identify",
        False,
        "granted",
    )
    assert (nothing.permission, again.counted) == ("undo", True)
    assert world.log.all("voided") == [{"reader": "counter", "id": first.id.hex(), "journal_sequence": 3}]
    assert [each["outcome"] for each in world.log.all("scan")] == ["granted", "granted", "denied", "granted"]
    assert world.own_uses.is_voided(first.id)


def test_a_use_that_the_replica_holds_is_undone_as_well() -> None:
    world = undo_world()
    scan(world, UNDOING, CODE.encode())
    use = use_of(world.journal.checkins[0])
    assert use is not None
    with_rows(world, use_change(use))
    assert reasons(scan(world, UNDOING, STRANGER.encode(), CODE.encode())) == [Reason.GRANTED, Reason.GRANTED]


def test_after_a_quarter_of_an_hour_there_is_nothing_to_undo() -> None:
    world = undo_world()
    scan(world, UNDOING, CODE.encode())
    world.clock.at += timedelta(minutes=15, microseconds=1)
    assert outcomes(scan(world, UNDOING, STRANGER.encode())) == [Outcome.DENIED]


def test_a_card_that_may_not_undo_is_any_card() -> None:
    world = undo_world()
    signals = scan(world, UNDOING, CODE.encode(), CODE.encode())
    assert reasons(signals) == [Reason.GRANTED, Reason.LIMIT_REACHED]
    assert world.log.all("voided") == []


def test_who_may_undo_redeems_at_other_counters() -> None:
    world = undo_world()
    scan(world, COUNTER, STRANGER.encode())
    assert world.journal.checkins[0].counted


def test_a_void_that_cannot_be_kept_undoes_nothing() -> None:
    world = undo_world()
    scan(world, UNDOING, CODE.encode())
    world.journal.fails = True
    assert outcomes(scan(world, UNDOING, STRANGER.encode())) == [Outcome.DENIED]
    assert not world.own_uses.is_voided(world.journal.checkins[0].id)
    assert len(world.log.all("lost")) == 2
    world.journal.fails = False
    assert outcomes(scan(world, UNDOING, STRANGER.encode())) == [Outcome.GRANTED]


def test_nobody_passes_by_undoing() -> None:
    world = undo_world()
    at_the_entrance = structs.replace(UNDOING, area="hall")
    scan(world, at_the_entrance, CODE.encode(), STRANGER.encode())
    _, undone = world.journal.checkins
    assert (undone.policy, undone.permission) == (Policy(), "undo")
    assert world.own_uses.passages_of(8) == ()


def test_after_an_undo_the_same_code_is_no_rescan() -> None:
    """It redeems again, and is recorded: no free one."""
    world = undo_world()
    repeating = structs.replace(UNDOING, rescan_seconds=60)
    scans = (CODE.encode(), CODE.encode(), STRANGER.encode(), CODE.encode(), CODE.encode())
    assert outcomes(scan(world, repeating, *scans)) == 5 * [Outcome.GRANTED]
    assert [row.counted for row in world.journal.checkins] == [True, False, True]
    assert len(world.log.all("scan_repeated")) == 2


# What can be undone


@pytest.mark.parametrize(
    ("rows", "undone"),
    [
        ([PASSAGE, ELSEWHERE, checkin(3), checkin(4)], 3),
        ([checkin(5, outcome="denied"), checkin(3)], 3),
        ([PASSAGE, ELSEWHERE], None),
        ([], None),
        ([void(3), checkin(3), checkin(4)], None),
        ([void(2), ELSEWHERE, checkin(3)], 3),
    ],
)
def test_only_the_readers_own_last_redemption_can_be_undone(
    rows: list[CheckIn | Void], undone: int | None
) -> None:
    expected = None if undone is None else void(undone)
    assert void_at(rows, "counter", NOON) == expected


@pytest.mark.parametrize("way", [1, -1])
def test_what_is_more_than_a_quarter_of_an_hour_away_stays(way: int) -> None:
    """Dated ahead as well: the clock was set back since."""
    rows: list[CheckIn | Void] = [checkin(1)]
    assert void_at(rows, "counter", NOON + way * VOID_WITHIN) is not None
    assert void_at(rows, "counter", NOON + way * (VOID_WITHIN + timedelta(microseconds=1))) is None
